/* Tests of how ./learn read lays out a lesson: formulas and Markdown in every form that the lessons use;
 * and all lessons, each in several ways. Runs in the repository's root. */
#include "../exercises/learn/read.h"
#include "../exercises/learn/terminal.h"

#include "base/base.h"

#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- formulas ---------------------------------------------------------------------------- */
static void assert_inline(const char *tex, const char *unicode, const char *ascii)
{
    char *first = math_inline(tex, strlen(tex), true);
    char *second = math_inline(tex, strlen(tex), false);
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
    assert_inline("f^{(5)} = f'' + f''''", "f⁽⁵⁾ = f″ + f′′′′", "f^(5) = f'' + f''''");
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
    assert_inline("\\tanh\\left(2x\\right) + \\ln(x)", "tanh(2x) + ln(x)", "tanh(2x) + ln(x)");
    assert_inline("2\\epsilon x", "2ϵ x", "2 eps x");
    assert_inline("p \\leftarrow p - \\eta g", "p ← p - η g", "p <- p - eta g");
    assert_inline("\\text{r is } 2", "r is 2", "r is 2");
    /* What is not known is left as it is, for the test of all lessons to find. */
    assert_inline("\\nosuch{x}", "\\nosuch x", "\\nosuch x");
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
    assert_display("-\\frac{a}{b} x", 80, true, "  a\n- ─ x\n  b");
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

/* ---- pages ------------------------------------------------------------------------------- */
static char *page_of(const char *markdown, PageLook look)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    markdown_write(out, markdown, "chapters/02-value", look);
    fclose(out);
    return text;
}

static void assert_page(const char *markdown, PageLook look, const char *expected)
{
    char *text = page_of(markdown, look);
    assert_string_equal(text, expected);
    free(text);
}

static const PageLook plain = {40, false, true, false}, coloured = {40, true, true, false},
                      ascii = {40, false, false, false};

static void test_paragraphs(void **state)
{
    (void)state;
    assert_page("One two three four five six seven eight nine\nten.\n\n\nNext.", plain,
                "One two three four five six seven eight\nnine ten.\n\nNext.\n");
    assert_page("# Title\ntext\n## $x^2$ and more\n### Third\n", plain,
                "Title\n═════\n\ntext\n\nx² and more\n───────────\n\nThird\n.....\n");
    assert_page("- one\n- two that is longer than a line of forty\n\n  more\n3. three\n", plain,
                "• one\n• two that is longer than a line of\n  forty\n\n  more\n3. three\n");
    assert_page("<!-- run make -->\ntext\n\n<!-- a\nlong one -->\nend\n", plain, "text\n\nend\n");
    assert_page("aaa $h = 0.001$ bbbbbbbbbbbb cccccccc $x = 1$\n", plain,
                "aaa h = 0.001 bbbbbbbbbbbb cccccccc\nx = 1\n");
}

static void test_emphasis(void **state)
{
    (void)state;
    static const char text[] = "**Code.** Run `make x`, *now*: 2 * 3, a_b_c, \\*.";
    assert_page(text, plain, "Code. Run `make x`, *now*: 2 * 3, a_b_c,\n*.\n");
    assert_page(
        text, coloured,
        "\033[1mCode.\033[0m Run \033[36mmake x\033[0m, \033[3mnow\033[0m: 2 * 3, a_b_c, *.\n");
    assert_page("**aaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbb**", coloured,
                "\033[1maaaaaaaaaaaaaaaaaaaaaaaa\033[0m\n\033[1mbbbbbbbbbbbbbbbbbbbbbbbb\033[0m\n");
    assert_page("**all `code` bold**", coloured,
                "\033[1mall \033[36mcode\033[0m\033[1m bold\033[0m\n");
}

static void test_code(void **state)
{
    (void)state;
    assert_page("```c\nint a;   /* **not** $math$ */\n\n    b;\n```\nend\n", plain,
                "    int a;   /* **not** $math$ */\n\n        b;\nend\n");
    assert_page("    make gate CH=01    every derivative, checked\n", plain,
                " make gate CH=01    every derivative,\n"
                "                    checked\n");
    /* Two columns too many, taken out of the widest gap of each line that has one wide enough. */
    assert_page("```\n"
                "  row                   elements  verdict\n"
                "  softmax                     35       ok\n"
                "  one that has no gap\n"
                "```\n", plain,
                "   row                 elements  verdict\n"
                "   softmax                   35       ok\n"
                "   one that has no gap\n");
    assert_page("```\n0123456789012345678901234567890123456789ab\n```\n", plain,
                " 012345678901234567890123456789012345678\n     9ab\n");
}

static void test_links(void **state)
{
    (void)state;
    assert_page("[chapter 07](../07-linear-algebra/README.md)", plain, "chapter 07\n");
    assert_page("[the rules](../01-derivatives/README.md#the-rules)", plain,
                "the rules (./learn read 01#the-rules)\n");
    assert_page("[words.md](../00-prologue/words.md)", plain, "words.md (./learn read 00/words)\n");
    assert_page("[a.c](refresher/a.c), [here](#x)", plain,
                "a.c (chapters/02-value/refresher/a.c),\nhere\n");
    assert_page("[a paper](https://a.org/b)", plain, "a paper (https://a.org/b)\n");
    assert_page("![a curve](../../plots/02-value.svg)", plain,
                "Figure: a curve\n  ./learn plot 02-value\n  plots/02-value.svg\n");
}

