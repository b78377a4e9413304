#!/bin/sh
# Sets up what the course needs from the system, with the package manager that is there:
#
#   sh setup.sh start [--print]    a C compiler, make, gnuplot, pkg-config, cJSON, PCRE2
#   sh setup.sh test [--print]     those, and cmocka
#   sh setup.sh parity [--print]   those of start, and PyTorch for the system's own python3
#   sh setup.sh grade [--print]    those of start, and bubblewrap, which holds a class's submissions
#   sh setup.sh doctor             installs nothing: a line "NEED works", "NEED missing" or "NEED blocked"
#                                  for each of start's, the sanitizers and bubblewrap; then, where
#                                  something but bubblewrap is missing, the line that installs it
#
# What is missing is found by trying it: a tool is run, a library is compiled and linked against. When
# nothing is missing, one short line says so and the network is not touched. Otherwise the missing
# packages are installed if that can be done without a question (as root, by sudo without a password,
# or by brew); if not, the line to type is printed on stdout and the exit status is 2. --print prints
# that line, or the short one, and installs nothing. CC names another compiler, as for make.
LC_ALL=C
export LC_ALL

say() {
    echo "setup: $*" >&2
}

goal='' print=0
for argument in "$@"; do
    case $argument in
    start | test | parity | grade | doctor) goal=$argument ;;
    --print) print=1 ;;
    *) say "expected start, test, parity, grade or doctor, and perhaps --print; found \"$argument\""; exit 2 ;;
    esac
done
if [ -z "$goal" ]; then
    say "expected start, test, parity, grade or doctor: sh setup.sh start"
    exit 2
fi

needs='compiler make gnuplot pkg-config cjson pcre2'
case $goal in
test) needs="$needs cmocka" ;;
parity) needs="$needs torch" ;;
grade) needs="$needs bubblewrap" ;;
doctor) needs="$needs sanitizers" print=1 ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/setup.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# ---- what works -----------------------------------------------------------------------------------
# compiles PROGRAM PKG LIBRARY: whether the program compiles, links and runs, with the flags that
# pkg-config gives for PKG or else the library by its name, as the Makefile does it.
compiles() {
    printf '%s\n' "$1" > "$work/try.c"
    flags=$([ -z "$2" ] || pkg-config --cflags "$2" 2> /dev/null)
    libraries=$([ -z "$2" ] || pkg-config --libs "$2" 2> /dev/null || echo "-l$3")
    # Unquoted on purpose: each of these may be several words.
    ${CC:-cc} $flags "$work/try.c" -o "$work/try" $libraries > /dev/null 2>&1 && "$work/try" > /dev/null 2>&1
}

works() { # works NEED
    case $1 in
    compiler) compiles '#include <stdio.h>
int main(void) { return puts("works") < 0; }' ;;
    # In a subshell, so that CC is itself again.
    sanitizers) (CC="${CC:-cc} -fsanitize=address,undefined" && compiles 'int main(void) { return 0; }') ;;
    make) make --version 2> /dev/null | grep -q 'GNU Make' ;;
    gnuplot) gnuplot -d -e 'set terminal dumb; set output "/dev/null"; plot x' > /dev/null 2>&1 < /dev/null ;;
    pkg-config) pkg-config --version > /dev/null 2>&1 ;;
    cjson) compiles '#include <cJSON.h>
int main(void) { return cJSON_Version()[0] == 0; }' libcjson cjson ;;
    pcre2) compiles '#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
int main(void) { return pcre2_config(PCRE2_CONFIG_VERSION, 0) < 0; }' libpcre2-8 pcre2-8 ;;
    bubblewrap) bwrap --ro-bind / / --unshare-all --die-with-parent true > /dev/null 2>&1 < /dev/null ;;
    torch) "${PYTHON:-/usr/bin/python3}" -c 'import torch, numpy' > /dev/null 2>&1 ;;
    cmocka) compiles '#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
static void nothing(void **state) { (void)state; }
int main(void) { const struct CMUnitTest tests[] = {cmocka_unit_test(nothing)};
                 return cmocka_run_group_tests(tests, NULL, NULL); }' cmocka cmocka ;;
    esac
}

find_missing() {
    missing=''
    for need in $needs; do
        works "$need" || missing="$missing $need"
    done
    missing=${missing# }
}

has() {
    command -v "$1" > /dev/null 2>&1
}

# Bubblewrap may be there and yet be forbidden to do its work, in a container say.
report() {
    for need in $needs; do
        case " $missing " in
        *" $need "*) echo "$need missing" ;;
        *) echo "$need works" ;;
        esac
    done
    if works bubblewrap; then
        echo "bubblewrap works"
    elif has bwrap; then
        echo "bubblewrap blocked"
    else
        echo "bubblewrap missing"
    fi
}

find_missing
if [ $goal = doctor ]; then
    report
fi
if [ -z "$missing" ]; then
    [ $goal = doctor ] || echo "setup: nothing is missing"
    exit 0
fi

# ---- who could install it ---------------------------------------------------------------------------

manager=none
if [ "$(uname)" = Darwin ] && has brew; then
    manager=brew
else
    for candidate in apt-get dnf pacman apk zypper brew; do
        if has $candidate; then
            manager=$candidate
            break
        fi
    done
