#!/bin/bash
# abi_test.sh LIBRARY HEADER: no program built with the last tagged version breaks with this LIBRARY; and a comparison
# that should fail does.
set -euo pipefail
library=$1 headers=$(dirname "$2")/..
if ! command -v abidiff >/dev/null; then
  echo "skipped: no abidiff; tools/setup.sh installs it: Debian's abigail-tools"
  exit
fi
cd "$TEST_TMPDIR"
abi=$OLDPWD/cc/abi
soname=$(readelf -d "$OLDPWD/$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
released=$abi/$soname.xml
[[ -e $released ]] || { echo "a new SONAME, $soname: tools/check_abi.sh --tag writes its first dump" >&2 && exit 1; }

"$abi/dump.sh" "$OLDPWD/$library" "$OLDPWD/$headers" now.xml
"$abi/compare.sh" "$released" now.xml
echo "ok: nothing that $soname promised has changed"

failures=0
# verdict EXPECTED WHAT SED_SCRIPT: what comes of the comparison once the SED_SCRIPT has changed the ABI.
verdict() {
  local got=breaks
  sed -e "$3" now.xml >changed.xml
  ! cmp -s now.xml changed.xml || { echo "FAILED: $2: nothing was changed" && failures=1; }
  ! "$abi/compare.sh" now.xml changed.xml >log 2>&1 || got=fits
  [[ $got == "$1" ]] || { echo "FAILED: $2: $got" && cat log && failures=1; }
}
stats="/<class-decl name='remb_stats'/,/<.class-decl>/"
verdict breaks "a removed function" "/<elf-symbol name='remb_sent'/d; /<function-decl name='remb_sent'/,/<.function-decl>/d"
verdict breaks "another SONAME" "s/soname='libremb.so/soname='libother.so/"
verdict breaks "another type of a member" "$stats s/\(name='packets' type-id='type-id-\)[0-9]*/\11/"
verdict breaks "members in another order" "$stats { s/name='packets'/name='_'/; s/name='bytes'/name='packets'/; s/name='_'/name='bytes'/ }"
verdict breaks "another parameter" "/<function-decl name='remb_sent'/,/<.function-decl>/ s/type-id-[0-9]*' name='bitrate_bps'/type-id-1' name='bitrate_bps'/"
verdict breaks "a struct cut short" "$stats { s/size-in-bits='[0-9]*' is-struct/size-in-bits='1728' is-struct/; /offset-in-bits='1728'/,/<.data-member>/d }"
member="<data-member access='public' layout-offset-in-bits='1792'><var-decl name='new' type-id='type-id-1'/></data-member>"
grown="$stats { s/size-in-bits='[0-9]*' is-struct/size-in-bits='1856' is-struct/; s,</class-decl>,$member&, }"
verdict fits "a struct that has grown" "$grown"
verdict breaks "one that has grown and changed" "$grown; $stats s/\(name='packets' type-id='type-id-\)[0-9]*/\11/"
exit $failures
