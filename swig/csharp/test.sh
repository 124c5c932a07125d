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

# README's program, as it stands there.
# shellcheck disable=SC2016  # backticks of Markdown
awk '/^```$/ { on = 0 } on { print } /^```csharp$/ { on = 1 }' README.md >"$out/Readme.cs"
"${REMB_MCS:-mcs}" -nologo -warnaserror -warn:4 -out:"$out/readme.exe" -reference:"$out/Libremb.dll" "$out/Readme.cs"
"${REMB_MONO:-mono}" "$out/readme.exe" testdata/reference/rfc51.trace.csv >"$out/readme.txt"
awk 'NF != 2 || $2 < 50000 { exit 1 } END { exit NR < 100 }' "$out/readme.txt" ||
  { echo "README.md's C# program printed $(wc -l <"$out/readme.txt") lines:" && tail -3 "$out/readme.txt" && exit 1; }
