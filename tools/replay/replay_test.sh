#!/usr/bin/env bash
# The program as a user runs it: what it prints, the files it writes, and its exit codes.
set -euo pipefail
replay=$PWD/$1
reference=$PWD/testdata/reference
captures=$PWD/testdata/captures
cd "$TEST_TMPDIR"
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect CODE PATTERN ARGUMENT...: the exit code, and what standard error matches
expect() {
  local code=$1 pattern=$2 got=0
  shift 2
  "$replay" "$@" >out 2>err </dev/null || got=$?
  [ "$got" = "$code" ] || fail "replay $*: exit code $got instead of $code: $(cat err)"
  grep -qE -- "$pattern" err || [ -z "$pattern" ] || fail "replay $*: no '$pattern' in: $(cat err)"
  [ -n "$pattern" ] || [ ! -s err ] || fail "replay $*: unexpected: $(cat err)"
}

echo "== standard output, with the libwebrtc profile: all columns up to the state, to the byte"
compared=0
for trace in "$reference"/*.trace.csv; do
  name=$(basename "$trace" .trace.csv)
  for clock in abs-send-time: toffset:toffset- rtp-timestamp:rtptime-; do
    expected=$reference/$name.${clock#*:}expected.csv
    [ -e "$expected" ] || continue
    "$replay" --profile=libwebrtc --clock="${clock%:*}" "$trace" >actual.csv
    cmp <(cut -d, -f1-4 "$expected") <(cut -d, -f1-4 actual.csv) || fail "$name by ${clock%:*}"
    cmp <(head -1 "$expected") <(head -1 actual.csv) || fail "$name: header"
    compared=$((compared + 1))
  done
done
[ "$compared" = 40 ] || fail "$compared traces instead of 40"

echo "== libwebrtc and abs-send-time are the defaults; standard input; CR LF"
lowrate=$reference/lowrate.trace.csv
"$replay" "$lowrate" >lowrate.csv
"$replay" --profile=libwebrtc --clock=abs-send-time "$lowrate" | cmp - lowrate.csv || fail defaults
sed 's/$/\r/' "$lowrate" | "$replay" - | cmp - lowrate.csv || fail "standard input"

echo "== command line"
expect 0 '' --help
grep -q -- '--clock=CLOCK' out || fail "--help prints no manual"
expect 2 'which FILE'
expect 2 'one FILE' a b
expect 2 'unknown flag --frobnicate' --frobnicate "$reference/steady.trace.csv"
expect 2 "'sundial'.*abs-send-time toffset rtp-timestamp" --clock=sundial "$lowrate"
expect 2 "'best'.*libwebrtc" --profile=best "$lowrate"
expect 0 '^replay: [0-9]+ packets in [0-9.]+ s, [0-9]+ packets/s$' --verbose "$lowrate"

echo "== bad files: place and reason, and nothing is left behind"
head -3 "$reference/steady.trace.csv" >bad.csv
echo '1000100000,16777216,0,0,1,1' >>bad.csv
expect 2 "^replay: bad\.csv:4:12: column 'abs_send_time': '16777216' is out of range" \
  --html=bad.html --signals=bad.signals.csv bad.csv
[ -z "$(find . -name 'bad.html*' -o -name 'bad.signals*')" ] || fail "output of a failed run"
expect 2 '^replay: cannot open none\.csv: No such file' none.csv
expect 2 'is empty' /dev/null
printf '\xd4\xc3\xb2\xa1\x02\x00\x04\x00' >x.pcap
expect 2 '^replay: x\.pcap: truncated dump file' x.pcap
expect 2 'cannot write none/out\.html' --html=none/out.html "$lowrate"
expect 2 'cannot write .*full' --signals=/dev/full "$reference/steady.trace.csv"
code=0
"$replay" "$reference/steady.trace.csv" >/dev/full 2>err || code=$?
{ [ "$code" = 2 ] && grep -q 'cannot write standard output' err; } ||
  fail "a full disk: $code, $(cat err)"

echo "== --signals"
expect 0 '' --signals=signals.csv "$reference/rfc51.trace.csv"
header=arrival_us,ssrc,send_delta_ms,arrival_delta_ms,size_delta_bytes,offset_ms,modified_offset_ms
header+=,threshold_ms,state,incoming_bitrate_bps,link_capacity_bps,estimate_bps,noise_variance_ms2
[ "$(head -1 signals.csv)" = "$header" ] || fail "--signals: header"
awk -F, 'NF != 13 || NR > 1 && ($1 < last || $3 < 0) { bad = 1 } NR > 1 { last = $1 }
  END { exit bad || NR < 1000 }' signals.csv || fail "--signals: rows"
awk -F, 'NR > 1 { state[$9] = 1 } END { exit !(state[0] && state[1] && state[2]) }' signals.csv ||
  fail "--signals: states"

echo "== --profile=adaptive: a row per changed estimate; columns that do not apply are empty"
expect 0 '' --profile=adaptive --signals=adaptive.csv --html=adaptive.html "$reference/rfc51.trace.csv"
[ "$(head -1 out)" = "$(head -1 "$reference/rfc51.expected.csv")" ] || fail "adaptive: header"
awk -F, 'NR > 1 && (NF != 7 || $5 $6 $7 != "" || $1 + 0 < last + 0 || $2 == estimate) { bad = 1 }
  { last = $1; estimate = $2 } END { exit bad || NR < 100 }' out || fail "adaptive: rows"
header=arrival_us,ssrc,mode,queueing_delay_ms,queue_threshold_ms,jitter_ms,train_capacity_bps
header+=,capacity_share_bps,train_share,incoming_bitrate_bps,estimate_bps
[ "$(head -1 adaptive.csv)" = "$header" ] || fail "adaptive: header of --signals"
awk -F, 'NF != 11 || NR > 1 && ($3 < 1 || $3 > 5 || $4 < 0) { bad = 1 } END { exit bad || NR < 1000 }' \
  adaptive.csv || fail "adaptive: --signals"
grep -q 'Standing queue' adaptive.html || fail "adaptive: --html"
expect 0 '' --profile=adaptive --clock=rtp-timestamp "$reference/rfc51.trace.csv"
awk -F, 'NF != 3 || NR > 1 && $2 == estimate { bad = 1 } { estimate = $2 } END { exit bad || NR < 100 }' \
  out || fail "adaptive: rows by RTP timestamps"

echo "== --html"
expect 0 '' --html=page.html "$reference/rfc51.trace.csv"
expect 0 '' --html=page-rtp.html --clock=rtp-timestamp "$reference/simulcast.trace.csv"
for page in page.html page-rtp.html; do
  [ "$(wc -c <$page)" -lt 3000000 ] || fail "$page is large"
  grep -nE '<[^>]* (src|href)=|url\(|@import' $page && fail "$page loads something"
  sed -n '/<script type="application\/json"/,/<\/script>/p' $page | sed '1d;$d' | python3 -c '
import json, sys
report = json.load(sys.stdin, parse_constant=lambda name: sys.exit(name + " in JSON"))
assert report["title"].endswith(".trace.csv"), report["title"]
assert {"Packets", "Reports", "REMBs"} <= {fact["label"] for fact in report["summary"]}
rate = report["charts"][0]
assert [s["label"] for s in rate["series"]][:3] == ["Received", "Estimate", "REMB"]
assert {"normal", "overusing", "underusing"} == {band["state"] for band in rate["bands"]}
for chart in report["charts"]:
    for series in chart["series"]:
        assert len(series["x"]) == len(series["y"]) > 0, series["label"]
' || fail "$page: data"
done
ln -s page.html link.html
chmod 600 page.html
expect 0 '' --html=link.html "$lowrate"
{ [ -L link.html ] && grep -q lowrate page.html; } || fail "a link is not followed"
[ "$(stat -c %a page.html)" = 600 ] || fail "permissions changed"
[ -z "$(find . -name '*.tmp')" ] || fail "temporary files"

echo "== captures of real calls: what is found, and the same rows again from the trace that is written"
# again ARGUMENT...: replays a capture, then the trace made of it.
again() {
  "$replay" "$@" --trace=again.csv >rows.csv 2>notes || fail "$*: $(cat notes)"
  local clock=()
  for argument; do [[ $argument != --clock=* ]] || clock=("$argument"); done
  "$replay" "${clock[@]}" again.csv | cmp - rows.csv || fail "$*: the trace has other rows"
}
found='abs-send-time: id 2, in [0-9]* packets \(guessed: 100\.0 %'
again "$captures/chromium.pcap" --port=52318
grep -qE "$found" notes || fail "chromium: $(cat notes)"
grep -q 'RTP from 127.0.0.1:50375 to 127.0.0.1:52318: 307 packets' notes || fail "flow: $(cat notes)"
[ "$(wc -l <again.csv)" = 308 ] || fail "chromium: $(wc -l <again.csv) rows"
[ "$(wc -l <rows.csv)" -ge 5 ] || fail "chromium: no reports"
"$replay" "$captures/chromium.pcap" --abs-send-time=2 --port 52318 2>/dev/null | cmp - rows.csv ||
  fail "chromium: the id given"
"$replay" --port=52318 - <"$captures/chromium.pcap" 2>/dev/null | cmp - rows.csv || fail "stdin"
again "$captures/chromium.pcap" --port=52318 --clock=rtp-timestamp
again "$captures/chromium-cooked.pcapng" --srtp-auth-tag=10
grep -qE "$found" notes || fail "pcapng: $(cat notes)"
[ "$(wc -l <rows.csv)" -ge 20 ] || fail "pcapng: no reports"
cut -d, -f5 again.csv >net
"$replay" "$captures/chromium-cooked.pcapng" --trace=gross.csv >out 2>err
awk -F, 'NR == FNR { net[NR] = $1; next } FNR > 1 && $5 - net[FNR] != 10 { bad = 1 }
  END { exit bad }' net gross.csv || fail "--srtp-auth-tag"
again "$captures/chromium-cooked2-nano.pcap"
grep -qE "$found" notes || fail "nanoseconds: $(cat notes)"
expect 2 'extensions of 288 packets of RTP are encrypted \(RFC 9335\)' "$captures/pion-cryptex.pcap"
again "$captures/pion-cryptex.pcap" --clock=rtp-timestamp

echo "== captures: what is asked for, and bad ones"
expect 0 'SSRC 2221565102 .*: 10 packets' --ssrc=0x846a64ae --port=58474 --abs-send-time=2 \
  "$captures/chromium.pcap"
expect 2 'no RTP, or none that is asked for' --port=9 "$captures/chromium.pcap"
expect 2 'has an abs-send-time with id 7' --abs-send-time=7 "$captures/chromium.pcap"
expect 2 "'70000'.*0 to 65535" --port=70000 "$captures/chromium.pcap"
expect 2 'steady\.trace\.csv is no capture: --port' --port=9 "$reference/steady.trace.csv"
head -c 40000 "$captures/chromium.pcap" >cut.pcap
expect 2 'cut\.pcap: packet [0-9]+: truncated dump file' --port=52318 --html=cut.html cut.pcap
[ ! -e cut.html ] || fail "output of a failed run"

echo "== --trace of a trace is that trace"
for name in steady simulcast; do
  "$replay" --trace=copy.csv "$reference/$name.trace.csv" >out
  cmp copy.csv "$reference/$name.trace.csv" || fail "--trace: $name"
done

if [ "$failures" != 0 ]; then
  echo "$failures failed"
  exit 1
fi
echo "all passed"
