#!/bin/bash
# exported_symbols_test.sh LIBRARY ARCHIVE LIST: what can be seen of both is what the list says.
set -euo pipefail
export LC_ALL=C

compare() {
  diff <(sort "$2") - || { echo "The symbols of $1 (>) are not those of $2 (<)." >&2 && exit 1; }
}
# Upper case: some linkers list local thread-local symbols too, in lower case. The version's own name is of type A.
nm -D --defined-only "$1" | awk '$2 ~ /^[B-Z]$/ { sub(/@.*/, "", $3); print $3 }' | sort | compare "$1" "$3"
nm -g --defined-only "$2" | awk 'NF == 3 { print $3 }' | sort | compare "$2" "$3"
