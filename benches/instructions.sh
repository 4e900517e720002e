#!/usr/bin/env bash
# Instructions per device event of the hot loop: storm W2, one thread, through the release binary.
#
#   benches/instructions.sh            compare with benches/instructions.txt; exit 1 if it moved by more than 3 %
#   benches/instructions.sh --record   make what is counted now the record
#
# Counts do not depend on how busy the machine is, so that a regression shows where seconds would not tell. The
# start of the program and its report are counted out: two runs of different length, one less the other.
# CELLFALL names another binary; TOLERANCE (per cent) another tolerance.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

record=benches/instructions.txt
scenario=scenarios/known-answers/storm-w2.yaml
tolerance=${TOLERANCE:-3}

if ! command -v valgrind >/dev/null 2>&1; then
    echo "installing valgrind" >&2
    apt-get update -qq && apt-get install -y -qq valgrind >&2
fi
if [ -z "${CELLFALL:-}" ]; then
    cargo build --release --locked >&2
    CELLFALL=${CARGO_TARGET_DIR:-target}/release/cellfall
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Instructions and events of a run of so many simulated hours.
count() {
    valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --log-file="$work/log" \
        "$CELLFALL" run "$scenario" --threads 1 --set "horizon=$1" --set outputs.kpi_period=15m \
        --out "$work/run" --force >"$work/text" 2>&1 || { cat "$work/text" "$work/log" >&2; exit 2; }
    local refs events
    refs=$(sed -n 's/.*I *refs: *\([0-9,]*\).*/\1/p' "$work/log" | tr -d ,)
    events=$(sed -n 's/^ *"events": *\([0-9]*\),*$/\1/p' "$work/run/timing.json")
    echo "$refs $events"
}

read -r short_refs short_events < <(count 10m)
read -r long_refs long_events < <(count 140m)
now=$(awk -v i=$((long_refs - short_refs)) -v e=$((long_events - short_events)) \
    'BEGIN { printf "%.1f", i / e }')
echo "$now instructions per event ($((long_refs - short_refs)) for $((long_events - short_events)) events)"

if [ "${1:-}" = --record ]; then
    echo "$now" >"$record"
    exit
fi
kept=$(cat "$record")
awk -v now="$now" -v kept="$kept" -v tolerance="$tolerance" 'BEGIN {
    moved = (now / kept - 1) * 100
    printf "%s recorded, %+.1f %%\n", kept, moved
    exit (moved > tolerance || moved < -tolerance)
}'
