#!/bin/bash
# build.sh FOLDER VERSION COMMIT: tools/release.sh runs this in a source archive that it has unpacked in FOLDER. Puts what
# is built into FOLDER/dist, and the ABI and the SONAME into FOLDER/abi.xml and FOLDER/soname. REMB_TOOLS is the .cache of
# the clone, where tools/setup.sh put tools and libraries.
set -euo pipefail
folder=$1 version=$2 commit=$3
cd "$(dirname "$0")/../.."
ln -s "$REMB_TOOLS" .cache

bazel=(bazel --output_base="$folder/bazel")
trap '"${bazel[@]}" shutdown' EXIT
options=(-c opt --noshow_progress --ui_event_filters=-info --show_result=0)
# build NAME BAZEL_ARGUMENTS...: builds, and leaves links to results in FOLDER/NAME-bin.
build() {
  local name=$1
  shift
  "${bazel[@]}" build "${options[@]}" --symlink_prefix="$folder/$name-" "$@"
}
build amd64 //cc:prefix //cc/abi:with_types //swig:java_remb
build arm64 --config=arm64 //cc:prefix //swig:java_remb

for architecture in amd64 arm64; do
  name=libremb-$version-linux-$architecture
  mkdir "$folder/$name"
  cp -R --no-dereference --no-preserve=mode "$folder/$architecture-bin/cc/prefix/." "$folder/$name"
  mkdir -p "$folder/$name/share/doc/libremb"
  cp LICENSE LICENSES/Apache-2.0.txt CHANGELOG.md "$folder/$name/share/doc/libremb"
  tools/release/archive.sh "$folder/dist/$name.tar.gz" "$folder/$name" "$name" .
done

library=$folder/amd64-bin/cc/abi/libremb_with_types.so
cc/abi/dump.sh "$library" cc/include "$folder/abi.xml"
readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' >"$folder/soname"

# The path to the library that is tried before installation would be part of the build's id.
CMAKE_PREFIX_PATH=$folder/libremb-$version-linux-amd64 CMAKE_ARGS=-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON PATH=$REMB_TOOLS/wheel/bin:$PATH \
  pip wheel --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --wheel-dir "$folder/wheel" swig/python
PATH=$REMB_TOOLS/wheel/bin:$PATH auditwheel repair --wheel-dir "$folder/dist" "$folder"/wheel/remb-*.whl >"$folder/log" 2>&1 ||
  { cat "$folder/log" >&2 && exit 1; }

# What Maven takes from Bazel is amd64's; Arm's is added to it, and the licences.
native=$folder/native/META-INF/native/linux-aarch64
mkdir -p "$native"
cp LICENSE "$folder/native/META-INF"
cp LICENSES/Apache-2.0.txt "$folder/native/META-INF/LICENSE.Apache-2.0"
cp -L "$folder/arm64-bin/swig/java/libremb_jni.so" "$native"
mvn --batch-mode -Dstyle.color=never --quiet --no-transfer-progress -f swig/java/pom.xml "-Dmaven.repo.local=$REMB_TOOLS/maven" \
  "-Dremb.binding=$folder/amd64-bin/swig/java" "-Dremb.native=$folder/native" -DskipTests \
  "-Dproject.build.outputTimestamp=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" package
cp "swig/java/target/remb-$version.jar" "swig/java/target/remb-$version-sources.jar" "$folder/dist"

python3 tools/release/sbom.py "$version" "$commit" >"$folder/dist/libremb-$version.cdx.json"
