/* Tests of what ./learn shows: how wide text is, how lines are broken, styles that go away where there is
 * no colour; and read, plot and doctor as commands, with programs to be found and without. Runs in the
 * repository's root. */
#include "../exercises/learn/doctor.h"
#include "../exercises/learn/plot.h"
#include "../exercises/learn/read.h"
#include "../exercises/learn/terminal.h"

#include "child.h"
#include "files.h"

#include <fcntl.h>

/* A pipe, a UTF-8 locale, no wishes. */
static int environment_reset(void **state)
{
    (void)state;
    static const char *const unset[] = {"COLUMNS", "LINES",    "NO_COLOR",
                                        "LC_ALL",  "LC_CTYPE", "PAGER"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    setenv("TERM", "xterm", 1);
    setenv("LANG", "en_US.UTF-8", 1);
    return 0;
}

/* ---- terminal ---------------------------------------------------------------------------- */
static void test_width(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("∂x²"), 3);
    assert_int_equal(text_width("x\xcc\x82"), 1); /* x with a hat */
    assert_int_equal(text_width("\033[1;34mab\033[0m"), 2);
    assert_int_equal(text_width("漢字"), 4);
    assert_int_equal(text_width("a\xff"), 2); /* a byte that is no UTF-8 */
    int columns;
    assert_int_equal(text_piece("x\xcc\x82y", 4, &columns), 3);
    assert_int_equal(columns, 1);
    assert_int_equal(text_piece("", 0, &columns), 0);
    assert_int_equal(columns, 0);
}

static void test_screen(void **state)
{
    (void)state;
    setenv("COLUMNS", "20", 1);
    assert_int_equal(screen_width(), SCREEN_NARROWEST);
    setenv("COLUMNS", "57", 1);
    assert_int_equal(screen_width(), 57);
    setenv("COLUMNS", "300", 1);
    assert_int_equal(screen_width(), SCREEN_WIDEST);
    setenv("LC_ALL", "C", 1);
    assert_false(screen_has_unicode());
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    setenv("NO_COLOR", "1", 1);
    assert_true(screen_has_unicode() && !screen_has_colour());
    assert_string_equal(style(STYLE_OK, "passed"), "passed");
    assert_string_equal(style_on(STYLE_OK), "");
}

static void print_lines(void *context)
{
    (void)context;
    setenv("COLUMNS", "40", 1);
    screen_print(
        "A line that fits.\n\n  An indented line that is too long for forty columns.\nshort", 2);
    fflush(stdout);
}

static void test_lines(void **state)
{
    (void)state;
    Child child = child_run(print_lines, NULL);
    assert_string_equal(child.text, "  A line that fits.\n"
                                    "\n"
                                    "    An indented line that is too long\n"
                                    "    for forty columns.\n"
                                    "  short\n");
}

/* ---- the command ------------------------------------------------------------------------- */
typedef struct {
    int (*command)(int argc, char **argv);
    char words[2][60], *arguments[3];
    int count;
} Call;

static void run_call(void *context)
{
    Call *call = context;
    signal(SIGPIPE, SIG_IGN); /* nobody reads it to the end */
    int status = call->command(call->count, call->arguments);
    fflush(stdout);
    _exit(status);
}

/* What a command prints when it is given one or two words, or none. */
static Child call_command(int (*command)(int argc, char **argv), const char *first,
                          const char *second, int status)
{
    Call call = {.command = command};
    const char *given[2] = {first, second};
    for (int i = 0; i < 2 && given[i] != NULL; i++) {
        snprintf(call.words[i], sizeof call.words[i], "%s", given[i]);
        call.arguments[i] = call.words[i];
        call.count++;
    }
    Child child = child_run(run_call, &call);
    if (!child_exited(&child, status))
        fail_msg("%s: expected exit status %d, and it printed: %s",
                 first != NULL ? first : "nothing", status, child.text);
    return child;
}

static void assert_holds(const Child *child, const char *text)
{
    if (strstr(child->text, text) == NULL)
        fail_msg("expected %s in: %s", text, child->text);
}

static void assert_read(const char *first, const char *second, int status, const char *begin)
{
    Child child = call_command(read_command, first, second, status);
    if (strncmp(child.text, begin, strlen(begin)) != 0)
        fail_msg("%s: expected %s, found %s", first != NULL ? first : "nothing", begin, child.text);
}

static void test_read(void **state)
{
    (void)state;
    assert_read("01", NULL, 0, "01 Derivatives\n══════════════\n");
    assert_read("1", NULL, 0, "01 Derivatives\n");
    assert_read("02-value", NULL, 0, "02 Value\n");
    assert_read("01#the-chain-rule", NULL, 0, "The chain rule\n──────────────\n");
    assert_read("01", "chain", 0, "The chain rule\n");
    assert_read("01", "nowhere", 2,
                "learn: chapters/01-derivatives/README.md has no heading with \"nowhere\"");
    assert_read("77", NULL, 2, "learn: expected a chapter, as in ./learn read 01; found \"77\"");
    assert_read("00/words", NULL, 0, "Signs and words\n");
    assert_read("--unfold", "01", 0, "01 Derivatives\n");
    assert_read("00/nowhere", NULL, 2, "learn: chapters/00-prologue/nowhere.md: ");
    assert_read(NULL, NULL, 0, "  ./learn read 00   00 Prologue\n  ./learn read 01   01 ");
    setenv("LANG", "C", 1);
    assert_read("01", NULL, 0, "01 Derivatives\n==============\n");
}

