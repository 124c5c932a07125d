#!/bin/bash
# Formats and lints. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/format.sh [--check]

Formats C and C++ (clang-format), Go (gofmt) and Python (ruff), then lints shell (shellcheck), Python (ruff) and Go
(staticcheck). Needs `tools/setup.sh --with=dev`. With --check it changes nothing and exits 1 if something would change.
EOF
}

check=false
case ${1:-} in
  '') ;;
  --check) check=true ;;
  --help | -h) usage && exit ;;
  *) echo "format.sh: unknown argument $1; see --help" >&2 && exit 2 ;;
esac

tools/setup.sh --with=dev

# The files that git knows or would add, by pattern.
files() {
  git ls-files --cached --others --exclude-standard --deduplicate -- "$@" ':!:*third_party*' | while read -r file; do
    [[ ! -f $file ]] || echo "$file"
  done
}
mapfile -t cc < <(files '*.c' '*.cc' '*.h' '*.hpp')
mapfile -t go < <(files '*.go')
mapfile -t py < <(files '*.py')
mapfile -t sh < <(files '*.sh' .ci/run tools/browser-bench)
ruff=.cache/python/bin/ruff

# Goes on after a failure, so that one run shows all of them.
status=0
run() { "$@" || status=1; }

if $check; then
  run clang-format --dry-run --Werror "${cc[@]}"
  unformatted=$(gofmt -l "${go[@]}") || status=1
  [[ -z $unformatted ]] || { echo "gofmt would change: $unformatted" && status=1; }
  run "$ruff" format --quiet --check "${py[@]}"
else
  run clang-format -i "${cc[@]}"
  run gofmt -w "${go[@]}"
  run "$ruff" format --quiet "${py[@]}"
fi

run "$ruff" check --quiet "${py[@]}"
run shellcheck "${sh[@]}"
# staticcheck compiles the packages, for which it needs the library.
if run bazel build --noshow_progress --ui_event_filters=-info --show_result=0 //cc:prefix; then
  prefix=$(bazel info bazel-bin 2>/dev/null)/cc/prefix
  PKG_CONFIG_PATH=$prefix/lib/pkgconfig run .cache/bin/staticcheck ./go/... ./tools/...
fi
exit $status
