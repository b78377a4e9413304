#!/bin/sh
# Bad input: each case must end with exit status 2 and exactly one line on stderr that says what was
# expected and found, and must leave behind no file that was not there before.
#   sh tests/input.sh BUILD_FOLDER
build=$1
gpt2=$PWD/$build/float/programs/17-gpt2/gpt2
tokenize=$PWD/$build/double/programs/16-tokenizer/tokenize
gpt2_double=$PWD/$build/double/programs/17-gpt2/gpt2
evaluate=$PWD/$build/double/programs/19-evaluation/evaluate
course=$PWD/chapters/course.txt
work=$build/input
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1
passed=0 failed=0 skipped=0

refused() { # refused WORDS COMMAND...: WORDS must stand in the line
    words=$1
    shift
    find . | sort > before
    "$@" > out 2> err < /dev/null
    status=$?
    rm -f before.new
    find . ! -name out ! -name err ! -name after | sort > after
    grep -v -e '^\./out$' -e '^\./err$' -e '^\./after$' before > before.old; mv before.old before
    if [ $status -eq 2 ] && [ "$(wc -l < err)" -eq 1 ] && grep -qF -- "$words" err && cmp -s before after; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "WRONG $*"
        echo "      expected status 2, one line with \"$words\" and no new file; found status $status:"
        head -n 5 err
        diff before after
    fi
}

small="--layers 1 --heads 2 --width 8 --context 8 --batch 2 --warm-up 0 --count 0 --evaluate-windows 4"
printf 'ab' > short.txt
: > empty.txt
printf 'some text\000with a NUL, as binary files have' > binary.txt
mkdir folder
touch before after out err

# ---- options
refused "expected a command" "$gpt2"
refused "expected a command" "$gpt2" fly
refused "found neither" "$gpt2" train
refused "found both" "$gpt2" train --text "$course" --ids "$course" --vocabulary folder
refused "unknown option" "$gpt2" train --text "$course" --wings 2
refused "expected a value" "$gpt2" train --text
refused "options only" "$gpt2" train --text "$course" more
refused "--steps: expected a whole number" "$gpt2" train --text "$course" --steps ten
refused "expected --checkpointing with --segment 2" "$gpt2" train --text "$course" --segment 2
refused "--steps: expected a whole number" "$gpt2" train --text "$course" --steps -1
refused "--steps: expected a whole number" "$gpt2" train --text "$course" --steps 0
refused "--steps: expected a whole number" "$gpt2" train --text "$course" --steps 1e3
refused "--rate: expected a number" "$gpt2" train --text "$course" --rate fast
refused "--rate: expected a number" "$gpt2" train --text "$course" --rate nan
refused "--seed: expected a whole number" "$gpt2" train --text "$course" --seed -3
refused "--gelu: expected tanh or erf" "$gpt2" train --text "$course" --gelu soft
refused 'found "so?ft"' "$gpt2" train --text "$course" --gelu "so
ft"
refused "n_head" "$gpt2" train --text "$course" --heads 3
refused "warm-up" "$gpt2" train --text "$course" --steps 5 --warm-up 6
refused "floor" "$gpt2" train --text "$course" --rate 1e-4 --floor 1e-3
refused "dropout" "$gpt2" train --text "$course" --dropout 1
refused "betas" "$gpt2" train --text "$course" --beta2 1
refused "WENGERT_THREADS: expected" env WENGERT_THREADS=many "$gpt2" train --text "$course"
refused "WENGERT_CPU: expected" env WENGERT_CPU=abacus "$gpt2" train --text "$course"

# ---- texts
refused "missing.txt" "$gpt2" train --text missing.txt
refused "empty.txt" "$gpt2" train --text empty.txt
refused "short.txt" "$gpt2" train --text short.txt
refused "folder" "$gpt2" train --text folder
mkfifo pipe
refused "pipe" "$gpt2" train --text pipe
refused "binary.txt" "$gpt2" train --text binary.txt
if [ "$(id -u)" -ne 0 ]; then
    printf 'secret' > unreadable.txt
    chmod 000 unreadable.txt
    refused "unreadable.txt" "$gpt2" train --text unreadable.txt
else
    echo "skipped an unreadable text: this user may read everything"
    skipped=$((skipped + 1))
fi

