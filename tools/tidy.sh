#!/bin/bash
# Runs clang-tidy. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/tidy.sh [--changed] [FILE...]

Holds C and C++ to .clang-tidy: all of it, or what git says has changed since the last commit, or the files given.
Headers are looked at through the files that include them. Prints a line for each file that is done, and ends with
status 1 if anything was found. All of it takes half an hour of two processors.
EOF
}

files() { git ls-files --cached --others --exclude-standard --deduplicate -- "$@" ':!:*third_party*'; }
changed=false chosen=()
for arg; do
  case $arg in
    --changed) changed=true ;;
    --help | -h) usage && exit ;;
    -*) echo "tidy.sh: unknown argument $arg; see --help" >&2 && exit 2 ;;
    *) chosen+=("$arg") ;;
  esac
done
command -v clang-tidy-14 >/dev/null || { echo "tidy.sh: clang-tidy-14 is missing (tools/setup.sh --with=dev)" >&2 && exit 2; }
if ((${#chosen[@]} == 0)); then
  if $changed; then
    mapfile -t chosen < <(git diff --name-only --diff-filter=d HEAD -- '*.cc' '*.c' && git ls-files --others --exclude-standard -- '*.cc' '*.c')
  else
    mapfile -t chosen < <(files '*.cc' '*.c')
  fi
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export scratch total=${#chosen[@]}
one() {
  local file=$1 flags=(-std=c++20) number result=ok
  [[ $file != *.c ]] || flags=(-std=c99)
  [[ -f $file ]] || exit 0
  if ! clang-tidy-14 --quiet --warnings-as-errors='*' "$file" -- "${flags[@]}" -I. -Icc/include \
    >"$scratch/$$.log" 2>/dev/null; then
    result=FOUND
    touch "$scratch/found"
  fi
  # One line is one write, and so whole, and so is the count of lines.
  echo "$file" >>"$scratch/done"
  number=$(wc -l <"$scratch/done")
  echo "[$number/$total] $result $file"
  [[ $result == ok ]] || cat "$scratch/$$.log"
}
export -f one
# shellcheck disable=SC2016  # the inner shell's own
((total == 0)) || printf '%s\n' "${chosen[@]}" | xargs -P "$(nproc)" -I{} bash -c 'one "$1"' - {}
[[ ! -e $scratch/found ]]
