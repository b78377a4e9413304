#!/bin/sh
# make handout: the archive unpacks into a course that builds and judges alone, names known slips, and holds
# no answer in the open.
#   sh tests/handout.sh build/cc
# What was built here is copied into it, so that only ./learn is linked anew; `make release` builds all of it.
#   sh tests/handout.sh build/cc all
set -u
build=$1
all=${2:-}
here=$PWD
compiler=$(basename "$build")
folder=$(mktemp -d "${TMPDIR:-/tmp}/handed.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
unset EDITOR PAGER MAKEFLAGS MFLAGS
passed=0 failed=0

# expect NAME STATUS TEXT COMMAND...: the command ends with the status, and prints the text somewhere.
expect() {
    name=$1 status=$2 text=$3
    shift 3
    "$@" > "$folder/out" 2>&1 < /dev/null
    got=$?
    if [ $got -eq "$status" ] && { [ -z "$text" ] || grep -qF -- "$text" "$folder/out"; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "WRONG $name: expected status $status and \"$text\", found status $got and"
        sed 's/^/      /' "$folder/out" | head -n 40
    fi
}

expect 'a name that is no archive' 2 'ends in .tar.gz' sh exercises/handout.sh "$folder/course.zip"
expect 'packs' 0 'it unpacks into course/' sh exercises/handout.sh "$folder/course.tar.gz"
[ -d "$folder/course" ] && echo 'WRONG packs: left its folder'
expect 'unpacks' 0 '' tar xzf "$folder/course.tar.gz" -C "$folder"
cd "$folder/course" || exit 1

# ---- no answer in the open --------------------------------------------------------------------------
expect 'no solutions' 0 '' test ! -e solutions
# Lines that solutions alone have: not those of a starter, of the library or of a lesson.
(cd "$here" && find exercises lib chapters -name '*.[ch]' -o -name '*.md' | xargs cat) > "$folder/public"
cat "$here"/solutions/*/* | awk 'length > 30' | grep -vxF -f "$folder/public" > "$folder/answers"
expect 'solutions have lines of their own' 0 '' test "$(wc -l < "$folder/answers")" -gt 100
expect 'no solution anywhere' 1 '' grep -rqxF -f "$folder/answers" exercises lib chapters
expect 'no edit of a seeded bug' 1 '' grep -rqE '^(find|put|end)$' --include='*.txt' exercises/
expect 'no answer on paper' 1 '' grep -rqE '^(right|wrong|number|within|value|let|forward) ' --include='*.txt' exercises/
expect 'the questions are there' 0 '' grep -q '^part' exercises/02-value/graph.txt
expect 'says what lib holds' 0 'an answer to most code exercises' cat HANDOUT.md

# ---- it builds and judges -----------------------------------------------------------------------------
if [ "$all" = all ]; then
    expect 'make' 0 '' make -j2 CC="$compiler"
else
    mkdir -p "$build"
    cp -a "$here/$build/double" "$build/"
    expect 'make learner' 0 'exercises/learn' make CC="$compiler" learner
fi
expect 'begins' 0 'Your next step' ./learn
mkdir -p work/02-value
cp "$here/solutions/02-value/mul.c" work/02-value/
expect 'a right answer' 0 'rejects 7 of 7 seeded bugs' ./learn check mul
sed -i.old 's/b->grad += a->data/b->grad -= a->data/' work/02-value/mul.c
expect 'a known slip' 1 "match a known slip: \"the second factor's share subtracted" ./learn check mul
expect 'a slip leaves no text' 1 '' grep -rqlF 'Value *value_mul' --include='slip-*' "$build/learn"
expect 'a sum on paper, right' 1 'ok     e = 2' ./learn paper graph e=2
expect 'a sum on paper, wrong' 1 'Which of the two factors moves' ./learn paper graph da=12
expect 'a sheet of questions' 0 'work/02-value/graph.txt' ./learn start graph
expect 'no worked answer' 2 'came without answers' ./learn diff mul --give-up
expect 'no worked answer on paper' 2 'came without answers' ./learn diff graph --give-up
for k in 1 2 3 4; do ./learn hint mul > "$folder/out"; done
expect 'hints promise none' 1 '' grep -q 'diff' "$folder/out"
expect 'no audit' 2 'came without answers' ./learn audit
expect 'no mine solutions' 2 'came without answers' ./learn mine solutions
expect 'make test' 2 'came without answers' make CC="$compiler" test
expect 'a handout packs none' 2 'was this copy a handout itself' sh exercises/handout.sh "$folder/again.tar.gz"

# ---- a sealed file that is damaged is no crash ----------------------------------------------------------
head -c 5000 exercises/sealed > "$folder/half" && cp "$folder/half" exercises/sealed
expect 'damaged' 2 'exercises/sealed: expected' ./learn list

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
