#!/usr/bin/env bash
# Builds products in release, one call each: with several --product flags SwiftPM builds only the last.
# usage: build-release.sh SWIFT-BUILD-FLAGS... -- PRODUCT...
set -euo pipefail

flags=()
while [ "$1" != -- ]; do
  flags+=("$1")
  shift
done
shift
for product in "$@"; do
  swift build -c release "${flags[@]}" --product "$product"
done
