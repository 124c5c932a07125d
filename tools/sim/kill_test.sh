#!/usr/bin/env bash
# kill_test.sh SIM REPLAY: killed at any moment, both leave of each file all, or what was there before.
set -euo pipefail
sim=$PWD/$1
replay=$PWD/$2
scenarios=$PWD/tools/sim/scenarios
trace=$PWD/testdata/reference/rfc51.trace.csv
cd "$TEST_TMPDIR"
failures=0

# kills NAME COMMAND...: lets the command write NAME.* once, undisturbed, and then ends it 30 times at random moments
# of the time that took; in every second round on top of older files.
kills() {
  local name=$1 begin took round file killed=0 none=0 old=0 whole=0
  shift
  rm -rf whole && mkdir whole
  begin=${EPOCHREALTIME/./}
  (cd whole && "$@" >/dev/null 2>&1)
  took=$((${EPOCHREALTIME/./} - begin))
  for ((round = 0; round < 30; round++)); do
    rm -rf out && mkdir out
    if ((round % 2)); then for file in whole/*; do echo before >"out/${file#*/}"; done; fi
    (cd out && exec "$@" >/dev/null 2>&1) &
    # Up to a little longer than it took: the end is when files are renamed.
    sleep "$(((RANDOM << 15 | RANDOM) % (took * 12 / 10)))e-6"
    ! kill -KILL $! 2>/dev/null || killed=$((killed + 1))
    wait $! 2>/dev/null || true
    for file in whole/*; do
      file=${file#*/}
      if [ ! -e "out/$file" ] && ((round % 2 == 0)); then
        none=$((none + 1))
      elif cmp -s "whole/$file" "out/$file"; then
        whole=$((whole + 1))
      elif ((round % 2)) && [ "$(cat "out/$file")" = before ]; then
        old=$((old + 1))
      else
        echo "FAILED: $name: $file has $(wc -c <"out/$file") of $(wc -c <"whole/$file") bytes"
        failures=$((failures + 1))
      fi
    done
  done
  echo "$name: killed $killed times of 30; files not written $none, old $old, whole $whole"
  ((none > 0 && old > 0)) || { echo "FAILED: $name: too quick to be killed" && failures=$((failures + 1)); }
}

kills replay "$replay" --signals=signals.csv --html=page.html --trace=trace.csv "$trace"
kills sim "$sim" run one-flow --seeds=1 --scenarios="$scenarios" --csv=figures.csv --json=figures.json \
  --html=page.html --series=series.csv --trace=trace.csv
[ "$failures" = 0 ]
