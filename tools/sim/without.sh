#!/bin/bash
# Fills in docs/adaptive.md. Run with --help for more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
  cat <<'EOT'
Usage: tools/sim/without.sh [flags]

Builds libremb without each part of the adaptive profile in turn (cc/bwe/adaptive_parts.h), runs the scenarios that
tell what the part is worth, and writes the figures into docs/adaptive.md, the plots into docs/images/adaptive, and
the values of constants from the code into the tables. Takes about ten minutes on 2 cores.

  --seeds=SEEDS  10
  --jobs=N       threads, 2
  --render       build and run nothing: write from the output that is there, in .cache/without
  --constants    nothing but the constants
EOT
}

build=true
for arg; do
  case $arg in
    --help | -h) usage && exit ;;
    --render) build=false ;;
    --constants) exec python3 tools/sim/publish/constants.py ;;
  esac
done

tools/setup.sh --with=plots >&2
out=.cache/without
mkdir -p "$out"
if $build; then
  quiet=(-c opt --noshow_progress --ui_event_filters=-info --show_result=0)
  bin=$(bazel info -c opt bazel-bin 2>/dev/null)
  # kNothing comes first there, and last here, so that the simulator's build finds the usual objects.
  mapfile -t parts < <(sed -n 's/^  \(k[A-Z][A-Za-z]*\),.*/\1/p' cc/bwe/adaptive_parts.h | tac)
  for part in "${parts[@]}"; do
    echo "without.sh: building without ${part#k}" >&2
    copt=()
    if [[ $part != kNothing ]]; then copt=("--per_file_copt=^cc/bwe/.*@-DREMB_WITHOUT=$part"); fi
    bazel build "${quiet[@]}" "${copt[@]}" //cc:libremb.so.0
    cp -f "$bin/cc/libremb.so.0" "$out/$part.so"
  done
  bazel build "${quiet[@]}" //tools/sim
  ln -sfn "$bin/tools/sim/sim" "$out/sim"  # a copy would not find the library that it is linked with
fi
exec .cache/plots/bin/python tools/sim/publish/without.py "$@"
