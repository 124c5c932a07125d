#!/bin/bash
# headers_test.sh REMB_H REMB_HPP: each header alone, with the compilers that are there and all warnings.
set -euo pipefail

include=$(dirname "$(dirname "$1")")
status=0

# check COMPILER LANGUAGE STANDARD HEADER
check() {
  command -v "$1" >/dev/null || { echo "no $1: skipped" && return; }
  # A file of ours that has nothing else: what is said about a main file that is a header does not matter.
  echo "#include <remb/$(basename "$4")>" | "$1" -x "$2" "-std=$3" -pedantic -Wall -Wextra -Wshadow -Werror \
    -fsyntax-only -I "$include" - || { echo "$4 does not stand alone as $3 with $1" >&2 && status=1; }
}

for compiler in gcc clang-14; do
  check $compiler c c99 "$1"
  check $compiler c c11 "$1"
done
for compiler in g++ clang++-14; do
  check $compiler c++ c++11 "$1"
  check $compiler c++ c++20 "$1"
  check $compiler c++ c++20 "$2"
done
exit $status
