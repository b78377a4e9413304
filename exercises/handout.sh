#!/bin/sh
# Packs the course for students: everything but solutions/, in one archive that builds and checks alone.
#   sh exercises/handout.sh ARCHIVE.tar.gz       (make handout does, after building ./learn)
# What ./learn needs of the answers is sealed (./learn seal): it still names known slips and judges paper.
set -u
archive=${1:?expected the name of an archive}
case $archive in
*.tar.gz | *.tgz) ;;
*) echo "handout: expected a name that ends in .tar.gz, found \"$archive\"" >&2; exit 2 ;;
esac
if [ ! -d solutions ]; then
    echo "handout: expected solutions/ in this folder, found none: was this copy a handout itself?" >&2
    exit 2
fi
rooms='LICENSE Makefile README.md setup.sh .gitignore lib chapters exercises plots tests'
name=$(basename "$archive" .tar.gz)
name=${name%.tgz}
work=$(mktemp -d "${TMPDIR:-/tmp}/handout.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# What git knows, where this folder is its own repository: no notes that lie about. Otherwise all of it.
if [ -e .git ] && git ls-files > /dev/null 2>&1; then
    git ls-files -- $rooms > "$work/files"
else
    find $rooms -type f > "$work/files"
fi
mkdir "$work/$name" && tar cf - -T "$work/files" | tar xf - -C "$work/$name" || exit 2
./learn seal "$work/$name" || exit 2
cat > "$work/$name/HANDOUT.md" << 'EOF'
# A copy of the course without its answers

This is the whole course but for `solutions/`. `make` builds it, `./learn` begins. Where a worked answer would be shown, `./learn` says that this copy came without.

What it needs to know of right and wrong answers, to say "your numbers match a known slip" or to judge a sum done on paper, is in `exercises/sealed`. That file is scrambled, so that nobody reads an answer by accident; it is no secret, and the program that reads it is here too. And `lib/` holds the engine itself, which is an answer to most code exercises: reading it before you have tried costs you the exercise, and nobody else anything.
EOF
mkdir -p "$(dirname "$archive")" && tar czf "$archive.part" -C "$work" "$name" && mv "$archive.part" "$archive" || exit 2
echo "$archive: $(wc -l < "$work/files") files, $(($(wc -c < "$archive") / 1024)) KiB; it unpacks into $name/"