# ---- runs and checkpoints
$gpt2 train --text "$course" --run run $small --steps 6 --save-every 3 > log 2>&1 || { echo "WRONG: the small run failed"; cat log; failed=$((failed + 1)); }
refused "holds a run already" "$gpt2" train --text "$course" --run run $small --steps 6
refused "expected a run with a checkpoint" "$gpt2" train --text "$course" --run nowhere --resume $small --steps 6
refused "found both" "$gpt2" train --text "$course" --run run --resume --fresh $small --steps 6
refused "other settings or another text: expected steps 6, found steps 7" "$gpt2" train --text "$course" --run run --resume $small --steps 7
refused "expected context 8, found context 4" "$gpt2" train --text "$course" --run run --resume $small --steps 6 --context 4
refused "float" "$gpt2_double" train --text "$course" --run run --resume $small --steps 6
refused "expected" "$gpt2" sample --run nowhere
refused "--prompt" "$gpt2" sample --run run --prompt "snow: ❄"
refused "--top-p: expected a number" "$gpt2" sample --run run --top-p 1.5
refused "found both" "$gpt2" sample --run run --draft run --no-cache
refused "--draft-tokens: expected a whole number" "$gpt2" sample --run run --draft-tokens 0
refused "expected" "$gpt2" sample --run run --draft nowhere
head -c 3000 "$course" | tr a-z A-Z > upper.txt
$gpt2 train --text upper.txt --run upper $small --steps 1 > log 2>&1
refused "expected a draft with the vocabulary of run" "$gpt2" sample --run run --draft upper
refused "short.txt" "$gpt2" train --text short.txt --run run --resume $small --steps 6

# ---- what a new run begins from is not what --fresh removes
for from in "--from run" "--from run/latest" "--from ./run/step-00000006" "--vocabulary run/latest"; do
    refused "--fresh: expected another folder" "$gpt2" train --text "$course" --run run $from --fresh $small --steps 6
done

damage() { # damage FILE COMMAND: a copy of the run, one file changed by COMMAND (as $file)
    rm -rf hurt
    cp -R run hurt
    file=hurt/latest/$1
    eval "$2"
}
cut_short() {
    size=$(wc -c < "$file")
    head -c $((size * $1 / 100)) "$file" > part && mv part "$file"
}
for name in config.json model.safetensors vocabulary.txt; do
    for share in 0 10 50 99; do
        damage $name "cut_short $share"
        refused "$name" "$gpt2" sample --run hurt --count 5
    done
    damage $name 'rm "$file"'
    refused "$name" "$gpt2" sample --run hurt --count 5
    damage $name 'head -c 3000 "$gpt2" > "$file"'
    refused "$name" "$gpt2" sample --run hurt --count 5
done
for name in optimizer.safetensors state.json; do
    for share in 0 50 99; do
        damage $name "cut_short $share"
        refused "$name" "$gpt2" train --text "$course" --run hurt --resume $small --steps 6
    done
done
damage config.json 'sed "s/\"n_embd\": *8/\"n_embd\": 16/" "$file" > part && mv part "$file"'
refused "expected" "$gpt2" sample --run hurt --count 5
damage config.json 'sed "s/\"n_layer\": *1/\"n_layer\": 2/" "$file" > part && mv part "$file"'
refused "expected" "$gpt2" sample --run hurt --count 5
rm -rf hurt part

# ---- evaluation
head -c 3000 "$course" > part.txt
printf ' \n' > blank.txt
printf 'ab' > odd.ids
printf '\377\377\001\000' > large.ids
printf '\001' > one.ids
printf '{"text": "the end of the line"}\n{"txt": "the end"}\n' > no-text.jsonl
printf '{"text": "the end of the line"\n' > broken.jsonl
printf '{"text": "the line "}\n' > no-word.jsonl
printf '{"text": "line"}\n' > one-word.jsonl
refused "expected a command" "$evaluate"
refused "expected a command" "$evaluate" guess
refused "expected --run" "$evaluate" perplexity --text part.txt
refused "expected --text FILE or --ids FILE" "$evaluate" perplexity --run run
refused "found both" "$evaluate" perplexity --run run --text part.txt --ids one.ids
refused "expected --text" "$evaluate" lambada --run run
refused "expected --text" "$evaluate" held-out --run run
refused "nowhere" "$evaluate" perplexity --run nowhere --text part.txt
refused "unknown option" "$evaluate" perplexity --run run --text part.txt --wings 2
refused "--protocol: expected raw or joined" "$evaluate" perplexity --run run --text part.txt --protocol split
$gpt2 train --text "$course" --run narrow $small --context 1 --steps 1 > log 2>&1
refused "--context: expected 2 to 8" "$evaluate" perplexity --run run --text part.txt --context 9
refused "--context: expected 2 to 8" "$evaluate" perplexity --run run --text part.txt --context 1
refused "--stride: expected at most" "$evaluate" perplexity --run run --text part.txt --context 4 --stride 5
refused "--width: expected 1, 2 or 4" "$evaluate" perplexity --run run --ids one.ids --width 3
refused "missing.txt" "$evaluate" perplexity --run run --text missing.txt
refused "empty.txt" "$evaluate" perplexity --run run --text empty.txt
refused "binary.txt" "$evaluate" perplexity --run run --text binary.txt
refused "a blank line" "$evaluate" perplexity --run run --text blank.txt --protocol joined
refused "ids of 4 bytes" "$evaluate" perplexity --run run --ids odd.ids --width 4
refused "ids below" "$evaluate" perplexity --run run --ids large.ids
refused "at least 2 ids" "$evaluate" perplexity --run run --ids one.ids
refused "at least 2 ids" "$evaluate" perplexity --run run --text part.txt --limit 1
refused "cannot be written" "$evaluate" perplexity --run run --text part.txt --report no/such/report.json
refused "cannot be written" "$evaluate" perplexity --run run --text part.txt --write-ids no/such/ids
refused "found a folder" "$evaluate" perplexity --run run --text part.txt --report folder
refused "found something else" "$evaluate" perplexity --run run --text part.txt --report pipe
refused "--report: expected another file" "$evaluate" perplexity --run run --text part.txt --report ./part.txt
refused "--write-ids: expected another file" "$evaluate" perplexity --run run --text part.txt --write-ids part.txt
refused "expected two files" "$evaluate" perplexity --run run --text part.txt --write-ids new --report new
refused "expected a model of 2 positions" "$evaluate" perplexity --run narrow --text part.txt
refused "--special: expected a vocabulary" "$tokenize" show --vocabulary run/latest --prompt a --special
refused "--special: expected a vocabulary" "$tokenize" encode --vocabulary run/latest --text part.txt --special
refused "--out: expected another file" "$tokenize" encode --vocabulary run/latest --text part.txt --out ./part.txt
refused "short.txt" "$evaluate" held-out --run run --text short.txt
refused "missing.jsonl" "$evaluate" lambada --run run --text missing.jsonl
refused "expected passages" "$evaluate" lambada --run run --text empty.txt
refused 'no-text.jsonl: line 2: expected "text"' "$evaluate" lambada --run run --text no-text.jsonl
refused "broken.jsonl: line 1" "$evaluate" lambada --run run --text broken.jsonl
refused "no-word.jsonl: line 1: expected a last word" "$evaluate" lambada --run run --text no-word.jsonl
refused "one-word.jsonl: line 1: expected a last word" "$evaluate" lambada --run run --text one-word.jsonl
damage model.safetensors "cut_short 50"
refused "model.safetensors" "$evaluate" perplexity --run hurt --text part.txt
damage vocabulary.txt 'rm "$file"'
refused "a tokenizer" "$evaluate" perplexity --run hurt --text part.txt
rm -rf hurt part

