/* Tests of exercises/learn/formula*.c and array.c: what each operator and function gives, worked by
 * hand; which shapes fit; what is said about a formula that cannot be read or computed, and where;
 * and that no text, however long or deep, does more than that. */
#include "formula.h"

#include "files.h"

/* x (3), A (2,3), B (3,2), ids (3), c one number. */
static Names names_make(Arena *arena)
{
    static const double x[] = {1, -2, 3}, a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 2, -1};
    static const double ids[] = {2, 0, 2}, c[] = {7};
    const struct {
        const char *name;
        int rank;
        size_t shape[2];
        const double *data;
    } given[] = {{"x", 1, {3}, x},
                 {"A", 2, {2, 3}, a},
                 {"B", 2, {3, 2}, b},
                 {"ids", 1, {3}, ids},
                 {"c", 0, {0}, c}};
    Names names = {.count = 0};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        Array array = array_make(arena, given[i].rank, given[i].shape);
        memcpy(array.data, given[i].data, array_size(&array) * sizeof *array.data);
        assert_true(names_set(&names, given[i].name, array));
    }
    return names;
}

static FormulaError value_of(const char *text, Arena *arena, Array *value)
{
    Names names = names_make(arena);
    Formula formula;
    FormulaError error = formula_parse(&formula, text);
    return error.error.failed ? error : formula_value(&formula, &names, arena, value);
}

static Array computed(const char *text, Arena *arena)
{
    Array value;
    FormulaError error = value_of(text, arena, &value);
    if (error.error.failed)
        fail_msg("%s: at %d: %s", text, error.at, error.error.text);
    return value;
}

/* Both sides have one value: the same shape and, to round-off, the same numbers. */
static void expect_same(const char *text, const char *expected)
{
    Arena arena = {0};
    Array found = computed(text, &arena), wanted = computed(expected, &arena);
    if (!array_same_shape(&found, &wanted))
        fail_msg("%s: expected %s, found %s", text, array_shape_text(&wanted),
                 array_shape_text(&found));
    for (size_t i = 0; i < array_size(&wanted); i++)
        if (!(fabs(found.data[i] - wanted.data[i]) <= 1e-12 * (1 + fabs(wanted.data[i]))))
            fail_msg("%s: element %zu: expected %.17g, found %.17g", text, i, wanted.data[i],
                     found.data[i]);
    arena_free(&arena);
}

typedef struct {
    const char *text, *expected;
} Pair;

static void expect_pairs(const Pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_same(pairs[i].text, pairs[i].expected);
}

