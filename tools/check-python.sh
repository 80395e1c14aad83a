#!/usr/bin/env bash
# Holds our models to Python's xgboost, both ways: ours are loaded there, its are loaded here, and both say the same to 1e-6.
# usage: check-python.sh HOST [TICKS-FOLDER SYMBOL]   (default: made ticks)
# Packages come from the configured Python registry into a folder of their own; without it: exit 0 and a word, with QE_REQUIRE_WHEELS=1 exit 1.
set -euo pipefail

host=$(realpath "${1:?usage: check-python.sh HOST [TICKS-FOLDER SYMBOL]}")
here=$(cd "$(dirname "$0")" && pwd)
venv=${QE_PYTHON_VENV:-$here/../.build/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! "$venv/bin/python" -c 'import xgboost, sklearn; assert xgboost.__version__ == "1.7.4" and [int(part) for part in sklearn.__version__.split(".")[:2]] < [1, 6]' 2>/dev/null; then
  if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check 'xgboost==1.7.4' 'numpy<2' 'scikit-learn<1.6'; } 2>"$work/pip.log"; then
    # Who asks for it must not take what was never compared for agreement.
    if [ "${QE_REQUIRE_WHEELS:-}" = 1 ]; then
      echo "check-python: FAILED: no xgboost 1.7.4 for Python can be had here, and QE_REQUIRE_WHEELS is 1: $(tail -1 "$work/pip.log")" >&2
      exit 1
    fi
    echo "check-python: SKIPPED: no xgboost 1.7.4 for Python can be had here: $(tail -1 "$work/pip.log")"
    exit 0
  fi
fi

ticks=${2:-} symbol=${3:-BTCUSDT}
if [ -z "$ticks" ]; then
  ticks=$work/ticks
  mkdir -p "$ticks"
  "$host" ticks generate --symbol BTCUSDT --rows 200000 --seed 7 --out "$ticks/BTCUSDT_made.csv" 2>/dev/null
fi
export QE_ROOT=$work
rows=${QE_MIN_ROWS:-1000}
for schema in feat.v1 feat.v2; do
  for horizon in 1 30; do
    "$host" train --symbols "$symbol" --horizons "$horizon" --data "$ticks" --min-rows "$rows" --schema "$schema" --json >"$work/train.json"
    "$host" train --symbols "$symbol" --horizons "$horizon" --data "$ticks" --min-rows "$rows" --schema "$schema" --export-features "$work/rows.csv" --force 2>/dev/null
    "$venv/bin/python" "$here/check_python.py" "$host" "$work" "$symbol" "$horizon" "$schema"
  done
done
