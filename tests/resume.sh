#!/bin/sh
# A run that is killed (kill -9, at random moments) and resumed gives the same losses and the same
# weights, bit for bit, as one never stopped; so does one with another number of threads.
#   sh tests/resume.sh BUILD_FOLDER KILLS [TEXT [TRAIN_OPTIONS...]]
# KILLS kills in each precision. Dropout and micro-batches are on, so that every random stream and
# the order of accumulation are part of what is compared. PAUSE=20 draws the moments between 0 and
# 20 seconds after a start (1.2 without it), for longer runs; THREADS="1 2 8" are the other numbers of
# threads that are tried. At the full size, some ten minutes:
#   PAUSE=20 THREADS=1 sh tests/resume.sh build/cc 10 ../shared/data/tinyshakespeare.txt \
#       --steps 2000 --save-every 50
build=$1 kills=$2
pause_most=${PAUSE:-1.2} other_threads=${THREADS-1 2 8}
text=${3:-chapters/course.txt}
if [ $# -ge 3 ]; then shift 3; else shift 2; fi
if [ $# -eq 0 ]; then
    set -- --layers 2 --heads 2 --width 32 --context 32 --batch 4 --micro 2 --steps 240 --warm-up 10 \
        --dropout 0.1 --evaluate-every 40 --evaluate-windows 16 --save-every 7
fi
work=$build/resume
rm -rf "$work"
mkdir -p "$work"
passed=0 failed=0

verdict() { # verdict STATUS TEXT
    if [ "$1" -eq 0 ]; then passed=$((passed + 1)); echo "ok    $2"; else failed=$((failed + 1)); echo "WRONG $2"; fi
}

losses() { # step, loss, validation, gradient norm, rate: all but the speed
    cut -f1-5 "$1/log.tsv"
}

same_run() { # same_run RUN: log and weights equal to the uninterrupted run's
    losses "$work/$p-whole" > "$work/a" && losses "$1" > "$work/b" && cmp "$work/a" "$work/b" &&
        cmp "$work/$p-whole/latest/model.safetensors" "$1/latest/model.safetensors" &&
        cmp "$work/$p-whole/latest/optimizer.safetensors" "$1/latest/optimizer.safetensors"
}

seed=$(date +%s)
pause() { # a moment between 0 and PAUSE seconds, from a generator whose seed is printed
    seed=$(( (seed * 1103515245 + 12345) % 2147483648 ))
    echo "$seed" | awk -v most="$pause_most" '{printf "%.3f", ($1 / 2147483648) * most}'
}
echo "moments drawn from seed $seed"

for p in double float; do
    gpt2=$build/$p/programs/17-gpt2/gpt2
    "$gpt2" train --text "$text" --run "$work/$p-whole" --count 0 --seed 7 "$@" > "$work/log" 2>&1
    verdict $? "$p: uninterrupted run"
    for threads in $other_threads; do
        "$gpt2" train --text "$text" --run "$work/$p-t$threads" --count 0 --seed 7 --threads $threads "$@" > "$work/log" 2>&1
        same_run "$work/$p-t$threads"
        verdict $? "$p: the same with $threads threads"
    done
    run=$work/$p-killed
    killed=0 tries=0 mode=--fresh
    while [ $killed -lt "$kills" ] && [ $tries -lt 200 ]; do
        tries=$((tries + 1))
        "$gpt2" train --text "$text" --run "$run" --count 0 --seed 7 $mode "$@" > "$work/log" 2>&1 &
        child=$!
        sleep "$(pause)"
        if kill -9 $child 2> /dev/null; then killed=$((killed + 1)); fi
        wait $child 2> /dev/null
        mode=--resume
        [ -e "$run/latest" ] || mode=--fresh
        # Done before the last kill came: begin again, so that there is something left to kill.
        if grep -q '^step .* held-out' "$work/log"; then mode=--fresh; fi
    done
    echo "      $killed kills"
    [ $mode = --resume ] || echo "      the last kill came before the first checkpoint: begun anew"
    "$gpt2" train --text "$text" --run "$run" --count 0 --seed 7 $mode "$@" > "$work/log" 2>&1
    verdict $? "$p: goes on after the last kill"
    same_run "$run"
    verdict $? "$p: killed $killed times and resumed, the same losses and weights"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
