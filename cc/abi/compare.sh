#!/bin/bash
# compare.sh RELEASED NOW: fails if programs built with the ABI of the dump RELEASED could break with that of NOW, and says
# where. New functions, and structs that have grown at their end, break none.
set -euo pipefail
scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/abi.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
# abidiff's own suppression of members at the end hides other changes of the same struct too.
python3 - "$1" "$2" "$scratch/now" <<'PYTHON'
import sys
from xml.etree import ElementTree

released, now = (ElementTree.parse(path) for path in sys.argv[1:3])
bits = {struct.get("name"): int(struct.get("size-in-bits", 0)) for struct in released.iter("class-decl")}
for struct in now.iter("class-decl"):
    size = bits.get(struct.get("name"), 0)
    if 0 < size < int(struct.get("size-in-bits", 0)):
        struct.set("size-in-bits", str(size))
        for member in struct.findall("data-member"):
            if int(member.get("layout-offset-in-bits")) >= size:
                struct.remove(member)
now.write(sys.argv[3])
PYTHON
abidiff --no-added-syms --no-show-locs "$1" "$scratch/now"
