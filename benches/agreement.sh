#!/usr/bin/env bash
# The same night at several scales: does a smaller one tell the same story?
#
#   benches/agreement.sh [scenarios/att-2024-02-22.yaml [SEEDS [SCALE…]]]
#
# Runs SEEDS (20) seeds at each SCALE (0.1 0.01 0.001), the larger first, and compares neighbours: the median of
# the larger must lie in the 95 % range of the smaller; medians may differ by 2 % (t50, device-minutes), and by 5 %
# or one cycle of T3502 (835 s) if that is longer (t90, t99). Exit code 1 if they do not.
# CELLFALL names another binary. AT&T's night takes some minutes of processor time for each seed at 0.1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scenario=${1:-scenarios/att-2024-02-22.yaml}
seeds=${2:-20}
scales=("${@:3}")
[ ${#scales[@]} -gt 0 ] || scales=(0.1 0.01 0.001)
if [ -z "${CELLFALL:-}" ]; then
    cargo build --release --locked >&2
    CELLFALL=${CARGO_TARGET_DIR:-target}/release/cellfall
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for scale in "${scales[@]}"; do
    for seed in $(seq "$seeds"); do
        "$CELLFALL" run "$scenario" --scale "$scale" --seed "$seed" --out "$work/run" --force \
            >"$work/text" 2>&1 || [ $? = 1 ] || { cat "$work/text" >&2; exit 2; }
        for key in t50_s lost_device_min t90_s t99_s; do
            value=$(sed -n "s/^ *\"data\.$key\": *\([0-9.]*\),*\$/\1/p" "$work/run/summary.json")
            echo "$scale $key ${value:-999999999}"
        done
    done
    echo "scale $scale: $seeds seeds done" >&2
done >"$work/figures"

sort -k1,1gr -k2,2 -k3,3g "$work/figures" | awk '
function at(share, i) { i = int(share * (n - 1) + 0.5); return value[i] }
function close_group() {
    if (n == 0) return
    median[last] = at(0.5); low[last] = at(0.025); high[last] = at(0.975)
}
{
    if ($1 " " $2 != last) { close_group(); n = 0; last = $1 " " $2 }
    if (!($1 in seen)) { seen[$1] = 1; scale[++scales] = $1 }
    value[n++] = $3
}
END {
    close_group()
    split("t50_s lost_device_min t90_s t99_s", keys, " ")
    for (k = 1; k <= 4; k++) for (s = 2; s <= scales; s++) {
        large = median[scale[s - 1] " " keys[k]]; name = scale[s] " " keys[k]
        room = k <= 2 ? 0.02 * large : (0.05 * large > 835 ? 0.05 * large : 835)
        moved = median[name] - large; moved = moved < 0 ? -moved : moved
        inside = large >= low[name] && large <= high[name]
        word = moved > room ? "MOVED" : inside ? "agrees" : "OUTSIDE"
        if (word != "agrees") bad = 1
        printf "%-16s %8s %14.0f   %8s %14.0f (%.0f to %.0f)  %s\n", keys[k], scale[s - 1], large, scale[s],
            median[name], low[name], high[name], word
    }
    exit bad
}'
