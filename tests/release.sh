#!/bin/sh
# What takes longer than `make test` and is run before a release: both compilers, sanitizers, valgrind,
# every mutant, fuzzers, parity, many seeds, ten kills. The last line adds up everything; a tool that is not there is
# counted as skipped.
#   sh tests/release.sh [SEEDS]
seeds=${1:-100}
passed=0 failed=0 skipped=0
work=build/release
mkdir -p "$work"

add() { # add NAME LOG STATUS: the counts of a log's last "N passed, N failed"
    line=$(grep -E '[0-9]+ passed, [0-9]+ failed' "$2" | tail -n 1)
    p=$(printf '%s\n' "$line" | grep -oE '[0-9]+ passed' | grep -oE '[0-9]+')
    f=$(printf '%s\n' "$line" | grep -oE '[0-9]+ failed' | grep -oE '[0-9]+')
    s=$(printf '%s\n' "$line" | grep -oE '[0-9]+ skipped' | grep -oE '[0-9]+')
    p=${p:-0} f=${f:-0} s=${s:-0}
    if [ $((p + f)) -eq 0 ] || { [ "$3" -ne 0 ] && [ "$f" -eq 0 ]; }; then
        f=$((f + 1))
    fi
    [ "$f" -eq 0 ] || tail -n 40 "$2"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "== $1: $p passed, $f failed, $s skipped"
}

run() { # run NAME COMMAND
    sh -c "$2" > "$work/$1.txt" 2>&1
    add "$1" "$work/$1.txt" $?
}

have() {
    command -v "$1" > /dev/null 2>&1 && return 0
    echo "== skipped, $1 is not installed: $2"
    skipped=$((skipped + 1))
    return 1
}

# under COMMAND PREFIX: every gate in double under a checker of memory; a clean exit passes.
gates_under() {
    p=0 f=0
    for g in "$2"/double/gates/*-*; do
        case $g in *.results) continue ;; esac
        if WENGERT_CPU=portable $1 "$g" --brief > "$work/one.txt" 2>&1; then p=$((p + 1)); else f=$((f + 1)); echo "WRONG $g"; tail -n 20 "$work/one.txt"; fi
    done
    echo "$p passed, $f failed"
    [ $f -eq 0 ]
}

case $2 in
gates-under) gates_under "$3" "$4"; exit ;;
esac

for compiler in gcc clang; do
    have $compiler "its build and tests" || continue
    run "test-$compiler" "make CC=$compiler WERROR=1 test"
    run "sanitizers-$compiler" "make --no-print-directory -j2 CC=$compiler SAN=1 WERROR=1 libraries gate-programs test-programs && sh tests/all.sh build/$compiler-san \$(make -s --no-print-directory CC=$compiler SAN=1 unit-list)"
    run "sanitizers-gates-$compiler" "sh tests/release.sh 0 gates-under env build/$compiler-san"
done
if have valgrind "memory of every gate and of a training run"; then
    run valgrind-gates "sh tests/release.sh 0 gates-under 'valgrind -q --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=9' build/gcc"
    rm -rf "$work/valgrind"
    run valgrind-train "WENGERT_CPU=portable valgrind -q --leak-check=full --error-exitcode=9 build/gcc/float/programs/17-gpt2/gpt2 train --text chapters/course.txt --run $work/valgrind --layers 1 --width 16 --heads 2 --context 16 --batch 2 --steps 6 --save-every 3 --evaluate-windows 2 --threads 2 --count 20 && echo 1 passed, 0 failed"
fi
have clang "damaged files for every reader" && run fuzz "make fuzz SECONDS=60"
run parity "make CC=gcc parity"
run bugs "make CC=gcc bugs"
run exercises "build/gcc/learn/learn audit --seeds $seeds"
run mine "sh tests/mine.sh build/gcc all"
run grade "make CC=gcc learner && sh tests/grade.sh build/gcc all"
run handout "sh tests/handout.sh build/gcc all"
run resume "sh tests/resume.sh build/gcc 10"
run seeds "p=0; f=0; for g in build/gcc/double/gates/*[a-z0-9]; do for s in \$(seq 1 $seeds); do if \$g --brief --seed \$s > $work/seed.txt; then p=\$((p+1)); else f=\$((f+1)); echo \$g \$s; cat $work/seed.txt; fi; done; done; echo \$p passed, \$f failed"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
