/* Tests of exercises/learn/paper*.c: parts are read or their mistakes said with file and line;
 * numbers, choices and formulas are judged, the right ones at every seed, the famous wrong ones
 * never; and what
 * ./learn shows of it, in 80 columns. */
#include "paper.h"

#include "files.h"

/* ---- one part at a time -------------------------------------------------------------------- */

/* The only part of a text, which begins with `kind paper`; paper_free when done. */
static PaperPart *part_of(Paper *paper, const char *text)
{
    const char *path = path_of("exercise.txt");
    char *whole = text_format("kind paper\ntitle Something\n%s\n", text);
    write_file(path, whole, strlen(whole));
    free(whole);
    expect_none(paper_read(paper, path));
    assert_int_equal(paper->count, 1);
    return &paper->parts[0];
}

static PaperJudgement judged(const PaperPart *part, const char *answer, uint64_t seed)
{
    PaperJudgement judgement;
    char *said = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&said, &size);
    Error error = paper_judge(part, answer, seed, out, &judgement);
    fclose(out);
    if (judgement.verdict != ANSWER_RIGHT)
        assert_true(judgement.fact[0] != '\0');
    for (char *line = said; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_msg("expected at most 80 columns: %.*s", (int)strcspn(line, "\n"), line);
    free(said);
    expect_none(error);
    return judgement;
}

static void expect_verdict(const PaperPart *part, const char *answer, PaperVerdict wanted)
{
    PaperJudgement judgement = judged(part, answer, 1);
    if (judgement.verdict != wanted)
        fail_msg("%s: expected verdict %d, found %d: %s", answer, (int)wanted,
                 (int)judgement.verdict, judgement.fact);
}

/* `rights` and `wrongs` are answers, each list ended by NULL. */
static void expect_judged(const char *text, const char *const *rights, const char *const *wrongs)
{
    Paper paper;
    const PaperPart *part = part_of(&paper, text);
    for (; *rights != NULL; rights++)
        expect_verdict(part, *rights, ANSWER_RIGHT);
    for (; *wrongs != NULL; wrongs++)
        expect_verdict(part, *wrongs, ANSWER_WRONG);
    paper_free(&paper);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- numbers ------------------------------------------------------------------------------- */
static void test_numbers(void **state)
{
    (void)state;
    expect_judged("part a\nask Q\nnumber 2/9",
                  LIST("2/9", "0.2222", "0.222", "4/18", "2*(1/9)", "exp(log(2/9))"),
                  LIST("-2/9", "0.22", "0.2", "1/9", "0.223", "0/0", "1/0", "[2/9]"));
    expect_judged("part a\nask Q\nnumber 1000", LIST("1e3", "1000.9", "999.01"),
                  LIST("1001.1", "998.9"));
    expect_judged("part a\nask Q\nnumber 20.05", LIST("20.05", "20.06", "20.0500"),
                  LIST("20", "20.2"));
    expect_judged("part a\nask Q\nnumber 0", LIST("0", "1 - 1", "0.000"), LIST("0.01", "1e-9"));
    expect_judged("part a\nask Q\nnumber 1.0833155", LIST("1.08", "1.0833", "1.084"),
                  LIST("1.1", "1.07", "1.0"));
    expect_judged("part a\nask Q\nnumber -0.5", LIST("-1/2", "-0.500", "-.5"), LIST("0.5", "1/2"));
}

/* A number that is nearly right is told so, unless it is a known mistake or a count. */
static void test_near(void **state)
{
    (void)state;
    Paper paper;
    const PaperPart *part = part_of(&paper, "part a\nask Q\nnumber 2/9\nwrong 0.2244\nasks W?");
    assert_non_null(strstr(judged(part, "0.22", 1).fact, "near, but not within the 0.1 %"));
    assert_null(strstr(judged(part, "0.2", 1).fact, "near"));
    assert_null(strstr(judged(part, "0.2244", 1).fact, "near"));
    paper_free(&paper);
    part = part_of(&paper, "part a\nask Q\nnumber 77 within 1e-9");
    assert_null(strstr(judged(part, "78", 1).fact, "near"));
    paper_free(&paper);
    part = part_of(&paper, "part a\nask Q\nnumber [1, 2]");
    assert_non_null(strstr(judged(part, "[1.01, 2]", 1).fact, "near"));
    paper_free(&paper);
}

/* What is not understood is not called wrong. */
static void test_not_understood(void **state)
{
    (void)state;
    Paper paper;
    const PaperPart *part = part_of(&paper, "part a\nask Q\nchoice yes\nchoice no\nright yes");
    PaperJudgement judgement;
    char *said = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&said, &size);
    expect_none(paper_judge(part, "perhaps", 1, out, &judgement));
    fclose(out);
    assert_string_equal(said, "?      a = perhaps\n       expected one of: yes; no\n");
    free(said);
    paper_free(&paper);
    part = part_of(&paper, "part dx\nask Q\ngiven x\ngiven h\nforward x^2*h\nalong x\nright 2*x*h");
    expect_verdict(part, "1/2x", ANSWER_UNREADABLE);
    static const char *const rights[] = {"2xh", "2x h", "2h(x)", "2h*x", "(2h)x", "h x/2 * 4"};
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
        expect_verdict(part, rights[i], ANSWER_RIGHT);
    expect_verdict(part, "2x^2h", ANSWER_UNREADABLE);
    expect_verdict(part, "xh", ANSWER_WRONG);
    paper_free(&paper);
}

