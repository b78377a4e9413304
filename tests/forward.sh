#!/bin/sh
# A chapter's gate may use what its own and earlier chapters name, and nothing later: a forward
# reference must be a link error. Links a probe that calls a function against the objects of a
# chapter's gate, once for a function that must be there and once for one that must not.
#   sh tests/forward.sh BUILD_FOLDER
build=$1
work=$build/forward
mkdir -p "$work"
passed=0 failed=0

links() { # links CHAPTER FUNCTION: whether a call of the function links with that gate's objects
    printf 'extern void %s(void);\nint main(void) { %s(); return 0; }\n' "$2" "$2" > "$work/probe.c"
    objects=$(make --no-print-directory -s gate-objects CH="$1") || return 2
    ${CC:-cc} -w "$work/probe.c" $objects -lpthread -lm -o "$work/probe" 2> "$work/log"
}

expect() { # expect yes|no CHAPTER FUNCTION
    links "$2" "$3"
    status=$?
    if [ "$1" = yes ] && [ $status -eq 0 ]; then passed=$((passed + 1))
    elif [ "$1" = no ] && [ $status -eq 1 ] && grep -q "$3" "$work/log"; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "WRONG $2 and $3: expected linking: $1"; cat "$work/log"; fi
}

expect yes 01-derivatives difference_five_point
expect no  01-derivatives value_add
expect yes 04-scalar-mlp value_add
expect no  04-scalar-mlp tensor_add
expect yes 06-elementwise tensor_gelu
expect no  06-elementwise tensor_matmul
expect yes 08-loss tensor_softmax
expect no  08-loss tensor_layer_norm
expect no  10-embeddings tensor_attention
expect yes 12-attention tensor_attention
expect no  12-attention block_make
expect no  14-optimizers gpt2_make
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
