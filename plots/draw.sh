#!/bin/sh
# Draws the tables of build/plots/, X.tsv as X.svg, by the script that belongs to each:
#   plots/X.gp where there is one, else, for a table whose first column is "step",
#   plots/training.gp if it has a column gradient_norm, plots/loss.gp if it has a column loss,
#   plots/curves.gp otherwise. Tables called *-points.tsv are part of another table's figure.
#
#   sh plots/draw.sh [--terminal] [NAME...]
#   sh plots/draw.sh --script NAME
#
# --terminal also writes X.txt, the figure in characters, 79 by 24. Names (04-scalar-mlp) restrict it
# to those tables. DATA=FOLDER takes tables from another folder. Exit status: 0 when every figure was
# drawn, 1 when one was not, 2 when gnuplot is missing or a name is unknown. --script draws nothing and
# prints the script that belongs to NAME.tsv.
terminal=0 script_only=0
case $1 in
--terminal) terminal=1; shift ;;
--script) script_only=1; shift ;;
esac
case $0 in
*/*) cd "${0%/*}/.." || exit 2 ;;
*) cd .. || exit 2 ;;
esac
data=${DATA:-build/plots}

if [ $script_only -eq 0 ] && ! command -v gnuplot > /dev/null 2>&1; then
    echo "gnuplot is not installed: sh setup.sh start installs it, or says how" >&2
    exit 2
fi

script_of() { # script_of NAME: the script for the table NAME.tsv, or nothing
    if [ -f "plots/$1.gp" ]; then
        echo "plots/$1.gp"
        return
    fi
    # Tabs on both sides of each name, so that a name is found whole.
    header=$(printf '\t%s\t' "$(head -n 1 "$data/$1.tsv")")
    tab=$(printf '\t')
    case $header in
    *"${tab}gradient_norm$tab"*) kind=training ;;
    *"${tab}loss$tab"*) kind=loss ;;
    *) kind=curves ;;
    esac
    case $header in
    "${tab}step$tab"*) echo "plots/$kind.gp" ;;
    esac
}

if [ $script_only -eq 1 ]; then
    script_of "$1"
    exit
fi

quoted() { # quoted TEXT: TEXT inside gnuplot's single quotes
    printf '%s' "$1" | sed "s/'/''/g"
}

draw() { # draw SCRIPT VARIABLES FILE: FILE appears whole or not at all
    if complaint=$(gnuplot -d -e "tsv='$(quoted "$tsv")'; $2" "$1" -e 'unset output' 2>&1 > "$3.out" < /dev/null); then
        case $3 in
        *.svg) rm -f "$3.out" && mv "$3.tmp" "$3" ;;
        *) mv "$3.out" "$3" ;;
        esac && drawn=$((drawn + 1)) && echo "  $3" && return
    fi
    rm -f "$3.out" "$3.tmp"
    failed=$((failed + 1))
    echo "  $3: not drawn: $(printf '%s\n' "$complaint" | grep -v '^[[:space:]^]*$' | tail -n 1)" >&2
}

drawn=0 failed=0
if [ $# -eq 0 ]; then
    set -- "$data"/*.tsv
    if [ ! -f "$1" ]; then
        echo "no tables in $data: make plots runs the programs that write them"
        exit 0
    fi
fi
for table in "$@"; do
    name=${table##*/}
    name=${name%.tsv}
    tsv=$data/$name.tsv
    if [ ! -f "$tsv" ]; then
        echo "plots/draw.sh: expected a table $tsv, found none" >&2
        exit 2
    fi
    case $name in *-points) continue ;; esac
    script=$(script_of "$name")
    if [ -z "$script" ]; then
        echo "  $tsv: no figure: expected plots/$name.gp, or a first column called step" >&2
        failed=$((failed + 1))
        continue
    fi
    draw "$script" "out='$(quoted "$data/$name.svg.tmp")'" "$data/$name.svg"
    if [ "$terminal" -eq 1 ]; then
        draw "$script" "dumb='79 24'" "$data/$name.txt"
    fi
done
echo "figures: $drawn drawn, $failed not drawn"
[ "$failed" -eq 0 ]
