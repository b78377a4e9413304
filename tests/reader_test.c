/* Tests of the terminal's side of ./learn: how wide text is, how lines are broken, styles that go
 * away where there is no colour. Runs in the repository's root. */
#include "../exercises/learn/read.h"
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

/* ---- formulas ------------------------------------------------------------------------------------ */
static void assert_inline(const char *tex, const char *unicode, const char *ascii)
{
    char *first = math_inline(tex, strlen(tex), true), *second = math_inline(tex, strlen(tex), false);
    assert_string_equal(first, unicode);
    assert_string_equal(second, ascii);
    free(first);
    free(second);
}

static void test_scripts(void **state)
{
    (void)state;
    assert_inline("x^2 + x_i", "x² + xᵢ", "x^2 + x_i");
    assert_inline("J_{ji}^\\top", "Jⱼᵢᵀ", "J_ji^T");
    assert_inline("A_{bmk} B_{kn}", "A_bmk Bₖₙ", "A_bmk B_kn"); /* there is no small b */
    assert_inline("x_{<i}", "x_{<i}", "x_{<i}");
    assert_inline("e^{-x^2/2}", "e^(-x²/2)", "e^(-x^2/2)");
    assert_inline("10^{-16}", "10⁻¹⁶", "10^-16");
    assert_inline("f^{(5)} = f'' ", "f⁽⁵⁾ = f″", "f^(5) = f''");
    assert_inline("\\eta_{\\max} J_{\\mathrm{attn}}", "η_max J_attn", "eta_max J_attn");
    assert_inline("\\hat m", "m̂", "m_hat");
}

static void test_operators(void **state)
{
    (void)state;
    assert_inline("\\partial f/\\partial x", "∂f/∂x", "df/dx");
    assert_inline("dx \\mathrel{+}= -r\\sin a", "dx += -r sin a", "dx += -r sin a");
    assert_inline("\\sum_j dy_j J_{ji}", "∑ⱼ dyⱼ Jⱼᵢ", "sum_j dy_j J_ji");
    assert_inline("2.1\\cdot10^{-8} \\le 3 \\cdot 4", "2.1·10⁻⁸ ≤ 3 · 4", "2.1*10^-8 <= 3 * 4");
    assert_inline("|-x|, a|b| - c", "|-x|, a|b| - c", "|-x|, a|b| - c");
    assert_inline("\\epsilon \\ne \\varepsilon", "ϵ ≠ ε", "eps != vareps");
    assert_inline("2\\epsilon x", "2ϵ x", "2 eps x");
    assert_inline("p \\leftarrow p - \\eta g", "p ← p - η g", "p <- p - eta g");
    assert_inline("\\text{r is } 2", "r is 2", "r is 2");
    assert_inline("\\nosuch{x}", "\\nosuch x", "\\nosuch x"); /* left for the test of the lessons to find */
}

static void test_fractions(void **state)
{
    (void)state;
    assert_inline("\\frac{a+b}{2h}", "(a+b)/(2h)", "(a+b)/(2h)");
    assert_inline("\\frac{do}{b} o", "(do/b) o", "(do/b) o"); /* and not do/(bo) */
    assert_inline("-\\tfrac12 n", "-½ n", "-(1/2) n");
    assert_inline("\\frac{dy}{dx}", "dy/dx", "dy/dx");
    assert_inline("\\sqrt{2\\pi} + \\sqrt x", "√(2π) + √x", "sqrt(2 pi) + sqrt(x)");
    assert_inline("\\begin{pmatrix}1 & 2\\cr 3 & 4\\end{pmatrix}", "(1 2; 3 4)", "(1 2; 3 4)");
}

static void assert_display(const char *tex, int width, bool unicode, const char *expected)
{
    char *text = math_display(tex, strlen(tex), width, unicode);
    assert_string_equal(text, expected);
    free(text);
}

static void test_display(void **state)
{
    (void)state;
    assert_display("E(h) = \\frac{h}{2} + \\frac{2\\epsilon}{h}.", 80, true,
                   "       h   2ϵ\n"
                   "E(h) = ─ + ──.\n"
                   "       2   h");
    assert_display("dv = \\sum_{i=1}^{k} du_i \\frac{\\partial u_i}{\\partial v}", 80, false,
                   "      k       du_i\n"
                   "dv = sum du_i ----\n"
                   "     i=1       dv");
    assert_display("J = \\begin{bmatrix}a & -b\\\\ c & d\\end{bmatrix}", 80, true,
                   "J = ⎡a  -b⎤\n"
                   "    ⎣c  d ⎦");
    assert_display("\\boxed{x = 1}", 80, false,
                   "+-------+\n"
                   "| x = 1 |\n"
                   "+-------+");
    assert_display("\\begin{aligned}a &= b\\\\ &= c\\end{aligned}", 80, true, "a = b\n  = c");
}

static void test_display_breaks(void **state)
{
    (void)state;
    static const char tex[] = "aaaa = bbbb + cccc = dddd, \\qquad e = ffffff";
    assert_display(tex, 80, true, "aaaa = bbbb + cccc = dddd,    e = ffffff");
    assert_display(tex, 30, true, "aaaa = bbbb + cccc = dddd,\ne = ffffff");
    assert_display(tex, 20, true, "aaaa = bbbb + cccc\n    = dddd,\ne = ffffff");
    assert_display("\\frac{aaaaaaaaaa}{b}", 8, true, "aaaaaaaaaa/b"); /* nowhere to break */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_width, environment_reset),
        cmocka_unit_test_setup(test_screen, environment_reset),
        cmocka_unit_test_setup(test_lines, environment_reset),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_display),
        cmocka_unit_test(test_display_breaks),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
