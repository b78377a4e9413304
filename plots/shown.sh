#!/bin/sh
# The figures that lessons show, drawn anew from their chapters' runs: in double, with the portable kernel,
# so that every machine gets the same numbers.
#   sh plots/shown.sh BUILD [--check]
# Without --check the committed plots/NAME.svg are replaced; with it they are compared, and each that a
# run no longer gives fails. Two drawings are the same when they have the same words and no number of one
# is more than a pixel from the other's: the mathematics library of another system may round a last digit
# otherwise. Where gnuplot is missing or of another version than drew the committed figures, what would be
# compared is its handwriting: skipped, with the reason.
set -u
B=$1 check=${2:-}
export WENGERT_CPU=portable
data=$B/lessons/plots
passed=0 failed=0 skipped=0

# Not drawn here: what takes PyTorch, the two minutes of training of make start, and what is timed.
elsewhere='17-parity start 06-elementwise-costs 07-linear-algebra-costs 07-linear-algebra-jacobian 10-embeddings-costs'

shown=$(grep -oh 'plots/[a-z0-9-]*\.svg' README.md chapters/*/README.md | sed 's/.*plots.//; s/\.svg//' | sort -u)
version() { sed -n 's/.*Produced by \(GNUPLOT [^<]*[^ <]\) *<.*/\1/p' "$1"; }

if ! command -v gnuplot > /dev/null 2>&1; then
    echo "SKIP  figures: gnuplot is not installed"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
rm -rf "$data"
mkdir -p "$data"
for chapter in $(echo "$shown" | sed -n 's/^\([0-9][0-9]\).*/\1/p' | sort -u); do
    for program in "$B"/double/programs/"$chapter"-*/train; do
        name=${program%/train}
        name=${name##*/}
        case " $elsewhere " in *" $name "* | *" $chapter-parity "*) continue ;; esac
        "$program" --tsv "$data/$name.tsv" > /dev/null || failed=$((failed + 1))
    done
done
DATA=$data sh plots/draw.sh > "$data/draw.txt" || { cat "$data/draw.txt"; failed=$((failed + 1)); }

# Whether two drawings agree: word by word, numbers within a pixel.
same() {
    awk 'function split_line(line, parts) { gsub(/[-0-9.]+/, " & ", line); return split(line, parts, /[ \t]+/) }
         NR == FNR { first[NR] = $0; lines = NR; next }
         { a = split_line(first[FNR], x); b = split_line($0, y)
           if (a != b) exit 1
           for (i = 1; i <= a; i++)
               if (x[i] != y[i] && (x[i] !~ /^[-0-9.]+$/ || y[i] !~ /^[-0-9.]+$/ || x[i] - y[i] > 1 || y[i] - x[i] > 1)) exit 1 }
         END { if (FNR != lines) exit 1 }' "$1" "$2"
}

for name in $shown; do
    case " $elsewhere " in *" $name "*) continue ;; esac
    new=$data/$name.svg old=plots/$name.svg
    if [ ! -f "$new" ]; then
        echo "FAIL  $old: a lesson shows it, and no program draws it"
        failed=$((failed + 1))
    elif [ -z "$check" ]; then
        cmp -s "$new" "$old" || { cp "$new" "$old"; echo "  $old"; }
        passed=$((passed + 1))
    elif [ ! -f "$old" ]; then
        echo "FAIL  $old: a lesson shows it, and it is not there: make lessons draws it"
        failed=$((failed + 1))
    elif [ "$(version "$new")" != "$(version "$old")" ]; then
        echo "SKIP  $old: drawn by $(version "$old"), here is $(version "$new")"
        skipped=$((skipped + 1))
    elif same "$old" "$new"; then
        passed=$((passed + 1))
    else
        echo "FAIL  $old: its run gives another figure now: make lessons draws it anew"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
