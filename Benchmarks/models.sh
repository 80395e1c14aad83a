#!/usr/bin/env bash
# Features, one row of a forest, datasets and training: ours, beside libxgboost and Python's xgboost 1.7.4. `make bench-models`
# calls it; README.md beside it says which lines must pass.
#
# usage: Benchmarks/models.sh [release folder, default .build/release]
set -u -o pipefail
cd "$(dirname "$0")/.."

bin=${1:-.build/release}/quantumedge
work=.build/bench
venv=.build/bench-venv-xgboost
packages="xgboost==1.7.4 numpy<2"
data=$work/models
ticks=$data/BTCUSDT_generated.csv

say() { printf 'bench-models: %s\n' "$*" >&2; }
fail() { say "$2"; exit "$1"; }

[ -x "$bin" ] || fail 66 "$bin: no such program; build it with: make release"
command -v python3 >/dev/null || fail 69 "python3 is missing, which compares the results; install it with: apt-get install python3 python3-venv"
mkdir -p "$data"

if [ ! -s "$ticks" ]; then
  say "making $ticks"
  "$bin" ticks generate --symbol BTCUSDT --rows 10000000 --seed 42 --force --out "$work/part.csv" >/dev/null 2>&1 || fail 1 "ticks generate failed"
  mv "$work/part.csv" "$ticks"
fi
# Features are measured on the first of them, which fit into memory.
few=$work/ticks-1000000-generated.csv
[ -s "$few" ] || { head -n 1000001 "$ticks" >"$work/part.csv" && mv "$work/part.csv" "$few"; } || fail 1 "cannot write $few"

options=()
if [ "$(cat "$venv/complete" 2>/dev/null)" != "$packages" ]; then
  log=$work/bench-venv-xgboost.log
  say "installing $packages into $venv (log: $log)"
  # shellcheck disable=SC2086
  if { python3 -m venv "$venv" && timeout 600 "$venv/bin/pip" install --quiet --disable-pip-version-check $packages; } >"$log" 2>&1; then
    printf '%s' "$packages" >"$venv/complete"
  else
    options+=(--no-python "pip could not install it: $(tail -n 1 "$log")")
  fi
fi
[ ${#options[@]} -gt 0 ] || options=(--python "$venv/bin/python")

exec python3 Benchmarks/models.py --bin "$bin" --ticks "$few" --data "$data" --work "$work" "${options[@]}"
