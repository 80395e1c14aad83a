#!/usr/bin/env bash
# Installs the Debian packages that the build needs, if this user may; else names the exact command.
set -euo pipefail

# The card's four, what else the host links, and what the toolchain itself needs on a bare system (its libraries by
# their -dev packages, whose names do not change from release to release).
packages=(libcurl4-openssl-dev libssl-dev libyaml-dev libffi-dev
  zlib1g-dev libzstd-dev libsimdjson-dev pkg-config
  g++ binutils git ca-certificates libncurses-dev libsqlite3-dev libxml2-dev libxgboost-dev)

if ! command -v swift >/dev/null; then
  echo "setup: there is no swift; install the Swift 6.3 toolchain from https://www.swift.org/install/linux/ and put it on PATH" >&2
  exit 69
fi
if ! command -v dpkg-query >/dev/null; then
  echo "setup: this is no Debian or Ubuntu; install what these are called here: ${packages[*]}" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  # pkg-config is provided by pkgconf on newer releases.
  if [ "$package" = pkg-config ] && command -v pkg-config >/dev/null; then continue; fi
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "setup: installing ${missing[*]}" >&2
if [ "$(id -u)" -eq 0 ]; then
  run=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  run=(sudo)
else
  echo "setup: this needs root; run: sudo apt-get update && sudo apt-get install -y ${missing[*]}" >&2
  exit 69
fi
export DEBIAN_FRONTEND=noninteractive
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
