#!/bin/bash
# Makes what is published of a version. Run with --help for more.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/release.sh [--out DIR] [--check] [--snapshot]

Makes of the commit that is checked out, in dist/:

  libremb-V.tar.gz               the source, as committed
  libremb-V-linux-amd64.tar.gz   include/ and lib/, as tools/install.sh lays them out, for 64-bit Intel and AMD
  libremb-V-linux-arm64.tar.gz   the same for 64-bit Arm
  remb-V-*.whl                   the Python package, for CPython 3.11 and later on amd64
  remb-V.jar, -sources.jar       the Java package, for amd64 and arm64
  libremb-V.cdx.json             what is in these, and from whom: an SBOM by CycloneDX
  SHA256SUMS                     checksums of all

All but the source is built from the source archive, with the commit's date as the time. Refuses what is not a release:
uncommitted files, versions that differ, no section in CHANGELOG.md, an ABI that tools/check_abi.sh --tag has not written.

  --out DIR    another folder; files of the same names in it are replaced
  --check      make all twice, in folders of different names and by Bazels with nothing in them, and compare every byte
  --snapshot   refuse nothing, and take the files as they lie here, committed or not: to try this script
EOF
}

out=$PWD/dist check=false snapshot=false
while (($# > 0)); do
  case $1 in
    --out) out=${2:-} && shift $(($# > 1)) ;;
    --out=*) out=${1#*=} ;;
    --check) check=true ;;
    --snapshot) snapshot=true ;;
    --help | -h) usage && exit ;;
    *) echo "release.sh: unknown argument $1; see --help" >&2 && exit 2 ;;
  esac
  shift
done
[[ -n $out ]] || { echo "release.sh: --out DIR: which?" >&2 && exit 2; }
[[ $out == /* ]] || out=$here/$out

refuse() { echo "release.sh: not a release: $*" >&2 && exit 1; }

number() { sed -n "s/^#define REMB_VERSION_$1 //p" cc/include/remb/remb.h; }
version=$(number MAJOR).$(number MINOR).$(number PATCH)
for file in swig/python/pyproject.toml:version swig/java/pom.xml:'<version>' swig/csharp/Libremb.nuspec:'<version>'; do
  grep -m 1 "${file#*:}" "${file%:*}" | grep -qF "$version" || refuse "${file%:*} has another version than remb.h, $version"
done
if ! $snapshot; then
  [[ -z $(git status --porcelain) ]] || refuse "files that are not committed (git status); --snapshot takes them along"
  grep -qF "## [$version]" CHANGELOG.md || refuse "CHANGELOG.md has no section [$version]"
fi
tools/setup.sh --with=base,java,python,abi,arm64

# Times and names of the files in archives are those of the commit, and of nobody.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT

# make_all FOLDER: all of it in FOLDER/dist.
make_all() {
  mkdir -p "$1/dist"
  local name=libremb-$version
  git ls-files -z --cached --others --exclude-standard --deduplicate | while IFS= read -rd '' file; do
    [[ ! -e $file ]] || printf '%s\0' "$file"
  done | tools/release/archive.sh "$1/dist/$name.tar.gz" . "$name" --null --files-from=-
  tar -xf "$1/dist/$name.tar.gz" -C "$1"
  REMB_TOOLS=$PWD/.cache "$1/$name/tools/release/build.sh" "$1" "$version" "$(git rev-parse HEAD)"
  if ! $snapshot && ! cmp -s "$1/abi.xml" "cc/abi/$(<"$1/soname").xml"; then
    refuse "cc/abi/$(<"$1/soname").xml is not the ABI of this version: tools/check_abi.sh --tag writes it"
  fi
  (cd "$1/dist" && sha256sum -- * >SHA256SUMS)
}

make_all "$scratch/once"
if $check; then
  make_all "$scratch/again/in/another/folder"
  diff -r "$scratch/once/dist" "$scratch/again/in/another/folder/dist" ||
    { echo "release.sh: made twice, these differ" >&2 && exit 1; }
  echo "release.sh: made twice, the same to the byte"
fi
mkdir -p "$out"
cp "$scratch/once/dist/"* "$out"
echo "release.sh: in $out:"
(cd "$out" && sha256sum --check --quiet SHA256SUMS && while read -r _ file; do ls -l "$file"; done <SHA256SUMS)
