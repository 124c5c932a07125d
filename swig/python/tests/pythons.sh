#!/bin/bash
# pythons.sh PYTHON...: installs the package in an empty virtual environment of each Python, and runs the tests there.
# With CMAKE_PREFIX_PATH set to what tools/install.sh installed libremb is not built for each anew.
set -euo pipefail
cd "$(dirname "$0")/../../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for python; do
  "$python" -m venv --clear "$scratch/empty"
  "$scratch/empty/bin/pip" install --quiet --disable-pip-version-check ./swig/python
  echo "== $("$scratch/empty/bin/python" --version)"
  for test in estimator buffers threads golden; do
    "$scratch/empty/bin/python" "swig/python/tests/${test}_test.py"
  done
done
