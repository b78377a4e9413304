#!/bin/sh
# make parity: PyTorch computes everything anew, and our engine is held to it. In the background two
# long runs of training; meanwhile operations, layers, AdamW, whole models and a folder of GPT-2's size.
# What is made goes to BUILD_FOLDER/oracle; references of hundreds of megabytes are removed once they
# were compared.
#   sh tests/parity/run.sh BUILD_FOLDER [committed]
# With `committed`, for make test: the small fixtures of the repository alone, and no Python.
# PYTHON names the interpreter (/usr/bin/python3).
build=$1
made=$build/oracle
[ "$2" != committed ] || made=$build/parity/committed
text=chapters/course.txt
fixtures=tests/oracle/fixtures
double=$build/double/parity/parity float=$build/float/parity/parity
passed=0 failed=0 skipped=0
rm -rf "$made"
mkdir -p "$made/double" "$made/float" "$made/fixtures"

oracle() { # oracle PROGRAM ARGUMENT...
    name_of_program=$1
    shift
    PYTHONDONTWRITEBYTECODE=1 "${PYTHON:-/usr/bin/python3}" "tests/oracle/$name_of_program.py" "$@"
}

count() { # count STATUS PASSED FAILED: a program that fails without saying what counts as one
    p=${2:-0} f=${3:-0}
    if [ "$1" -ne 0 ] && [ "$f" -eq 0 ]; then
        p=0 f=1
        echo "  ended with status $1 and without a verdict"
    fi
    passed=$((passed + p)) failed=$((failed + f))
}

check() { # check COMMAND...: shows all but the closing line, which is added up
    "$@" > "$made/log" 2>&1
    status=$?
    closing='^\([0-9]*\) passed, \([0-9]*\) failed'
    counts=$(sed -n "s/$closing.*/\1 \2/p" "$made/log" | tail -n 1)
    left_out=$(sed -n "s/$closing, \([0-9]*\) skipped/\3/p" "$made/log" | tail -n 1)
    skipped=$((skipped + ${left_out:-0}))
    grep -v "$closing" "$made/log"
    count $status ${counts:-0 0}
}

made_by() { # made_by PROGRAM ARGUMENT...: quiet when it goes well
    if ! oracle "$@" > "$made/log" 2>&1; then
        echo "  tests/oracle/$1.py failed:"
        tail -n 5 "$made/log"
        count 1 0 1
        return 1
    fi
}

finish() {
    if [ $skipped -gt 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ $failed -eq 0 ]
    exit
}

if [ "$2" = committed ]; then
    for what in ops layers adamw; do
        check "$double" $what --reference $fixtures/$what.safetensors
    done
    check sh tests/parity/hurt.sh "$build"
    finish
fi

# ---- in the background: a hundred steps in PyTorch, three times -------------------------------------
"$double" export --out "$made/double" --text $text || exit 1
"$float" export --out "$made/float" --text $text || exit 1
{
    oracle train "$made/double" "$made/double/pytorch.safetensors" &&
        oracle train "$made/float" "$made/float/pytorch.safetensors" &&
        oracle train "$made/double" "$made/double/nudged.safetensors" nudge
} > "$made/training.log" 2>&1 &
training=$!
trap 'kill $training 2> /dev/null' EXIT
trap 'exit 2' HUP INT TERM

# ---- operations, layers, AdamW ----------------------------------------------------------------------
for what in ops layers adamw; do
    fixture=$made/fixtures/$what.safetensors
    if made_by $what "$fixture"; then
        check "$double" $what --reference "$fixture"
        check "$double" same --in "$fixture" --reference $fixtures/$what.safetensors
    fi
done
check sh tests/parity/hurt.sh "$build"

# ---- whole models -----------------------------------------------------------------------------------
echo "a GPT-2 of 4 layers, 4 heads, width 128, context 64, vocabulary 50304, on 12 windows"
for variant in tanh erf tanh-no-bias erf-no-bias untied; do
    made_by model "$made/model" $variant && check "$double" model --in "$made/model" --name $variant
    rm -rf "$made/model"
done

echo "a folder of GPT-2's size, 124M, in Hugging Face's files: logits on 64 ids"
if made_by gpt2_124m "$made/gpt2-124m" "$made/gpt2-124m-prefixed"; then
    for folder in gpt2-124m gpt2-124m-prefixed; do
        check "$double" folder --in "$made/$folder" --name "$folder, double" --bound 1e-10
        check "$float" folder --in "$made/$folder" --name "$folder, float" --bound 1e-4
    done
fi
rm -rf "$made/gpt2-124m" "$made/gpt2-124m-prefixed"

# ---- training ---------------------------------------------------------------------------------------
echo "training on $text: batches of 4 windows, AdamW, decay groups, clipping, warm-up and cosine"
made_by step "$made/double" "$made/double/step.safetensors" &&
    check "$double" step --in "$made/double" --text $text --reference "$made/double/step.safetensors"
if wait $training; then
    for precision in double float; do
        eval program=\$$precision
        check "$program" train --in "$made/$precision" --text $text \
            --reference "$made/$precision/pytorch.safetensors"
    done
    "$double" curves --in "$made" --out build/plots/17-parity.tsv && sh plots/draw.sh 17-parity
    count $? 0 0
else
    tail -n 5 "$made/training.log"
    count 1 0 1
fi

echo "the checkpoints of those runs, loaded in PyTorch"
for precision in double float; do
    eval program=\$$precision
    bound=1e-12
    [ $precision = double ] || bound=1e-5
    made_by logits "$made/$precision/run/latest" "$made/$precision/logits.safetensors" &&
        check "$program" folder --in "$made/$precision/run" --name "logits in $precision" \
            --reference "$made/$precision/logits.safetensors" --bound $bound
done

# ---- evaluation -------------------------------------------------------------------------------------
echo "perplexity and LAMBADA: every printed digit"
check sh tests/oracle/evaluation.sh "$build"
finish
