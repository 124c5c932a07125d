#!/bin/bash
# Counts the instructions that a packet takes. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/count_instructions.sh [--no-streams]

Counts with valgrind's callgrind how many instructions a packet takes through remb_on_packet and remb_on_rtp_packet,
with each profile: over four reference traces, and over 50 000 packets of 1 to 10 000 SSRCs in turn (left out with
--no-streams). Unlike times these numbers hardly change from run to run. What lies within the two functions counts, the
sending of REMBs does not. Ends with status 1 if a trace takes more than its limit, which is 1.5 times the libwebrtc
profile's for the other one. Takes about two minutes.
EOF
}

streams=(1 10 100 1000 10000)
case ${1:-} in
  '') ;;
  --no-streams) streams=() ;;
  --help | -h) usage && exit ;;
  *) echo "count_instructions.sh: unknown argument $1; see --help" >&2 && exit 2 ;;
esac
command -v valgrind >/dev/null || { echo "count_instructions.sh: valgrind is missing (apt install valgrind)" >&2 && exit 2; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bazel build --noshow_progress --ui_event_filters=-info --show_result=0 -c opt //cc/bench:replay_trace
# A copy, which no other build changes meanwhile.
cp "$(bazel info -c opt bazel-bin 2>/dev/null)/cc/bench/replay_trace" "$scratch"

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

status=0
line='%-10s %-15s %8s %15s %19s %7s\n'
# shellcheck disable=SC2059
{
  printf "$line" profile "" packets remb_on_packet remb_on_rtp_packet limit
  for profile in libwebrtc adaptive; do
    for entry in steady:350 rfc52:450 simulcast:350 chromium-clean:250; do
      name=${entry%:*} limit=${entry#*:} note=
      [[ $profile == libwebrtc ]] || limit=$((limit * 3 / 2))
      trace=testdata/reference/$name.trace.csv
      count "$profile" packet "$trace" && by_packet=$each
      count "$profile" rtp "$trace"
      if awk -v each="$by_packet" -v limit="$limit" 'BEGIN { exit !(each > limit) }'; then
        status=1 note=" over"
      fi
      printf "$line" "$profile" "$name" "$packets" "$by_packet" "$each" "$limit$note"
    done
    for number in "${streams[@]}"; do
      count "$profile" packet "$number" && by_packet=$each
      count "$profile" rtp "$number"
      printf "$line" "$profile" "$number SSRCs" "$packets" "$by_packet" "$each" ""
    done
  done
}
exit $status
