#!/bin/sh
# The published GPT-2 in this engine: its weights fetched and checked, a text gone on with greedily, then
# its perplexity on WikiText and its last words on LAMBADA.
#
#   sh chapters/17-gpt2/gpt2-124m.sh GPT2 EVALUATE [FOLDER]
#
# GPT2 and EVALUATE are the programs. With FOLDER nothing is fetched: the folder has config.json,
# model.safetensors, vocab.json and merges.txt. From the environment: PROMPT; WIKI and LAMBADA, the
# two test sets; TOKENS and PASSAGES, how much of each (0, the default: all).
gpt2=$1 evaluate=$2 folder=$3
here=chapters/17-gpt2
wiki=${WIKI:-../shared/data/wiki.test.raw}
lambada=${LAMBADA:-../shared/data/lambada_test.jsonl}

if [ -z "$folder" ]; then
    folder=weights/gpt2-124m
    sh $here/fetch.sh $here/gpt2-124m.txt $folder || exit 2
fi
echo
"$gpt2" sample --run "$folder" --prompt "${PROMPT:-The most important idea in calculus is}" --temperature 0 \
    --count 40 || exit 2

measure() { # measure WHAT VARIABLE FILE OPTIONS...: the program's words, or why there are none
    what=$1 variable=$2 file=$3
    shift 3
    echo
    if [ -r "$file" ]; then
        "$evaluate" "$what" --run "$folder" --text "$file" "$@" || exit 2
    else
        echo "$what: skipped, $file is not there; name the test set: make gpt2-124m $variable=FILE"
    fi
}
measure perplexity WIKI "$wiki" --protocol joined --context 1024 --stride 512 --limit "${TOKENS:-0}"
measure lambada LAMBADA "$lambada" --limit "${PASSAGES:-0}"
