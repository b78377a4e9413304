#!/bin/sh
# Tests chapters/17-gpt2/fetch.sh without a network: curl reads file:// addresses, and takes up a broken
# download from them as it does from a server.
#   sh tests/fetch.sh
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/fetch-test.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
if ! command -v curl > /dev/null 2>&1; then
    echo "skipped: curl is not installed"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

verdict() { # verdict NAME CONDITION...
    name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "WRONG $name: $(cat "$work/out" "$work/err")"; fi
}

sum() {
    if command -v sha256sum > /dev/null 2>&1; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1
}

mkdir "$work/published"
awk 'BEGIN { for (i = 0; i < 20000; i++) print "line", i }' > "$work/published/large"
echo small > "$work/published/small"
{
    echo "from file://$work/published"
    for name in small large; do
        echo "$name $(wc -c < "$work/published/$name" | tr -d ' ') $(sum "$work/published/$name")"
    done
} > "$work/table"

fetch() { # sets `status`; words into out and err
    sh "$root/chapters/17-gpt2/fetch.sh" "$@" > "$work/out" 2> "$work/err"
    status=$?
}
same() {
    cmp -s "$work/published/large" "$work/got/large" && cmp -s "$work/published/small" "$work/got/small" &&
        [ "$(ls -A "$work/got" | wc -l)" -eq 2 ]
}
says() { # says WORDS: one line on stderr with these words, and status 2
    [ $status -eq 2 ] && [ "$(wc -l < "$work/err")" -eq 1 ] && grep -q "$1" "$work/err"
}

fetch "$work/table" "$work/got"
verdict 'fetched' [ $status -eq 0 ]
verdict 'the same bytes, nothing else left' same
fetch "$work/table" "$work/got"
verdict 'a second run only checks' [ "$(grep -c 'there, ' "$work/out")" -eq 2 ]

rm "$work/got/large"
head -c 1000 "$work/published/large" > "$work/got/large.part"
fetch "$work/table" "$work/got"
verdict 'a broken download is taken up' same

# Taken up, not begun again: what stood in the part is in the result, and is found out.
rm "$work/got/large"
head -c 1000 "$work/published/large" | tr l L > "$work/got/large.part"
fetch "$work/table" "$work/got"
verdict 'a part of other bytes is found out' says 'expected SHA-256'
verdict 'and removed' [ ! -e "$work/got/large.part" ]
fetch "$work/table" "$work/got"
verdict 'and fetched anew' same

echo changed > "$work/got/small"
fetch "$work/table" "$work/got"
verdict 'a wrong file is named and kept' says 'small: expected 6 bytes, found 8'
verdict 'kept' grep -q changed "$work/got/small"
rm "$work/got/small"

mv "$work/published/large" "$work/elsewhere"
rm "$work/got/large"
fetch "$work/table" "$work/got"
verdict 'not to be had' says 'cannot be fetched (curl: '
verdict 'says what to do by hand' says 'WEIGHTS=DIR'
head -c 5000 "$work/elsewhere" > "$work/published/large"
fetch "$work/table" "$work/got"
verdict 'cut short at its source' says 'found 5000; removed'

fetch "$work/table"
verdict 'no folder' says 'expected a table and a folder'
fetch "$work/none" "$work/got"
verdict 'no table' says 'readable table'
echo 'from nowhere' > "$work/empty"
fetch "$work/empty" "$work/got"
verdict 'an empty table' says 'a line a file'
: > "$work/file"
fetch "$work/table" "$work/file/got"
verdict 'no place' says 'cannot be made'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
