/* Tests of the terminal's side of ./learn: how wide text is, how lines are broken, styles that go
 * away where there is no colour. Runs in the repository's root. */
#include "../exercises/learn/terminal.h"

#include "base/base.h"
#include "child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* A pipe, a UTF-8 locale, no wishes. */
static int environment_reset(void **state)
{
    (void)state;
    static const char *const unset[] = {"COLUMNS", "LINES", "NO_COLOR", "LC_ALL", "LC_CTYPE", "PAGER"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    setenv("TERM", "xterm", 1);
    setenv("LANG", "en_US.UTF-8", 1);
    return 0;
}

/* ---- terminal ------------------------------------------------------------------------------------ */
static void test_width(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("∂x²"), 3);
    assert_int_equal(text_width("x\xcc\x82"), 1);          /* x with a hat */
    assert_int_equal(text_width("\033[1;34mab\033[0m"), 2);
    assert_int_equal(text_width("漢字"), 4);
    assert_int_equal(text_width("a\xff"), 2);              /* a byte that is no UTF-8 */
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
    screen_print("A line that fits.\n\n  An indented line that is too long for forty columns.\nshort", 2);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_width, environment_reset),
        cmocka_unit_test_setup(test_screen, environment_reset),
        cmocka_unit_test_setup(test_lines, environment_reset),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
