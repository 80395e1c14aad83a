#!/usr/bin/env bash
# Holds the debug build to the release build: the same ticks must give the same decisions, to the bit.
# usage: same-decisions.sh DEBUG-FOLDER RELEASE-FOLDER
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export QE_RUNTIME_DIR=$folder/runtime

"$2/quantumedge" ticks generate --rows 100000 --seed 7 --out "$folder/ticks.csv" 2>/dev/null

hash() { # BUILD STRATEGY
  local more=()
  # Nothing can rest where bid and ask are one.
  if [ "$2" = OrderFlow ]; then more=(--set simulation.synthetic_spread_bps=2 --param enter_percent=20 --param pause_ms=0); fi
  "$1/quantumedge" backtest --config config/oracle.yaml --symbol BTCUSDT --ticks-path "$folder/ticks.csv" --strategy "$2" "${more[@]}" --json 2>/dev/null |
    sed -E 's/.*"fills": ([0-9]+).*"decision_hash": "([0-9a-f]+)".*"instances".*/\1 fills \2/'
}

for strategy in EMACross EMACrossC BreakoutC OrderFlow; do
  debug=$(hash "$1" "$strategy")
  release=$(hash "$2" "$strategy")
  if [ -z "$debug" ] || [ "$debug" != "$release" ]; then
    echo "same-decisions: $strategy: debug '$debug', release '$release'" >&2
    exit 1
  fi
  echo "same-decisions: $strategy: $debug"
done
