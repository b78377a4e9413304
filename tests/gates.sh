#!/bin/sh
# Runs every gate: in double, where it is held to finite differences and keeps its results, and in
# float with each kernel of this processor, where it is held to what double kept. One line a chapter;
# rows that are wrong are shown in full.
#   sh tests/gates.sh BUILD_FOLDER "KERNELS" CHAPTER...
build=$1 kernels=$2
shift 2
mkdir -p "$build/gates"
passed=0 failed=0 skipped=0
all=$build/gates/worst
: > "$all"

# field NAME: a number of the gate's closing line,
#   CHAPTER PRECISION N derivatives, worst error E: P passed, F failed
field() {
    printf '%s\n' "$output" | tail -n 1 | sed -n "s/.* \([0-9]*\) derivatives, worst error \([^:]*\): \([0-9]*\) passed, \([0-9]*\) failed\$/\\$1/p"
}

# judge STATUS: adds the last gate's counts; a gate without a closing line, or whose exit status and
# counts disagree, has failed.
judge() {
    p=$(field 3) f=$(field 4)
    if [ -z "$p" ] || { [ "$1" -ne 0 ] && [ "$f" -eq 0 ]; }; then
        p=0 f=1
        printf '%s\n' "$output" "$chapter: the gate ended with status $1 and without a verdict"
    elif [ "$f" -gt 0 ]; then
        printf '%s\n' "$output"
    fi
    chapter_passed=$((chapter_passed + p)) chapter_failed=$((chapter_failed + f))
}

printf '%-17s %11s  %7s  %7s  worst errors\n' gate derivatives double float
for chapter in "$@"; do
    chapter_passed=0 chapter_failed=0 ran="" missing="" float=0
    output=$("$build/double/gates/$chapter" --brief --save "$build/gates/$chapter.results" 2>&1)
    judge $?
    count=$(field 1) double=$(field 2)
    for kernel in $kernels; do
        output=$(WENGERT_CPU=$kernel "$build/float/gates/$chapter" --brief --against "$build/gates/$chapter.results" 2>&1)
        status=$?
        case $output in
        *"WENGERT_CPU: expected"*)
            missing="$missing $kernel" skipped=$((skipped + 1))
            continue ;;
        esac
        judge $status
        ran="$ran $kernel"
        float=$(printf '%s\n%s\n' "$float" "$(field 2)" | sort -g | tail -n 1)
    done
    echo "$double $float" >> "$all"
    printf '%-17s %11s  %7s  %7s  %4d passed, %d failed\n' \
        "$chapter" "$count" "$double" "$float" "$chapter_passed" "$chapter_failed"
    passed=$((passed + chapter_passed)) failed=$((failed + chapter_failed))
done
echo "float ran with these kernels:$ran${missing:+; skipped, this processor has none:$missing}"
echo "worst error: $(cut -d' ' -f1 "$all" | sort -g | tail -n 1) in double against finite differences, $(cut -d' ' -f2 "$all" | sort -g | tail -n 1) in float against double"
echo "gates: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
