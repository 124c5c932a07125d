#!/bin/bash
# needed_libraries_test.sh LIBRARY: it has its SONAME, and needs only libc, libm, libpthread and the loader at run time.
set -euo pipefail

dynamic=$(readelf -d "$1")
grep -q 'SONAME.*\[libremb.so.0\]' <<<"$dynamic" || { echo "wrong SONAME: $dynamic" >&2 && exit 1; }
if needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" | grep -Ev '^(libc|libm|libpthread|ld-linux.*)\.so\.'); then
  echo "needed at run time, but must not be: $needed" >&2
  exit 1
fi
