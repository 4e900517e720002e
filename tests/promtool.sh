#!/usr/bin/env bash
# Debian's promtool accepts the exported counters, and a query on them returns the counts of kpi.csv.
# Usage: tests/promtool.sh CELLFALL, the built program. Installs the package `prometheus` if there is none.
set -euo pipefail
cellfall=$(realpath "$1")
scenario=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../scenarios/first-steps.yaml")

if ! command -v promtool >/dev/null || ! command -v prometheus >/dev/null; then
    sudo=$([ "$(id -u)" = 0 ] || echo sudo)
    $sudo apt-get update -q
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends prometheus
fi
promtool --version 2>&1 | head -1

place=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || kill "$server"
    rm -rf "$place"
}
trap stop EXIT

# The first steps end with exit code 1: their gate fails, as it should.
"$cellfall" run "$scenario" --quiet --out "$place/run" --export openmetrics \
    --set telemetry.counters.loss=0 --set telemetry.functions.loss=0 --set telemetry.towers.loss=0 \
    >"$place/summary.txt" || [ $? = 1 ]
promtool tsdb create-blocks-from openmetrics "$place/run/operator_metrics.om" "$place/data"

port=$((20000 + $$ % 20000))
printf '{}\n' >"$place/prometheus.yml"
prometheus --config.file="$place/prometheus.yml" --storage.tsdb.path="$place/data" \
    --storage.tsdb.retention.time=100y --web.listen-address="127.0.0.1:$port" --log.level=error &
server=$!
url="http://127.0.0.1:$port"
for _ in $(seq 100); do
    if promtool query instant "$url" 'vector(1)' >/dev/null 2>&1; then
        break
    fi
    sleep 0.3
done

# Three hours into the scenario, which begins at 2024-05-14T05:00:00Z.
until_s=10800
at=$(date -u -d "2024-05-14T05:00:00Z + $until_s seconds" +%Y-%m-%dT%H:%M:%SZ)

# queried EXPRESSION: its value at that instant.
queried() {
    promtool query instant --time="$at" "$url" "$1" | sed -n 's/.*=> *\([0-9.e+]*\) .*/\1/p'
}

# counted COLUMN: the sum of a column of kpi.csv over the network up to that instant.
counted() {
    awk -F, -v column="$1" -v until="$until_s" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i; if (!at) exit 3; next }
        $3 == "network" && $1 <= until && $2 != "" { sum += $at }
        END { printf "%d", sum }' "$place/run/kpi.csv"
}

for pair in registration_attempts registration_successes registration_rejects periodic_updates calls \
    ims_attempts; do
    expected=$(counted "$pair")
    found=$(queried "sum(cellfall_${pair}_total)")
    printf '%s: %s by query, %s in kpi.csv\n' "$pair" "${found:-nothing}" "$expected"
    if [ "$(printf '%.0f' "${found:--1}")" != "$expected" ]; then
        echo 'these differ' >&2
        exit 1
    fi
done
registered=$(queried 'sum(cellfall_registered_subscribers)')
expected=$(awk -F, -v until="$until_s" '$3 == "network" && $1 == until { print $6; exit }' "$place/run/kpi.csv")
printf 'registered: %s by query, %s in kpi.csv\n' "${registered:-nothing}" "$expected"
if [ "${registered:-none}" != "$expected" ]; then
    echo 'these differ' >&2
    exit 1
fi
echo 'the same counts'