/* The edges of a tolerance that is given: 1 within 0.01 and nothing else. */
static void test_tolerance(void **state)
{
    (void)state;
    expect_judged("part a\nask Q\nnumber 100 within 0.01", LIST("99", "101", "100.99"),
                  LIST("98.999", "101.001", "0/0"));
    expect_judged("part a\nask Q\nnumber 5/3 within 0.001", LIST("1.67", "1.667"), LIST("1.7"));
    expect_judged("part a\nask Q\nnumber 0.8413447 within 1e-5", LIST("0.841345", "0.84134"),
                  LIST("0.841", "0.84119", "0.8413"));
}

static void test_lists(void **state)
{
    (void)state;
    expect_judged("part a\nask Q\nnumber [1/6, -1/9, -1/18, 0]",
                  LIST("[1/6, -1/9, -1/18, 0]", "[0.167, -0.111, -0.0556, 0]", "[3, -2, -1, 0]/18",
                       "[0.16667, -0.11111, -0.05556, 0.0001]"),
                  LIST("[1/6, -1/9, -1/18, 0.01]", "[1/6, -1/9, 0, -1/18]", "1/6",
                       "[1/6, -1/9, -1/18]", "[0.17, -0.11, -0.056, 0]"));
    expect_judged("part a\nask Q\nnumber [2, 0, 1] within 1e-9",
                  LIST("[2, 0, 1]", "(2, 0, 1)", "(2,0,1) ", "(4/2, 0, 1)"),
                  LIST("(1, 2, 0)", "(2, 0)", "(2)"));
    expect_judged("part a\nask Q\nnumber [28]", LIST("(28)", "[28]"), LIST("28", "(28, 1)"));
    expect_judged("part a\nask Q\nnumber [[1, 3], [2, 4]]",
                  LIST("[[1, 3], [2, 4]]", "[[1, 2], [3, 4]]'"),
                  LIST("[[1, 2], [3, 4]]", "[1, 3, 2, 4]"));
}

/* A list is asked for: what is no such list is not read as one. */
static void test_round_brackets(void **state)
{
    (void)state;
    static const char *const answers[] = {"(1, 2", "(1, (2))", "((1, 2))", "(1, 2) + (0, 0)"};
    Paper paper;
    const PaperPart *part = part_of(&paper, "part a\nask Q\nnumber [1, 2]");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        expect_verdict(part, answers[i], ANSWER_UNREADABLE);
    expect_verdict(part, "([1, 2])", ANSWER_RIGHT);
    paper_free(&paper);
    part = part_of(&paper, "part a\nask Q\nnumber 2");
    expect_verdict(part, "(1, 2)", ANSWER_UNREADABLE);
    expect_verdict(part, "(2)", ANSWER_RIGHT);
    paper_free(&paper);
}

