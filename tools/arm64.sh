#!/bin/bash
# Tests libremb on 64-bit Arm, emulated. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/arm64.sh

Builds the library and its C and C++ tests for 64-bit Arm by Debian's cross compiler, runs them in qemu-user, and compares
what estimators answer to each packet of the reference traces, every byte of remb_stats, with this machine's answers.
EOF
}

[[ ${1:-} == --help || ${1:-} == -h ]] && usage && exit
(($# == 0)) || { echo "arm64.sh: unknown argument $1; see --help" >&2 && exit 2; }
tools/setup.sh --with=base,arm64

options=(-c opt --noshow_progress --ui_event_filters=-info --show_result=0)
bazel test "${options[@]}" --config=arm64 //cc/... //tools/replay:golden_test

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# answers NAME BAZEL_OPTIONS...: what the program prints that is built so.
answers() {
  local name=$1
  shift
  bazel build "${options[@]}" "$@" //cc/testing:answers
  tools/build/arm64/run.sh "$(bazel info "${options[@]}" "$@" bazel-bin 2>/dev/null)/cc/testing/answers" >"$scratch/$name"
}
answers here
answers arm --config=arm64
diff "$scratch/here" "$scratch/arm" || { echo "arm64.sh: Arm (>) answers otherwise than this machine (<)" >&2 && exit 1; }
echo "arm64.sh: the same answers to $(wc -l <"$scratch/arm") replays"
