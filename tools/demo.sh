#!/bin/bash
# Shows libremb at work in a call on this machine. Run with --help for more.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'EOF'
Usage: tools/demo.sh [flags]

A minute of a WebRTC call between two Pion peer connections on this machine, through an emulated bottleneck whose
capacity changes. The receiver estimates with libremb and sends REMB. Shows the call as it goes, then a summary, and
writes a report with plots. With --browser it serves a page instead, from which your own browser calls. The first time
it installs and builds what is missing, which takes a few minutes.

  --duration=TIME        length of the call, 1m
  --capacity=CAPACITIES  the bottleneck's, 2M,0.6M,2.5M
  --profile=PROFILE      how it is estimated: adaptive, or libwebrtc
  --runs=NUMBER          calls one after the other, and their median
  --check                exit 1 if the median of three calls is not as good as it should be
  --out=FILE             the report, demo-report.html
  --json                 only the figures, for a program
  --browser              serve the page until Ctrl-C, at http://localhost:8080
  --listen=ADDRESS       serve it there, :8080 for all of this machine's addresses

The program has more flags. Once it is built --help shows them all.
EOF
}

# Where Bazel puts what is built with -c opt, as far as can be told without starting it.
built() { compgen -G '.bazel/out/*-opt/bin/go/cmd/demo/demo'; }

# Asking must not install or build anything.
for arg; do
  case $arg in
    --help | -help | --h | -h)
      mapfile -t programs < <(built)
      # One that has lost its library can't answer.
      for program in "${programs[@]}"; do
        (exec -a tools/demo.sh "$program" --help) 2>/dev/null && exit
      done
      usage
      exit
      ;;
  esac
done

# Installs and builds what is missing, and runs //go/cmd/demo with the arguments given, in the caller's folder.
tools/setup.sh --with=base >&2 # stdout may be JSON
built >/dev/null || echo "demo.sh: building; the first time takes a few minutes" >&2
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
