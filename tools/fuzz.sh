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
mkdir "$seeds/yaml" "$seeds/container" "$seeds/journal" "$seeds/ledger" "$seeds/ticks"
cp config/*.yaml "$seeds/yaml/"
printf 'a: {b: [1, "x"], c: |\n  t\n}\n' >"$seeds/yaml/small"
env SCALPER_SECRETS_PASSPHRASE='a phrase' OPENAI_API_KEY=seed "$host" secrets init --llm --file "$seeds/container/version1" >/dev/null 2>&1
printf 'M' >"$seeds/container/opens"
printf 'M\000\000\000\000\100\001' >"$seeds/container/changed"
printf '{"A": "b", "N": 1.5, "T": true}' >"$seeds/container/json"
# The first byte says how the rest is meant.
"$host" ticks generate --rows 40 --out "$seeds/t.csv" >/dev/null 2>&1
"$host" backtest --symbol BTCUSDT --ticks-path "$seeds/t.csv" --strategy EMACross --journal "$seeds/j" --set journal.segment_mb=1 >/dev/null 2>&1
{ printf '\000'; head -c 6000 "$seeds/j/000001.qej"; } >"$seeds/journal/whole"
printf '\001\000\000\044123456781234567812345678\001\000\000\000\001\000\000\000' >"$seeds/journal/records"
cp "$seeds/journal/whole" "$seeds/ledger/"
# A send (kind 1 of those that are no inputs) and a fill (8) of order 1.
{ printf '\001\001\000\104\001\000\000\000\000\000\000\000'; head -c 60 /dev/zero; printf '\010\000\220\001\000\000\000\000\000\000\000'; head -c 136 /dev/zero; } >"$seeds/ledger/records"
for kind in 0 1 4 8; do { printf "\\$(printf '%03o' $kind)"; cat "$seeds/t.csv"; } >"$seeds/ticks/$kind"; done

fuzz() { # target, seeds
  local log=$build/$1.log
  echo "fuzz: $1 for $seconds s" >&2
  # libFuzzer counts its own memory and time: a bomb is a finding. At most 512 MB, and 20 s for one input.
  if ! timeout $((seconds + 120)) "$build/release/$1" "$2" -max_total_time="$seconds" -rss_limit_mb=512 -timeout=20 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$build/" -verbosity=0 >"$log" 2>&1; then
    tail -40 "$log" >&2
    exit 1
  fi
  grep -E 'number_of_executed_units|peak_rss_mb' "$log" | sed 's/^stat::/fuzz: /' >&2
}

fuzz FuzzYAML "$seeds/yaml"
fuzz FuzzContainer "$seeds/container"
fuzz FuzzJournal "$seeds/journal"
fuzz FuzzLedger "$seeds/ledger"
fuzz FuzzTicks "$seeds/ticks"
rm -rf /dev/shm/quantumedge-fuzz-*
