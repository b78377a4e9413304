#!/bin/sh
# Makes the fuzzers' corpus: small files that our own programs write.
#   sh tests/fuzz/corpus.sh BUILD_FOLDER CORPUS_FOLDER
build=$1 corpus=$2
run=$build/corpus-run
mkdir -p "$corpus/config" "$corpus/safetensors" "$corpus/checkpoint"
"$build/double/programs/17-gpt2/gpt2" train --text README.md --run "$run" --fresh --layers 1 --heads 1 \
    --width 2 --context 4 --batch 1 --steps 2 --count 0 > "$build/corpus.log" 2>&1 ||
    { tail -n 1 "$build/corpus.log"; exit 1; }
cp "$run/latest/config.json" "$corpus/config/whole"
cp "$run/latest/model.safetensors" "$corpus/safetensors/whole"

# What safetensors_fuzz reads whole: two tensors, of which a header says where they lie.
header='{"wte.weight":{"dtype":"BF16","shape":[5,3],"data_offsets":[0,30]},"ln_f.bias":{"dtype":"F16","shape":[3],"data_offsets":[30,36]}}'
length=$(printf %s "$header" | wc -c | tr -d ' ')
{
    printf "\\$(printf %o "$length")\0\0\0\0\0\0\0%s" "$header"
    printf '%036d' 0
} > "$corpus/safetensors/two"

# The first byte says which file of a checkpoint the others are.
number=0
for name in config.json model.safetensors vocabulary.txt state.json optimizer.safetensors; do
    { printf "\\$(printf %o $number)"; cat "$run/latest/$name"; } > "$corpus/checkpoint/$name"
    number=$((number + 1))
done
rm -rf "$run"
