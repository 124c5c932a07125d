#!/bin/bash
# Fuzzes what reads bytes of others, and the C ABI. Run with --help for more.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: tools/fuzz.sh [--seconds=N | --minimise] [TARGET...]

Fuzzes each target for N seconds, 60 by default, one after the other; all of them if none is named. C++ targets, NAME_fuzz,
run under libFuzzer; Go's are the functions FuzzNAME. AddressSanitizer and UndefinedBehaviorSanitizer watch both, Go's
memory too. Inputs that reach more code are kept in .cache/fuzz; the next run starts from them, from testdata/fuzz and
from Go's testdata/fuzz.

Prints a row each: executions, CPU time, edges of the code reached, new inputs. Names the input of each finding and the
command that replays it, and then ends with status 1. Needs tools/setup.sh --with=dev.

--minimise fuzzes nothing, but drops from .cache/fuzz what reaches no more code than smaller inputs and testdata/fuzz do,
and names the inputs in testdata/fuzz of which the same is true; C++ targets alone.

  tools/fuzz.sh --seconds=3600                 an hour each
  tools/fuzz.sh rtp_fuzz FuzzRead              these two for a minute
  tools/fuzz.sh --minimise                     fewer inputs for the same code
EOF
}

fail() { echo "fuzz.sh: $*" >&2 && exit 2; }

seconds=default minimise=false wanted=()
for arg; do
  case $arg in
    --seconds=*) seconds=${arg#*=} ;;
    --minimise) minimise=true ;;
    --help | -h) usage && exit ;;
    -*) fail "unknown argument $arg; see --help" ;;
    *) wanted+=("$arg") ;;
  esac
done
[[ $seconds =~ ^([1-9][0-9]*|default)$ ]] || fail "--seconds takes a whole number, 1 or more"
command -v clang-14 >/dev/null || fail "clang-14 is missing: tools/setup.sh --with=dev installs it"

