#!/bin/sh
# Can the comparison fail? Copies of the committed fixtures with one thing wrong each: an element of a
# result, of a gradient, of an input or of the optimizer's memory changed by a billionth of itself, or a
# tensor under another name. The comparison must end with status 1 and name exactly that place.
#   sh tests/parity/hurt.sh BUILD_FOLDER
parity=$1/double/parity/parity
fixtures=tests/oracle/fixtures
work=$1/parity/hurt
rm -rf "$work"
mkdir -p "$work"
passed=0 failed=0

verdict() { # verdict STATUS WORDS WRONG: the comparison whose output is in $work/log, and how many
            # of its groups must be wrong
    if [ "$1" -eq 1 ] && grep -qF -- "$2" "$work/log" && [ "$(grep -c '  WRONG$' "$work/log")" -eq "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "  expected status 1, \"$2\" and $3 wrong, found status $1 and:"
        grep -A 1 'WRONG$' "$work/log"
    fi
}

changed() { # changed COMMAND TENSOR ELEMENT PLACE [NAMED]: the comparison names NAMED (TENSOR) PLACE
    "$parity" hurt --in $fixtures/$1.safetensors --out "$work/$1.safetensors" --name "$2" --at "$3" ||
        echo "  $2 could not be changed"
    "$parity" $1 --reference "$work/$1.safetensors" > "$work/log" 2>&1
    verdict $? "      ${5:-$2} $4: ours" 1
}

renamed() { # renamed COMMAND TENSOR: one is missing, one is too many
    "$parity" hurt --in $fixtures/$1.safetensors --out "$work/$1.safetensors" --name "$2"
    "$parity" $1 --reference "$work/$1.safetensors" > "$work/log" 2>&1
    status=$?
    grep -q 'expected no tensor' "$work/log" || status=0
    verdict $status "expected a tensor \"$2\", found none" 2
}

changed ops matmul-batched/out 101 '[0,1,4,2]'
changed ops softmax_cross_entropy/out 0 '[]'
changed ops layer_norm/grad/x 38 '[1,2,3]'
changed ops layer_norm/grad/bias 6 '[6]'
changed ops embedding/grad/table 20 '[4,0]'
changed ops attention/grad/qkv 143 '[0,3,35]'
changed ops concat/grad/b 69 '[1,6,4]'
changed ops add/in/a 29 '[1,2,4]' add/out
changed layers mlp-erf/out 0 '[0,0,0]'
changed layers attention-cross-4/grad/memory 251 '[2,6,11]'
changed layers block-post-norm/grad/mlp.c_proj.weight 500 '[41,8]'
changed adamw rate-1e-3/after/matrix 909 '[9,12,6]'
changed adamw no-decay/second/vector 16 '[16]'
renamed ops gelu/out
renamed ops scores/grad/k
renamed layers block-padded/grad/ln_1.bias
renamed adamw rate-3e-4/first/vector
echo "of $((passed + failed)) fixtures with one thing wrong, $passed were found wrong at just that place"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
