#!/bin/sh
# Runs every gate: in double, where it is held to finite differences and keeps its results, and in
# float with each kernel of this processor, where it is held to what double kept. One line each.
#   sh tests/gates.sh BUILD_FOLDER "KERNELS" CHAPTER...
build=$1 kernels=$2
shift 2
mkdir -p "$build/gates"
passed=0 failed=0 skipped=0
worst=0
log=$build/gates/log
: > "$log"

# count STATUS: adds the counts of the last gate's closing line; a gate without one has failed.
count() {
    counts=$(printf '%s\n' "$output" | sed -n 's/.*: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' | tail -n 1)
    printf '%s\n' "$output" | tee -a "$log"
    if [ -z "$counts" ]; then
        echo "$chapter: the gate ended without a verdict (status $1)"
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    if [ "$1" -ne 0 ] && [ "${counts#* }" -eq 0 ]; then
        failed=$((failed + 1))
    fi
}

for chapter in "$@"; do
    results=$build/gates/$chapter.results
    output=$("$build/double/gates/$chapter" --brief --save "$results" 2>&1)
    count $?
    for kernel in $kernels; do
        output=$(WENGERT_CPU=$kernel "$build/float/gates/$chapter" --brief --against "$results" 2>&1)
        status=$?
        case $output in
        *"WENGERT_CPU: expected"*)
            echo "$chapter: skipped with the $kernel kernel: this processor does not have it"
            skipped=$((skipped + 1)) ;;
        *) output=$(printf '%s\n' "$output" | sed "s/ float  / float, $kernel/"); count $status ;;
        esac
    done
done
worst=$(sed -n 's/.* double .*worst error \([^:]*\):.*/\1/p' "$log" | sort -g | tail -n 1)
worst_float=$(sed -n 's/.* float.*worst error \([^:]*\):.*/\1/p' "$log" | sort -g | tail -n 1)
echo "worst error over all gates: $worst in double against finite differences, $worst_float in float against double"
echo "gates: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
