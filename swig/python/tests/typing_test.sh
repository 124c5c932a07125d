#!/bin/bash
# The package and its stubs are clean by mypy --strict and ruff, and the stubs say what the module has.
set -euo pipefail
tools=$(dirname "$(readlink -f "$0")")/../../../.cache/wheel/bin
if [[ ! -x $tools/mypy ]]; then
  echo "skipped: no mypy; tools/setup.sh --with=python installs it"
  exit
fi
scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/typing.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export PYTHONPATH=$PWD/swig/python MYPY_CACHE_DIR=$scratch/mypy
status=0

"$tools/ruff" check --no-cache --config ruff.toml swig/python/remb/*.py* swig/python/tests/*.py || status=1
"$tools/ruff" format --no-cache --config ruff.toml --check swig/python/remb/[!_]*.py swig/python/remb/_remb.pyi || status=1
cd swig/python
"$tools/mypy" --config-file pyproject.toml -p remb || status=1

# What swig adds to each class is nobody's business.
echo 'remb\._remb\.\w+\.(this|thisown|__swig_destroy__)' >"$scratch/allowed"
"$tools/stubtest" --allowlist "$scratch/allowed" --mypy-config-file pyproject.toml remb._remb || status=1
exit $status
