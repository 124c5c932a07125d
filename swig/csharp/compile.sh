#!/bin/bash
# Compiles the class library with Mono's compiler: compile.sh SOURCES Libremb.dll, where SOURCES is what swig has written.
# Its XML documentation is put beside it.
set -euo pipefail
sources=$1 assembly=$2
here=$(dirname "$0")
"${REMB_MCS:-mcs}" -nologo -unsafe -warnaserror -warn:4 -target:library -doc:"${assembly%.dll}.xml" -out:"$assembly" \
  "$sources"/*.cs "$here"/src/*.cs
