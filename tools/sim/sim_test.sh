#!/usr/bin/env bash
# The program as a user runs it: the same output for any number of jobs, sane figures, files, errors.
set -euo pipefail
sim=$PWD/$1
replay=$PWD/$2
scenarios=$PWD/tools/sim/scenarios
mahimahi=$PWD/testdata/mahimahi
cd "$TEST_TMPDIR"
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

run() { "$sim" "$@" --scenarios="$scenarios"; }

# expect_error PATTERN ARGUMENT...: exit code 2, and what standard error matches
expect_error() {
  local pattern=$1 code=0
  shift
  run "$@" >out 2>err || code=$?
  [ "$code" = 2 ] || fail "sim $*: exit code $code"
  grep -qE -- "$pattern" err || fail "sim $*: no '$pattern' in: $(cat err)"
}

echo "== byte for byte the same with one job and two, and when run again"
cases=(one-flow rfc8867-5.4 rfc8867-5.6:queue=300ms wifi-jitter cellular-walk)
for jobs in 1 2; do
  run run "${cases[@]}" --seeds=2 --jobs=$jobs --csv=$jobs.csv --json=$jobs.json --html=$jobs.html \
    >$jobs.txt 2>/dev/null
done
for kind in txt csv json html; do
  cmp 1.$kind 2.$kind || fail "$kind differs between one job and two"
  [ -s 1.$kind ] || fail "$kind is empty"
done
run run one-flow --seeds=2 --csv=again.csv >/dev/null
grep '^one-flow' 1.csv | cmp - <(grep '^one-flow' again.csv) || fail "a run depends on others"
run run one-flow --seeds=101-102 --csv=other.csv >/dev/null
cmp -s again.csv other.csv && fail "seeds change nothing"

echo "== sane figures"
python3 - <<'EOF' || fail "figures"
import csv
rows = list(csv.DictReader(open("1.csv")))
assert len({row["case"] for row in rows}) >= 5 and {row["seed"] for row in rows} == {"1", "2"}
for row in rows:
    where = row["case"], row["seed"]
    p50, p95, p99, most = (float(row[f"queue_{name}_ms"]) for name in ("p50", "p95", "p99", "max"))
    assert 0 <= p50 <= p95 <= p99 <= most <= 2500, where
    assert 0.1 < float(row["utilisation"]) < 2, where
    assert 0 <= float(row["loss"]) < 0.5, where
    assert 0 < float(row["remb_per_s"]) < 50, where
    assert (row["tcp_share"] != "") == ("5.6" in row["case"]), where
    assert (row["max_min_last"] != "") == ("5.4" in row["case"]), where
one = [row for row in rows if row["case"] == "one-flow"]
assert all(0.7 < float(row["utilisation"]) <= 1.01 for row in one), one
EOF

echo "== the knowing receiver, and efficiency"
run run one-flow --profile=knowing:0.9 --seeds=2 --efficiency --json=knowing.json >/dev/null
python3 - <<'EOF' || fail "knowing receiver"
import json
case = json.load(open("knowing.json"))["cases"][0]
assert len(case["curve"]) == 10
for point in case["curve"]:
    if point["f"] < 0.95:
        assert abs(point["utilisation"] - point["f"]) < 0.05, point
assert abs(case["efficiency"] - 1) < 0.01, case["efficiency"]
EOF

echo "== a recorded trace through replay gives the same estimates"
for profile in libwebrtc adaptive; do
  run run one-flow --profile=$profile --seeds=1 --trace=$profile.trace.csv --csv=$profile.csv >/dev/null
  "$replay" --clock=abs-send-time --profile=$profile $profile.trace.csv >$profile.replayed.csv
  [ "$(wc -l <$profile.replayed.csv)" -gt 50 ] || fail "$profile: few estimates"
done
cmp -s libwebrtc.replayed.csv adaptive.replayed.csv && fail "profiles answer alike"
run run one-flow --profile=libwebrtc --seeds=1 --html=page.html >/dev/null
python3 - <<'EOF' || fail "estimates of replay and of the run"
import csv, json, re
page = open("page.html").read()
data = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S)[1])
lines = {series["label"]: series for series in data["charts"][0]["series"]}
estimate = [y for y in lines["Estimate"]["y"] if y]
rows = list(csv.DictReader(open("libwebrtc.replayed.csv")))
replayed = {int(row["estimate_bps"]) for row in rows}
assert len(estimate) > 50
missing = [y for y in estimate if int(y) not in replayed]
assert not missing, missing[:5]
EOF

echo "== the made-up cellular trace is what its maker makes"
python3 "$mahimahi/make_walk.py" | cmp - "$mahimahi/walk.trace" || fail "walk.trace"

echo "== compare"
run compare libwebrtc adaptive one-flow --seeds=3 >compared.txt
grep -q '^A: libwebrtc' compared.txt || fail "compare: A"
grep -qE 'utilisation +0\.[0-9]+ ±' compared.txt || fail "compare: figures"
run compare 1.json 2.json >same.txt
grep -q 'better in 0, worse in 0' same.txt || fail "compare: a file and its like differ"

run compare 1.json 2.json one-flow >one.txt
grep -q 'figures of 1 cases' one.txt || fail "compare: files, but one scenario"
for flag in csv html json series trace; do
  expect_error "--$flag does nothing here: compare writes no files" compare 1.json 2.json --$flag=x.$flag
done
expect_error '--seeds does nothing here: both sides are files' compare 1.json 2.json --seeds=3
expect_error '--efficiency does nothing here' compare 1.json 2.json --efficiency
expect_error '--profile does nothing here: no side is a library' compare libwebrtc 2.json --profile=libwebrtc
expect_error '--library does nothing here: no side is a profile' compare 1.json 2.json --library=./x.so

echo "== list, help, errors"
run list | grep -q '^one-flow: ' || fail list
run --help | grep -q -- '--encoder_lag=TIME' || fail help
run run one-flow --pacing_burst=40ms --profile=knowing --seeds=1 | grep -q 'in bursts of 40 ms' ||
  fail "--pacing_burst"
expect_error '--pacing_burst is 0 to 1m' run one-flow --pacing_burst=2m
expect_error 'which command'
expect_error "no command 'walk'" walk
expect_error 'run which SCENARIO' run
expect_error "no scenario 'none'; there are .*one-flow" run none
expect_error "no variant 'colour'" run one-flow:colour=red
expect_error 'cannot open|No such file' run none.yaml
expect_error "'best'.*libwebrtc.*knowing" run one-flow --profile=best
expect_error 'as 10, 101-110' run one-flow --seeds=0
expect_error 'none\.so' run one-flow --library=none.so
expect_error 'cannot write none/x\.csv' run one-flow --seeds=1 --csv=none/x.csv
expect_error 'one case, not of' run rfc8867-5.1 --seeds=1 --trace=x.csv
expect_error 'no file none\.json' compare none.json 1.json
[ -z "$(find . -name '*.tmp')" ] || fail "temporary files"

if [ "$failures" != 0 ]; then
  echo "$failures failed"
  exit 1
fi
echo "all passed"