/* ---- choices ------------------------------------------------------------------------------- */
static void test_choices(void **state)
{
    (void)state;
    static const char text[] =
        "part a\nask Q\nchoice forward mode\nchoice forward\nchoice Reverse mode\n"
        "choice neither\nright Reverse mode\nwrong neither\nasks Why?";
    expect_judged(text, LIST("reverse mode", "Reverse  mode", "reversemode", "REV", "r"),
                  LIST("forward", "forward m", "neither", "n"));
    Paper paper;
    const PaperPart *part = part_of(&paper, text);
    expect_verdict(part, "for", ANSWER_UNREADABLE);
    expect_verdict(part, "both", ANSWER_UNREADABLE);
    expect_verdict(part, "forwardm", ANSWER_WRONG);
    expect_verdict(part, "reverse modes", ANSWER_UNREADABLE);
    expect_verdict(part, "  ", ANSWER_MISSING);
    assert_int_equal(judged(part, "neither", 1).slip, 0);
    assert_int_equal(judged(part, "forward", 1).slip, -1);
    paper_free(&paper);
}

/* ---- formulas ------------------------------------------------------------------------------ */
#define SOFTMAX                                                                                    \
    "part dx\nask Q\ngiven x(5)\nlet p = exp(x)/sum(exp(x))\nforward p\nalong x\n"                 \
    "right p*(dy - sum(p*dy))\n"

/* One right answer in several writings; the famous wrong ones. */
static void test_softmax(void **state)
{
    (void)state;
    expect_judged(SOFTMAX,
                  LIST("p*(dy - sum(p*dy))", "p*dy - p*sum(p*dy)",
                       "dy@(eye(5)*p - reshape(p, 5, 1)*p)", "exp(x)*(dy - dy@p)/sum(exp(x))",
                       "-p*(dy@p - dy)"),
                  LIST("p*(dy - mean(dy))", "p*(1 - p)*dy", "dy - p*sum(dy)", "p*dy", "dy", "0",
                       "p*(dy - sum(p*dy)) + 1e-4", "p*(sum(p*dy) - dy)"));
}

static void test_layer_norm(void **state)
{
    (void)state;
    expect_judged("part dx\nask Q\ngiven x(7)\ngiven gamma(7)\ngiven beta(7)\nlet eps = 0.01\n"
                  "let mu = mean(x)\nlet r = 1/sqrt(mean((x - mu)^2) + eps)\nlet n = (x - mu)*r\n"
                  "forward gamma*n + beta\nlet g = dy*gamma\nalong x\n"
                  "right r*(g - mean(g) - n*mean(g*n))",
                  LIST("r*(g - mean(g) - n*mean(g*n))", "r*(dy*gamma - sum(g)/7 - n*sum(g*n)/7)",
                       "(g - mean(g) - (x - mu)*r^2*mean(g*(x - mu)))*r"),
                  LIST("r*(g - mean(g))", "r*g", "r*(g - n*mean(g*n))",
                       "r*(g - mean(g) - n*sum(g*n))", "r*(dy - mean(dy) - n*mean(dy*n))",
                       "(g - mean(g) - n*mean(g*n))/sqrt(mean((x - mu)^2))"));
}

static void test_cross_entropy(void **state)
{
    (void)state;
    expect_judged(
        "part dx\nask Q\ngiven x(4,3)\ngiven t(4) below 3\nlet p = exp(x)/sum(exp(x), 1)\n"
        "let y = onehot(t, 3)\nforward L = -mean(sum(y*log(p), 1))\nalong x\nright dL*(p - y)/4",
        LIST("dL*(p - y)/4", "dy*(p - onehot(t, 3))/4", "(p - y)/4*dL", "(p/4 - y/4)*dL"),
        LIST("dL*(p - y)", "(p - y)/4", "dL*(y - p)/4", "dL*(p - y)/12", "dL*(p - y)/3"));
}

static void test_products(void **state)
{
    (void)state;
    static const char given[] = "part a\nask Q\ngiven A(3,4)\ngiven B(4,2)\nforward C = A@B\n";
    char *a = text_format("%salong A\nright dC@B'", given);
    char *b = text_format("%salong B\nright A'@dC", given);
    expect_judged(a, LIST("dC@B'", "(B@dC')'", "dy@B'"),
                  LIST("dC@B'*2", "A", "(dC@B')'", "B@dC'", "C@B'", "dC"));
    expect_judged(b, LIST("A'@dC", "(dC'@A)'"), LIST("dC'@A", "-A'@dC", "sum(dC)"));
    free(a);
    free(b);
}

/* A scatter must add where ids repeat, and they always do: seven ids below 3. */
static void test_embedding(void **state)
{
    (void)state;
    expect_judged(
        "part dE\nask Q\ngiven E(3,2)\ngiven ids(7) below 3\nforward gather(E, ids)\nalong E\n"
        "right scatter(dy, ids, 3)",
        LIST("scatter(dy, ids, 3)", "onehot(ids, 3)'@dy"),
        LIST("scatter(dy, ids, 3)/2", "gather(dy, [0, 1, 2])", "E"));
}

