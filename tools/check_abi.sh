#!/bin/bash
# Holds the library's ABI against that of the last tagged version. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/check_abi.sh [--tag]

Fails if a program that was built with the last tagged version could break with the library as it is here, and says
where: a function that is gone or has other parameters; a struct with members moved, changed or taken away. New functions
and structs that have grown at their end are fine. `bazel test //cc/abi:abi_test` is the same, among all tests.

  --tag   write the ABI as it is here to cc/abi/libremb.so.N.xml, N being the SONAME's: before a version is tagged
EOF
}

tag=false
for arg; do
  case $arg in
    --tag) tag=true ;;
    --help | -h) usage && exit ;;
    *) echo "check_abi.sh: unknown argument $arg; see --help" >&2 && exit 2 ;;
  esac
done
command -v abidiff >/dev/null || { echo "check_abi.sh: no abidiff: tools/setup.sh --with=abi installs it" >&2 && exit 1; }

build=(-c opt --noshow_progress --ui_event_filters=-info --show_result=0)
bazel build "${build[@]}" //cc/abi:with_types
library=$(bazel info "${build[@]}" bazel-bin 2>/dev/null)/cc/abi/libremb_with_types.so
released=cc/abi/$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p').xml
if $tag; then
  cc/abi/dump.sh "$library" cc/include "$released"
  echo "check_abi.sh: wrote $released"
  exit
fi
[[ -e $released ]] || { echo "check_abi.sh: no $released yet: --tag writes it" >&2 && exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cc/abi/dump.sh "$library" cc/include "$scratch/now.xml"
cc/abi/compare.sh "$released" "$scratch/now.xml"
echo "check_abi.sh: nothing that $released has is broken"
