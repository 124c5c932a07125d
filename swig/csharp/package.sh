#!/bin/bash
# Collects what a NuGet package is made of: package.sh FOLDER. With Mono's compiler, also a class library to use as it is.
set -euo pipefail
[[ $# == 1 && $1 != -* ]] || { echo "usage: swig/csharp/package.sh FOLDER" >&2 && exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."

bazel build -c opt //swig:csharp_remb
built=$(bazel info -c opt bazel-bin)/swig/csharp
[[ -e $built/libremb_csharp.so ]] || { echo "package.sh: C# is missing here: tools/setup.sh --with=csharp" >&2 && exit 1; }

rm -rf "$folder"/{sources,src,runtimes,mono}
mkdir -p "$folder/runtimes/linux-x64/native"
cp -rL "$built/sources" "$folder"
cp -r swig/csharp/{src,Libremb.csproj,Libremb.nuspec} "$folder"
cp LICENSE "$folder/LICENSE.txt"
cp LICENSES/Apache-2.0.txt "$folder/LICENSE.Apache-2.0.txt"
cp -L "$built/libremb_csharp.so" "$folder/runtimes/linux-x64/native"
chmod -R u+w "$folder"/{sources,runtimes}

mkdir "$folder/mono"
cp "$folder/runtimes/linux-x64/native/libremb_csharp.so" "$folder/mono"
swig/csharp/compile.sh "$folder/sources" "$folder/mono/Libremb.dll"
echo "package.sh: $folder is ready; docs/csharp.md says how to go on"
