#!/bin/sh
# Fetches published files into a folder and checks each one's size and SHA-256:
#
#   sh chapters/17-gpt2/fetch.sh TABLE FOLDER
#
# TABLE is a file such as gpt2-124m.txt. What is there already and right is kept, so a second run only
# checks. A download goes to NAME.part, is taken up where it was broken off, and gets its name when it
# has proved right; so no file of FOLDER is ever half of one. Needs curl, and sha256sum or shasum.
LC_ALL=C
export LC_ALL

fail() {
    echo "fetch: $*" >&2
    exit 2
}

[ $# -eq 2 ] || fail "expected a table and a folder, found $# words"
table=$1 folder=$2
[ -r "$table" ] || fail "$table: expected a readable table of files"
from=$(sed -n 's/^from //p' "$table")
names=$(grep -v '^#' "$table" | grep -v '^from ' | cut -d ' ' -f 1)
[ -n "$from" ] && [ -n "$names" ] || fail "$table: expected a line \"from ADDRESS\" and a line a file"

size_of() {
    wc -c < "$1" | tr -d ' '
}

sha256_of() {
    if command -v sha256sum > /dev/null 2>&1; then
        sha256sum < "$1"
    elif command -v shasum > /dev/null 2>&1; then
        shasum -a 256 < "$1"
    else
        fail "expected sha256sum or shasum to check what was fetched, found neither"
    fi | cut -d ' ' -f 1
}

# wrong FILE BYTES SHA256: prints what is wrong with it, or nothing.
wrong() {
    found=$(size_of "$1")
    if [ "$found" != "$2" ]; then
        echo "expected $2 bytes, found $found"
        return
    fi
    found=$(sha256_of "$1") || exit 2
    [ "$found" = "$3" ] || echo "expected SHA-256 $3, found $found"
}

by_hand() {
    echo "put $(echo $names) into $folder by hand, or name their folder: make gpt2-124m WEIGHTS=DIR"
}

fetch() { # fetch NAME BYTES: into NAME.part, going on where it was broken off
    part=$folder/$1.part
    [ -f "$part" ] && [ "$(size_of "$part")" -ge "$2" ] && return
    command -v curl > /dev/null 2>&1 || fail "expected curl to fetch $1, found none; $(by_hand)"
    quiet='--silent --show-error'
    [ -t 2 ] && quiet=--progress-bar
    said=$folder/.fetch-said
    if [ -t 2 ]; then
        curl --fail --location --retry 3 --connect-timeout 20 $quiet -C - -o "$part" "$from/$1"
    else
        curl --fail --location --retry 3 --connect-timeout 20 $quiet -C - -o "$part" "$from/$1" 2> "$said"
    fi
    status=$?
    words=$(tail -n 1 "$said" 2> /dev/null | sed 's/^curl: //')
    rm -f "$said"
    [ $status -eq 0 ] || fail "$from/$1: cannot be fetched (curl: ${words:-exit status $status}); the same command goes on where it stopped; or $(by_hand)"
}

mkdir -p "$folder" 2> /dev/null || fail "$folder: cannot be made"
[ -w "$folder" ] || fail "$folder: cannot be written to"
for name in $names; do
    line=$(grep "^$name " "$table")
    bytes=$(echo "$line" | cut -d ' ' -f 2)
    sha256=$(echo "$line" | cut -d ' ' -f 3)
    if [ -e "$folder/$name" ]; then
        problem=$(wrong "$folder/$name" "$bytes" "$sha256") || exit 2
        [ -z "$problem" ] || fail "$folder/$name: $problem; remove it to have it fetched anew"
        echo "$name: there, $bytes bytes, SHA-256 right"
        continue
    fi
    fetch "$name" "$bytes"
    problem=$(wrong "$folder/$name.part" "$bytes" "$sha256") || exit 2
    if [ -n "$problem" ]; then
        rm -f "$folder/$name.part"
        fail "$from/$name: $problem; removed"
    fi
    mv "$folder/$name.part" "$folder/$name" || fail "$folder/$name: cannot be written"
    echo "$name: fetched, $bytes bytes, SHA-256 right"
done
