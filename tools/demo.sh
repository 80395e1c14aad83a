#!/usr/bin/env bash
# Publishes the samples, backtests one, runs the host on a mock market for 20 seconds, and names the report.
# usage: demo.sh HOST PLUGIN-FOLDER TICKS REPORT
set -euo pipefail

host=$1 plugins=$2 ticks=$3 report=$4

say() { printf '\n== %s\n' "$1"; }

say "publish the sample strategies"
"$host" strategies publish "$plugins/libEMACross.so" --symbol BTCUSDT
"$host" strategies publish "$plugins/libBreakoutC.so" --symbol ETHUSDT --param window=100 --param hold=3 --param quantity=0.01

say "backtest $ticks"
mkdir -p "$(dirname "$report")"
"$host" backtest --symbol BTCUSDT --ticks-path "$ticks" --report "$report"

say "run the host on a mock market for 20 seconds"
"$host" run --mode mock --duration 20 --set feed.mock.symbols=BTCUSDT,ETHUSDT --set feed.mock.start_price=60000,3000 --set feed.mock.trades_per_second=100

printf '\nThe report of the backtest: %s\n' "$PWD/$report/report.html"
