#!/bin/bash
# dump.sh LIBRARY HEADERS OUT: writes the ABI of a libremb that was built with types: functions, and the layout of the
# structs that the headers in the folder HEADERS define.
set -euo pipefail
exec abidw --exported-interfaces-only --drop-private-types --headers-dir "$2" --no-show-locs --no-corpus-path \
  --no-comp-dir-path --no-elf-needed --out-file "$3" "$1"
