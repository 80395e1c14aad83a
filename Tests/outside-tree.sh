#!/bin/sh
# Plugins made by `quantumedge plugin new`, built in release outside the tree, by their own tools alone.
# usage: Tests/outside-tree.sh PATH/TO/quantumedge
set -eu

[ $# -eq 1 ] && [ -x "$1" ] || { echo "usage: $0 PATH/TO/quantumedge" >&2; exit 64; }
host=$(realpath "$1")
root=$(realpath "$(dirname "$0")/..")
folder=$(mktemp -d "${TMPDIR:-/tmp}/quantumedge-outside-XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"

fail() { echo "outside-tree: $*" >&2; exit 1; }

# What a host does first: load, take the one symbol, ask for a wrong and for the right version.
cat > load.c <<'END'
#include "quantumedge_plugin.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(int count, char **words) {
    const qe_descriptor *(*entry)(uint32_t, uint32_t, char *, size_t);
    char error[256] = "";
    void *library = count == 3 ? dlopen(words[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) return fprintf(stderr, "%s\n", count == 3 ? dlerror() : "usage"), 1;
    *(void **)&entry = dlsym(library, "quantumedge_plugin_entry");
    if (entry == NULL) return fprintf(stderr, "no entry\n"), 1;
    if (entry(QE_ABI_MAJOR + 1, 0, error, sizeof error) != NULL || error[0] == 0) return fprintf(stderr, "a wrong ABI is served\n"), 1;
    const qe_descriptor *descriptor = entry(QE_ABI_MAJOR, QE_ABI_MINOR, error, sizeof error);
    if (descriptor == NULL) return fprintf(stderr, "%s\n", error), 1;
    return strcmp(descriptor->name, words[2]) != 0 || descriptor->strategy == NULL;
}
END

check() { # library, name
  [ "$(nm -D --defined-only "$1" | cut -d' ' -f3)" = quantumedge_plugin_entry ] || fail "$1 shows more or less than its one symbol"
  ./load "$1" "$2" || fail "$1 does not load as $2"
}

"$host" plugin new OutsideC --language c
"$host" plugin new OutsideSwift --language swift --path "$folder/swift plugin"
cc -std=c99 -Wall -Wextra -Werror -IOutsideC/Sources/OutsideC/include -o load load.c -ldl

make -C OutsideC CFLAGS="-O2 -Werror"
check OutsideC/build/libOutsideC.so OutsideC
swift build -c release --package-path OutsideC
check OutsideC/.build/release/libOutsideC.so OutsideC

# A folder with a space, as a user's home may have.
make -C "swift plugin"
check "swift plugin/.build/release/libOutsideSwift.so" OutsideSwift

# No dependency, so nothing was resolved.
for lock in OutsideC/Package.resolved "swift plugin/Package.resolved"; do
  [ ! -e "$lock" ] || fail "$lock: the package has dependencies"
done

if "$host" plugin new OutsideC --language c 2>/dev/null; then fail "a folder that is there was written over"; fi
# What an author ships conforms, from the first line on.
harness=$(dirname "$host")/quantumedge-conformance
conforms() { "$harness" "$1" --strictness 10 > conformance.txt || { grep -v '^PASS' conformance.txt; fail "$1 does not conform"; }; }
conforms OutsideC/build/libOutsideC.so
conforms "swift plugin/.build/release/libOutsideSwift.so"
if command -v rustc > /dev/null; then
  rustc --edition 2021 -O -C panic=abort --crate-type cdylib -o libRusty.so "$root/docs/examples/rust/lib.rs"
  conforms libRusty.so
  languages="C, Swift and Rust"
else
  languages="C and Swift (no rustc here: Rust is not tried)"
fi
echo "outside-tree: plugins in $languages build, load, show one symbol and conform"