quiet=(--noshow_progress --ui_event_filters=-info --show_result=0)
# Where a target is: a Bazel label, or Go's package folder.
declare -A places=()
while read -r label; do
  places[${label##*:}]=$label
done < <(bazel query "${quiet[@]:0:2}" 'filter("_fuzz$", kind(cc_test, //cc/... + //tools/...))')
while IFS=: read -r file function; do
  places[${function#func }]=./${file%/*}
done < <(grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9]+' go)
mapfile -t all < <(printf '%s\n' "${!places[@]}" | LC_ALL=C sort)
if $minimise; then
  [[ $seconds == default ]] || fail "--minimise does not fuzz: it takes no --seconds"
  [[ " ${wanted[*]} " != *" Fuzz"* ]] || fail "--minimise: Go's targets cannot be minimised"
  mapfile -t all < <(printf '%s\n' "${all[@]}" | grep -v '^Fuzz')
fi
((${#wanted[@]} > 0)) || wanted=("${all[@]}")
labels=() folders=()
for name in "${wanted[@]}"; do
  case ${places[$name]:-} in
    '') fail "there is no target $name, but ${all[*]}" ;;
    //*) labels+=("${places[$name]}") ;;
    *) folders+=("${places[$name]}") ;;
  esac
done

cache=$PWD/.cache/fuzz
mkdir -p "$cache/bin"
scratch=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# Copies, which no other build changes meanwhile.
if ((${#labels[@]} > 0)); then
  echo "Building ${labels[*]}"
  bazel build "${quiet[@]}" --config=fuzz "${labels[@]}"
  folder=$(bazel info --config=fuzz bazel-bin 2>/dev/null)
  for label in "${labels[@]}"; do
    path=${label#//}
    cp -f "$folder/${path/://}" "$cache/bin"
  done
fi
if ((${#folders[@]} > 0)); then
  mapfile -t folders < <(printf '%s\n' "${folders[@]}" | sort -u)
  echo "Building ${folders[*]}"
  watched=(--config=asan --config=ubsan --platform_suffix=gofuzz)
  # Bazel warns of what both have in common.
  bazel build "${quiet[@]}" --ui_event_filters=-warning "${watched[@]}" //cc:prefix
  PKG_CONFIG_PATH=$(bazel info "${watched[@]}" bazel-bin 2>/dev/null)/cc/prefix/lib/pkgconfig
  # -asan is all that Go knows: the other sanitizer's run-time is for the linker alone.
  CGO_LDFLAGS=-fsanitize=undefined
  export PKG_CONFIG_PATH CGO_LDFLAGS
  for folder in "${folders[@]}"; do
    go test -c -asan -tags=remb_static -fuzz=Fuzz -o "$cache/bin/$(basename "$folder").test" "$folder"
  done
fi

# The last number in the log behind these words.
last() { grep -oE "$1[0-9]+" "$log" | tail -1 | grep -oE '[0-9]+$' || echo 0; }

# Runs a fuzzer, the log in $log and a line of progress on the terminal, or each minute. Sets $cpu to its seconds.
run() {
  local before after start=$SECONDS shown=$SECONDS line
  times >"$scratch/before"
  "$@" >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    line="$name: $((SECONDS - start)) of $seconds s, $(last '(^#|execs: )') executions"
    if [[ -t 2 ]]; then
      printf '\r%s ' "$line" >&2
    elif ((SECONDS - shown >= 60)); then
      shown=$SECONDS
      echo "$line" >&2
    fi
  done
  [[ ! -t 2 ]] || printf '\r%*s\r' "$((${#line} + 1))" "" >&2
  local status=0
  wait "$pid" || status=$?
  pid=
  times >"$scratch/after"
  # Of the shell's children: minutes and seconds, of user and system.
  for file in before after; do
    printf -v $file '%s' "$(awk -F'[ms ]+' 'NR == 2 { print $1 * 60 + $2 + $3 * 60 + $4 }' "$scratch/$file")"
  done
  cpu=$(awk -v before="$before" -v after="$after" 'BEGIN { printf "%.0f", after - before }')
  return $status
}

found=()
# Says what was found: the reason, the input, and how to see it again.
tell() {
  found+=("$1 found something: ${2:-see $log}
  replay it: $3")
  grep -m3 -E ': not so: |ERROR: |runtime error: |SUMMARY: |^ +--- FAIL|^ {8,}[a-z_]+\.go:' "$log" >&2 || tail -5 "$log" >&2
  echo "${found[-1]}" >&2
}

# Keeps of the inputs in the folders after the first those that reach code which nothing in the first does.
merge() {
  local findings
  nice "$cache/bin/$name" -merge=1 "$@" >"$scratch/merge.txt" 2>&1 || { cat "$scratch/merge.txt" >&2 && fail "$name stopped"; }
  # libFuzzer leaves these out, and goes on.
  findings=$(sed -n "s/^MERGE-INNER: '\(.*\)' caused a failure.*/\1/p" "$scratch/merge.txt" | sort -u)
  [[ -z $findings ]] || fail "$name finds something in
$findings
nothing was dropped; replay them: bazel run --config=fuzz ${places[$name]} -- FILE"
}

if $minimise; then
  for name in "${wanted[@]}"; do
    named=testdata/fuzz/${name%_fuzz} corpus=$cache/$name/corpus
    mkdir -p "$corpus" "$scratch/$name"/{named,both}
    merge "$scratch/$name/named" "$named"
    cp "$named"/* "$scratch/$name/both"
    merge "$scratch/$name/both" "$corpus"
    before=$(find "$corpus" -type f | wc -l)
    for input in "$named"/*; do
      rm "$scratch/$name/both/${input##*/}"
    done
    # In its place at once, so that nothing is lost if this is stopped.
    rm -rf "$corpus.new" "$corpus.old"
    cp -r "$scratch/$name/both" "$corpus.new"
    mv "$corpus" "$corpus.old"
    mv "$corpus.new" "$corpus"
    rm -rf "$corpus.old"
    echo "$name: $before inputs are $(find "$corpus" -type f | wc -l)"
    # libFuzzer names what it keeps by its SHA-1.
    sha1sum "$named"/* | while read -r sum input; do
      [[ -e $scratch/$name/named/$sum ]] || echo "  $input reaches nothing that the others do not"
    done
  done
  exit
fi

[[ $seconds != default ]] || seconds=60
printf '%-20s %12s %9s %7s %7s\n' target executions "CPU s" edges new
for name in "${wanted[@]}"; do
  place=${places[$name]}
  mkdir -p "$cache/$name/corpus" "$cache/$name/found"
  log=$cache/$name/log.txt verdict=ok cpu=0
  if [[ $place == //* ]]; then
    corpora=("$cache/$name/corpus" "testdata/fuzz/${name%_fuzz}")
    [[ -d ${corpora[1]} ]] || unset 'corpora[1]'
    run env UBSAN_OPTIONS=print_stacktrace=1 "$cache/bin/$name" "-max_total_time=$seconds" -print_final_stats=1 \
      -timeout=60 -len_control=0 "-artifact_prefix=$cache/$name/found/" "${corpora[@]}" || verdict=found
    executions=$(last 'number_of_executed_units: ') edges=$(last 'cov: ') new=$(last 'new_units_added: *')
    input=$(grep -oE 'Test unit written to .*' "$log" | cut -d' ' -f5-) || true
    [[ $verdict == ok ]] || tell "$name" "$input" "bazel run --config=fuzz $place -- $input"
  else
    # In the package's folder, where Go writes down what it finds. A minute to make each new input smaller, Go's default,
    # would be most of the time.
    run env -C "$place" "$cache/bin/$(basename "$place").test" '-test.run=^$' "-test.fuzz=^$name\$" -test.parallel=1 \
      "-test.fuzztime=${seconds}s" -test.fuzzminimizetime=1s "-test.fuzzcachedir=$cache/$name/corpus" || verdict=found
    executions=$(last 'execs: ') edges=- new=$(last 'new interesting: ')
    input=$(grep -oE "testdata/fuzz/$name/[0-9a-f]+" "$log" | head -1) || true
    # So Go ends at times if the time is up within an execution: nothing was found.
    [[ $(grep -A2 '^--- FAIL' "$log") != *$'\n    context deadline exceeded\nFAIL' ]] || verdict=ok
    [[ $verdict == ok ]] || tell "$name" "${place#./}/$input" \
      "PKG_CONFIG_PATH=$PKG_CONFIG_PATH CGO_LDFLAGS=$CGO_LDFLAGS \
  go test -asan -tags=remb_static -run='^$name\$/^${input##*/}\$' $place"
  fi
  printf '%-20s %12s %9s %7s %7s  %s\n' "$name" "$executions" "$cpu" "$edges" "$new" "$verdict"
done
((${#found[@]} == 0)) || { printf '\n%s\n' "${found[@]}" && exit 1; }
