#!/usr/bin/env bash
# Prints the matrix of fixtures and cases: what each misbehaving plugin fails, and whether that is exactly the case that it is
# made for. Usage: tools/conformance-matrix.sh [build folder, default .build/debug]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-.build/debug}
export SWIFT_BACKTRACE=enable=no

mapfile -t cases < <("$build/quantumedge-conformance" --list | awk '{print $1}')
echo "cases, by column: $(IFS=' '; echo "${cases[*]}")"
echo ". pass   F fail   C crash   T time-out   w warning   - not run: a prerequisite failed, or for the other kind"
echo
wrong=0
while read -r library parameters expected; do
    [[ -z "$library" || "$library" == \#* ]] && continue
    [[ -z "${expected:-}" ]] && { expected=$parameters; parameters=""; }
    arguments=()
    for parameter in ${parameters//,/ }; do arguments+=(--param "$parameter"); done
    output=$("$build/quantumedge-conformance" "$build/lib$library.so" --quick --strictness 10 "${arguments[@]}" || true)
    row=""
    failed=()
    for case in "${cases[@]}"; do
        outcome=$(awk -v id="$case" '$2 == id {print $1; exit}' <<< "$output")
        case "$outcome" in
            PASS) row+="." ;;
            FAIL) row+="F"; failed+=("$case") ;;
            CRASH) row+="C"; failed+=("$case") ;;
            TIMEOUT) row+="T"; failed+=("$case") ;;
            WARN) row+="w"; failed+=("$case") ;;
            *) row+="-" ;;
        esac
    done
    found=${failed[*]:--}
    mark=""
    if [[ "$found" != "$expected" ]]; then mark="   NOT WHAT WAS MEANT: $expected"; wrong=$((wrong + 1)); fi
    printf '%s  %-44s %s%s\n' "$row" "$library ${parameters}" "$found" "$mark"
done < Plugins/Fixtures/matrix.txt
echo
echo "$wrong of $(grep -cvE '^(#|$)' Plugins/Fixtures/matrix.txt) rows are not what was meant"
[[ $wrong == 0 ]]