/* ---- what is computed ---------------------------------------------------------------------- */
static void test_operators(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"1 + 2*3", "7"},        {"(1 + 2)*3", "9"},    {"2 - 3 - 4", "-5"},
        {"12/3/2", "2"},         {"2^3^2", "512"},      {"-2^2", "-4"},
        {"2^-1", "0.5"},         {"(-2)^2", "4"},       {"--3", "3"},
        {"+3 - -2", "5"},        {"2*-3", "-6"},        {"1.5e2 + .5", "150.5"},
        {" 1\t+\n1 ", "2"},      {"3 > 2", "1"},        {"3 < 2", "0"},
        {"2 < 2", "0"},          {"2 > 2", "0"},        {"2 <= 2", "1"},
        {"2 >= 2", "1"},         {"2 <= 1", "0"},       {"2 == 2", "1"},
        {"2 != 2", "0"},         {"1 + 1 > 1", "1"},    {"c", "7"},
        {"x + 1", "[2, -1, 4]"}, {"-x", "[-1, 2, -3]"}, {"x > 0", "[1, 0, 1]"},
        {"2^x", "[2, 0.25, 8]"}, {"x/c*7", "x"},        {"c - x", "[6, 9, 4]"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

/* Products without a sign, as one writes them by hand. */
static void test_beside(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"2c", "14"},
        {"1 + 4c", "29"},
        {"-1/(4 + 2c)", "-1/18"},
        {"-1/(2(2 + c))", "-1/18"},
        {"8c^3 + 3c^2", "8*343 + 3*49"},
        {"c^3 (2c + 1)", "343*15"},
        {"c^2(c + 1)", "49*8"},
        {"c^2 c", "343"},
        {"2c c", "98"},
        {"2xc", "14*x"},
        {"cx^2", "7*x^2"},
        {"(cx)^2", "49*x^2"},
        {"-2cx + 1", "1 - 14*x"},
        {"c(1 - c)", "-42"},
        {"(c)(c)(2)", "98"},
        {"(c)c", "49"},
        {"x(1 - x)", "x*(1 - x)"},
        {"x[0] c + x[1]", "5"},
        {"2x[2]", "6"},
        {"2 sum(x) c", "28"},
        {"2exp(0)(3)", "6"},
        {"2 A", "A*2"},
        {"c*2c/7", "14"},
        {"6/c*c", "6"},
        {"12/(2c)", "12/14"},
        {"2^c(2)", "256"},
        {"2e2", "200"},
        {"2e", "2*exp(1)"},
        {"2e - c", "2*exp(1) - 7"},
        {"e^-x", "exp(-x)"},
        {"2pi c", "14*pi"},
        {"c\xc2\xb2", "49"},
        {"-c\xc2\xb2 + c\xc2\xb3 c", "7^4 - 49"},
        {"2c\xc2\xb2 c", "686"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

/* A name that is given comes before its letters, and before e. */
static void test_beside_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value; /* 0: refused */
    } cases[] = {{"xy", 6},   {"xyy", 18}, {"dx", 11}, {"dxy", 33},
                 {"xdx", 22}, {"e", 13},   {"aab", 0}};
    static const struct {
        const char *name;
        double value;
    } given[] = {{"x", 2}, {"y", 3},  {"dx", 11}, {"e", 13},
                 {"a", 5}, {"ab", 7}, {"aa", 2},  {"b", 3}};
    Arena arena = {0};
    Names names = {.count = 0};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        assert_true(names_set(&names, given[i].name, array_number(&arena, given[i].value)));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Formula formula;
        Array value;
        FormulaError error = formula_parse(&formula, cases[i].text);
        assert_false(error.error.failed);
        error = formula_value(&formula, &names, &arena, &value);
        if (error.error.failed != (cases[i].value == 0))
            fail_msg("%s: %s", cases[i].text, error.error.failed ? error.error.text : "accepted");
        if (!error.error.failed && value.data[0] != cases[i].value)
            fail_msg("%s: expected %g, found %g", cases[i].text, cases[i].value, value.data[0]);
    }
    arena_free(&arena);
}

