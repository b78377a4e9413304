#!/bin/sh
# Tests setup.sh without touching the system: a folder of its own is the whole PATH, with a fake package
# manager that notes what it was asked and a fake compiler, gnuplot and so on that work or not. The
# fakes of id, sudo and uname say who is asking, and on what.
#   sh tests/setup.sh
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/setup-test.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
bin=$work/bin
passed=0 failed=0

program() { # program NAME: a program of the fake PATH, from stdin
    { echo '#!/bin/sh'; cat; } > "$bin/$1"
    chmod +x "$bin/$1"
}

# A machine where NEEDs (its arguments) do not work until a manager has been asked for them.
machine() {
    rm -rf "${work:?}/bin" "${work:?}/state"
    mkdir -p "$bin" "$work/state"
    for tool in sh mktemp rm tail cat grep env ls; do
        ln -s "$(command -v $tool)" "$bin/$tool" 2> /dev/null
    done
    for need in "$@"; do
        : > "$work/state/lacks-$need"
    done
    # The compiler "compiles" when it works and the library in question is there.
    program cc << FAKE
[ -f "$work/state/lacks-compiler" ] && exit 127
source='' output=''
while [ \$# -gt 0 ]; do
    case \$1 in
    *.c) source=\$1 ;;
    -o) output=\$2; shift ;;
    -fsanitize=*) [ -f "$work/state/lacks-sanitizers" ] && exit 1 ;;
    esac
    shift
done
grep -q cJSON.h "\$source" && [ -f "$work/state/lacks-cjson" ] && exit 1
grep -q pcre2.h "\$source" && [ -f "$work/state/lacks-pcre2" ] && exit 1
grep -q cmocka.h "\$source" && [ -f "$work/state/lacks-cmocka" ] && exit 1
printf '#!/bin/sh\nexit 0\n' > "\$output"
$(command -v chmod) +x "\$output"
FAKE
    program make << FAKE
[ -f "$work/state/lacks-make" ] && exit 127
echo GNU Make 3.81
FAKE
    program gnuplot << FAKE
[ -f "$work/state/lacks-gnuplot" ] && exit 127
exit 0
FAKE
    program pkg-config << FAKE
[ -f "$work/state/lacks-pkg-config" ] && exit 127
exit 0
FAKE
    echo 'exit 0' | program true
    echo 'echo Linux' | program uname
    person 0
}

person() { # person UID
    echo "echo $1" | program id
}

sudo_that() { # sudo_that asks|grants
    if [ "$1" = grants ]; then
        printf 'shift\nexec "$@"\n' | program sudo
    else
        echo 'echo "a password is required" >&2; exit 1' | program sudo
    fi
}

manager() { # manager NAME [fails|useless]: notes its arguments; installs everything, or does not
    case ${2:-} in
    fails) result='echo "no network" >&2; exit 100' ;;
    useless) result='exit 0' ;;
    *) result="case \"\$*\" in *install*|*add*|*-S\ *) rm -f '$work/state/lacks-'* ;; esac" ;;
    esac
    printf 'echo "%s $*" >> "%s"\n%s\n' "$1" "$work/state/asked" "$result" | program "$1"
}

