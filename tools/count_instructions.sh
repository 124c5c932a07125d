#!/bin/bash
# Counts the instructions that a packet takes. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

expected=cc/bench/expected_instructions.txt

usage() {
  cat <<EOF
Usage: tools/count_instructions.sh [--no-streams | --update | --where]

Counts with valgrind's callgrind how many instructions a packet takes through remb_on_packet and remb_on_rtp_packet,
with each profile: over four reference traces, over the first 2 s of a call, in which probes are looked for, with 1000
and 16 000 packets, and over 50 000 packets of 1 to 10 000 SSRCs in turn (left out with --no-streams). Unlike times these
numbers hardly change from run to run. What lies within the two functions counts, the sending of REMBs does not. Ends
with status 1 if a trace takes more than its limits, if 10 000 SSRCs take more than 1.5 times what one takes, if a start
with 16 000 packets takes more than 1.5 times what one with 1000 takes a packet, or if a count is more than 3 % off what
$expected has, which is by gcc 12 on x86-64. Takes about two minutes.

  --update     write that file anew, for a change that is meant to move the counts
  --where      show instead which source files the instructions of remb_on_rtp_packet come from, over the four traces with
               the libwebrtc profile
EOF
}

(($# < 2)) || { echo "count_instructions.sh: one argument at most; see --help" >&2 && exit 2; }
traces=(steady rfc52 simulcast chromium-clean) streams=(1 10 100 1000 10000) update=false where=false build=(-c opt)
case ${1:-} in
  '') ;;
  # The same code, and whose lines it is.
  --where) where=true build+=(--copt=-g --strip=never --platform_suffix=debug) ;;
  --no-streams) streams=() ;;
  --update) update=true ;;
  --help | -h) usage && exit ;;
  *) echo "count_instructions.sh: unknown argument $1; see --help" >&2 && exit 2 ;;