static void test_stretching(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"A + x", "[[2, 0, 6], [5, 3, 9]]"},
        {"A*[[10], [1]]", "[[10, 20, 30], [4, 5, 6]]"},
        {"[[1], [2]] + [10, 20, 30]", "[[11, 21, 31], [12, 22, 32]]"},
        {"A/A", "ones(2, 3)"},
        {"x + zeros(1, 1, 1, 1)", "reshape(x, 1, 1, 1, 3)"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

static void test_products(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"A@B", "[[7, -1], [16, -1]]"},
        {"A'", "[[1, 4], [2, 5], [3, 6]]"},
        {"A''", "A"},
        {"B'@A'", "(A@B)'"},
        {"A@x", "[6, 12]"},
        {"x@B", "[7, -5]"},
        {"x@x", "14"},
        {"A@eye(3)", "A"},
        {"2*A@B", "[[14, -2], [32, -2]]"},
        {"A@B@[1, 1]", "[6, 15]"},
        {"[[[1, 2]], [[3, 4]]]@[[1, 0], [0, 2]]", "[[[1, 4]], [[3, 8]]]"},
        {"[[1, 0], [0, 2]]@[[[1], [2]], [[3], [4]]]", "[[[1], [4]], [[3], [8]]]"},
        {"[[[1, 2]], [[3, 4]]]@[[[1], [1]], [[1], [2]]]", "[[[3]], [[11]]]"},
        {"[[[1, 2]], [[3, 4]]]'", "[[[1], [2]], [[3], [4]]]"},
        {"[1, 2]@[[[1], [1]], [[1], [2]]]", "[[3], [5]]"},
        {"[[[1, 2]], [[3, 4]]]@[1, 1]", "[[3], [7]]"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

static void test_elements(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"A[1]", "[4, 5, 6]"}, {"A[1][2]", "6"},
        {"A'[2]", "[3, 6]"},   {"x[0] + x[1]", "-1"},
        {"(x + 1)[2]", "4"},   {"x[c - 5]", "3"},
        {"[1, 2][1]", "2"},    {"[[1, 2], [3, 4]]", "[[1, 2], [2, 4] + [1, 0]]"},
        {"[c]", "[7]"},        {"[[[5]]]", "reshape([5], 1, 1, 1)"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

static void test_functions(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"exp(0)", "1"},
        {"exp(1)", "2.718281828459045"},
        {"log(exp(2))", "2"},
        {"ln(8)/ln(2)", "3"},
        {"sqrt(16)", "4"},
        {"tanh(log(2))", "0.6"},
        {"sigmoid(log(3))", "0.75"},
        {"sigmoid(-1000)", "0"},
        {"sin(pi/2)", "1"},
        {"cos(pi)", "-1"},
        {"abs(x)", "[1, 2, 3]"},
        {"relu(x)", "[1, 0, 3]"},
        {"erf(1)", "0.8427007929497149"},
        {"exp(x)/sum(exp(x))", "exp(x)/(exp(1) + exp(-2) + exp(3))"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

static void test_reductions(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"sum(A)", "21"},
        {"sum(A, 0)", "[[5, 7, 9]]"},
        {"sum(A, 1)", "[[6], [15]]"},
        {"sum(A, -1)", "sum(A, axis=1)"},
        {"sum(A, axis = -2)", "sum(A, 0)"},
        {"sum(c)", "7"},
        {"mean(A)", "3.5"},
        {"mean(A, 0)", "[[2.5, 3.5, 4.5]]"},
        {"mean(A, axis=1)", "[[2], [5]]"},
        {"max(A)", "6"},
        {"min(x)", "-2"},
        {"max(A, axis=0)", "[[4, 5, 6]]"},
        {"min(A, axis=1)", "[[1], [4]]"},
        {"max(x, 0)", "relu(x)"},
        {"min(A, x)", "[[1, -2, 3], [1, -2, 3]]"},
        {"drop(sum(A, 1), 1)", "[6, 15]"},
        {"sum(reshape(range(8), 2, 2, 2), 1)", "[[[2, 4]], [[10, 12]]]"},
        {"sum(exp(A)/sum(exp(A), 1), 1)", "[[1], [1]]"},
        {"sumto(A, x)", "[5, 7, 9]"},
        {"sumto(A, 1)", "21"},
        {"sumto(A, ones(2, 1))", "[[6], [15]]"},
        {"sumto(A, A)", "A"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

static void test_rows(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"gather(B, ids)", "[[2, -1], [1, 0], [2, -1]]"},
        {"gather(x, ids)", "[3, 1, 3]"},
        {"gather(B, 1)", "[0, 1]"},
        {"gather(B, [[0], [1]])", "[[[1, 0]], [[0, 1]]]"},
        {"scatter([[1, 10], [2, 20], [3, 30]], ids, 3)", "[[2, 20], [0, 0], [4, 40]]"},
        {"scatter([1, 2, 3], ids, 4)", "[2, 0, 4, 0]"},
        {"scatter(gather(B, ids), ids, 3)", "onehot(ids, 3)'@gather(B, ids)"},
        {"scatter([[1, 2], [3, 4]], [[0, 1], [1, 1]], 2)", "[1, 9]"},
        {"onehot(ids, 3)", "[[0, 0, 1], [1, 0, 0], [0, 0, 1]]"},
        {"onehot(1, 3)", "[0, 1, 0]"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

static void test_shapes(void **state)
{
    (void)state;
    static const Pair pairs[] = {
        {"ones(2, 2)", "[[1, 1], [1, 1]]"},
        {"zeros(2)", "[0, 0]"},
        {"range(3)", "[0, 1, 2]"},
        {"eye(2)", "[[1, 0], [0, 1]]"},
        {"sum(ones(64, 64))", "4096"},
        {"sum(ones(64, 1) + ones(64))", "8192"},
        {"sum(ones(64, 1)@ones(1, 64))", "4096"},
        {"reshape(A, 3, 2)", "[[1, 2], [3, 4], [5, 6]]"},
        {"permute(A, 1, 0)", "A'"},
        {"permute(reshape(range(6), 1, 2, 3), 2, 0, 1)", "[[[0, 3]], [[1, 4]], [[2, 5]]]"},
        {"slice(A, 1, 1, 3)", "[[2, 3], [5, 6]]"},
        {"slice(A, 0, 1, 2)", "[[4, 5, 6]]"},
        {"concat(A, [[9], [8]], axis=1)", "[[1, 2, 3, 9], [4, 5, 6, 8]]"},
        {"concat(x, [4], axis=0)", "[1, -2, 3, 4]"},
        {"concat(A, A, 0)", "[[1,2,3],[4,5,6],[1,2,3],[4,5,6]]"},
        {"reshape(range(3), 3, 1) >= range(3)", "[[1, 0, 0], [1, 1, 0], [1, 1, 1]]"},
    };
    expect_pairs(pairs, sizeof pairs / sizeof *pairs);
}

/* Values that are not finite are values: who judges says what they mean. */
static void test_not_finite(void **state)
{
    (void)state;
    Arena arena = {0};
    static const char *const texts[] = {"log(-1)",   "1/0",         "0/0",           "sqrt(x)",
                                        "relu(0/0)", "max(0/0, 1)", "min([0/0, 1])", "exp(1e300)"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Array value = computed(texts[i], &arena);
        if (array_is_finite(&value))
            fail_msg("%s: expected a value that is not finite, found %g", texts[i], value.data[0]);
    }
    arena_free(&arena);
}

/* ---- what is said -------------------------------------------------------------------------- */
typedef struct {
    const char *text;
    int at;
    const char *message;
} Wrong;

static void expect_wrongs(const Wrong *wrongs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Arena arena = {0};
        Array value;
        FormulaError error = value_of(wrongs[i].text, &arena, &value);
        if (!error.error.failed)
            fail_msg("%s: expected an error with \"%s\"", wrongs[i].text, wrongs[i].message);
        if (strstr(error.error.text, wrongs[i].message) == NULL || error.at != wrongs[i].at)
            fail_msg("%s: expected \"%s\" at %d, found \"%s\" at %d", wrongs[i].text,
                     wrongs[i].message, wrongs[i].at, error.error.text, error.at);
        arena_free(&arena);
    }
}

static void test_unreadable(void **state)
{
    (void)state;
    static const Wrong wrongs[] = {
        {"", 0, "expected a number, a name or \"(\", found the end"},
        {"1 +", 3, "found the end"},
        {"(1 + 2", 6, "expected \")\" or an operator, found the end"},
        {"1 + 2)", 5, "expected an operator (+ - * / ^) or the end, found \")\""},
        {"A@B)", 3, "expected an operator (+ - * / ^ @) or the end, found \")\""},
        {"2 3", 2, "expected an operator (+ - * / ^) or the end, found \"3\""},
        {"x 2", 2, "found \"2\""},
        {"(c)2", 3, "found \"2\""},
        {"(4,3)", 2, "expected \")\" (a list stands in brackets, as in [4, 3]), found \",\""},
        {"1/2c", 3, "a/b c has two readings, write a/(b*c) or a/b*c"},
        {"1/2(c + 1)", 3, "a/b c has two readings"},
        {"1/c c", 4, "a/b c has two readings"},
        {"2*c/3c", 5, "a/b c has two readings"},
        {"x@x c", 4, "A@b c has two readings, write (A@b)*c or A@(b*c)"},
        {"e^2c", 3, "a^2b has two readings, write a^2*b or a^(2*b)"},
        {"-c^-2c", 5, "a^2b has two readings"},
        {"x**2", 1, "expected ^ for a power, found **"},
        {"* 2", 0, "found \"*\""},
        {"1, 2", 1,
         "expected the end (a decimal has a point, and a list stands in brackets), found"},
        {"0,25", 1, "a decimal has a point"},
        {"x = 2", 2, "expected an operator or the end, found \"=\""},
        {"[1, 2", 5, "expected \",\" or \"]\", found the end"},
        {"[]", 1, "found \"]\""},
        {"x[1", 3, "expected \"]\", found the end"},
        {"sum(x", 5, "expected \",\" or \")\", found the end"},
        {"sum()", 4, "expected an argument, found \")\""},
        {"sum(x, axis=1, 2)", 13, "expected \")\" after the axis"},
        {"3 \xc3\x97 4", 2, "found \xc3\x97: names are of letters a to z"},
        {"\xcf\x83(c)", 0, "found \xcf\x83: names"},
        {"3 \xff 4", 2, "found a byte that is no character"},
        {"c\xc2\xb2\xb3", 3, "found a byte that is no character"},
        {"$", 0, "found \"$\""},
        {"1e999", 0, "expected a number that a double can hold"},
        {"0x10", 1, "expected an operator between 0 and a name, as in 0*x, found \"x10\""},
        {"abcdefghijklmnopqrstuvwxyz", 0, "expected a shorter name"},
        {"1 < 2 < 3", 6, "found \"<\""},
        {"!x", 0, "found \"!\""},
    };
    expect_wrongs(wrongs, sizeof wrongs / sizeof *wrongs);
}

static void test_unknown_names(void **state)
{
    (void)state;
    static const Wrong wrongs[] = {
        {"x + dz", 4, "expected one of the names x, A, B, ids, c, found \"dz\""},
        {"sofmax(x)", 0,
         "expected one of the names x, A, B, ids, c or a function, found \"sofmax\""},
        {"exp x", 0, "exp is a function: expected \"(\" after it"},
        {"1/xc", 2, "\"xc\" is no name, and as a product it has two readings"},
        {"2^xc", 2, "\"xc\" is no name, and as a product it has two readings"},
        {"xc[0]", 0, "\"xc\" is no name, and as a product it has two readings"},
        {"AB'", 0, "\"AB\" is no name, and as a product it has two readings"},
        {"xz", 0, "expected one of the names x, A, B, ids, c, found \"xz\""},
        {"2*A^T", 4, "expected A' for the transpose of A, found \"T\""},
        {"exp + 1", 0, "exp is a function: expected \"(\" after it"},
        {"exp(x, x)", 0, "exp: expected 1 argument, found 2"},
        {"gather(x)", 0, "gather: expected 2 arguments, found 1"},
        {"1 + sum(x, 0, 0)", 4, "sum: expected 1 to 2 arguments, found 3"},
        {"exp(axis=1)", 0, "exp: unexpected axis="},
        {"sum(axis=1)", 0, "sum: unexpected axis= in place of what to work on"},
        {"ones(2, axis=2)", 0, "ones: unexpected axis="},
    };
    expect_wrongs(wrongs, sizeof wrongs / sizeof *wrongs);
}

static void test_shapes_that_do_not_fit(void **state)
{
    (void)state;
    static const Wrong wrongs[] = {
        {"A B", 2, "expected an operator between (2,3) and (3,2): write A*B for each element"},
        {"A x", 2, "expected an operator between (2,3) and (3)"},
        {"x(A)", 1, "expected an operator between (3) and (2,3)"},
        {"AA", 0, "expected an operator between (2,3) and (2,3)"},
        {"x(zeros(2))", 1, "the shapes don't fit: (3) beside (2)"},
        {"cx^zeros(2)", 0, "the shapes don't fit: x is (3) before its exponent, which is (2)"},
        {"A + B", 2,
         "A is (2,3), B is (3,2) (from the right, two lengths must be equal, or one of them 1)"},
        {"A@A", 1, "A is (2,3), A is (2,3) (the last axis of the left must be the last but one"},
        {"2@A", 1, "2 is one number, A is (2,3) (@ multiplies matrices; a number takes *)"},
        {"A@[1, 2]", 1, "A is (2,3), [1, 2] is (2)"},
        {"(A + 1)*(B + 2)", 7, "(A + 1) is (2,3), (B + 2) is (3,2)"},
        {"x'", 1, "expected at least two, and x is (3)"},
        {"c[0]", 1, "c is one number: it has no elements"},
        {"x[3]", 1, "x is (3): expected a whole number from 0 to 2"},
        {"x[-1]", 1, "expected a whole number from 0 to 2"},
        {"x[0.5]", 1, "expected a whole number from 0 to 2"},
        {"x[x]", 1, "expected a whole number from 0 to 2"},
        {"[1, x]", 4, "expected items of one shape, found (3) after one number"},
        {"[[[[[1]]]]]", 0, "expected a smaller list"},
        {"sum(A, 2)", 7, "expected a whole number from -2 to 1, found 2"},
        {"sum(A, x)", 7, "expected a whole number from -2 to 1, found x"},
        {"sum(c, 0)", 4, "expected an array with axes, and c is one number"},
        {"max(A, B)", 7, "expected a shape that fits the first argument's, and B is (3,2)"},
        {"sumto(x, A)", 9,
         "expected what can be stretched to the first argument's shape, and A is (2,3)"},
        {"gather(c, ids)", 7, "expected a table with rows, and c is one number"},
        {"gather([1, 2], ids)", 15, "expected whole numbers from 0 to 1 in ids, found 2"},
        {"gather(x, x)", 10, "expected whole numbers from 0 to 2 in x, found -2"},
        {"scatter(A, ids, 3)", 11,
         "expected ids of the shape of the values' leading axes, and ids is (3)"},
        {"scatter(x, ids, 2)", 11, "expected whole numbers from 0 to 1 in ids, found 2"},
        {"scatter(1, 1, 2)", 11, "expected at least one axis of ids"},
        {"onehot(ids, 2)", 7, "expected whole numbers from 0 to 1 in ids, found 2"},
        {"onehot(ids, 0)", 12, "expected a whole number from 1"},
        {"reshape(x, 2)", 8, "expected as many elements as the new shape has, and x is (3)"},
        {"drop(A, 0)", 5, "expected an axis of length 1 to drop, and A is (2,3)"},
        {"permute(A, 0, 0)", 8, "expected each axis once, and A is (2,3)"},
        {"permute(A, 0)", 8, "expected each axis once, and A is (2,3)"},
        {"slice(A, 1, 1, 4)", 15, "expected a whole number from 2 to 3, found 4"},
        {"slice(A, 1, 3, 3)", 12, "expected a whole number from 0 to 2, found 3"},
        {"concat(A, B, 0)", 10,
         "expected the first argument's shape but for that axis, and B is (3,2)"},
        {"concat(A, x, 0)", 10,
         "expected the first argument's shape but for that axis, and x is (3)"},
        {"ones(100, 100)", 10, "expected a smaller array"},
        {"eye(1000)", 4, "expected a whole number from 1 to 64"},
        {"ones(64, 1) + ones(65)", 12, "(64,1), ones(65) is (65) (the result would be too large)"},
        {"ones(64, 1)@ones(1, 65)", 11, "ones(1, 65) is (1,65) (the result would be too large)"},
    };
    expect_wrongs(wrongs, sizeof wrongs / sizeof *wrongs);
}

/* A caret stands under the place, in lines of at most 80 columns however long the formula is. */
static void test_caret(void **state)
{
    (void)state;
    char long_text[400] = "", *shown = NULL;
    size_t size;
    for (int i = 0; i < 60; i++)
        strcat(long_text, i == 40 ? "x + * " : "x + ");
    const char *const texts[] = {"x + * 2", long_text, "x * (2 + 3"};
    for (size_t i = 0; i < 3; i++) {
        Formula formula;
        FormulaError error = formula_parse(&formula, texts[i]);
        FILE *out = open_memstream(&shown, &size);
        formula_show(out, 4, texts[i], &error);
        fclose(out);
        size_t line = strcspn(shown, "\n"), caret = strcspn(shown + line + 1, "^");
        assert_true(line <= 80 && caret < 80);
        assert_int_equal(shown[line + 1 + caret], '^');
        assert_int_equal(caret < line ? shown[caret] : '\0', texts[i][error.at]);
        free(shown);
    }
}

/* ---- bounds -------------------------------------------------------------------------------- */

/* `count` times `piece`, between `begin` and `end`; the caller frees. */
static char *repeated(const char *begin, const char *piece, int count, const char *end)
{
    char *text = memory_alloc(strlen(begin) + strlen(piece) * (size_t)count + strlen(end) + 1);
    strcpy(text, begin);
    for (int i = 0; i < count; i++)
        strcat(text, piece);
    return strcat(text, end);
}

static void expect_bounded(char *text, const char *message)
{
    Arena arena = {0};
    Array value;
    FormulaError error = value_of(text, &arena, &value);
    if (!error.error.failed || strstr(error.error.text, message) == NULL)
        fail_msg("%.40s...: expected \"%s\", found \"%s\"", text, message, error.error.text);
    arena_free(&arena);
    free(text);
}

static void test_bounds(void **state)
{
    (void)state;
    expect_bounded(repeated("", "(", 500, "1"), "nested too deeply");
    expect_bounded(repeated("", "-", 900, "1"), "nested too deeply");
    expect_bounded(repeated("1", "^1", 400, ""), "nested too deeply");
    expect_bounded(repeated("", "exp(", 200, "1"), "nested too deeply");
    expect_bounded(repeated("", "[", 500, "1"), "nested too deeply");
    expect_bounded(repeated("x", "[0", 300, ""), "nested too deeply");
    expect_bounded(repeated("1", "+1", 300, ""), "the formula is too long");
    expect_bounded(repeated("1", " x", 300, ""), "the formula is too long");
    expect_bounded(repeated("(1)", "(1)", 300, ""), "the formula is too long");
    expect_bounded(repeated("A", "'", 900, ""), "the formula is too long");
    expect_bounded(repeated("1", " ", 1000, ""), "expected at most 1000 characters, found 1001");
    char *deep = repeated("1", "+1", 199, "");
    expect_same(deep, "200");
    free(deep);
}

static void test_names(void **state)
{
    (void)state;
    Arena arena = {0};
    Names names = {.count = 0};
    Array one = array_number(&arena, 1);
    assert_true(names_set(&names, "a", one));
    assert_true(names_set(&names, "a", array_number(&arena, 2)));
    assert_int_equal(names.count, 1);
    assert_true(names_find(&names, "a")->data[0] == 2);
    assert_null(names_find(&names, "b"));
    static const char *const unfit[] = {
        "", "1a", "_a", "a b", "a-b", "a\xc3\xa4", "abcdefghijklmnopqrstuvwxy"};
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++)
        assert_false(names_set(&names, unfit[i], one));
    for (int i = 1; i < NAMES_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        assert_true(names_set(&names, name, one));
    }
    assert_false(names_set(&names, "more", one));
    Formula formula;
    assert_false(formula_parse(&formula, "dy*exp(x) + dyx").error.failed);
    assert_true(formula_mentions(&formula, "dy") && formula_mentions(&formula, "dyx"));
    assert_false(formula_mentions(&formula, "exp") || formula_mentions(&formula, "d"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operators),     cmocka_unit_test(test_stretching),
        cmocka_unit_test(test_beside),        cmocka_unit_test(test_beside_names),
        cmocka_unit_test(test_products),      cmocka_unit_test(test_elements),
        cmocka_unit_test(test_functions),     cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_not_finite),    cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_unknown_names), cmocka_unit_test(test_shapes_that_do_not_fit),
        cmocka_unit_test(test_caret),         cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
