#!/bin/bash
# Shows libremb at work in a call on this machine. Run with --help for more.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Installs and builds what is missing, and runs //go/cmd/demo with the arguments given, in the caller's folder.
tools/setup.sh
build=(bazel build -c opt --ui_event_filters=-info --show_result=0)
if [[ -t 2 ]]; then
  "${build[@]}" //go/cmd/demo
else
  "${build[@]}" --noshow_progress //go/cmd/demo
fi
# Not .bazel/bin, which a later build with other options makes point elsewhere.
bin=$(bazel info -c opt bazel-bin 2>/dev/null)
cd "$here"
exec -a tools/demo.sh "$bin/go/cmd/demo/demo" "$@"