/* Without dy in the right answer it is a plain slope, and there is no dy. */
static void test_slopes(void **state)
{
    (void)state;
    static const char text[] = "part slope\nask Q\ngiven x\nforward (x^2 + 1)^3\nalong x\n"
                               "right 6*x*(x^2 + 1)^2";
    expect_judged(text, LIST("6*x*(x^2 + 1)^2", "3*(x^2 + 1)^2*2*x", "6*x^5 + 12*x^3 + 6*x"),
                  LIST("3*(x^2 + 1)^2", "6*x*(x^2 + 1)", "300", "6*x", "0", "sqrt(-1)"));
    Paper paper;
    expect_verdict(part_of(&paper, text), "6*x*(x^2 + 1)^2*dy", ANSWER_UNREADABLE);
    paper_free(&paper);
    expect_judged("part a\nask Q\ngiven x positive\nforward log(x)\nalong x\nright 1/x",
                  LIST("1/x", "x^-1"), LIST("log(x)", "-1/x"));
    expect_judged("part a\nask Q\ngiven x(5)\nforward relu(x)\nalong x\nright x > 0",
                  LIST("x > 0", "x >= 0", "relu(x)/x", "(x + abs(x))/(2*x)"),
                  LIST("x", "1", "x < 0"));
}

static void test_values(void **state)
{
    (void)state;
    expect_judged("part a\nask Q\ngiven x(3)\nlet y = tanh(x)\nvalue 1 - y^2\nright 1 - y^2",
                  LIST("1 - y^2", "(1 - y)*(1 + y)", "4/(exp(x) + exp(-x))^2"),
                  LIST("y", "1 - y", "1"));
}

/* A shape that can be stretched is; another is said, both of them. */
static void test_answer_shapes(void **state)
{
    (void)state;
    Paper paper;
    const PaperPart *part =
        part_of(&paper, "part db\nask Q\ngiven x(4,3)\ngiven b(3)\nforward x + b\n"
                        "along b\nright sumto(dy, b)");
    expect_verdict(part, "sum(dy, 0)", ANSWER_RIGHT);
    expect_verdict(part, "reshape(sum(dy, 0), 1, 1, 3)", ANSWER_RIGHT);
    PaperJudgement judgement = judged(part, "dy", 1);
    assert_int_equal(judgement.verdict, ANSWER_WRONG);
    assert_string_equal(judgement.fact, "its shape is (4,3): expected that of b, (3)");
    assert_int_equal(judged(part, "sum(dy, 1)", 1).verdict, ANSWER_WRONG);
    paper_free(&paper);
    part = part_of(&paper, "part dx\nask Q\ngiven x(3)\nforward sum(x)\nalong x\nright dy*ones(3)");
    expect_verdict(part, "dy", ANSWER_RIGHT);
    expect_verdict(part, "1", ANSWER_WRONG);
    paper_free(&paper);
}

#define RMS_NORM                                                                                   \
    "part dx\nask Q\ngiven x(2,5)\nlet r = 1/sqrt(mean(x^2, 1))\nforward x*r\nalong x\n"           \
    "right r*(dy - x*r^2*mean(dy*x, 1))"

static void test_many_seeds(void **state)
{
    (void)state;
    static const char *const texts[] = {
        SOFTMAX,
        "part dx\nask Q\ngiven a(3)\ngiven b(3)\nforward a/b\nalong b\nright -dy*a/b^2",
        "part dx\nask Q\ngiven x(5)\nforward relu(x)\nalong x\nright dy*(x > 0)",
        "part dx\nask Q\ngiven x(5)\nforward log(abs(x))\nalong x\nright dy/x",
        "part dx\nask Q\ngiven x(5)\nforward max(x)\nalong x\nright dy*(x == max(x))",
        RMS_NORM};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Paper paper;
        const PaperPart *part = part_of(&paper, texts[i]);
        for (uint64_t seed = 0; seed < 1000; seed++)
            if (judged(part, part->right, seed).verdict != ANSWER_RIGHT)
                fail_msg("%s is rejected at seed %d", part->right, (int)seed);
        paper_free(&paper);
    }
}

