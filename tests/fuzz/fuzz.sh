#!/bin/sh
# Runs the fuzzers, each for so many seconds, on a corpus made here: files that our own programs
# wrote, whole and cut.
#   sh tests/fuzz/fuzz.sh BUILD_FOLDER SECONDS FUZZER...
build=$1 seconds=$2
shift 2
passed=0 failed=0
corpus=$build/corpus
found=$build/found
mkdir -p "$found"
sh tests/fuzz/corpus.sh "$build" "$corpus" || { echo "0 passed, 1 failed"; exit 1; }

for fuzzer in "$@"; do
    mkdir -p "$corpus/$fuzzer"
    log=$build/fuzz/$fuzzer.log
    # New inputs that reach new code join the corpus, so that a second run goes on from there.
    if "$build/fuzz/$fuzzer" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="$found/$fuzzer-" "$corpus/$fuzzer" > "$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok    $fuzzer: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, $(grep -o 'cov: [0-9]*' "$log" | tail -n 1), none failed"
    else
        failed=$((failed + 1))
        echo "WRONG $fuzzer: $(grep -E 'ERROR|expected|fuzz:' "$log" | head -n 1); its input is in $found, the whole log: $log"
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