esac
command -v valgrind >/dev/null || { echo "count_instructions.sh: valgrind is missing (apt install valgrind)" >&2 && exit 2; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bazel build --noshow_progress --ui_event_filters=-info --show_result=0 "${build[@]}" //cc/bench:replay_trace
# A copy, which no other build changes meanwhile.
cp "$(bazel info "${build[@]}" bazel-bin 2>/dev/null)/cc/bench/replay_trace" "$scratch"

# count PROFILE packet|rtp INPUT: sets $packets and $each, the instructions a packet.
count() {
  local function=remb_on_packet total
  [[ $2 == packet ]] || function=remb_on_rtp_packet
  packets=$(LD_BIND_NOW=1 valgrind --tool=callgrind --callgrind-out-file="$scratch/out" --log-file="$scratch/log" \
    --collect-atstart=no --toggle-collect="$function" "$scratch/replay_trace" "$1" "$2" "$3") ||
    { cat "$scratch/log" >&2 && exit 2; }
  total=$(awk '$1 == "totals:" { print $2 }' "$scratch/out")
  each=$(awk -v total="$total" -v packets="$packets" 'BEGIN { printf "%.1f", total / packets }')
}

# Adds up the profile's lines by file, inlined ones too: "file instructions", those of a packet.
by_file() {
  awk -v packets="$packets" '
    /^c?f[lie]=/ {
      match($0, /\([0-9]+\)/)
      id = substr($0, RSTART, RLENGTH)
      if (length($0) > RSTART + RLENGTH) names[id] = substr($0, RSTART + RLENGTH + 1)
      if (/^c/) next  # the file of what is called
      file = names[id]
      if (!sub(/.*\/cwd\/(\.\/)?/, "", file)) file = "libraries"
    }
    /^calls=/ { getline; next }  # what a call costs is told where it goes
    /^[0-9+*-]/ { sums[file] += $2 }
    END { for (file in sums) print file, sums[file] / packets }
  ' "$scratch/out"
}

if $where; then
  for name in "${traces[@]}"; do
    count libwebrtc rtp "testdata/reference/$name.trace.csv"
    by_file | sed "s/^/$name /"
  done | awk -v names="${traces[*]}" '
    { counts[$2, $1] = $3; sums[$1] += $3; if ($3 >= 1) files[$2] }
    function row(name, of,  text) {
      text = sprintf("%-40s", name)
      for (i = 1; i <= n; ++i) text = text sprintf("%15s", of == "" ? traces[i] : sprintf("%.1f", counts[of, traces[i]]))
      return text
    }
    END {
      n = split(names, traces, " ")
      print row("", "")
      for (i = 1; i <= n; ++i) counts["in all", traces[i]] = sums[traces[i]]
      print row("in all", "in all")
      fflush()
      for (file in files) print row(file, file) | "LC_ALL=C sort -k 2 -n -r"
    }'
  exit
fi

# holds CONDITION [NAME=VALUE]...: of numbers, which the shell's own arithmetic has not.
holds() {
  local condition=$1 variables=()
  shift
  for variable; do variables+=(-v "$variable"); done
  awk "${variables[@]}" "BEGIN { exit !($condition) }"
}

status=0
row='%-10s %-15s %8s %15s %19s  %s\n'

# show PROFILE INPUT NAME [PACKET_LIMIT [RTP_LIMIT]]: one row. Sets $by_packet and $by_rtp.
show() {
  local note="${4:-}${5:+, $5}" key="$1 ${3// /-}" was
  count "$1" packet "$2" && by_packet=$each
  count "$1" rtp "$2" && by_rtp=$each
  if holds "a > p || b > r" a="$by_packet" b="$by_rtp" p="${4:-99999}" r="${5:-99999}"; then note+=" OVER" status=1; fi
  echo "$key $by_packet $by_rtp" >>"$scratch/counts"
  was=$(grep "^$key " "$expected" || true)
  read -r _ _ was_packet was_rtp <<<"$was"
  if ! $update && holds "a > 1.03 * p || a < 0.97 * p || b > 1.03 * r || b < 0.97 * r" \
    a="$by_packet" b="$by_rtp" p="${was_packet:-0}" r="${was_rtp:-0}"; then
    note+=" EXPECTED ${was_packet:-none} ${was_rtp:-}" status=1
  fi
  # shellcheck disable=SC2059
  printf "$row" "$1" "$3" "$packets" "$by_packet" "$by_rtp" "$note"
}

# show_alike PROFILE INPUT_FORMAT NAME_FORMAT [NUMBER]...: a row for each number. None may take 1.5 times the first.
show_alike() {
  local number limits=()
  for number in "${@:4}"; do
    # shellcheck disable=SC2059
    show "$1" "$(printf "$2" "$number")" "$(printf "$3" "$number")" "${limits[@]}"
    ((${#limits[@]})) || read -ra limits <<<"$(awk -v a="$by_packet" -v b="$by_rtp" 'BEGIN { print 1.5 * a, 1.5 * b }')"
  done
}

# shellcheck disable=SC2059
printf "$row" profile "" packets remb_on_packet remb_on_rtp_packet limits
for profile in libwebrtc adaptive; do
  for entry in steady:350:300 rfc52:450:380 simulcast:350:300 chromium-clean:250:220; do
    IFS=: read -r name packet_limit rtp_limit <<<"$entry"
    [[ $profile == libwebrtc ]] || packet_limit=$((packet_limit * 3 / 2)) rtp_limit=
    show "$profile" "testdata/reference/$name.trace.csv" "$name" "$packet_limit" "$rtp_limit"
  done
  show_alike "$profile" start:%d "start %d" 1000 16000
  show_alike "$profile" %d "%d SSRCs" "${streams[@]}"
done
if $update; then
  echo "# profile, input, remb_on_packet, remb_on_rtp_packet: instructions a packet. By tools/count_instructions.sh --update." |
    cat - "$scratch/counts" >"$expected"
fi
exit $status
