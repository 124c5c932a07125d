#!/bin/bash
# Run by `bazel run -c opt //swig:python_benchmark`; next to aiortc's estimator where tools/setup.sh --with=aiortc was run.
set -euo pipefail
python=$BUILD_WORKSPACE_DIRECTORY/.cache/aiortc/bin/python
[[ -x $python ]] || python=/usr/bin/python3
LD_LIBRARY_PATH=cc PYTHONPATH=swig/python exec "$python" swig/python/tests/benchmark.py \
  testdata/reference/{steady,rfc52,simulcast,chromium-clean}.trace.csv
