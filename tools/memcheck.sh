#!/bin/bash
# Runs C programs under valgrind. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/memcheck.sh [--prefix=DIR]

Builds C programs against libremb as tools/install.sh installs it (or as it is in DIR already), and runs them under
valgrind's memcheck: the test of every error code, that of the structs' layouts, the program that the installation is
checked with, and the example receiver, to which RTP is sent until it has answered with three REMBs, for two minutes
at most. Ends with status 1 if a byte was used before it was written, outside of what was allocated or after it was
freed, if memory is lost, or if a program fails.
EOF
}

prefix=
case ${1:-} in
  '') ;;
  --prefix=*) prefix=${1#*=} ;;
  --help | -h) usage && exit ;;
  *) echo "memcheck.sh: unknown argument $1; see --help" >&2 && exit 2 ;;
esac
command -v valgrind >/dev/null || { echo "memcheck.sh: valgrind is missing (tools/setup.sh --with=dev)" >&2 && exit 2; }

scratch=$(mktemp -d)
receiver=
trap '[[ -z $receiver ]] || kill "$receiver"; rm -rf "$scratch"' EXIT
if [[ -z $prefix ]]; then
  prefix=$scratch/prefix
  tools/install.sh --prefix "$prefix" --no-check
fi
read -ra flags < <(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --cflags --libs remb)
log=$scratch/log
memcheck=(valgrind --leak-check=full --track-origins=yes --error-exitcode=99 --log-file="$log")

status=0
# verdict WHAT STATUS: says what valgrind found, and what became of the program.
verdict() {
  if (($2 == 0)) && grep -q 'ERROR SUMMARY: 0 errors' "$log"; then
    echo "  ok      $1:$(sed -n 's/.*total heap usage://p' "$log")"
  else
    status=1
    echo "  FAILED  $1, status $2:" >&2
    cat "$log" >&2
  fi
}

for source in cc/capi/every_error_test.c cc/capi/layout_test.c cc/install/check/check.c; do
  # A malloc of its own, by which memory runs out, would be replaced by valgrind's: left out, as under sanitizers.
  cc -std=c99 -g -DHAVE_SANITIZER "$source" "${flags[@]}" -o "$scratch/program"
  ended=0
  "${memcheck[@]}" "$scratch/program" >/dev/null || ended=$?
  verdict "$source" "$ended"
done

source=cc/examples/receiver.c port=$((20000 + RANDOM % 10000)) abs_send_time_id=3
cc -std=c99 -g "$source" "${flags[@]}" -o "$scratch/receiver"
"${memcheck[@]}" "$scratch/receiver" "$port" "$abs_send_time_id" >/dev/null &
receiver=$!
# 800 kbit/s in frames of four packets, each with abs-send-time in the one-byte form of RFC 8285.
answered=0
/usr/bin/env python3 - "$port" "$abs_send_time_id" <<'EOF' || answered=$?
import socket, struct, sys, time

port, extension = int(sys.argv[1]), int(sys.argv[2])
rembs = number = 0
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.connect(("127.0.0.1", port))
    sender.settimeout(0.04)
    end = time.monotonic() + 120
    while rembs < 3 and time.monotonic() < end:
        stamp = extension << 28 | 2 << 24 | int(time.monotonic() * (1 << 18)) & 0xFFFFFF
        try:
            sender.send(struct.pack("!BBHIIHHI", 0x90, 96, number, 0, 7, 0xBEDE, 1, stamp) + bytes(1000))
            number += 1
            if number % 4 == 0:
                rembs += sender.recv(2000)[12:16] == b"REMB"
        except ConnectionRefusedError:  # it does not listen yet
            time.sleep(0.1)
        except TimeoutError:
            pass
sys.exit(rembs < 3)
EOF
# It has no end of its own.
kill "$receiver"
wait "$receiver" || true
receiver=
verdict "$source" "$answered"
exit $status
