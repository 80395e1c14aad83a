#!/usr/bin/env bash
# The practice venue beside hftbacktest: the same passive strategy on the same recording, fills compared one by one. `make
# bench-fills` calls it; README.md beside it says what is compared.
#
# usage: Benchmarks/fills.sh          environment: QE_BIN, QE_SHARED
set -u -o pipefail
cd "$(dirname "$0")/.."

bin=${QE_BIN:-.build/release/quantumedge}
shared=${QE_SHARED:-../shared}
venv=.build/bench-venv
name=usdm_BTCUSDT_2024-08-08_2354
recording=$shared/data/ws/$name.ws.jsonl.gz
snapshot=$shared/data/snapshots/$name.rest_depth.jsonl.gz
packages="numpy pandas hftbacktest"

fail() { printf 'bench-fills: %s\n' "$2" >&2; exit "$1"; }

[ -x "$bin" ] || fail 66 "$bin: no such program; build it with: swift build -c release --product quantumedge"
[ -f "$recording" ] && [ -f "$snapshot" ] || fail 66 "$recording: the recording is not here; QE_SHARED names the folder that has data/ws"
command -v python3 >/dev/null || fail 69 "python3 is missing; install it with: apt-get install python3 python3-venv"
mkdir -p .build/bench
# The environment that `make bench` makes as well.
if [ "$(cat "$venv/complete" 2>/dev/null)" != "$packages" ]; then
  log=.build/bench/bench-venv.log
  printf 'bench-fills: installing %s into %s (log: %s)\n' "$packages" "$venv" "$log" >&2
  # shellcheck disable=SC2086
  { python3 -m venv "$venv" && timeout 600 "$venv/bin/pip" install --quiet --disable-pip-version-check $packages; } >"$log" 2>&1 ||
    fail 69 "pip could not install hftbacktest: $(tail -n 1 "$log")"
  printf '%s' "$packages" >"$venv/complete"
fi

exec "$venv/bin/python" Benchmarks/fills.py --bin "$bin" --recording "$recording" --snapshot "$snapshot"
