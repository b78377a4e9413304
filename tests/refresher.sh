#!/bin/sh
# Chapter 00's small programs, built as its lesson says, every warning an error.
#   sh tests/refresher.sh NAME     prints what program NAME prints: the lesson quotes that
#   sh tests/refresher.sh          builds and runs all of them; outside.c's mistake must be reported
folder=chapters/00-prologue/refresher
work=$(mktemp -d "${TMPDIR:-/tmp}/refresher.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

build() { # build NAME [FLAG...]: linker.c is a program of two sources, the others are of one
    name=$1
    shift
    set -- -std=c11 -Wall -Wextra -Wpedantic -Werror -g "$@" "$folder/$name.c"
    [ "$name" = linker ] && set -- "$@" "$folder/mean.c"
    ${CC:-cc} "$@" -o "$work/$name" -lm
}

judge() { # judge WHAT STATUS
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "WRONG: $1"
        cat "$work/log"
    fi
}

if [ $# -eq 1 ]; then
    build "$1" && "$work/$1"
    exit
fi

for source in "$folder"/*.c; do
    name=$(basename "$source" .c)
    [ "$name" = mean ] && continue
    { build "$name" && "$work/$name"; } > "$work/log" 2>&1
    judge "$name builds without a warning and ends well" $?
done
skipped=0
if build outside -fsanitize=address,undefined > "$work/log" 2>&1; then
    "$work/outside" > "$work/log" 2>&1
    grep -q 'heap-buffer-overflow' "$work/log" && grep -q 'in sum .*outside\.c:9' "$work/log"
    judge "outside: the sanitizer names sum at line 9" $?
else
    skipped=1 # not every compiler brings the sanitizers' libraries
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
