#!/bin/bash
# Says which lines and branches of the core its tests run. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/coverage.sh [--html=DIR]

Builds the core with clang's source-based coverage, runs the tests in //cc/..., and prints for each file of cc/rtp,
cc/bwe, cc/remb and cc/capi, headers included, how many of its lines and branches ran; then the lines and branches that
did not. A branch is one outcome of one condition. With --html the same as pages, source and counts, in DIR.

Ends with status 1 if a test fails, or if less than 95 % of the lines or 90 % of the branches ran. What does not run, and
why: docs/security.md.
EOF
}

min_lines=95 min_branches=90
html=
case ${1:-} in
  '') ;;
  --html=*) html=${1#*=} ;;
  --help | -h) usage && exit ;;
  *) echo "coverage.sh: unknown argument $1; see --help" >&2 && exit 2 ;;
esac
for tool in clang-14 llvm-profdata-14 llvm-cov-14; do
  command -v "$tool" >/dev/null || { echo "coverage.sh: $tool is missing (tools/setup.sh --with=dev)" >&2 && exit 2; }
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# All that are C or C++; others look at symbols, or compile by themselves.
mapfile -t tests < <(bazel query --noshow_progress 'kind(cc_test, //cc/...)' 2>/dev/null)
status=0
bazel test --config=coverage --keep_going --noshow_progress --ui_event_filters=-info \
  --test_env=LLVM_PROFILE_FILE="$scratch/%m.profraw" --sandbox_writable_path="$scratch" "${tests[@]}" || status=1
bazel build --config=coverage --noshow_progress --ui_event_filters=-info --show_result=0 //cc:libremb.so.0
library=$(bazel info --config=coverage bazel-bin 2>/dev/null)/cc/libremb.so.0
llvm-profdata-14 merge -sparse "$scratch"/*.profraw -o "$scratch/profile"

# The library's own map of lines: all that is shipped, and nothing of tests.
core=(cc/rtp cc/bwe cc/remb cc/capi)
show() { llvm-cov-14 "$1" "$library" -instr-profile="$scratch/profile" "${@:2}" "${core[@]}"; }
show report -show-functions=false -show-region-summary=false
[[ -z $html ]] || show show -format=html -show-branches=count -output-dir="$html"
show export -format=lcov | awk -v root="$PWD/" -v min_lines="$min_lines" -v min_branches="$min_branches" '
  function show() { if (lines || branches) printf "%s: lines%s; branches at%s\n", file, lines, branches }
  /^SF:/ { file = substr($0, 4); sub(root, "", file); lines = branches = "" }
  /^DA:/ { split(substr($0, 4), part, ","); all_lines++
           if (part[2] > 0) ran_lines++; else lines = lines " " part[1] }
  /^BRDA:/ { split(substr($0, 6), part, ","); all_branches++
             if (part[4] > 0) ran_branches++; else branches = branches " " part[1] }
  /^end_of_record/ { show() }
  END {
    if (!all_lines || !all_branches) exit 1
    line_share = 100 * ran_lines / all_lines
    branch_share = 100 * ran_branches / all_branches
    printf "lines %.2f %% of %d (at least %d), branches %.2f %% of %d (at least %d)\n", line_share, all_lines, min_lines,
      branch_share, all_branches, min_branches
    exit line_share < min_lines || branch_share < min_branches
  }' || status=1
exit $status
