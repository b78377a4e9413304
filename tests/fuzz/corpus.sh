#!/bin/sh
# Writes the inputs that fuzzing begins with: a folder for each program tests/fuzz/NAME_fuzz.c.
# Valid ones and nearly valid ones; the fuzzer does the rest.
#   sh tests/fuzz/corpus.sh FOLDER
folder=$1

# ---- merges: vocabulary, NUL, merges
mkdir -p "$folder/merges"
merges() { # merges NAME VOCABULARY MERGES, as printf takes them
    { printf "$2"; printf '\000'; printf "$3"; } > "$folder/merges/$1"
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
