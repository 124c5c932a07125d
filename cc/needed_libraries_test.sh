#!/bin/bash
# needed_libraries_test.sh LIBRARY: it has its SONAME, and needs only libc, libm, libpthread and the loader at run time.
set -euo pipefail

# entries NAME: the values that the library's dynamic section has for it.
entries() { readelf -d "$library" | sed -n "s/.*($1).*\[\(.*\)\]/\1/p"; }

library=$1
[[ $(entries SONAME) == libremb.so.0 ]] || { echo "the SONAME is $(entries SONAME)" >&2 && exit 1; }
while read -r needed; do
  case $needed in
    libc.so.* | libm.so.* | libpthread.so.* | ld-linux*.so.*) ;;
    *) echo "needs $needed at run time, but must not" >&2 && exit 1 ;;
  esac
done < <(entries NEEDED)
