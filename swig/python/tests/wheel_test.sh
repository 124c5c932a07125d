#!/bin/bash
# wheel_test.sh PREFIX README TRACE, in the root: builds a wheel with the libremb of PREFIX, makes it one for many Linux
# systems, installs it in an empty virtual environment, and there runs README's program and the tests beside this file.
set -euo pipefail
prefix=$1 readme=$2 trace=$3
tools=$(dirname "$(readlink -f "$0")")/../../../.cache/wheel/bin
if [[ ! -x $tools/auditwheel ]]; then
  echo "skipped: nothing to build a wheel with; tools/setup.sh --with=python installs it"
  exit
fi
export PATH=$tools:$PATH
scratch=$(mktemp -d "${TEST_TMPDIR:-/tmp}/wheel.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

CMAKE_PREFIX_PATH=$(realpath "$prefix") "$tools/pip" wheel --quiet --disable-pip-version-check --no-index --no-deps \
  --no-build-isolation --wheel-dir "$scratch/built" swig/python
auditwheel repair --wheel-dir "$scratch" "$scratch"/built/remb-*.whl 2>"$scratch/log" || { cat "$scratch/log" && exit 1; }
wheels=("$scratch"/remb-*-cp311-abi3-manylinux_*.whl)
[[ -f ${wheels[0]} ]] || { echo "not a wheel for all Pythons from 3.11 on: $(ls "$scratch"/*.whl)" >&2 && exit 1; }

python3 -m venv "$scratch/empty"
"$scratch/empty/bin/pip" install --quiet --disable-pip-version-check --no-index "${wheels[0]}"

# With nothing of ours in the environment.
run() { env -u LD_LIBRARY_PATH PYTHONPATH="${with:-}" "$scratch/empty/bin/python" "$@"; }

# shellcheck disable=SC2016  # Markdown's
sed -n '/^```python$/,/^```$/{/^```/!p}' "$readme" >"$scratch/program.py"
run "$scratch/program.py" "$trace" >"$scratch/output"
reports=$(grep -cE '^[0-9]+ [0-9]+$' "$scratch/output")
((reports > 100 && reports == $(wc -l <"$scratch/output"))) || { head "$scratch/output" && exit 1; }

# The same with numpy, for what takes its arrays.
for test in estimator buffers threads example; do
  with=$("$tools/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))') run "swig/python/tests/${test}_test.py"
done
echo "$(basename "${wheels[0]}"): $reports reports by README's program"
