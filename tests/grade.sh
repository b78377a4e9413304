#!/bin/sh
# ./learn grade on a made-up class: each submission is handed in with the verdict that it must get. Right
# ones, wrong ones, and what a hostile student would try: to pass without an answer, to see what is not
# theirs, to change it, to outlive or outgrow the sandbox, to stop the grader. Nothing outside the grader's
# own folder may change. `all` makes about a hundred and fifty of them; without it, some thirty.
#   sh tests/grade.sh build/cc [all]
set -u
build=$1
all=${2:-}
here=$PWD
folder=$(mktemp -d "${TMPDIR:-/tmp}/graded.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0 skipped=0
class=$folder/class expected=$folder/expected
mkdir -p "$class" "$folder/canary/sub" "$folder/tmp" "$folder/fake"
: > "$expected"
echo 'the canary sings' > "$folder/canary/song"
echo 'and again' > "$folder/canary/sub/song"

good() { passed=$((passed + 1)); }
bad() { # bad WORDS: counted, and the words shown
    failed=$((failed + 1))
    echo "WRONG $*"
}
check() { # check WORDS COMMAND...: the command must succeed
    words=$1
    shift
    if "$@"; then good; else bad "$words"; fi
}

# ---- without a sandbox there is no grading ----------------------------------------------------------
printf '#!/bin/sh\necho "bwrap: not today" >&2\nexit 1\n' > "$folder/fake/bwrap"
chmod +x "$folder/fake/bwrap"
mkdir -p "$folder/one/amy/work/02-value"
cp solutions/02-value/mul.c "$folder/one/amy/work/02-value/"
PATH=$folder/fake:$PATH ./learn grade "$folder/one" --csv "$folder/none.csv" > "$folder/out" 2> "$folder/err"
status=$?
check "refuses without bubblewrap: status $status" [ $status -eq 2 ]
check 'refuses in one line' [ "$(wc -l < "$folder/err")" -eq 1 ]
check 'says why' grep -q 'not today.*--unsafe' "$folder/err"
check 'writes no report then' [ ! -e "$folder/none.csv" ]
PATH=$folder/fake:$PATH ./learn grade "$folder/one" --unsafe --only mul --csv "$folder/unsafe.csv" > "$folder/out" 2>&1
check 'grades with --unsafe' grep -q '^"amy",pass,' "$folder/unsafe.csv"

if ! ./learn grade "$folder/one" --only mul > "$folder/out" 2>&1 && grep -q 'does not work here' "$folder/out"; then
    echo "skipped: bubblewrap does not work here: $(sed 's/.*(\(.*\)).*/\1/' "$folder/out")"
    echo "$passed passed, $failed failed, 1 skipped"
    [ $failed -eq 0 ]
    exit
fi

# ---- making submissions -----------------------------------------------------------------------------
expect() { # expect NAME EXERCISE VERDICT
    printf '%s|%s|%s\n' "$1" "$2" "$3" >> "$expected"
}
give() { # give NAME EXERCISE VERDICT < FILE
    mkdir -p "$class/$1/work/$(dirname "$2")"
    cat > "$class/$1/work/$2.c"
    expect "$1" "$2" "$3"
}
mul() { # mul NAME VERDICT HEADERS STATEMENTS: a right answer to 02-value/mul, and something else
    { for header in $3; do echo "#include <$header>"; done
      cat << EOF
#include "value/value.h"
static void mul_backward(Value *out)
{
    Value *a = out->parents[0], *b = out->parents[1];
    $4
    a->grad += b->data * out->grad;
    b->grad += a->data * out->grad;
}
Value *value_mul(Value *a, Value *b) { return value_make(a->data * b->data, a, b, mul_backward); }
EOF
    } | give "$1" 02-value/mul "$2"
}
top() { # top NAME VERDICT HEADERS TEXT: a right answer, and something else outside of its functions
    mul "$1" "$2" "$3" ''
    printf '%s\n' "$4" >> "$class/$1/work/02-value/mul.c"
}

# Right and wrong, absent and untouched.
give right 02-value/mul pass < solutions/02-value/mul.c
mkdir -p "$class/flat/02-value" && cp solutions/02-value/mul.c "$class/flat/02-value/"
expect flat 02-value/mul pass
mkdir -p "$class/empty"
expect empty 02-value/mul 'not started'
give starter 02-value/mul 'not started' < exercises/02-value/mul.c
./learn audit 02-value/mul > "$folder/audit" 2>&1 || bad 'the exercise itself does not hold'
for slip in "$build"/learn/02-value/mul/slip-*.c; do
    name=$(basename "$slip" .c)
    give "$name" 02-value/mul fail < "$slip"
done
echo 'int x = ;' | give garbled 02-value/mul 'zero: does not compile'
printf 'int x;\0\n\377' | give binary 02-value/mul 'zero: does not compile'
: | give nothing 02-value/mul 'zero: does not build'

# The worked answer under other names, and an answer of one's own.
sed '/^ \*/d; /^\/\*/d; s/\<a\>/left/g; s/\<b\>/right/g; s/\<out\>/node/g' solutions/02-value/mul.c |
    give renamed 02-value/mul pass
give own-way 02-value/mul pass << 'EOF'
#include "value/value.h"
static void add_share(Value *to, real slope, real upstream) { to->grad = to->grad + slope * upstream; }
static void mul_backward(Value *result)
{
    const real upstream = result->grad;
    for (int k = 0; k < 2; k++) {
        Value *to = result->parents[k], *other = result->parents[1 - k];
        add_share(to, other->data, upstream);
    }
}
Value *value_mul(Value *x, Value *y)
{
    const real product = x->data * y->data;
    return value_make(product, x, y, mul_backward);
}
EOF

# Passing without an answer.
mul says-ok fail stdio.h 'printf("ok\n1 passed, 0 failed\n"); b = a;'
mul exits 'zero: ended early' stdlib.h 'exit(0);'
top constructor 'zero: ended early' 'stdio.h unistd.h' \
    '__attribute__((constructor)) static void first(void) { puts("passed"); _exit(0); }'
top answers-early fail unistd.h \
    '__attribute__((constructor)) static void first(void) { static double y[9]; if (write(4, y, sizeof y) < 0) _exit(1); }'
top main 'zero: does not build' '' 'int main(void) { return 0; }'
mul knows 'zero: crashed' '' 'struct { const char *n, *x, *y; void (*run)(void *); void (*plain)(const double *, double *); } extern const check_cases[];
    double y[4]; check_cases[0].plain(y, y);'
printf '#include "value/value_mul.c"\n' | give library 02-value/mul 'zero: does not compile'
printf '#include "../../solutions/02-value/mul.c"\n' | give solution 02-value/mul 'zero: does not compile'

# Seeing and changing what is not theirs. Each is right if it saw nothing.
mul reads pass 'stdio.h unistd.h' "if (fopen(\"/etc/passwd\", \"r\") || fopen(\"$folder/canary/song\", \"r\") || fopen(\"$here/lib/value/value_mul.c\", \"r\") || !access(\"/tmp\", F_OK) || !access(\"/home\", F_OK) || !access(\"work\", F_OK)) b = a;"
mul writes pass 'stdio.h unistd.h' "FILE *f = fopen(\"$folder/canary/song\", \"w\"); if (f) { fputs(\"croak\", f); b = a; }
    if (unlink(\"$folder/canary/song\") == 0 || fopen(\"x\", \"w\") || fopen(\"/tmp/x\", \"w\") || fopen(\"/dev/shm/x\", \"w\") || fopen(\"/proc/sys/kernel/panic\", \"w\")) b = a;"
mul neighbours pass 'dirent.h ctype.h stdlib.h' 'int n = 0; DIR *d = opendir("/proc"); for (struct dirent *e; d && (e = readdir(d));) n += isdigit(e->d_name[0]) != 0; if (n > 2) b = a; if (d) closedir(d);'

# Outliving, outgrowing, stopping.
mul forks pass unistd.h 'if (fork() >= 0) { setsid(); sleep(1000); }'
mul bomb 'zero: timed out' unistd.h 'for (;;) { if (fork() < 0) continue; }'
mul crashes 'zero: crashed' '' 'out = NULL; a->grad = out->data;'
mul memory 'zero: too big' sys/mman.h 'char *p = mmap(NULL, 3ul << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); for (size_t i = 0;; i = (i + 4096) % (3ul << 30)) p[i] = 1;'
mul flood 'zero: too big' stdio.h 'for (;;) puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");'
mul closes 'zero: ended early' unistd.h 'close(3); close(4);'

# Files that are no files.
odd() { # odd NAME: a folder for an odd file, whose verdict is "not taken"
    mkdir -p "$class/$1/work/02-value"
    expect "$1" 02-value/mul 'zero: not taken'
}
odd link; ln -s "$here/solutions/02-value/mul.c" "$class/link/work/02-value/mul.c"
odd pipe; mkfifo "$class/pipe/work/02-value/mul.c"
odd huge; { cat solutions/02-value/mul.c; head -c 300000 /dev/zero | tr '\0' ' '; } > "$class/huge/work/02-value/mul.c"
odd folder; mkdir "$class/folder/work/02-value/mul.c"
mkdir -p "$class/linked-chapter/work"
ln -s "$here/solutions/02-value" "$class/linked-chapter/work/02-value"
expect linked-chapter 02-value/mul 'not started'
ln -s "$here/solutions" "$class/linked-all" # no folder: no submission
touch "$class/notes.txt"
give '=1+1, "<&>" o'"'"'neil #1' 02-value/mul pass < solutions/02-value/mul.c
give --seed 02-value/mul pass < solutions/02-value/mul.c
only=02-value/mul

# ---- the rest of the hundred ------------------------------------------------------------------------
if [ "$all" = all ]; then
    only=02
    ./learn audit 02 > "$folder/audit" 2>&1 || bad 'the exercises themselves do not hold'
    for solution in solutions/02-value/*.c; do
        exercise=02-value/$(basename "$solution" .c)
        give "right-$(basename "$solution" .c)" "$exercise" pass < "$solution"
        cp "$solution" "$class/right/work/02-value/"
        [ "$exercise" = 02-value/mul ] || expect right "$exercise" pass
        for slip in "$build/learn/$exercise"/slip-*.c; do
            [ "$exercise" = 02-value/mul ] || give "$(basename "$exercise")-$(basename "$slip" .c)" "$exercise" 'fail*' < "$slip"
        done
    done
    # Endless in every exercise: four cost their share of the time, and what comes after is not run.
    for solution in solutions/02-value/*.c; do
        { cat "$solution"; echo '__attribute__((constructor)) static void first(void) { for (volatile unsigned i = 0;; i++) {} }'; } |
            give greedy "02-value/$(basename "$solution" .c)" 'zero: timed out'
    done
    mul endless 'zero: timed out' '' 'for (volatile unsigned i = 0;; i++) {}'
    mul sleeps 'zero: timed out' unistd.h 'for (;;) pause();'
    mul stops 'zero: timed out' signal.h 'raise(SIGSTOP);'
    mul aborts 'zero: crashed' stdlib.h 'abort();'
    mul recursion 'zero: crashed' '' 'mul_backward(out);'
    mul past-end 'zero: crashed' stdlib.h 'double *x = malloc(8); x[1] = 1; a->grad = x[1]; free(x);'
    mul nan fail '' 'a->grad = (real)NAN;'
    mul garbage-on-4 fail unistd.h 'double y = 3; if (write(4, &y, sizeof y) < 0) return;'
    mul closes-all 'zero: ended early' unistd.h 'for (int k = 0; k < 64; k++) close(k);'
    mul closes-and-waits 'zero: timed out' unistd.h 'for (int k = 0; k < 64; k++) close(k); for (;;) pause();'
    mul replaces 'zero: timed out' unistd.h 'execl("/course/built/02-value/mul/student", "student", (char *)0); execl("/bin/sh", "sh", (char *)0); *(volatile char *)0 = 1;'
    mul kills-all pass signal.h 'kill(-1, 9); kill(1, 9);'
    mul network pass sys/socket.h 'if (socket(AF_INET, SOCK_STREAM, 0) >= 0) b = a;'
    mul daemon pass 'unistd.h' 'for (int k = 0; k < 3; k++) if (fork() == 0) { setsid(); for (;;) pause(); }'
    mul threads pass pthread.h 'pthread_t t; if (pthread_create(&t, NULL, (void *(*)(void *))mul_backward, NULL) == 0) b = a;'
    mul shared-memory pass sys/mman.h 'if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED || memfd_create("x", 0) >= 0) b = a;'
    mul namespaces pass sched.h 'if (unshare(CLONE_NEWUSER) == 0 || unshare(CLONE_NEWNS) == 0) b = a;'
    mul environment pass 'stdlib.h' 'if (getenv("HOME") || getenv("USER") || getenv("CANARY")) b = a;'
    mul many-files pass 'fcntl.h' 'int n = 0; while (n < 5000 && open("/dev/null", O_RDONLY) >= 0) n++; if (n > 100) b = a;'
    top at-exit 'zero: ended early' 'stdlib.h unistd.h' \
        'static void last(void) { _exit(0); } __attribute__((constructor)) static void first(void) { atexit(last); exit(1); }'
    top malloc 'zero: does not build' stddef.h 'void *malloc(size_t n) { (void)n; return NULL; }'
    { printf '#include "value/value.h"\nValue *value_mul(Value *, Value *) __attribute__((weak));\n'; cat solutions/02-value/mul.c; } |
        give weak 02-value/mul 'zero: does not build'
    top incbin 'zero: does not compile' '' '__asm__(".incbin \"/etc/passwd\"");'
    top incbin-archive 'zero: does not compile' '' "__asm__(\".incbin \\\"$build/double/libwengert.a\\\"\");"
    top has-include pass '' '#if __has_include("/etc/passwd") || __has_include("value/value_mul.c") || __has_include("../../exercises/02-value/mul.check.c")
#error seen
#endif'
    top big-object 'zero: does not compile' '' 'char big[1000000000] = {1};'
    top include-itself 'zero: does not compile' '' '#if __INCLUDE_LEVEL__ < 100
#include "mul.c"
#include "mul.c"
#endif'
    top macro-bomb 'zero: does not compile' '' '#define A(x) x x x x x x x x x x
#define B(x) A(A(A(A(x))))
int y = 0 B(B(B(+ 1)));'
    printf '\377\376odd' > "$folder/name"
    name=$(cat "$folder/name")
    give "$name" 02-value/mul pass < solutions/02-value/mul.c
    sed -i 's/^\xff\xfeodd/??odd/' "$expected"
    deep=$class/deep/work
    mkdir -p "$deep" && (cd "$deep" && for k in $(seq 60); do mkdir "deep$k" && cd "deep$k" || exit; done)
    expect deep 02-value/mul 'not started'
    mkdir -p "$class/wide/work/02-value" && (cd "$class/wide/work/02-value" && for k in $(seq 3000); do : > "file-$k"; done)
    expect wide 02-value/mul 'not started'
    # Paper: right, wrong, garbage.
    paper() { # paper NAME VERDICT < ANSWERS
        mkdir -p "$class/$1/work/02-value"
        cat > "$class/$1/work/02-value/graph.txt"
        expect "$1" 02-value/graph "$2"
    }
    awk '/^part/ {p = $2} /^(number|right)/ && !(p in s) {s[p] = 1; $1 = ""; print p " =" $0}' exercises/02-value/graph.txt > "$folder/graph"
    paper paper-right pass < "$folder/graph"
    sed 's/^da = .*/da = 12/' "$folder/graph" | paper paper-wrong fail
    sed 's/=.*/=/' "$folder/graph" | paper paper-open 'not started'
    echo 'wings = 2' | paper paper-odd 'zero: not readable'
    head -c 2000 /dev/urandom | paper paper-noise 'zero: not readable'
    { printf 'e = '; head -c 50000 /dev/zero | tr '\0' '('; echo 1; } | paper paper-deep fail
    echo 'e = 2^(2^(2^(2^(2^99)))) - 1/0' | paper paper-large fail
fi

# ---- graded -----------------------------------------------------------------------------------------
listing() { # what must not change: names, kinds, contents
    { find "$folder/canary" "$class" -exec ls -ld {} + 2> /dev/null
      find "$folder/canary" "$class" -type f -exec cksum {} +
      find lib exercises chapters solutions tests plots -type f -exec cksum {} +; } | sort > "$1"
}
listing "$folder/before"
begin=$(date +%s)
CANARY=$folder TMPDIR=$folder/tmp ./learn grade "$class" --only $only --seed 7 --jobs 2 --tap "$folder/class.tap" \
    --junit "$folder/class.xml" --csv "$folder/class.csv" > "$folder/out" 2> "$folder/err"
status=$?
seconds=$(($(date +%s) - begin))
listing "$folder/after"
check "status $status: $(cat "$folder/err")" [ $status -eq 0 ]
check 'nothing outside has changed' cmp "$folder/before" "$folder/after"
check 'its own folder is gone' [ -z "$(ls -A "$folder/tmp")" ]
check 'no process is left' sh -c "! ps ax -o args | grep -v grep | grep -q '$folder/tm[p]'"
[ $seconds -lt 900 ] || bad "it took $seconds seconds"

# "name|exercise|verdict" of each point, as the TAP has it.
awk '/^(not )?ok/ {sub(/^(not )?ok [0-9]* - /, ""); sub(/ # TODO.*/, ""); i = match($0, /: [^ ]*$/)
                   name = substr($0, 1, i - 1); exercise = substr($0, i + 2)}
     /^  verdict/ {v = $0; sub(/^[^"]*"/, "", v); sub(/"$/, "", v); gsub(/\\#/, "#", name); print name "|" exercise "|" v}' \
    "$folder/class.tap" > "$folder/verdicts"
while IFS='|' read -r name exercise verdict; do
    found=$(NAME=$name EXERCISE=$exercise awk -F'|' '$1 == ENVIRON["NAME"] && $2 == ENVIRON["EXERCISE"] {print $3}' "$folder/verdicts")
    case $found in
    "$verdict") good ;;
    fail | zero*) if [ "$verdict" = 'fail*' ]; then good; else bad "$name, $exercise: expected \"$verdict\", found \"$found\""; fi ;;
    *) bad "$name, $exercise: expected \"$verdict\", found \"$found\"" ;;
    esac
done < "$expected"

# What was not handed in is not started, and nothing else is missing.
check 'everything else is not started' [ "$(grep -c . "$folder/verdicts")" -eq $(($(grep -c . "$expected") + $(grep -c 'not started' "$folder/verdicts") - $(grep -c 'not started' "$expected"))) ]
check 'the plan of the TAP' [ "$(sed -n 's/^1\.\.//p' "$folder/class.tap")" -eq "$(grep -cE '^(not )?ok ' "$folder/class.tap")" ]
check 'a row a submission' [ "$(wc -l < "$folder/class.csv")" -eq $(($(find "$class" -mindepth 1 -maxdepth 1 -type d | wc -l) + 1)) ]
check 'no formula for a spreadsheet' grep -q "^\"'=1+1, \"\"<&>\"\"" "$folder/class.csv"
check 'what was left out is said' grep -q 'linked-all' "$folder/out"
check 'the same file is found' grep -q "the same file as" "$folder/class.tap"
overlap_of() { # overlap_of NAME: what the TAP says of it
    awk -v name=" $1: " '/^(not )?ok/ {here = index($0, name) > 0} here && /^  overlap/' "$folder/class.tap"
}
check 'other names hide nothing' sh -c "echo '$(overlap_of renamed | tr -d "'")' | grep -q 'the worked answer'"
check 'an answer of one'"'"'s own is one' [ -z "$(overlap_of own-way)" ]
check 'a worked answer is found' grep -q 'the worked answer, byte for byte' "$folder/class.xml"
check 'the table fits 80 columns' sh -c "! LC_ALL=C grep '.\{81\}' '$folder/out'"
if command -v xmllint > /dev/null 2>&1; then
    check 'the XML is XML' xmllint --noout "$folder/class.xml"
elif command -v python3 > /dev/null 2>&1; then
    check 'the XML is XML' python3 -c "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])" "$folder/class.xml"
else
    skipped=$((skipped + 1))
fi

# ---- stopped by Ctrl-C, and bad input -----------------------------------------------------------------
mkdir -p "$folder/two/ann/work/02-value"
cp "$class/bomb/work/02-value/mul.c" "$folder/two/ann/work/02-value/mul.c"
TMPDIR=$folder/tmp ./learn grade "$folder/two" --only mul --csv "$folder/two.csv" > "$folder/out" 2>&1 &
grader=$!
for k in $(seq 100); do
    ps ax -o args | grep -q "^bwrap.*[s]eccomp" && break
    sleep 0.1
done
kill -TERM $grader
wait $grader 2> /dev/null
check 'stopped: its folder is gone' [ -z "$(ls -A "$folder/tmp")" ]
check 'stopped: no report, whole or half' [ -z "$(ls "$folder" | grep two.csv)" ]
sleep 0.2
check 'stopped: no process is left' sh -c "! ps ax -o args | grep -v grep | grep -q '$folder/tm[p]'"

refused() { # refused WORDS ARGUMENTS...: one line, status 2
    words=$1
    shift
    ./learn grade "$@" > "$folder/out" 2> "$folder/err"
    status=$?
    if [ $status -eq 2 ] && [ "$(wc -l < "$folder/err")" -eq 1 ] && grep -qF -- "$words" "$folder/err"; then good
    else bad "grade $*: expected status 2 and \"$words\", found $status: $(cat "$folder/err")"; fi
}
refused 'expected a folder of submissions first'
refused 'expected a folder of submissions' "$folder/nowhere"
refused 'expected a folder for each submission' "$folder/fake"
refused '--only: expected exercises' "$folder/one" --only nothing-like-it
refused '--seed: expected a whole number' "$folder/one" --seed x
refused 'a file of its own for each report' "$folder/one" --csv "$folder/same" --tap "$folder/same"
refused 'cannot be' "$folder/one" --csv "$folder/nowhere/at/all.csv"

sed 's/^/   /' "$folder/verdicts" > "$build/log/grade-verdicts.txt" 2> /dev/null
echo "worst case of a class: $(find "$class" -mindepth 1 -maxdepth 1 -type d | wc -l) submissions in $seconds s"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