static void test_tables(void **state)
{
    (void)state;
    assert_page("| $h$ | miss |\n|---|--:|\n| 0.1 | 7 |\n| a\\|b | 0.61 |\n", plain,
                "h    miss\n───  ────\n0.1     7\na|b  0.61\n");
    assert_page("| a | what it is |\n|---|---|\n| x | one two three four five six seven eight |\n"
                "| y | short |\n", plain,
                "a  what it is\n"
                "─  ─────────────────────────────────────\n"
                "x  one two three four five six seven\n"
                "   eight\n"
                "\n"
                "y  short\n");
    /* Three words of 15 columns do not fit side by side. */
    assert_page(
        "| a | b | c |\n|---|---|---|\n| aaaaaaaaaaaaaaa | bbbbbbbbbbbbbbb | ccccccccccccccc |\n",
        plain, "a: aaaaaaaaaaaaaaa\n  b: bbbbbbbbbbbbbbb\n  c: ccccccccccccccc\n");
}

static void test_details(void **state)
{
    (void)state;
    static const char text[] =
        "<details><summary>the code</summary>\n\n```c\nx;\n```\n\n</details>\nend";
    PageLook open = plain, open_ascii = ascii;
    open.unfold = open_ascii.unfold = true;
    assert_page(text, plain, "▸ the code (folded; ./learn read 02\n--unfold)\nend\n");
    assert_page(text, open, "┌ the code\n│     x;\n└\nend\n");
    assert_page(text, open_ascii, "+- the code\n|     x;\n+-\nend\n");
    assert_page("caf\xc3\xa9 \xc3\x97 2", ascii, "caf<U+00E9> x 2\n");
}

static void test_display_on_page(void **state)
{
    (void)state;
    assert_page("so\n\n$$\\frac{a}{b} = c.$$\n\nend", plain, "so\n\n  a\n  ─ = c.\n  b\n\nend\n");
    assert_page("$$\na = b\n$$", plain, "  a = b\n");
}

/* ---- all lessons ------------------------------------------------------------------------- */

/* The page with every backslash in code made a slash: any that is left when the page has been laid
 * out begins a command of TeX that is not known. */
static char *without_code_backslashes(const char *path)
{
    MappedFile file;
    assert_false(file_map(&file, path).failed);
    char *text = text_format("%.*s", (int)file.size, (const char *)file.bytes);
    file_unmap(&file);
    bool fenced = false, quoted = false, indented = false;
    for (char *c = text; *c != '\0'; c++) {
        if (c == text || c[-1] == '\n') {
            fenced ^= strncmp(c, "```", 3) == 0;
            indented = strncmp(c, "    ", 4) == 0;
            quoted = false;
        }
        quoted ^= *c == '`' && !fenced && !indented;
        if (*c == '\\' && (fenced || indented || quoted))
            *c = '/';
    }
    return text;
}

static void assert_lines_fit(const char *page, const PageLook *look, const char *path)
{
    for (const char *line = page; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        if (text_width_of(line, size) > look->width)
            fail_msg("%s: %d columns in a line for %d: %.*s", path, text_width_of(line, size),
                     look->width, (int)size, line);
        for (size_t i = 0; i + 1 < size; i++) {
            if (line[i] == '\\' && isalpha((unsigned char)line[i + 1]))
                fail_msg("%s: a command that mathsymbols.c does not know: %.*s", path, (int)size,
                         line);
            if (!look->colour && line[i] == '\033')
                fail_msg("%s: an escape sequence without colour: %.*s", path, (int)size, line);
            if (!look->unicode && (line[i] & 0x80) != 0)
                fail_msg("%s: not ASCII: %.*s", path, (int)size, line);
        }
        line += size + (line[size] == '\n');
    }
}

static void assert_headings_are_there(const char *text, const char *page, const PageLook *look,
                                      const char *path)
{
    bool fenced = false;
    size_t count = 0;
    for (const char *line = text; *line != '\0';) {
        size_t size = strcspn(line, "\n"), level = strspn(line, "#");
        fenced ^= strncmp(line, "```", 3) == 0;
        if (!fenced && level > 0 && line[level] == ' ') {
            char *markdown = text_format("%.*s\n", (int)size, line);
            char *heading = page_of(markdown, *look);
            if (strstr(page, heading) == NULL)
                fail_msg("%s: this heading is missing: %s", path, markdown);
            count++;
            free(markdown);
            free(heading);
        }
        line += size + (line[size] == '\n');
    }
    assert_true(count > 0);
}

static void test_lessons(void **state)
{
    (void)state;
    static const PageLook looks[] = {{80, false, true, false}, {80, false, true, true},
                                     {50, true, true, true},   {80, false, false, true},
                                     {50, false, false, true}, {40, true, true, true}};
    glob_t pages;
    assert_int_equal(glob("chapters/*/*.md", 0, NULL, &pages), 0);
    assert_true(pages.gl_pathc > 20);
    for (size_t i = 0; i < pages.gl_pathc; i++) {
        char *text = without_code_backslashes(pages.gl_pathv[i]);
        for (size_t k = 0; k < sizeof looks / sizeof *looks; k++) {
            char *page = page_of(text, looks[k]);
            assert_lines_fit(page, &looks[k], pages.gl_pathv[i]);
            if (looks[k].unfold)
                assert_headings_are_there(text, page, &looks[k], pages.gl_pathv[i]);
            free(page);
        }
        free(text);
    }
    globfree(&pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_display),
        cmocka_unit_test(test_display_breaks),
        cmocka_unit_test(test_paragraphs),
        cmocka_unit_test(test_emphasis),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_display_on_page),
        cmocka_unit_test(test_lessons),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
