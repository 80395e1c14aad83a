#!/usr/bin/env bash
# What a worker costs: round trips per event in place and through shared memory, how long deaths take to be noticed, and how
# much memory a hundred reloads leave. Usage: Benchmarks/isolation.sh [release folder, default .build/release]
set -euo pipefail
cd "$(dirname "$0")/.."
release=${1:-.build/release}
host=$release/quantumedge
export SWIFT_BACKTRACE=enable=no

echo "isolation: $(nproc) CPUs; the host spins on one, the worker on another"
"$host" benchmark roundtrip --config config/oracle.yaml

# Reloads: images stay loaded, because Swift's runtime keeps pointers into them; so memory grows by about one image each.
work=$(mktemp -d)
trap 'kill "$run" 2>/dev/null || true; rm -rf "$work"' EXIT
export QE_RUNTIME_DIR=$work/runtime
resident() { awk '/^VmRSS/ {print $2}' "/proc/$run/status"; }
for isolation in in_process process; do
    rm -rf "$work/runtime"
    "$host" strategies publish "$release/libEMACrossC.so" --symbol BTCUSDT 2>/dev/null
    "$host" run --mode mock --config config/oracle.yaml --set feed.mock.trades_per_second=500 --set plugins.isolation=$isolation \
        --set plugins.deadline_us=1000000 > "$work/out" 2>&1 &
    run=$!
    for _ in $(seq 100); do "$host" status > /dev/null 2>&1 && break; sleep 0.1; done
    size=$(stat -c %s "$release/libEMACrossC.so")
    first=0
    for number in $(seq 1 110); do
        # Another digest each time: a byte behind the end.
        cp "$release/libEMACrossC.so" "$work/libEMACrossC.so"
        printf "%03d" "$number" >> "$work/libEMACrossC.so"
        "$host" strategies publish "$work/libEMACrossC.so" --symbol BTCUSDT 2> "$work/err" || { cat "$work/err"; exit 1; }
        # The first ten find their caches.
        if [ "$number" = 10 ]; then first=$(resident); fi
    done
    last=$(resident)
    echo "reload, $isolation: 100 reloads, resident $first -> $last KiB, $(((last - first) * 1024 / 100)) bytes each; a library has $size bytes"
    kill -TERM "$run"
    wait "$run" || true
done
