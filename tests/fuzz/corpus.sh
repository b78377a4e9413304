#!/bin/sh
# Makes the inputs that fuzzing begins with, a folder for each tests/fuzz/NAME_fuzz.c: whole files, most
# written by our own programs, and nearly whole ones.
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

# ---- merges: vocabulary, NUL, merges
mkdir -p "$corpus/merges"
merges() { # merges NAME VOCABULARY MERGES, as printf takes them
    { printf "$2"; printf '\000'; printf "$3"; } > "$corpus/merges/$1"
}
merges small ',"ab":256,"abc":257}' '#version: 0.2\na b\nab c\n'
merges special ',"<|endoftext|>":256}' '#version: 0.2\n'
merges runs ',"aa":256,"aaaa":257,"##":258}' 'a a\naa aa\n# #'
merges backwards ',"cd":256,"cdc":257}' 'cd c\nc d\n'
merges same-bytes ',"ab":256,"bc":257,"abc":258}' 'a b\nb c\na bc\nab c\n'
merges letters ',"\304\240a":256,"\303\251":257,"\\u0120\\u0120":258}' \
    '\304\240 a\n\304\240 \304\240\n'
merges unknown ',"ab":256}' 'a b\nab xyz\n'
merges gap ',"ab":300}' 'a b\n'
merges doubled ',"ab":256,"ab":257}' 'a b\na b\n'
merges no-bytes '{"a":0,"b":1,"ab":2}' 'a b\n'
merges nested ',"a":{"b":[1,2,{"c":null}]}}' 'a b\n'

# ---- formulas and paper problems
mkdir -p "$corpus/formula" "$corpus/paper"
number=0
for text in "exp(x)/sum(exp(x))" "A@B" "A'@[[1, 2], [3, -4.5e1], [0, 1]]" "x*(x > 0) - max(x, 0)^2" \
    "sum(C, axis=1)[0] + mean(A, -1)" "scatter(gather(B, ids - 0), ids, 7)" "onehot(ids, 3)'" \
    "permute(reshape(range(8), 2, 2, 2), 2, 0, 1)" "concat(slice(A, 1, 1, 3), eye(3), axis=1)" \
    "sumto(drop(ones(1, 3, 5), 0), x)/sqrt(pi)" "max(A, axis=0) <= min(A)" "((((x))))'''[1]" "1 + (2"; do
    printf %s "$text" > "$corpus/formula/$number"
    number=$((number + 1))
done
cp exercises/02-value/graph.txt "$corpus/paper/graph"
cp exercises/02-value/tanh-formula.txt "$corpus/paper/formula"
printf '=# mine\nslope = [2/9, -0.222]\nmode = rev\ndx = p*(dy - sum(p*dy))\n' > "$corpus/paper/answers"