/* ---- known mistakes ------------------------------------------------------------------------ */
static void test_slips(void **state)
{
    (void)state;
    Paper paper;
    const PaperPart *part =
        part_of(&paper, SOFTMAX
                "wrong p*(1 - p)*dy\nasks When x[2] grows, what else moves?\n"
                "wrong p*(dy - mean(dy))\nasks Which mean?\nwrong dy@eye(5)[0]\nasks Shape?");
    assert_int_equal(judged(part, "dy*p - p^2*dy", 3).slip, 0);
    assert_int_equal(judged(part, "p*dy - p*sum(dy)/5", 3).slip, 1);
    assert_int_equal(judged(part, "dy[0]", 3).slip, 2);
    assert_int_equal(judged(part, "p", 3).slip, -1);
    assert_int_equal(judged(part, "p*(dy - sum(p*dy))", 3).slip, -1);
    size_t count = 0;
    expect_none(paper_audit(part, 20, &count));
    assert_int_equal(count, 4);
    paper_free(&paper);
    part = part_of(&paper, "part a\nask Q\nnumber 0.25\nwrong -1/4\nasks A?\nwrong 0.5\nasks B?");
    assert_int_equal(judged(part, "-0.25", 1).slip, 0);
    assert_int_equal(judged(part, "0.5", 1).slip, 1);
    paper_free(&paper);
}

/* An exercise whose own answers don't hold is told so. */
static void test_audit(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"part a\nask Q\ngiven x\nforward x^2\nalong x\nright 3*x",
         "exercise.txt:3: a 3*x: expected it to be right, found otherwise at seed 1: dx: yours"},
        {"part a\nask Q\ngiven x\nforward x^2\nalong x\nright 2*x\nwrong x + x\nasks Why?",
         "exercise.txt:9: a x + x: expected it to be wrong"},
        {"part a\nask Q\nnumber 1\nwrong 2\nasks Why?\nwrong 4/2\nasks What?",
         "exercise.txt:8: a 4/2: expected it to be known, found it taken for 2"},
        {"part a\nask Q\ngiven x\nforward x^2\nalong x\nright 2*z", "expected one of the names"},
        {"part a\nask Q\ngiven x(3)\nforward x@eye(2)\nalong x\nright dy", "the shapes don't fit"},
        {"part a\nask Q\ngiven x\nforward log(-x^2)\nalong x\nright 2/x",
         "expected a forward with a gradient for the inputs given, found none"},
        {"part a\nask Q\ngiven x(3)\ngiven dy(2)\nforward x\nalong x\nright dy",
         "expected dy of the forward's shape (3), found (2)"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Paper paper;
        size_t count = 0;
        const PaperPart *part = part_of(&paper, bad[i].text);
        expect_error(paper_audit(part, 3, &count), bad[i].message);
        paper_free(&paper);
    }
}

