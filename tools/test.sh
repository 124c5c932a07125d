#!/bin/bash
# Runs all tests. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/test.sh [BAZEL ARGUMENTS]

Installs what is missing to build, then runs all tests: `bazel test //...` (C++, C, Go, Python, Java, C#); once
more the Go tests with the race detector, the core's with AddressSanitizer and those with threads under ThreadSanitizer;
the reference traces by a build for 64-bit Arm, in qemu; and tools/install.sh with its self-check into a temporary
folder. The last line counts the test cases: N passed, N failed.

Tests with a real Chromium, with aiortc, of the Python package, in Java and C#, and with ffmpeg are skipped, and say so,
where these are missing; tools/setup.sh installs them. All of it takes half an hour on two processors, the first time.

With arguments it runs only `bazel test` with these, over //... if they name no target:

  tools/test.sh //cc/...                 the core's tests
  tools/test.sh --config=asan //cc/...   with AddressSanitizer (or ubsan, tsan)
  tools/test.sh --config=clang           built by clang
EOF
}

[[ ${1:-} == --help || ${1:-} == -h ]] && usage && exit

scratch=$(mktemp -d)
events=() passed=0 failed=0
# The last line is there whatever happens before it.
counted=false
finish() {
  rm -rf "$scratch"
  $counted || echo "0 passed, 1 failed"
}
trap finish EXIT

tools/setup.sh --with=base

# Goes on after a failure, so that the count at the end is complete.
bazel_test() {
  local file=$scratch/events.${#events[@]}.json
  events+=("$file")
  echo "== bazel test $*"
  bazel test --keep_going --build_event_json_file="$file" "$@" || status=$?
}

status=0
if (($# > 0)); then
  targets=(//...)
  for arg; do
    [[ $arg == -* ]] || targets=()
  done
  bazel_test "$@" "${targets[@]}"
else
  bazel_test //...
  bazel_test --config=race //go/...
  # Real calls get further attempts, which must not hide a race.
  logs=$(bazel info --config=race bazel-testlogs 2>/dev/null)/go
  if grep -rlsF --include='*.log' 'WARNING: DATA RACE' "$logs"; then
    failed=$((failed + 1))
  fi
  bazel_test --config=asan //cc/...
  bazel_test --config=tsan //cc/capi:threads_test
  if tools/setup.sh --check --with=arm64 2>/dev/null; then
    bazel_test -c opt --config=arm64 //tools/replay:golden_test
  else
    echo "== skipped: 64-bit Arm in qemu; tools/setup.sh --with=arm64 installs what it needs"
  fi
  echo "== tools/install.sh"
  if tools/install.sh --prefix "$scratch/prefix"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
fi

read -r ok bad < <(/usr/bin/env python3 tools/build/count_tests.py "${events[@]}")
passed=$((passed + ok)) failed=$((failed + bad))
# A run that broke off before any test still is a failure.
((status == 0 || failed > 0)) || failed=1
counted=true
echo "$passed passed, $failed failed"
((failed == 0))
