#!/usr/bin/env bash
# Ours beside hftbacktest and NautilusTrader: same ticks, same strategy, same machine, the same minutes. `make bench`
# calls it; what it measures and which lines must pass stands in README.md beside it.
#
# usage: Benchmarks/peers.sh          environment: QE_BIN, QE_SHARED, QE_BENCH_NAUTILUS=0 (leave NautilusTrader out)
set -u -o pipefail
cd "$(dirname "$0")/.."

bin=${QE_BIN:-.build/release/quantumedge}
scripts=${QE_SHARED:-../shared}/bench
work=.build/bench
venv=.build/bench-venv
nautilus_venv=.build/bench-venv-nautilus
ticks=$work/ticks-1000000.csv
many=$work/ticks-10000000.csv

say() { printf '%s\n' "$*" >&2; }
fail() { say "bench: $2"; exit "$1"; }

[ -x "$bin" ] || fail 66 "$bin: no such program; build it with: swift build -c release --product quantumedge"
command -v python3 >/dev/null || fail 69 "python3 is missing, which compares the results; install it with: apt-get install python3 python3-venv"
mkdir -p "$work"

# install VENV PYTHON SECONDS PACKAGES...: a virtual environment with the packages; what is there already is kept.
install() {
  local venv=$1 python=$2 seconds=$3 log
  shift 3
  log=$work/$(basename "$venv").log
  [ -f "$venv/complete" ] && [ "$(cat "$venv/complete")" = "$*" ] && return 0
  say "bench: installing $* into $venv (log: $log)"
  { "$python" -m venv "$venv" && timeout "$seconds" "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"; } >"$log" 2>&1 || return 1
  printf '%s' "$*" >"$venv/complete"
}

# A python3.12 that starts: pyenv leaves a shim of that name even where no such version is chosen.
find_python312() {
  local candidate
  for candidate in python3.12 /usr/bin/python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python3.12; do
    "$candidate" -c '' 2>/dev/null && { command -v "$candidate"; return 0; }
  done
  return 1
}

options=()
if [ ! -f "$scripts/run_hftbacktest.py" ]; then
  options+=(--no-hftbacktest "the peers' scripts are not in $scripts")
elif ! install "$venv" python3 600 numpy pandas hftbacktest; then
  options+=(--no-hftbacktest "pip could not install it: $(tail -n 1 "$work/bench-venv.log")")
else
  options+=(--hftbacktest "$venv/bin/python" "$scripts/run_hftbacktest.py")
fi

if [ "${QE_BENCH_NAUTILUS:-1}" = 0 ]; then
  options+=(--no-nautilus "left out by QE_BENCH_NAUTILUS=0")
elif [ ! -f "$scripts/run_nautilus.py" ]; then
  options+=(--no-nautilus "the peers' scripts are not in $scripts")
elif ! python312=$(find_python312); then
  options+=(--no-nautilus "it needs Python 3.12, which is not here")
elif ! install "$nautilus_venv" "$python312" 420 pandas nautilus_trader; then
  options+=(--no-nautilus "pip could not install it: $(tail -n 1 "$work/bench-venv-nautilus.log")")
else
  options+=(--nautilus "$nautilus_venv/bin/python" "$scripts/run_nautilus.py")
fi

# The oracle's file where its generator runs; else ticks of our own, whose fills have no oracle.
if [ ! -s "$ticks" ]; then
  say "bench: making $ticks"
  if [ -f "$scripts/gen_ticks.py" ] && "$venv/bin/python" -c 'import numpy' 2>/dev/null; then
    "$venv/bin/python" "$scripts/gen_ticks.py" "$ticks.part" 1000000 42 >/dev/null || fail 1 "gen_ticks.py failed"
  else
    say "bench: the oracle's generator cannot run here, so ticks come from quantumedge ticks generate"
    "$bin" ticks generate --symbol BTCUSDT --rows 1000000 --seed 42 --out "$ticks.part" >&2 || fail 1 "ticks generate failed"
  fi
  mv "$ticks.part" "$ticks"
fi

# Ten copies, each shifted behind the one before. mawk would print large numbers in e-notation: hence %.0f.
if [ ! -s "$many" ]; then
  say "bench: making $many"
  last=$(tail -n 1 "$ticks" | cut -d, -f1)
  first=$(sed -n 2p "$ticks" | cut -d, -f1)
  { head -n 1 "$ticks"
    for copy in 0 1 2 3 4 5 6 7 8 9; do
      tail -n +2 "$ticks" | awk -v shift_ms=$((copy * (last - first + 1000))) \
        '{ comma = index($0, ","); printf "%.0f%s\n", substr($0, 1, comma - 1) + shift_ms, substr($0, comma) }'
    done
  } >"$many.part" || fail 1 "cannot write $many.part"
  mv "$many.part" "$many"
fi

counter=$(dirname "$bin")/libAllocationCounter.so
if [ -f "$counter" ]; then options+=(--allocation-counter "$counter"); fi

exec python3 Benchmarks/compare.py --bin "$bin" --ticks "$ticks" --many "$many" "${options[@]}"