/* ---- reading ------------------------------------------------------------------------------- */
static void test_unreadable(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"ask Q", ":1: expected part NAME before it"},
        {"part 1a", ":1: expected a name of letters, digits and _, found \"1a\""},
        {"part", ":1: expected something after the keyword"},
        {"part a\nask Q\nnumber 1\n\npart a", ":5: expected a part's name that is new"},
        {"part a\nask Q", ":1: expected a right answer, found \"a\""},
        {"part a\nnumber 1", ":1: expected a question, after ask"},
        {"part a\nask Q\nnumber 1 +", "1 +: at character 4: expected a number"},
        {"part a\nask Q\nnumber 1 within 2", ":3: expected a relative tolerance between 0 and 1"},
        {"part a\nask Q\nnumber 1 within x", ":3: expected a relative tolerance between 0 and 1"},
        {"part a\nask Q\nnumber 1\nwrong 2", ":4: expected asks after wrong"},
        {"part a\nask Q\nnumber 1\nasks W?", ":4: expected asks after a wrong answer"},
        {"part a\nask Q\nnumber 1\nwrong 2\nasks W?\nasks W?",
         ":6: expected asks after a wrong answer"},
        {"part a\nask Q\nchoice x\nchoice y\nright z",
         ":1: expected one of the choices, found \"z\""},
        {"part a\nask Q\nchoice x\nright x\nwrong z\nasks W?", ":5: expected one of the choices"},
        {"part a\nask Q\nright 1", "expected a forward or a value"},
        {"part a\nask Q\ngiven x\nforward x\nright 1", "expected along with the name of a given"},
        {"part a\nask Q\ngiven x below 3\nforward x\nalong x\nright 1",
         "expected along with the name"},
        {"part a\nask Q\ngiven x\nvalue x\nalong x\nright x", "expected no along for a value"},
        {"part a\nask Q\ngiven x\ngiven x", ":4: expected a name that is new, found \"x\""},
        {"part a\nask Q\ngiven exp", ":3: expected a name that is no function's"},
        {"part a\nask Q\ngiven x(0)", ":3: expected a name and its shape"},
        {"part a\nask Q\ngiven x(2,3", ":3: expected a name and its shape"},
        {"part a\nask Q\ngiven x(64,64)", ":3: expected a name and its shape"},
        {"part a\nask Q\ngiven x(1,1,1,1,1)", ":3: expected a name and its shape"},
        {"part a\nask Q\ngiven x negative", ":3: expected positive, below N, or nothing"},
        {"part a\nask Q\ngiven x below 0.5", ":3: expected a whole number after below"},
        {"part a\nask Q\ngiven x below 2.5", ":3: expected a whole number after below"},
        {"part a\nask Q\ngiven x below 3x", ":3: expected a whole number after below"},
        {"part a\nask Q\ngiven x below 2000000", ":3: expected a whole number after below"},
        {"part a\nask Q\nlet 3", ":3: expected NAME = EXPRESSION"},
        {"part a\nask Q\ngiven x\nlet y = x +", ":4: x +: at character 4: expected a number"},
        {"part a\nask Q\ngiven x\nforward x\nforward x", ":5: expected one forward or value"},
        {"part a\nask Q\ngiven x\nforward x\nalong x\nright 1\nright 1",
         ":7: expected one right answer"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Paper paper;
        write_file(path_of("bad.txt"), bad[i].text, strlen(bad[i].text));
        expect_error(paper_read(&paper, path_of("bad.txt")), bad[i].message);
        paper_free(&paper);
    }
    Paper paper;
    expect_error(paper_read(&paper, path_of("none.txt")), "none.txt");
    paper_free(&paper);
    write_file(path_of("bad.txt"), "part\0 a", 7);
    expect_error(paper_read(&paper, path_of("bad.txt")), "expected text, found a 0 at byte 4");
    paper_free(&paper);
}

static void test_long_texts(void **state)
{
    (void)state;
    Paper paper;
    const PaperPart *part =
        part_of(&paper, "hint\n  part x\n# part y\npart a\nask\n  Two\n  .\n    lines.\n"
                        "given x(3)\nforward x\nalong x\nright\n  dy +\n  0*x");
    assert_string_equal(part->ask, "Two\n\n  lines.");
    expect_verdict(part, "dy", ANSWER_RIGHT);
    paper_free(&paper);
}

static void test_lessons(void **state)
{
    (void)state;
    Paper paper;
    size_t count = 0;
    expect_none(paper_read_lesson(
        &paper, "page", 7,
        "given A(3,4); given B(4,2)\nforward C = A@B\n\nalong A\n  right dC@B'; wrong dC@B'*2\n"
        "along B; right A'@dC\nlet D = C*2\nforward D; along A; right 2*dD@B'\n"
        "value A + A; right 2*A"));
    assert_int_equal(paper.count, 4);
    static const char *const names[] = {"dA", "dB", "dA", "value"};
    static const size_t lines[] = {11, 12, 14, 15};
    for (size_t i = 0; i < 4; i++) {
        expect_none(paper_audit(&paper.parts[i], 3, &count));
        assert_string_equal(paper.parts[i].name, names[i]);
        assert_int_equal(paper.parts[i].line, lines[i]);
        assert_int_equal(paper.parts[i].slip_count, i == 0);
    }
    assert_int_equal(count, 5);
    paper_free(&paper);
    expect_error(paper_read_lesson(&paper, "page", 7, "given x\nask Q"),
                 "page:8: expected given, let");
    paper_free(&paper);
    expect_error(paper_read_lesson(&paper, "page", 7, "given x; forward x"),
                 "expected a right answer");
    paper_free(&paper);
}

/* ---- the command --------------------------------------------------------------------------- */
static const char exercise_text[] = "kind paper\ntitle T\nhint\n  One\npart slope\nask\n  The "
                                    "slope\n  at 0.\nnumber 0.25\nwrong -0.25\n"
                                    "asks Which way?\npart mode\nask Which mode?\nchoice "
                                    "forward\nchoice reverse\nright reverse\n" SOFTMAX;

