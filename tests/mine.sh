#!/bin/sh
# make mine: on all worked answers a plain GPT-2 trains as on the library; with one of them hurt, the
# gates or the losses say whose file it is.
#   sh tests/mine.sh build/cc [all]
# `all` hurts every exercise that builds a file of the engine, once; without it only two. Works in a folder
# of its own: a student's work/ is not touched. Needs the slips that ./learn audit builds.
set -u
B=$1 which=${2:-two}
here=$PWD
folder=$(mktemp -d "${TMPDIR:-/tmp}/mine.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
for name in exercises solutions lib chapters plots build; do
    ln -s "$here/$name" "$folder/$name"
done
cd "$folder" || exit 2
learn=$here/$B/learn/learn
passed=0 failed=0

"$learn" mine solutions > out.txt 2>&1
if [ $? -eq 0 ] && grep -q 'equal the library' out.txt && ! grep -q FAIL out.txt; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo 'FAIL  mine solutions: expected equal losses, found'
    cat out.txt
fi

# hurt ID: the first slip that its text lists in work/, as a file that passed once and was changed since.
hurt() {
    slip=$here/$B/learn/$1/slip-$(sed -n 's/^bug  *//p' "exercises/$1.txt" | head -n 1).c
    if [ ! -f "$slip" ]; then
        echo "FAIL  $1: no slip is built: ./learn audit builds them"
        failed=$((failed + 1))
        return
    fi
    rm -rf work
    mkdir -p "work/${1%/*}"
    cp "$slip" "work/$1.c"
    echo "$1 1 0 0" > work/progress.txt
    "$learn" mine > out.txt 2>&1
    if [ $? -eq 1 ] && grep -q "fails by itself: work/$1.c" out.txt; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL  $1 with ${slip##*/}: expected it to be named, found"
        cat out.txt
    fi
}

if [ "$which" = all ]; then
    for text in $(grep -l '^file' exercises/*/*.txt); do
        id=${text#exercises/}
        hurt "${id%.txt}"
    done
else
    hurt 02-value/mul
    hurt 05-tensor/unbroadcast
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
