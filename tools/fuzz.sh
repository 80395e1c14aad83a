#!/usr/bin/env bash
# Builds the fuzz targets and runs each for so many seconds from seeds that are made here: tools/fuzz.sh SECONDS HOST
# A finding ends it with the failing input's path; give that path to the target to see it again.
set -euo pipefail
seconds=$1
host=$2
cd "$(dirname "$0")/.."
build=${BUILD:-.build}/fuzz
export SWIFT_BACKTRACE=enable=no
swift build --package-path Tests/Fuzz -c release --sanitize fuzzer --scratch-path "$build" --disable-index-store -debug-info-format none

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
mkdir "$seeds/yaml" "$seeds/container" "$seeds/journal" "$seeds/ledger" "$seeds/ticks" "$seeds/models" "$seeds/manifest" "$seeds/settings"
cp config/*.yaml "$seeds/yaml/"
printf 'a: {b: [1, "x"], c: |\n  t\n}\n' >"$seeds/yaml/small"
{ printf '\000'; cat config/settings.yaml; } >"$seeds/settings/ours"
printf '\000app: {mode: demo}\nrisk: {max_leverage: 3, session: {max_daily_loss_abs: 5}}\nfeed: {recording: [BTCUSDT=t.csv]}\n' >"$seeds/settings/small"
{ printf '\001'; cat config/pairs.yaml; } >"$seeds/settings/pairs"
printf '\001instruments:\n  binance.usdm.A: {base: A, quote: USDT, tick: 0.1, step: 1, max_spread_bps: 2.5}\n' >"$seeds/settings/one"
printf '\002app: {mode: demo, websocket: mock, log_level: INFO}\nrisk: {max_daily_loss: 30}\ndecision: {loss_streak: {max_losses: 3}}\n' >"$seeds/settings/old"
phrase='a phrase' # FuzzContainer's
env SCALPER_SECRETS_PASSPHRASE="$phrase" OPENAI_API_KEY=seed "$host" secrets init --llm --file "$seeds/container/version1" >/dev/null 2>&1
printf 'M' >"$seeds/container/opens"
printf 'M\000\000\000\000\100\001' >"$seeds/container/changed"
printf '{"A": "b", "N": 1.5, "T": true}' >"$seeds/container/json"
# The first byte says how the rest is meant.
"$host" ticks generate --rows 40 --out "$seeds/t.csv" >/dev/null 2>&1
"$host" backtest --symbol BTCUSDT --ticks-path "$seeds/t.csv" --strategy EMACross --journal "$seeds/j" --set journal.segment_mb=1 >/dev/null 2>&1
{ printf '\000'; head -c 6000 "$seeds/j/000001.qej"; } >"$seeds/journal/whole"
printf '\001\000\000\044123456781234567812345678\001\000\000\000\001\000\000\000' >"$seeds/journal/records"
printf '\005{"format":1,"head_sha256":"%064d","input":7,"place":{"segment":1,"block":0,"offset":0,"blockNumber":0}}\n{}' 7 >"$seeds/journal/snapshot"
cp "$seeds/journal/whole" "$seeds/ledger/"
# A send (kind 1 of those that are no inputs) and a fill (8) of order 1.
{ printf '\001\001\000\104\001\000\000\000\000\000\000\000'; head -c 60 /dev/zero; printf '\010\000\220\001\000\000\000\000\000\000\000'; head -c 136 /dev/zero; } >"$seeds/ledger/records"
for kind in 0 1 4 8; do { printf "\\$(printf '%03o' $kind)"; cat "$seeds/t.csv"; } >"$seeds/ticks/$kind"; done
cp Tests/ModelAdapterTests/Models/xgboost-?.?.?.json Plugins/Fixtures/Models/lightgbm.txt "$seeds/models/"
tree=$'Tree=0\nnum_leaves=2\nnum_cat=1\nsplit_feature=1\nthreshold=0\ndecision_type=1\nleft_child=-1\nright_child=-2\nleaf_value=1 2\ncat_boundaries=0 1\ncat_threshold=4294967295\n\n\n'
printf 'tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=1\nobjective=binary sigmoid:1\ntree_sizes=%d\n\n%send of trees\n' \
  "${#tree}" "$tree" >"$seeds/models/categories"
printf '{"format": "linear.v1", "bias": 0.1, "weights": [0.5, -2], "means": [1, 0], "scales": [2, 1e-3], "missing": [0, 0]}' >"$seeds/models/linear"
# As the Python system writes it, and with all that ours can say.
digest=$(printf '%064d' 7)
printf '{"manifest_version": "model.v1", "symbol": "BTCUSDT", "horizon": 5, "model_type": "signal_model", "created_at": 1764547200.25,
"features_version": "feat.v1", "training_data": {"source": "ticks", "rows": 3600, "start_ts": null, "end_ts": null},
"metrics": {"accuracy": 0.61, "loss": NaN}, "thresholds": {"p_up": 0.55},
"files": {"model": {"path": "signal_xgb_BTCUSDT_h5.json", "sha256": "%s"}}, "model_format": "xgboost_json", "model_api": "predict_proba",
"artifact": {"python": "3.11.9", "platform": "linux", "serializer": "xgboost_json", "lib_versions": {"xgboost": "1.7.4"}}}' \
  "$digest" >"$seeds/manifest/reference"
printf '{"manifest_version": "model.v1", "symbol": "BTCUSDT", "market": "usdm", "horizon": 5, "features_version": "feat.v2", "parameters": {"a": 1,
"b": true, "c": "x"}, "training_data": {"start_ts": 1700000000000, "end_ts": 1700003600000, "trials": 3}, "files": {"model": {"path": "m.json",
"sha256": "%s"}, "adapter": {"path": "libXGBoostModel.so", "sha256": "%s"}, "runtime": [{"path": "lib/r.so", "sha256": "%s"}]},
"baseline": {"features": {"ret_1s": {"edges": [-1, 0.5], "counts": [1, 2, 3], "missing": 1, "usual": {"psi": 0.1, "window_bars": 60}}},
"scores": {"edges": [0.5], "counts": [4, 4]}}}' "$digest" "$digest" "$digest" >"$seeds/manifest/whole"

fuzz() { # target, seeds
  local log=$build/$1.log
  # libFuzzer counts its own memory and time: a bomb is a finding. At most 512 MB, and 20 s for one input.
  if ! timeout $((seconds + 120)) "$build/release/$1" "$2" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=20 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$build/$1-" -verbosity=0 >"$log" 2>&1; then
    { echo "fuzz: $1 found something"; tail -40 "$log"; } >&2
    return 1
  fi
  echo "fuzz: $1: $(sed -nE 's/^stat::(number_of_executed_units|peak_rss_mb): *([0-9]+)/\1 \2/p' "$log" | tr '\n' ' ')" >&2
}

# One on each processor; each of them ends, whatever the others find.
targets=(YAML Container Journal Ledger Ticks Models Manifest Settings)
echo "fuzz: ${targets[*]}, $seconds s each" >&2
for target in "${targets[@]}"; do
  while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
  { fuzz "Fuzz$target" "$seeds/${target,,}" || touch "$seeds/found"; } &
done
wait
rm -rf /dev/shm/quantumedge-fuzz-*
[ ! -e "$seeds/found" ]