/* What the command says, for the caller to free; NULL where it is an error with this part. */
static char *command(const char *answers, const char *const *arguments, int count,
                     PaperResult *result, const char *part)
{
    char *said = NULL;
    size_t size = 0;
    write_file(path_of("three.txt"), exercise_text, strlen(exercise_text));
    const char *file = answers == NULL ? NULL : path_of("answers.txt");
    if (answers != NULL)
        write_file(file, answers, strlen(answers));
    FILE *out = open_memstream(&said, &size);
    Error error = paper_command(path_of("three.txt"), file, arguments, count, 1, out, result);
    fclose(out);
    if (part == NULL) {
        expect_none(error);
        return said;
    }
    expect_error(error, part);
    assert_string_equal(said, "");
    free(said);
    return NULL;
}

static void test_command(void **state)
{
    (void)state;
    PaperResult result;
    char *said = command("# mine\n\nslope = 1/4\r\n  mode=Rev\ndx = p*(dy-sum(p*dy))\n", NULL, 0,
                         &result, NULL);
    assert_string_equal(said,
                        "ok     slope = 1/4\nok     mode = Rev\nok     dx = p*(dy-sum(p*dy))\n"
                        "3 of 3 right\n");
    assert_true(result.right == 3 && result.parts == 3 && result.answered == 3);
    assert_string_equal(result.sentence, "");
    free(said);
    said = command("slope = -0.25\nmode =\ndx = p*(dy-sum(p*dy)\n", NULL, 0, &result, NULL);
    assert_string_equal(
        said, "WRONG  slope = -0.25\n       it comes to -0.25: that is not the right answer\n"
              "       Which way?\n-      mode: not answered\n?      dx cannot be read\n"
              "         p*(dy-sum(p*dy)\n                        ^\n"
              "       expected \")\" or an operator, found the end\n0 of 3 right\n");
    assert_true(result.right == 0 && result.answered == 2);
    assert_string_equal(result.sentence, "slope: it comes to -0.25: that is not the right answer");
    free(said);
    said = command("slope = -0.25\n", LIST("slope=0.25", "mode = f"), 2, &result, NULL);
    assert_true(result.right == 1 && result.answered == 2);
    assert_string_equal(result.sentence, "mode: it is not: forward");
    free(said);
    free(command(NULL, NULL, 0, &result, NULL));
    assert_true(result.answered == 0 && result.parts == 3);
    expect_none(
        paper_command(path_of("three.txt"), path_of("none.txt"), NULL, 0, 1, NULL, &result));
    assert_int_equal(result.answered, 0);
}

static void test_command_errors(void **state)
{
    (void)state;
    PaperResult result;
    command("slope = 1\n\nslop = 2\n", NULL, 0, &result,
            "answers.txt:3: expected NAME = ANSWER with one of the names slope, mode, dx, found "
            "\"slop = 2\"");
    command("slope\n", NULL, 0, &result, "answers.txt:1: expected NAME = ANSWER");
    command("slope = 1\nslope = 2\n", NULL, 0, &result,
            "answers.txt:2: expected one answer to slope");
    command(NULL, LIST("x=1"), 1, &result, "the arguments: expected NAME = ANSWER");
    write_file(path_of("empty.txt"), "title T\n", 8);
    expect_error(paper_command(path_of("empty.txt"), NULL, NULL, 0, 1, NULL, &result),
                 "expected parts to answer, found none");
    expect_error(paper_command(path_of("absent.txt"), NULL, NULL, 0, 1, NULL, &result),
                 "absent.txt");
}

static void test_counterexample(void **state)
{
    (void)state;
    PaperResult result;
    char *said = command("dx = -p*(dy-sum(p*dy))\n", NULL, 0, &result, NULL);
    static const char *const parts[] = {
        "WRONG  dx = -p*(dy-sum(p*dy))\n",
        "5 of 5 elements are wrong",
        "\n         x  ",
        "\n         dy  ",
        "\n         p  ",
        "yours ",
        ", measured ",
        "measured = five-point difference of the forward, weighed with dy",
        "every element of yours is -1 times what was measured"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(said, parts[i]) == NULL)
            fail_msg("expected \"%s\" in: %s", parts[i], said);
    free(said);
    said = command("dx = log(-p)\n", NULL, 0, &result, NULL);
    assert_non_null(strstr(said, "yours NaN"));
    assert_non_null(strstr(said, "yours gives NaN where what was measured is finite"));
    free(said);
}