fi

package_of() { # package_of NEED: its packages in this manager's words
    case $manager:$1 in
    apt-get:compiler | apt-get:sanitizers) echo gcc libc6-dev ;;
    apt-get:gnuplot) echo gnuplot-nox ;;
    apt-get:cjson) echo libcjson-dev ;;
    apt-get:pcre2) echo libpcre2-dev ;;
    apt-get:torch) echo python3-torch python3-numpy ;;
    apt-get:cmocka) echo libcmocka-dev ;;
    dnf:compiler) echo gcc glibc-devel ;;
    dnf:sanitizers) echo libasan libubsan ;;
    dnf:pkg-config) echo pkgconf-pkg-config ;;
    dnf:cjson) echo cjson-devel ;;
    dnf:pcre2) echo pcre2-devel ;;
    dnf:torch) echo python3-torch ;;
    dnf:cmocka) echo libcmocka-devel ;;
    pacman:torch) echo python-pytorch ;;
    pacman:pkg-config) echo pkgconf ;;
    apk:compiler) echo gcc musl-dev ;;
    apk:sanitizers) echo clang compiler-rt ;;
    apk:pkg-config) echo pkgconf ;;
    apk:cjson) echo cjson-dev ;;
    apk:pcre2) echo pcre2-dev ;;
    apk:torch) echo py3-pytorch ;;
    apk:cmocka) echo cmocka-dev ;;
    zypper:compiler) echo gcc glibc-devel ;;
    zypper:cjson) echo cJSON-devel ;;
    zypper:pcre2) echo pcre2-devel ;;
    zypper:torch) echo python3-torch ;;
    zypper:cmocka) echo libcmocka-devel ;;
    brew:torch) echo pytorch ;;
    brew:pkg-config) echo pkgconf ;;
    *:compiler | *:sanitizers) echo gcc ;;
    *) echo "$1" ;;
    esac
}

# The compiler and make of macOS come from Apple, by a dialog that only a person can answer.
apple=''
packages=''
for need in $missing; do
    case $(uname):$need in
    Darwin:compiler | Darwin:make | Darwin:sanitizers) apple='xcode-select --install' ;;
    *)
        for package in $(package_of "$need"); do
            case " $packages " in
            *" $package "*) ;;
            *) packages="$packages $package" ;;
            esac
        done ;;
    esac
done
packages=${packages# }

case $manager in
apt-get)
    refresh='apt-get update'
    install="apt-get install -y --no-install-recommends $packages" ;;
dnf) refresh='' install="dnf install -y $packages" ;;
pacman)
    refresh=''
    install="pacman -S --noconfirm --needed $packages"
    # A machine that never fetched the lists of packages knows none.
    ls /var/lib/pacman/sync/*.db > /dev/null 2>&1 || refresh='pacman -Sy' ;;
apk) refresh='' install="apk add --no-cache $packages" ;;
zypper) refresh='' install="zypper --non-interactive install $packages" ;;
brew) refresh='' install="brew install $packages" ;;
*)
    say "missing: $missing; no package manager that this script knows was found"
    echo "install by hand: $missing"
    exit 2 ;;
esac

# ---- as whom ----------------------------------------------------------------------------------------
may=0 before='' # what goes before a command that needs root
if [ "$manager" = brew ]; then
    [ "$(id -u)" -eq 0 ] || may=1
elif [ "$(id -u)" -eq 0 ]; then
    may=1
elif has sudo; then
    before='sudo '
    if sudo -n true > /dev/null 2>&1 < /dev/null; then
        may=1
    fi
fi

line=$before$install
if [ -n "$refresh" ]; then
    line="$before$refresh && $line"
fi
if [ "$manager" != brew ] && [ "$(id -u)" -ne 0 ] && [ -z "$before" ]; then
    line="su -c '$line'"
fi
if [ -n "$apple" ]; then
    may=0
    line="$apple${packages:+ && $install}"
fi

if [ $print -eq 1 ]; then
    echo "$line"
    exit 2
fi
if [ $may -eq 0 ]; then
    say "missing: $missing; type this line, then the same command again:"
    echo "$line"
    exit 2
fi

# ---- installing -------------------------------------------------------------------------------------
# run COMMAND: by sudo where needed, never asking, with what it says kept for a failure.
run() {
    case $before in
    '') env DEBIAN_FRONTEND=noninteractive HOMEBREW_NO_AUTO_UPDATE=1 $1 ;;
    *) sudo -n env DEBIAN_FRONTEND=noninteractive $1 ;;
    esac >> "$work/log" 2>&1 < /dev/null
}

say "installing $packages with $manager"
# Lists that could not be refreshed may still be good enough.
[ -z "$refresh" ] || run "$refresh" || say "$refresh did not work; trying all the same"
if ! run "$install"; then
    tail -n 5 "$work/log" >&2
    say "that did not work; what to type when it can:"
    echo "$line"
    exit 2
fi
asked=$missing
find_missing
if [ -n "$missing" ]; then
    say "installed, and yet this does not work: $missing; reinstalling may help:"
    echo "$line"
    exit 2
fi
echo "setup: installed: $asked"
