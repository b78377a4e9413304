#!/bin/sh
# ./learn as a student meets it: what each kind of file is told, and that no command loses anything.
#   sh tests/learn.sh build/cc
# Works in a folder of its own, where exercises/, lib/ and the rest are links: a student's work/ in the
# course's folder is not touched.
set -u
B=$1
here=$PWD
folder=$(mktemp -d "${TMPDIR:-/tmp}/learn.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
for name in exercises solutions lib chapters plots build Makefile setup.sh; do
    ln -s "$here/$name" "$folder/$name"
done
cp "$B/learn/learn" "$folder/learn"
cd "$folder" || exit 2
unset EDITOR PAGER
passed=0 failed=0
solution=solutions/02-value/mul.c work=work/02-value/mul.c

# expect NAME STATUS TEXT COMMAND...: the command ends with the status, and prints the text somewhere.
expect() {
    name=$1 status=$2 text=$3
    shift 3
    "$@" > out.txt 2>&1 < /dev/null
    got=$?
    # Our own lines fit 80 columns; those that quote a file, a compiler or a name are as long as they are.
    if [ $got -eq "$status" ] && grep -qF -- "$text" out.txt && ! grep -v '^    \|^[-+ ]\|^[a-z]*: ' out.txt | grep -q '.\{81\}'; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL  $name: expected status $status and \"$text\", found status $got and"
        sed 's/^/      /' out.txt
    fi
}

# slip NAME TEXT SED: the worked answer, changed, is judged so.
slip() {
    sed "$3" "$here/$solution" > $work
    if cmp -s "$here/$solution" $work; then
        echo "FAIL  $1: the change changed nothing"
        failed=$((failed + 1))
        return
    fi
    expect "$1" 1 "$2" ./learn check mul
}

# ---- the first screens ------------------------------------------------------------------------------
expect 'first screen' 0 'Your next step: ' ./learn
expect 'list' 0 'Of the engine, 0 of' ./learn list
expect 'list of one chapter' 0 '02-value' ./learn list 02
expect 'list of no chapter' 2 'expected a chapter with exercises' ./learn list 77
expect 'help' 0 './learn break [NAME]' ./learn help
expect 'unknown command' 2 'expected a command' ./learn frobnicate
expect 'unknown exercise' 2 'expected an exercise such as' ./learn check nothing-like-it
expect 'check before start' 1 'not started' ./learn check mul
expect 'watch before start' 2 './learn start mul' ./learn watch mul

# ---- one exercise -----------------------------------------------------------------------------------
expect 'start' 0 'yours    work/02-value/mul.c' ./learn start mul
cmp -s $work exercises/02-value/mul.c || { echo 'FAIL  start: not the starter'; failed=$((failed + 1)); }
expect 'untouched' 1 'not started' ./learn check 02-value/mul
expect 'diff too early' 2 'has not passed yet' ./learn diff mul
for k in 1 2 3 4; do
    expect "hint $k" 0 "hint $k of 4" ./learn hint mul
done
expect 'hint after the last' 0 'hint 4 of 4' ./learn hint mul

slip 'does not compile' "The compiler stopped" 's/out->grad/x->grad/'
slip 'misspelt'       'should define value_mul' 's/value_mul(/value_mull(/'
slip 'not static'     'write static before it' 's/^static void mul_b/void mul_b/'
slip 'forward'        'forward WRONG' 's/a->data \* b->data/a->data + b->data/'
slip 'out of bounds'  "index 3 out of bounds" 's/a->grad +=/int v[3]; for (int i = 0; i < 4; i++) v[i] = i; a->grad += v[1] + /'
slip 'crash names its line' '  at work/02-value/mul.c:' 's/a->grad +=/a = NULL; a->grad +=/'
slip 'broken contract' 'It was stopped: mine' 's/a->grad +=/require(0, "mine"); a->grad +=/'
slip 'exit(0)'        'ended early' 's/a->grad +=/_Exit(0); a->grad +=/; s/#include "value.value.h"/&\n#include <stdlib.h>/'
slip 'prints ok'      'your code printed' 's/a->grad +=/puts("ok"); a->grad = 0 */'
slip 'a factor'       '3 times what was measured' 's/ \* out->grad;/ * out->grad * 3;/'
slip 'not known'      'None of the slips known' 's/out->grad;/out->grad + 1e-5;/'
slip 'known slip'     'match a known slip' 's/+= a->data/-= a->data/'
slip 'memory'         'ran out of memory' 's/a->grad +=/static void *volatile kept; for (;;) kept = memset(malloc(1 << 20), 1, 1 << 20); a->grad +=/; s/#include "value.value.h"/&\n#include <stdlib.h>\n#include <string.h>/'
slip 'endless'        'ran out of time' 's/a->grad +=/for (volatile unsigned i = 0;; i++) {} a->grad +=/'

# other ID NAME TEXT SED: the same for another exercise's worked answer.
other() {
    ./learn start "$1" > /dev/null 2>&1
    sed "$4" "$here/solutions/$1.c" > "work/$1.c"
    cmp -s "$here/solutions/$1.c" "work/$1.c" && echo "FAIL  $2: the change changed nothing" && failed=$((failed + 1))
    expect "$2" 1 "$3" ./learn check "$1"
    rm "work/$1.c"
}
other 07-linear-algebra/linear 'a factor of one operand' 'every element of dw is 1/2 times' \
    's/ total);/ total \/ (real)s.rows);/'
other 07-linear-algebra/cumsum 'read back' 'wrong into one that held something' \
    's/behind += .*/behind = out->grad[row + s] + (s + 1 < length ? dx.at[row + s + 1] : 0);/'
other 07-linear-algebra/cumsum 'all written, one right' 'The others were written too' \
    's/behind += .*/behind = out->grad[row + s] * (real)((length - s) * (length - s));/'
other 07-linear-algebra/matmul 'put term by term' 'Is one element put more than once?' \
    's/total += \(.*\);/grad_put(db, first + k * s.n + n, \1);/; s/grad_put(db, .* total);/(void)total;/'
other 07-linear-algebra/training-step 'after the release' 'memory that was released' \
    's/tape_release(mark);//; s/real before = .*/tape_release(mark);/; s/return before;/return tensor_item(loss);/'
other 07-linear-algebra/max-pool 'begun at 0' 'that was begun at 0' \
    's/out->data\[y++\] =/out->data[y++] = fmax(0, /; s/j, s.width)\];/j, s.width)]);/'

cp "$here/$solution" $work
expect 'right' 0 'rejects 7 of 7 seeded bugs' ./learn check mul
expect 'right at another seed' 0 'passed' ./learn check mul --seed 7 --seeds 20
expect 'a bad seed' 2 '--seed: expected a whole number' ./learn check mul --seed x
expect 'counted' 0 'Of the engine, 1 of' ./learn list
expect 'diff of the same' 0 'to the last byte' ./learn diff mul
echo '/* more */' >> $work
expect 'changed since' 0 'changed since it passed' ./learn list 02
expect 'by chapter' 0 '1 passed, 0 failed' ./learn check 02
expect 'reset' 0 'yours is kept as work/02-value/mul.c.' ./learn reset mul
tail -n 1 work/02-value/mul.c.* | grep -q more || { echo 'FAIL  reset: yours is lost'; failed=$((failed + 1)); }
cmp -s $work exercises/02-value/mul.c || { echo 'FAIL  reset: not the starter'; failed=$((failed + 1)); }
expect 'give up' 0 '+++ solutions/02-value/mul.c' ./learn diff mul --give-up

# ---- watch: a save is judged, and so is the next ------------------------------------------------------
: > watch.txt
./learn watch mul > watch.txt 2>&1 &
watcher=$!
wait_for() {
    for k in $(seq 100); do
        grep -qF "$1" watch.txt && { passed=$((passed + 1)); return; }
        sleep 0.1
    done
    failed=$((failed + 1))
    echo "FAIL  watch: expected \"$1\", found"; cat watch.txt
}
wait_for 'not started'
cp "$here/$solution" $work
wait_for 'seeded bugs'
kill $watcher
wait $watcher 2> /dev/null

# ---- a progress file that is damaged ------------------------------------------------------------------
echo 'what is this' >> work/progress.txt
expect 'damaged progress' 2 'work/progress.txt:' ./learn list

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
