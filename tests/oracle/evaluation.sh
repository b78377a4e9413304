#!/bin/sh
# The evaluation's figures held to PyTorch's, every printed digit. Two small models in Hugging Face's
# format, one of random weights over GPT-2's own vocabulary and one trained over a vocabulary of its
# own, are evaluated by our program and by evaluate.py, which gets the ids our program wrote.
#   sh tests/oracle/evaluation.sh BUILD_FOLDER
# Needs ../shared/data and a Python with PyTorch (PYTHON names it); says so and skips without them.
build=$1
python=${PYTHON:-/usr/bin/python3}
data=${DATA:-../shared/data}
evaluate=$build/double/programs/19-evaluation/evaluate
tokenize=$build/double/programs/16-tokenizer/tokenize
oracle=tests/oracle/evaluate.py
work=$build/evaluation
ids=5001 passages=150
passed=0 failed=0

skip() { # skip REASON
    echo "skipped the evaluation against PyTorch: $1"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}
for file in wiki.test.raw lambada_test.jsonl tokenizer/encoder.json tokenizer/vocab.bpe; do
    [ -f "$data/$file" ] || skip "$data/$file is not there"
done
"$python" -c 'import torch, numpy' 2> /dev/null || skip "$python has no PyTorch"

need() { # need COMMAND...: what the comparison stands on
    "$@" > "$work/log" 2>&1 && return
    echo "WRONG $*"
    cat "$work/log"
    echo "$passed passed, $((failed + 1)) failed"
    exit 1
}

# same NAME OURS THEIRS: both printed the same figures, but for the lines that name the model and file
same() {
    grep -v -e '^model: ' -e '^text: ' "$2" > "$2.figures"
    if [ -s "$3" ] && cmp -s "$2.figures" "$3"; then
        passed=$((passed + 1))
        echo "  same: $1"
        sed '/^$/d; s/^/      /' "$3"
    else
        failed=$((failed + 1))
        echo "WRONG $1: ours (<) and PyTorch's (>)"
        diff "$2.figures" "$3"
    fi
}

perplexity() { # perplexity MODEL CONTEXT STRIDE [OPTION...]
    model=$1 context=$2 stride=$3
    shift 3
    need "$evaluate" perplexity --run "$work/$model" --text "$data/wiki.test.raw" --limit $ids \
        --context "$context" --stride "$stride" --write-ids "$work/ids" --report "$work/report.json" "$@"
    grep -v '^window .*%' "$work/log" > "$work/ours"
    "$python" $oracle perplexity "$work/$model" "$work/ids" 2 "$context" "$stride" > "$work/theirs"
    same "$model weights, $ids ids of WikiText, context $context, stride $stride $*" "$work/ours" "$work/theirs"
}

lambada() { # lambada MODEL [OPTION...]
    model=$1
    shift
    need "$evaluate" lambada --run "$work/$model" --text "$data/lambada_test.jsonl" --limit $passages \
        --write-ids "$work/passages" --report "$work/report.json" "$@"
    grep -v '^passage .*%' "$work/log" > "$work/ours"
    "$python" $oracle lambada "$work/$model" "$work/passages" > "$work/theirs"
    same "$model weights, $passages passages of LAMBADA $*" "$work/ours" "$work/theirs"
}

rm -rf "$work"
mkdir -p "$work/random" "$work/trained"
cp "$data/tokenizer/encoder.json" "$data/tokenizer/vocab.bpe" "$work/random"
need "$python" $oracle random "$work/random" 50257 128
need "$python" $oracle random "$work/trained" 2048 48
need "$python" $oracle text "$work/text" "$data/wiki.test.raw" 20000 "$data/lambada_test.jsonl" $passages
need "$tokenize" train --text "$work/text" --size 2048 --out "$work/trained"
need "$evaluate" lambada --run "$work/trained" --text "$data/lambada_test.jsonl" --limit $passages --write-ids "$work/passages"
need "$python" $oracle train "$work/trained" "$work/passages" 250
cat "$work/log"

perplexity random 64 32
perplexity trained 48 24
perplexity trained 48 48 --protocol joined
perplexity trained 17 5 --plain
lambada random
lambada trained
lambada trained --plain
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