# setup_is STATUS STDOUT ASKED ARGUMENTS...: what it must exit with, print, and ask of the manager.
setup_is() {
    status=$1 text=$2 asked=$3
    shift 3
    found=$(PATH=$bin CC='' sh "$root/setup.sh" "$@" 2> "$work/stderr" <&-)
    code=$?
    noted=$(cat "$work/state/asked" 2> /dev/null)
    if [ $code -eq "$status" ] && [ "$found" = "$text" ] && [ "$noted" = "$asked" ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "FAIL $case: setup.sh $*"
    echo "  expected status $status, \"$text\", asked \"$asked\""
    echo "  found    status $code, \"$found\", asked \"$noted\""
    sed 's/^/  stderr: /' "$work/stderr"
}

case='nothing missing'
machine; manager apt-get
setup_is 0 'setup: nothing is missing' '' start
setup_is 0 'setup: nothing is missing' '' test
setup_is 0 'setup: nothing is missing' '' test --print

case='what start does not need'
machine cmocka; manager apt-get
setup_is 0 'setup: nothing is missing' '' start
setup_is 0 'setup: installed: cmocka' 'apt-get update
apt-get install -y --no-install-recommends libcmocka-dev' test

case='root installs; lists are refreshed once'
machine gnuplot cjson; manager apt-get
setup_is 0 'setup: installed: gnuplot cjson' 'apt-get update
apt-get install -y --no-install-recommends gnuplot-nox libcjson-dev' start

case='everything missing, by each manager'
all='compiler make gnuplot pkg-config cjson pcre2 cmocka'
machine $all; manager apt-get
setup_is 2 'apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make gnuplot-nox pkg-config libcjson-dev libpcre2-dev libcmocka-dev' '' test --print
machine $all; manager dnf
setup_is 0 "setup: installed: $all" 'dnf install -y gcc glibc-devel make gnuplot pkgconf-pkg-config cjson-devel pcre2-devel libcmocka-devel' test
machine $all; manager apk
setup_is 0 "setup: installed: $all" 'apk add --no-cache gcc musl-dev make gnuplot pkgconf cjson-dev pcre2-dev cmocka-dev' test
machine $all; manager zypper
setup_is 0 "setup: installed: $all" 'zypper --non-interactive install gcc glibc-devel make gnuplot pkg-config cJSON-devel pcre2-devel libcmocka-devel' test
machine $all; manager pacman
if ls /var/lib/pacman/sync/*.db > /dev/null 2>&1; then lists=''; else lists='pacman -Sy
'; fi
setup_is 0 "setup: installed: $all" "${lists}pacman -S --noconfirm --needed gcc make gnuplot pkgconf cjson pcre2 cmocka" test

case='brew'
machine gnuplot pkg-config cjson cmocka; manager brew; person 501
echo 'echo Darwin' | program uname
setup_is 0 'setup: installed: gnuplot pkg-config cjson cmocka' 'brew install gnuplot pkgconf cjson cmocka' test
machine gnuplot; manager brew; person 0
echo 'echo Darwin' | program uname
setup_is 2 'brew install gnuplot' '' start
machine compiler make gnuplot cjson pcre2; manager brew; person 501
echo 'echo Darwin' | program uname
setup_is 2 'xcode-select --install && brew install gnuplot cjson pcre2' '' start
machine compiler make cjson pcre2; manager brew; person 501
rm "$bin/brew"
echo 'echo Darwin' | program uname
setup_is 2 'install by hand: compiler make cjson pcre2' '' start

case='sudo'
machine gnuplot; manager apt-get; person 1000; sudo_that grants
setup_is 0 'setup: installed: gnuplot' 'apt-get update
apt-get install -y --no-install-recommends gnuplot-nox' start
machine gnuplot; manager apt-get; person 1000; sudo_that asks
setup_is 2 'sudo apt-get update && sudo apt-get install -y --no-install-recommends gnuplot-nox' '' start
machine gnuplot; manager dnf; person 1000
setup_is 2 "su -c 'dnf install -y gnuplot'" '' start

case='a manager that fails'
machine gnuplot; manager dnf fails
setup_is 2 'dnf install -y gnuplot' 'dnf install -y gnuplot' start
machine cjson; manager apk useless
setup_is 2 'apk add --no-cache cjson-dev' 'apk add --no-cache cjson-dev' start

case='no manager'
machine gnuplot make
setup_is 2 'install by hand: make gnuplot' '' start

case='doctor'
works='compiler works
make works
gnuplot works
pkg-config works
cjson works
pcre2 works
sanitizers works'
machine; manager apt-get
setup_is 0 "$works
bubblewrap missing" '' doctor
machine; manager apt-get; echo 'exit 1' | program bwrap
setup_is 0 "$works
bubblewrap blocked" '' doctor
machine; manager apt-get; echo 'exit 0' | program bwrap
setup_is 0 "$works
bubblewrap works" '' doctor
machine compiler gnuplot sanitizers; manager apt-get
setup_is 2 'compiler missing
make works
gnuplot missing
pkg-config works
cjson missing
pcre2 missing
sanitizers missing
bubblewrap missing
apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev gnuplot-nox libcjson-dev libpcre2-dev' '' doctor
machine sanitizers; manager dnf
setup_is 2 'compiler works
make works
gnuplot works
pkg-config works
cjson works
pcre2 works
sanitizers missing
bubblewrap missing
dnf install -y libasan libubsan' '' doctor

case='grade'
machine; manager apt-get
setup_is 2 'apt-get update && apt-get install -y --no-install-recommends bubblewrap' '' grade --print

case='mistakes'
machine
setup_is 2 '' '' 
setup_is 2 '' '' begin
setup_is 2 '' '' start --now

echo "setup: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
