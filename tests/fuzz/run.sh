#!/bin/sh
# Runs each fuzzing program for some seconds on the inputs of corpus.sh. What it finds is left
# beside them: NAME-crash-..., which the program takes as an argument to see it again.
#   sh tests/fuzz/run.sh PROGRAMS_FOLDER SECONDS NAME...
programs=$1 seconds=$2
shift 2
work=build/fuzz
rm -rf "$work"
sh tests/fuzz/corpus.sh "$work" || exit 1
passed=0 failed=0
for name in "$@"; do
    log=$work/$name.txt
    if "$programs/${name}_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$work/$name-" "$work/$name" > "$log" 2>&1; then
        passed=$((passed + 1))
        inputs=$(sed -n 's/stat::number_of_executed_units: *//p' "$log")
        echo "  $name: $inputs inputs in $seconds s"
    else
        failed=$((failed + 1))
        echo "  $name: WRONG, see $log"
        tail -n 30 "$log"
    fi
done
echo "fuzz: $passed passed, $failed failed"
[ $failed -eq 0 ]
