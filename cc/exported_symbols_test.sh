#!/bin/bash
# exported_symbols_test.sh LIBRARY LIST [ARCHIVE]: what can be seen of the libraries is what the list says.
set -euo pipefail

# Upper case: some linkers list local thread-local symbols too, in lower case. The version script's own name is an A.
diff <(LC_ALL=C sort "$2") <(nm -D --defined-only "$1" | awk '$2 ~ /^[B-Z]$/ { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort) ||
  { echo "The exported symbols of $1 (>) are not those of $2 (<)." >&2 && exit 1; }
diff <(LC_ALL=C sort "$2") <(nm -g --defined-only "$3" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort) ||
  { echo "The global symbols of $3 (>) are not those of $2 (<)." >&2 && exit 1; }