/* In a course of the test's own: a comment in a fence is no heading. */
static void test_read_elsewhere(void **state)
{
    (void)state;
    static const char lesson[] = "# 03 Own\n\n```sh\n# a comment\nls\n```\n\n## A comment, at last\n";
    int here = open(".", O_RDONLY);
    assert_true(here >= 0 && chdir(scratch) == 0);
    assert_false(folder_make("chapters/03-own").failed);
    write_file("chapters/03-own/README.md", lesson, strlen(lesson));
    assert_read("3", "a comment", 0, "A comment, at last\n──────────────────\n");
    assert_read("own", NULL, 0, "03 Own\n══════\n\n    # a comment\n");
    assert_read(NULL, NULL, 0, "  ./learn read 03   03 Own\n");
    assert_int_equal(fchdir(here), 0);
    close(here);
}

static void test_plot(void **state)
{
    (void)state;
    Child child = call_command(plot_command, NULL, NULL, 0);
    assert_holds(&child,
                 "01 Derivatives\n  01-derivatives\n      two walks downhill on one curve\n");
    assert_holds(&child, "\n02 Value\n  02-value\n");
    assert_null(strstr(child.text, "bench-"));
    child = call_command(plot_command, "nosuch", NULL, 2);
    assert_string_equal(child.text,
                        "learn: no figure is called \"nosuch\"; ./learn plot lists them\n");
    child = call_command(plot_command, "04-scalar", NULL, 2);
    assert_holds(&child, "have \"04-scalar\" in theirs:\n04 A scalar MLP\n  04-scalar-mlp\n");
    assert_null(strstr(child.text, "03-"));
}

/* Without a single program to be found. */
static void test_without_programs(void **state)
{
    (void)state;
    char *path = text_format("%s", getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    Child child = call_command(plot_command, "secants", NULL, 2);
    assert_string_equal(child.text, "learn: figures need gnuplot, all else works without it: "
                                    "sh setup.sh start installs it, or says how\n");
    child = call_command(doctor_command, NULL, NULL, 1);
    assert_holds(&child, "  C compiler     missing  nothing can be built without it\n");
    assert_holds(&child,
                 "  gnuplot        missing  the figures cannot be drawn; everything else works\n"
                 "                          without it\n");
    assert_holds(&child, "  bubblewrap     missing ");
    assert_holds(&child, "\nSomething that chapters 00 to 15 use is missing.\n");
    setenv("PATH", path, 1);
    free(path);
}

/* Every tool but one: a gnuplot that stops at once stands before the real one. */
static void test_doctor_without_gnuplot(void **state)
{
    (void)state;
    static const char fake[] = "#!/bin/sh\nexit 1\n";
    write_file(path_of("gnuplot"), fake, strlen(fake));
    assert_int_equal(chmod(path_of("gnuplot"), 0755), 0);
    char *path = text_format("%s", getenv("PATH")), *longer = text_format("%s:%s", scratch, path);
    setenv("PATH", longer, 1);
    Child child = call_command(doctor_command, NULL, NULL, 1);
    assert_holds(&child, "  C compiler     works    ");
    assert_holds(&child, "  gnuplot        missing  ");
    assert_holds(&child, "\nThis line installs what is missing:\n\n    ");
    setenv("PATH", path, 1);
    free(path);
    free(longer);
}

static void test_doctor(void **state)
{
    (void)state;
    Child child = call_command(doctor_command, NULL, NULL, 0);
    assert_holds(&child, "  C compiler     works    ");
    assert_holds(&child, "  sanitizers     works    ");
    assert_holds(&child, "  make           works    GNU Make ");
    assert_holds(&child, "  formulas       Unicode  the locale is UTF-8\n");
    assert_holds(&child, "\nAll that chapters 00 to 15 use is there.\n");
    setenv("LANG", "C", 1);
    child = call_command(doctor_command, NULL, NULL, 0);
    assert_holds(&child, "  formulas       ASCII    the locale is not UTF-8; ");
    child = call_command(doctor_command, "now", NULL, 2);
    assert_string_equal(child.text, "learn: ./learn doctor takes no arguments, found \"now\"\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_width, environment_reset),
        cmocka_unit_test_setup(test_screen, environment_reset),
        cmocka_unit_test_setup(test_lines, environment_reset),
        cmocka_unit_test_setup(test_read, environment_reset),
        cmocka_unit_test_setup(test_read_elsewhere, environment_reset),
        cmocka_unit_test_setup(test_plot, environment_reset),
        cmocka_unit_test_setup(test_without_programs, environment_reset),
        cmocka_unit_test_setup(test_doctor_without_gnuplot, environment_reset),
        cmocka_unit_test_setup(test_doctor, environment_reset),
    };
    return cmocka_run_group_tests_name("screen", tests, scratch_make, scratch_remove);
}
