#!/bin/sh
# Tests tests/lessons/ on a repository made up for it: what drifts is noticed and refilled, what is
# wrong is reported with its line, and --check changes nothing.
#   sh tests/lessons.sh PROGRAM
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/lessons-test.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
page=chapters/01-first/README.md

verdict() { # verdict NAME CONDITION...
    name=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "WRONG $name: $(cat "$work/out")"; fi
}

# A small repository, of which every page is true.
tree() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/lib" "$work/tree/chapters/01-first" "$work/tree/chapters/02-second"
    cd "$work/tree" || exit 2
    cat > lib/sum.c << 'END'
/* ---- a heading of the file ---- */
static int twice(int a); /* declared before it is defined */

/* Called by sum. */
static int twice(int a)
{
    return 2 * a;
}

int one(void) { return 1; }

typedef struct Pair Pair;
/* ---- another heading ---- */
struct Pair {
    int left, right;
};
typedef enum { RED, GREEN } Colour;
typedef struct {
    int depth;
} Tree;
typedef int (*Visit)(Tree *tree, Pair *pair);
END
    echo hello > lib/words.txt
    echo '# Root' > README.md
    printf '# Second\n\n## Some `code`, and (more)\n\n## Twice\n\n## Twice\n' > chapters/02-second/README.md
    {
        echo '# First'
        echo
        echo 'See [there](../02-second/README.md), [more](../02-second/README.md#some-code-and-more),'
        echo '[again](../02-second/#twice-1), [here](#first), ![it](../../lib/words.txt) and [far](https://a.b/c).'
        echo 'Code: `twice` and `one` in `lib/sum.c`; all of `lib/*.c`; not `[x](y)`, nor $a[x](y)$.'
        for name in twice one Pair Colour Tree Visit; do
            printf '<!-- code lib/sum.c %s -->\n```c\n```\n' $name
        done
        printf '<!-- run cat lib/words.txt; echo $LC_ALL $WENGERT_CPU $WENGERT_THREADS $NO_COLOR >&2 -->\n```\n```\n'
        printf '````\n```\n<!-- run false -->\n[x](y)\n````\n'
    } > $page
    lessons
}
lessons() { # sets `status`; words into out
    "$program" --limit 2 "$@" > "$work/out" 2>&1
    status=$?
}
says() { # says N FAILED WORDS: that many failed, and one line has these words
    [ "$1" -eq "$(grep -c "^$page:.*expected" "$work/out")" ] && [ $status -eq $((${1} > 0)) ] &&
        tail -n 1 "$work/out" | grep -q " passed, $1 failed" && grep -qF "$2" "$work/out"
}
line_of() { grep -nF "$1" $page | head -n 1 | cut -d : -f 1; }
holds() { # holds FENCE_OF TEXT: what stands in the fence behind the first marker that ends so
    [ "$(awk -v m="$1 -->" 'index($0, m) {on = 1; next} on == 1 && /^```/ {on = 2; next}
        on == 2 && /^```/ {exit} on == 2' $page)" = "$2" ]
}
add() { printf '%b\n' "$1" >> $page; last=$(wc -l < $page | tr -d ' '); }

tree
verdict 'a made-up tree is filled' [ $status -eq 0 ]
verdict 'each fence is named' [ "$(grep -c "^$page:[0-9]*: refilled " "$work/out")" -eq 7 ]
verdict 'every check is counted' grep -qx '16 passed, 0 failed' "$work/out"
verdict 'a function, with its comment' holds 'sum.c twice' "$(sed -n 4,8p lib/sum.c)"
verdict 'a function of one line' holds 'sum.c one' 'int one(void) { return 1; }'
verdict 'a struct by its tag' holds 'sum.c Pair' "$(sed -n 14,16p lib/sum.c)"
verdict 'an enum of one line' holds 'sum.c Colour' 'typedef enum { RED, GREEN } Colour;'
verdict 'a struct by its typedef' holds 'sum.c Tree' "$(sed -n 18,20p lib/sum.c)"
verdict 'a typedef' holds 'sum.c Visit' 'typedef int (*Visit)(Tree *tree, Pair *pair);'
verdict 'output, settings' holds 'NO_COLOR >&2' "$(printf 'hello\nC portable 1 1')"
cp $page "$work/before"
lessons
verdict 'a second run is silent' [ "$(wc -l < "$work/out")" -eq 1 ]
verdict 'and changes nothing' cmp -s $page "$work/before"
lessons --check
verdict 'true pages pass' [ $status -eq 0 ]

sed 's/2 \* a/3 * a/' lib/sum.c > lib/new && mv lib/new lib/sum.c
lessons --check
verdict 'a changed function is noticed' says 1 \
    "$page:$(line_of 'return 2 * a'): code lib/sum.c twice: expected \"    return 3 * a;\", found \"    return 2 * a;\""
verdict 'a check changes nothing' cmp -s $page "$work/before"
lessons
verdict 'a changed function is refilled' holds 'sum.c twice' "$(sed -n 4,8p lib/sum.c)"
verdict 'and said so' says 0 "refilled code lib/sum.c twice"
echo more >> lib/words.txt
lessons --check
verdict 'a changed output is noticed' says 1 'expected "more", found "C portable 1 1"'
lessons
verdict 'a changed output is refilled' holds 'NO_COLOR >&2' "$(printf 'hello\nmore\nC portable 1 1')"
verdict 'the rest of the page stays' [ "$(tail -n 5 $page)" = "$(tail -n 5 "$work/before")" ]

# wrong NAME TEXT PLACE WORDS: a page with this text at its end has one failure, PLACE lines above it
wrong() {
    tree
    add "$2"
    lessons --check
    verdict "$1" says 1 "$page:$((last - $3)): $4"
}
wrong 'an unknown function' '<!-- code lib/sum.c thrice -->\n```\n```' 2 \
    'code lib/sum.c thrice: expected a definition of thrice in lib/sum.c, found none'
wrong 'a file to quote that is missing' '<!-- code lib/none.c twice -->\n```\n```' 2 \
    'code lib/none.c twice: expected a file to read'
wrong 'a marker of neither kind' '<!-- code lib/sum.c -->\n```\n```' 2 'expected <!-- code FILE NAME -->'
wrong 'a command that fails' '<!-- run echo no; exit 3 -->\n```\n```' 2 \
    'run echo no; exit 3: expected exit status 0, found exit status 3: "no"'
wrong 'a command that is killed' '<!-- run kill -9 $$ -->\n```\n```' 2 'run kill -9 $$: expected exit status 0, found signal 9'
wrong 'a command that never ends' '<!-- run sleep 100 -->\n```\n```' 2 'run sleep 100: expected an end within 2 s'
wrong 'output that would end its fence' '<!-- run echo "~~~" -->\n```\n```' 2 \
    'run echo "~~~": expected text that fits a fence'
wrong 'a marker without a fence' '<!-- code lib/sum.c twice -->\nwords' 1 'code lib/sum.c twice: expected a fence on the next line'
wrong 'a marker at the end' '<!-- code lib/sum.c twice -->' 0 'code lib/sum.c twice: expected a fence on the next line'
wrong 'a dead link' 'a [link](../03-third/README.md)' 0 'link to ../03-third/README.md: expected a file or folder'
wrong 'a dead image' '![it](it.svg)' 0 'link to it.svg: expected'
wrong 'a dead image in HTML' '<img src="it.svg">' 0 'link to it.svg: expected'
wrong 'a dead label' '[label]: it.md' 0 'link to it.md: expected'
wrong 'a dead anchor' 'a [link](../02-second/README.md#thrice)' 0 '#thrice: expected a heading of that name in'
wrong 'a dead anchor here' 'a [link](#second)' 0 '#second: expected a heading of that name in'
wrong 'one heading too many' 'a [link](../02-second/README.md#twice-2)' 0 '#twice-2: expected a heading'
wrong 'a path that is missing' 'see `lib/none.c`' 0 '`lib/none.c`: expected a file or folder'
wrong 'a pattern without a file' 'see `lib/*.py`' 0 '`lib/*.py`: expected a file or folder'
wrong 'a name that is not in the file' '`twice`, `thrice` and `one` in `lib/sum.c`' 0 \
    '`thrice`: expected that name in lib/sum.c'
wrong 'half a name' '`twic` in `lib/sum.c`' 0 '`twic`: expected that name in lib/sum.c'

# ---- formulas: each answer of a comment is one check
says_formulas() { # says_formulas NAME COMMENT PASSED: right, and so many more checks than the tree has
    tree
    add "$2"
    lessons --check
    verdict "$1" grep -qx "$((16 + $3)) passed, 0 failed" "$work/out"
}
says_formulas 'a right formula' "<!-- formula given x(5); forward y = x^2; along x; right 2*x*dy -->" 1
says_formulas 'two formulas and a mistake' \
    "<!-- formula\ngiven A(3,4)\ngiven B(4,2)\nforward C = A@B\nalong A\nright dC@B'\nwrong dC@B'*2\n  along B\n  right A'@dC\n-->" 3
says_formulas 'a value' '<!-- formula value exp(0); right 1 -->' 1
says_formulas 'another comment' '<!-- formulas come later -->' 0
wrong 'a wrong formula' '<!-- formula given x(5); forward y = x^2; along x; right x*dy -->' 0 \
    'formula: dx x*dy: expected it to be right, found otherwise'
wrong 'a wrong formula, by its line' '<!-- formula\ngiven x\nforward x^2\nalong x\nright x\n-->\nwords' 2 'formula: dx x:'
wrong 'a mistake that is none' '<!-- formula given x; forward x^2; along x; right 2*x; wrong x + x -->' 0 \
    'formula: dx x + x: expected it to be wrong'
wrong 'a formula that cannot be read' '<!-- formula\ngiven x\nforward x^\n-->' 1 'formula: x^: at character 3: expected a number'
wrong 'a keyword of none' '<!-- formula ask x -->' 0 'formula: expected given, let, forward'
says_formulas 'a derivation with its formula' \
    '# Here\n**Derive.** So\n\n$$1 = 1$$\n\n<!-- formula value 1; right 1 -->\n**Code.** $x$' 2
says_formulas 'a display that is not derived' '**Derive.** So.\n**Code.** There\n\n$$1 = 1$$' 0
wrong 'a derivation without its formula' '**Derive.** So\n\n$$1 = 1$$\n\n# There\n<!-- formula value 1; right 1 -->' 3 \
    'a formula that is derived: expected <!-- formula ... --> in its section, found none'
wrong 'a formula without an end' '<!-- formula given x' 0 "a formula's comment: expected its end, found the page's"

tree
add 'a\n```\nno end'
sed 's/2 \* a/3 * a/' lib/sum.c > lib/new && mv lib/new lib/sum.c
cp $page "$work/before"
lessons
verdict 'a fence never closed' says 1 "$page:$((last - 1)): a fence: expected its end"
verdict 'and the page is not touched' cmp -s $page "$work/before"

tree
rm README.md
lessons
verdict 'not in a root' [ $status -eq 2 ]
verdict 'said in one line' grep -q 'no README.md here' "$work/out"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
