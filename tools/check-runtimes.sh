#!/usr/bin/env bash
# Runs what needs the real runtime libraries: LightGBMModel and ONNXModel with LightGBM's and ONNX Runtime's own, against what these say in Python.
# usage: check-runtimes.sh BUILD-FOLDER [SWIFT-FLAG…]   (the tests are built there)
# The libraries are unpacked from the makers' wheels, which come from the configured Python registry into a folder of their own; without it: exit 0
# and a word, 1 with QE_REQUIRE_WHEELS=1.
set -euo pipefail

build=$(realpath "${1:?usage: check-runtimes.sh BUILD-FOLDER [SWIFT-FLAG…]}")
shift
cd "$(dirname "$0")/.."
wheels=(lightgbm==4.6.0 onnxruntime==1.23.2)
runtimes=${QE_MODEL_RUNTIMES:-$build/runtimes}
venv=${QE_PYTHON_VENV:-$build/python}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

fetch() {
  [ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
  "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$runtimes.part" "${wheels[@]}"
  for wheel in "$runtimes.part"/*.whl; do "$venv/bin/python" -m zipfile -e "$wheel" "$runtimes.part"; rm "$wheel"; done
  mv "$runtimes.part" "$runtimes"
}

if [ ! -d "$runtimes" ]; then
  rm -rf "$runtimes.part"
  if ! (set -e; fetch) >"$log" 2>&1; then
    echo "check-runtimes: SKIPPED: ${wheels[*]} cannot be had here: $(tail -1 "$log")"
    [ "${QE_REQUIRE_WHEELS:-0}" != 1 ] || exit 1
    exit 0
  fi
fi

export QE_MODEL_RUNTIMES=$runtimes SWIFT_BACKTRACE=enable=no
swift test --scratch-path "$build" "$@" --skip-build --filter 'LightGBMTests|ONNXTests' 2>&1 | tee "$log"
# A library that was not found would skip what this is for.
if grep -q 'skipped: .*QE_MODEL_RUNTIMES' "$log"; then
  echo "check-runtimes: $runtimes has not both libraries; remove that folder" >&2
  exit 1
fi
