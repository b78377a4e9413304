#!/bin/sh
# Runs every check of `make test` and adds up what they say. Each check is a command whose output has
# a line "N passed, N failed" (and maybe ", N skipped"), or is a cmocka program, whose own summary is
# read. A command that says nothing of the kind, or fails without a failure counted, counts as one.
#   sh tests/all.sh BUILD_FOLDER NAME=COMMAND...
build=$1
shift
mkdir -p "$build/log"
passed=0 failed=0 skipped=0

number() { # number PATTERN: the sum of what the pattern's group finds in the log
    sed -n "s/$1/\1/p" "$log" | awk '{sum += $1} END {print sum + 0}'
}

for check in "$@"; do
    name=${check%%=*}
    log=$build/log/$name.txt
    echo "== $name"
    sh -c "${check#*=}" > "$log" 2>&1
    status=$?
    p=$(number '.*\[  PASSED  \] \([0-9]*\) test(s)\..*')
    f=$(number '.*\[  FAILED  \] \([0-9]*\) test(s),.*')
    s=$(number '.*\[  SKIPPED \] \([0-9]*\) test(s),.*')
    closing=$(grep -E '(^|: )[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    if [ -n "$closing" ]; then
        counts=$(printf '%s\n' "$closing" | sed -n 's/.*\([^0-9]\|^\)\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed\(, \([0-9][0-9]*\) skipped\)\{0,1\}.*/\2 \3 \5/p')
        set_p=$(echo "$counts" | awk '{print $1 + 0}')
        set_f=$(echo "$counts" | awk '{print $2 + 0}')
        set_s=$(echo "$counts" | awk '{print $3 + 0}')
        p=$((p + set_p)) f=$((f + set_f)) s=$((s + set_s))
    fi
    if [ $((p + f + s)) -eq 0 ] || { [ $status -ne 0 ] && [ "$f" -eq 0 ]; }; then
        f=$((f + 1))
        echo "   ended with status $status and without a verdict of its own"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$f" -gt 0 ]; then
        tail -n 60 "$log"
        echo "   the whole log: $log"
    else
        grep -E '^worst|^skipped|^float ran|SKIPPED . test_' "$log" | sort -u | sed 's/^/   /'
    fi
    echo "   $p passed, $f failed, $s skipped"
done
echo
if [ $skipped -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
