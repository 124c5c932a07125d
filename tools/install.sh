#!/bin/bash
# Builds libremb and installs it into a folder. Run with --help for more.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/install.sh --prefix DIR [--no-check]

Builds libremb, optimised, and puts it into DIR:

  include/remb/             remb.h (C) and remb.hpp (C++)
  lib/libremb.so, .a        shared and static library
  lib/pkgconfig/remb.pc     for pkg-config, and so for Go
  lib/cmake/remb/           for CMake's find_package(remb): remb::remb, remb::remb_static

DIR may be moved afterwards. Then checks it: programs in C, C++ and Go are built against what was installed, and run.

  --no-check   leave that out
EOF
}

prefix='' check=true
while (($# > 0)); do
  case $1 in
    --prefix) prefix=${2:-} && shift $(($# > 1)) ;;
    --prefix=*) prefix=${1#*=} ;;
    --no-check) check=false ;;
    --help | -h) usage && exit ;;
    *) echo "install.sh: unknown argument $1; see --help" >&2 && exit 2 ;;
  esac
  shift
done
[[ -n $prefix ]] || { echo "install.sh: say where to: --prefix DIR, for example --prefix ~/.local" >&2 && exit 2; }
[[ $prefix == /* ]] || prefix=$here/$prefix
if ! mkdir -p "$prefix" 2>/dev/null || [[ ! -w $prefix ]]; then
  echo "install.sh: cannot write to $prefix: choose another --prefix, or run with sudo" >&2
  exit 1
fi

tools/setup.sh --with=base
bazel build -c opt --noshow_progress --ui_event_filters=-info --show_result=0 //cc:prefix
bin=$(bazel info -c opt --noshow_progress bazel-bin 2>/dev/null)
# Bazel leaves read-only files. Each is replaced, not overwritten: a running program may have it mapped.
cp -R --no-dereference --no-preserve=mode --remove-destination "$bin/cc/prefix/." "$prefix/"
version=$(PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config --modversion remb)
echo "install.sh: libremb $version is in $prefix"

$check || exit 0

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset LD_LIBRARY_PATH
log=$scratch/log

# check WHAT COMMAND...: runs the command, whose last line must be "ok".
check() {
  local what=$1
  shift
  if "$@" >"$log" 2>&1 && [[ $(tail -n 1 "$log") == ok ]]; then
    echo "  ok      $what"
  else
    echo "  FAILED  $what:" >&2
    sed 's/^/    /' "$log" >&2
    echo "install.sh: what was installed does not work: see above. The programs are in cc/install/check." >&2
    exit 1
  fi
}

# flags FOLDER MODULE: what pkg-config says, as words.
flags() { PKG_CONFIG_PATH=$1/lib/pkgconfig pkg-config --cflags --libs "$2"; }
run() { "$@" -o "$scratch/program" && "$scratch/program"; }
# shellcheck disable=SC2046  # flags are words
{
  c_program() { run cc -std=c99 -pedantic -Werror cc/install/check/check.c $(flags "$1" remb); }
  cxx_program() { run c++ -std=c++20 -Wall -Werror cc/install/check/check.cc $(flags "$prefix" remb); }
  c_static_program() { run cc -std=c99 cc/install/check/check.c $(flags "$prefix" remb-static); }
}
# Go's build cache does not notice that remb.pc or a library has changed, but that flags have.
stamp=$(cat "$prefix"/lib/libremb.* "$prefix"/lib/pkgconfig/remb*.pc <(echo "$prefix") | sha256sum)
go_program() {
  GOTOOLCHAIN=auto PKG_CONFIG_PATH=$prefix/lib/pkgconfig CGO_CFLAGS="-O2 -g -DREMB_CHECK_${stamp%% *}" \
    go build -o "$scratch/program" "$@" ./cc/install/check/check.go && "$scratch/program"
}
go_static_program() {
  go_program -tags remb_static && ! readelf -d "$scratch/program" | grep 'NEEDED.*libremb'
}
cmake_program() {
  cmake -S cc/install/check -B "$scratch/cmake" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null &&
    cmake --build "$scratch/cmake" >/dev/null && "$scratch/cmake/check_static" && "$scratch/cmake/check_shared"
}
moved() {
  local folder=$scratch/moved
  mkdir "$folder" && cp -R --no-dereference --no-preserve=mode "$bin/cc/prefix/." "$folder/" && c_program "$folder"
}

check "C" c_program "$prefix"
check "C, static" c_static_program
check "C++" cxx_program
check "Go" go_program
check "Go, static" go_static_program
if command -v cmake >/dev/null; then check "CMake" cmake_program; else echo "  skipped CMake (not installed)"; fi
check "C, the folder moved" moved