# ---- a tokenizer's two files, of which one cannot be written
mkdir -p pair/merges.txt
refused "merges.txt: expected a file or nothing, found a folder" "$tokenize" train --text part.txt --size 300 --out pair
refused "at most 1023 bytes" "$tokenize" show --prompt a --vocabulary "run/latest$(printf '/.%.0s' $(seq 600))"

# ---- a loss that is not finite, and a disk that is full
for huge in "$gpt2 1e30" "$gpt2_double 1e200"; do
    rm -rf wild
    mkdir wild
    ${huge% *} train --text "$course" --run wild $small --steps 40 --rate ${huge#* } --floor 1 --clip 0 > out 2> err
    if [ $? -eq 2 ] && [ "$(wc -l < err)" -eq 1 ] && grep -q "expected a finite loss" err; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1)); echo "WRONG a loss that is not finite:"; tail -n 3 out err
    fi
done
( ulimit -f 8; trap '' XFSZ; "$gpt2" train --text "$course" --run full $small --width 32 --steps 4 --save-every 2 > out 2> err )
if [ $? -eq 2 ] && [ "$(wc -l < err)" -eq 1 ] && ! [ -e full/latest ] && [ -z "$(ls full | grep -v log.tsv)" ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1)); echo "WRONG a file that may not grow:"; tail -n 3 out err; ls -la full
fi

# ---- a file of ids of one byte each, and a screen that cannot be written
$tokenize encode --vocabulary run/latest --text "$course" --out course.ids > out 2>&1 &&
    $gpt2 train --ids course.ids --vocabulary run/latest --run from-ids $small --steps 6 > out 2>&1 &&
    $gpt2 train --text "$course" --vocabulary run/latest --run from-text $small --steps 6 >> out 2>&1 &&
    cmp from-ids/latest/model.safetensors from-text/latest/model.safetensors
if [ $? -eq 0 ]; then passed=$((passed + 1))
else failed=$((failed + 1)); echo "WRONG training on ids of one byte:"; tail -n 3 out; fi
# A prompt that ends in half a character: what is written is UTF-8 all the same.
$tokenize train --text "$course" --size 257 --out bytes > out 2>&1 &&
    $gpt2 train --text "$course" --vocabulary bytes --run of-bytes $small --steps 1 >> out 2>&1 &&
    $gpt2 sample --run of-bytes --prompt "$(printf 'a\342\235')" --count 0 > out 2>&1
if [ "$(cat out)" = "$(printf 'a\357\277\275')" ]; then passed=$((passed + 1))
else failed=$((failed + 1)); echo "WRONG half a character at a prompt's end:"; tail -n 3 out; fi
for command in "$gpt2 sample --run run --count 5" "$gpt2 --help" "$gpt2 train --help" "$evaluate --help" "$tokenize --help"; do
    [ -w /dev/full ] || break
    $command > /dev/full 2> err
    if [ $? -eq 2 ] && [ "$(cat err)" = "wengert: standard output cannot be written" ]; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "WRONG $command > /dev/full"; cat err; fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
