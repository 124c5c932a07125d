#!/bin/bash
# Changes the core in small ways, one at a time, and looks whether a test notices. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh --with=dev >&2
exec .cache/mutate/bin/python tools/mutate "$@"
