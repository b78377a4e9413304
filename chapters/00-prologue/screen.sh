#!/bin/sh
# The screen that README.md shows: a check that fails, on an answer with one slip in it.
#   sh chapters/00-prologue/screen.sh build/cc
# It works in a folder of its own: nobody's work/ is touched.
here=$PWD folder=$(mktemp -d "${TMPDIR:-/tmp}/screen.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
for name in exercises solutions lib chapters build; do
    ln -s "$here/$name" "$folder/$name"
done
cd "$folder" && mkdir -p work/02-value || exit 2
sed 's/b->grad += a->data/b->grad -= a->data/' solutions/02-value/mul.c > work/02-value/mul.c
"$here/$1/learn/learn" check mul
true