/* Both numbers can be computed again: every given is shown, and what was weighed with by one name.
 */
static void test_inputs_shown(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *shown, *hidden;
    } cases[] = {{"W", "\n         dC ", "\n         dy "},
                 {"0*dy@A'", "\n         dy ", "\n         dC "},
                 {"C@A'", "\n         C ", "\n         h "}};
    Paper paper;
    const PaperPart *part =
        part_of(&paper, "part dW\nask Q\ngiven W(2,3)\ngiven A(3,2)\nlet h = 2*W\n"
                        "forward C = h@A\nalong W\nright 2*dC@A'");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PaperJudgement judgement;
        char *said = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&said, &size);
        expect_none(paper_judge(part, cases[i].answer, 1, out, &judgement));
        fclose(out);
        bool good = strstr(said, "\n         W ") != NULL &&
                    strstr(said, "\n         A ") != NULL && strstr(said, cases[i].shown) != NULL &&
                    strstr(said, cases[i].hidden) == NULL;
        if (!good)
            fail_msg("expected W, A and %s, not %s, in: %s", cases[i].shown, cases[i].hidden, said);
        free(said);
    }
    paper_free(&paper);
}

/* What a student begins with is answered nowhere, and says every question. */
static void test_start(void **state)
{
    (void)state;
    PaperResult result;
    char *text = NULL;
    size_t size = 0;
    write_file(path_of("three.txt"), exercise_text, strlen(exercise_text));
    FILE *out = open_memstream(&text, &size);
    expect_none(paper_write_start(path_of("three.txt"), out));
    fclose(out);
    assert_string_equal(text,
                        "# Products as 2x, 2(x + 1), x y or x*y, powers as x^2, e^x or exp(x), "
                        "lists as [4, 3].\n# A number has to be right to 0.1 %, or to three "
                        "digits, unless more is asked for.\n\n# The slope\n# at 0.\nslope =\n\n# "
                        "Which mode?\n#   forward\n#   reverse\n"
                        "mode =\n\n# Q\ndx =\n\n");
    free(command(text, NULL, 0, &result, NULL));
    assert_int_equal(result.answered, 0);
    free(text);
}

/* Where a gradient may come out with axes of length 1 before its own, the sheet says that they are
 * forgiven, and they are; one behind them is not. */
static void test_leading_axes(void **state)
{
    (void)state;
    static const char part_text[] = "part db\nask Q\ngiven x(3,5)\ngiven b(5)\nforward y = x + b\n"
                                    "along b\nright sum(dy, 0)\n";
    char *text = NULL;
    size_t size = 0;
    write_file(path_of("axes.txt"), part_text, strlen(part_text));
    FILE *out = open_memstream(&text, &size);
    expect_none(paper_write_start(path_of("axes.txt"), out));
    fclose(out);
    assert_non_null(strstr(text, "\n# Leading axes of length 1 are forgiven in a gradient"));
    free(text);
    expect_judged(part_text, LIST("sum(dy, 0)", "drop(sum(dy, 0), 0)", "reshape(sum(dy, 0), 1, 1, 5)"),
                  LIST("reshape(sum(dy, 0), 5, 1)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_tolerance),
        cmocka_unit_test(test_near),           cmocka_unit_test(test_not_understood),
        cmocka_unit_test(test_lists),          cmocka_unit_test(test_round_brackets),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_softmax),        cmocka_unit_test(test_layer_norm),
        cmocka_unit_test(test_cross_entropy),  cmocka_unit_test(test_products),
        cmocka_unit_test(test_embedding),      cmocka_unit_test(test_slopes),
        cmocka_unit_test(test_values),         cmocka_unit_test(test_answer_shapes),
        cmocka_unit_test(test_many_seeds),     cmocka_unit_test(test_slips),
        cmocka_unit_test(test_audit),          cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_long_texts),     cmocka_unit_test(test_lessons),
        cmocka_unit_test(test_command),        cmocka_unit_test(test_command_errors),
        cmocka_unit_test(test_counterexample), cmocka_unit_test(test_inputs_shown),
        cmocka_unit_test(test_start),          cmocka_unit_test(test_leading_axes),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
