#!/bin/bash
# Compiles the class library and its tests with mcs and runs these with mono. Bazel starts it in the runfiles' root.
set -euo pipefail
binding=swig/csharp
out=$TEST_TMPDIR

# Beside the assembly, where mono looks first.
cp "$binding/libremb_csharp.so" "$out"
"$binding/compile.sh" "$binding/sources" "$out/Libremb.dll"
grep -q '<member name="T:Libremb.RembException">' "$out/Libremb.xml"
# The manual's program is one of the tests, which start it.
# shellcheck disable=SC2016  # backticks of Markdown
awk '/^```$/ { on = 0 } on { sub("static void Main", "internal &"); print } /^```csharp$/ { on = 1 }' docs/csharp.md \
  >"$out/Program.cs"
"${REMB_MCS:-mcs}" -nologo -unsafe -warnaserror -warn:4 -main:Testing -out:"$out/test.exe" -reference:"$out/Libremb.dll" \
  "$binding"/test/*.cs "$out/Program.cs"
"${REMB_MONO:-mono}" --debug "$out/test.exe"
