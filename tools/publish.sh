#!/bin/bash
# Makes docs/results.md. Run with --help for more.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'EOT'
Usage: tools/publish.sh [flags]

Runs the simulator's scenarios with both profiles and with receivers that know the fair share, and writes
docs/results.md, the plots in docs/images/results, and on standard output the short table for README. Installs and
builds what is missing. All of it takes about an hour on 2 cores; for a try: tools/publish.sh --seeds=1-2
--other_seeds=101-102 --out=FOLDER.

  --seeds=SEEDS        that parameters were chosen on, 1-10
  --other_seeds=SEEDS  that they were not chosen on, 101-110
  --jobs=N             threads, 2
  --out=FOLDER         of results.md and images/results, docs
  --work=FOLDER        of the runs' output, .cache/publish
  --keep=REGEX         runs that are not repeated if their output is there: "knowing" after a change of an estimator
                       alone
  --render             run nothing: write from the output that is there
  --sim=PROGRAM        a simulator that is built already
EOT
}

sim=
arguments=()
for arg; do
  case $arg in
    --help | -h) usage && exit ;;
    --sim=*) sim=$(cd "$here" && realpath "${arg#--sim=}") ;;
    --out=* | --work=*) arguments+=("${arg%%=*}=$(cd "$here" && realpath -m "${arg#*=}")") ;;
    *) arguments+=("$arg") ;;
  esac
done

tools/setup.sh --with=plots >&2
if [[ -z $sim ]]; then
  echo "publish: building the simulator" >&2
  bazel build -c opt --noshow_progress --ui_event_filters=-info --show_result=0 //tools/sim
  sim=$(bazel info -c opt bazel-bin 2>/dev/null)/tools/sim/sim
fi
exec .cache/plots/bin/python tools/sim/publish/publish.py "--sim=$sim" "${arguments[@]}"
