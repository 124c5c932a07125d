#!/bin/bash
# Has Maven package and test the binding and put it into a local repository, then programs of their own take it from
# there. What Maven downloads stays in .cache/maven, so that later runs need no network.
set -euo pipefail

if ! command -v mvn >/dev/null; then
  echo "skipped: no Maven: mvn is not in PATH; tools/setup.sh --with=java installs it"
  exit
fi

# Where Bazel runs this, the sources are links into the repository, and what it built lies beside them: swig's Java files
# in sources/, and libremb_jni.so. Maven gets copies, to write its own files there.
here=$(dirname "${BASH_SOURCE[0]}")
repository=$(dirname "$(realpath "$here/pom.xml")")/../../.cache/maven
work=$TEST_TMPDIR/java
mkdir -p "$repository"
cp -rL "$here" "$work"
chmod -R u+w "$work"

# All cases' reports as one, so that each is counted.
report() {
  {
    echo '<testsuites>'
    find "$work" -path '*/surefire-reports/TEST-*.xml' -exec sed '/^<?xml/d' {} \;
    echo '</testsuites>'
  } >"${XML_OUTPUT_FILE:-/dev/null}"
}
trap report EXIT

maven() {
  local project=$1 log=$TEST_TMPDIR/maven.log
  shift
  echo "== mvn -f $project $*"
  mvn --batch-mode --no-transfer-progress "-Dmaven.repo.local=$repository" -f "$work/$project/pom.xml" "$@" >"$log" 2>&1 && return
  if grep -q 'Could not transfer artifact' "$log"; then
    echo "skipped: no network: $(grep -m 1 -o 'Could not transfer artifact.*' "$log")"
    exit
  fi
  cat "$log"
  exit 1
}

maven . "-Dremb.binding=$work" "-Dremb.testdata=$PWD/testdata" install
maven example "-Dremb.readme=$PWD/README.md" test
maven benchmark package
"$JAVA_HOME/bin/java" -jar "$work/benchmark/target/benchmarks.jar" -f 1 -wi 0 -i 1 -r 100ms -foe true
