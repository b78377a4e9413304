/* formula: a small language for what a student derived, and the arrays it computes on. This header
 * is the table of contents; exercises/README.md describes the language for those who write in it.
 *
 *   formula_parse.c       text to a tree; what cannot be read is said with its place
 *   formula_eval.c        the tree's value, for given names
 *   formula_names.c       what a name stands for: xy is x*y where it is no name itself
 *   formula_functions.c   what can be called: exp(x), sum(x, 1), gather(table, ids), ...
 *   array.c               the arrays: shapes, stretching, products, reductions
 *
 *   Array x = array_make(arena, shape, rank), y;
 *   Formula formula;
 *   FormulaError error = formula_parse(&formula, "exp(x)/sum(exp(x))");
 *   if (!error.error.failed)
 *       error = formula_value(&formula, &names, arena, &y);
 *
 * Whatever the text is, both end: its length, its depth and the sizes of arrays are bounded. */
#ifndef LEARN_FORMULA_H
#define LEARN_FORMULA_H

#include "base/base.h"

/* ---- array ---------------------------------------------------------------------------------
 * Numbers of shape (shape[0], ..., shape[rank - 1]), row-major; rank 0 is one number. The data
 * belong to the arena that made them. Shapes fit as they do in numpy: from the right, where one has
 * 1 it is stretched. */
enum { ARRAY_RANK = 4, ARRAY_SIZE = 4096 };
typedef struct {
    int rank;
    size_t shape[ARRAY_RANK];
    double *data;
} Array;

size_t array_size(const Array *array);
Array array_make(Arena *arena, int rank, const size_t *shape); /* contents undefined */
Array array_number(Arena *arena, double number);
bool array_same_shape(const Array *a, const Array *b);
bool array_is_finite(const Array *array);

/* "(3,5)", or "one number": in one of a few static buffers. */
const char *array_shape_text(const Array *array);

/* The shape that both are stretched to; false if there is none or it has more than ARRAY_SIZE
 * elements. Into result: rank and shape. */
bool array_fit(const Array *a, const Array *b, Array *result);

/* Each element of a with its partner of b, stretched; the shapes fit. */
Array array_pairs(Arena *arena, const Array *a, const Array *b, double (*pair)(double, double));

/* `array` in the shape of `like`, to which it can be stretched. */
Array array_stretch(Arena *arena, const Array *array, const Array *like);

/* The elements go outer, axis, inner: x[o][n][i] = data[(o * length + n) * inner + i]. */
typedef struct {
    size_t outer, length, inner;
} Axis;
Axis array_axis(const Array *array, int axis);

/* With that axis' length replaced, and contents undefined. */
Array array_with_length(Arena *arena, const Array *array, int axis, size_t length);

/* Axes in the given order, each once. */
Array array_permute(Arena *arena, const Array *array, const int *order);

/* Products of the last two axes; leading axes are stretched; an operand of one axis is a row on the
 * left and a column on the right, and its axis is gone from the result. False if the shapes don't
 * fit or the result is too large. */
bool array_product(Arena *arena, const Array *a, const Array *b, Array *product);

/* ---- names ---------------------------------------------------------------------------------
 */
enum { NAMES_MAX = 40, NAME_LENGTH = 24 };
typedef struct {
    struct {
        char name[NAME_LENGTH + 1];
        Array value;
    } items[NAMES_MAX];
    int count;
} Names;

/* Binds a name, anew if it is there. False where there is no more room or it is no name: a letter,
 * then letters, digits and _, at most NAME_LENGTH of them. */
bool names_set(Names *names, const char *name, Array value);
const Array *names_find(const Names *names, const char *name); /* NULL: unknown */
bool name_is_fit(const char *name);

/* ---- formula -------------------------------------------------------------------------------
 */
enum { FORMULA_TEXT = 1000, FORMULA_NODES = 400, FORMULA_DEPTH = 60 };

/* The operation of a product without a sign: 2h, s(1 - s). */
enum { BESIDE = ' ' };

typedef enum {
    NODE_NUMBER,
    NODE_NAME,
    NODE_NEGATIVE,
    NODE_BINARY,
    NODE_CALL,
    NODE_INDEX, /* children: what, which */
    NODE_TRANSPOSE,
    NODE_LIST /* [a, b, c] */
} NodeKind;

typedef struct {
    NodeKind kind;
    char operation;    /* of NODE_BINARY: + - * / ^ @ < > and l g = ! for <= >= == !=, or BESIDE */
    bool whole;        /* of NODE_NAME: behind / ^ @, or before ' [: no product of shorter names */
    bool axis_named;   /* of NODE_CALL: its last argument was written axis=... */
    int at, end, sign; /* where it stands in the text, and its operator */
    int first, next;   /* first child, next sibling; -1: none */
    double number;
} Node;

typedef struct {
    char text[FORMULA_TEXT + 1];
    Node nodes[FORMULA_NODES];
    int count, root;
} Formula;

/* What is wrong with a formula, in one line, and at which byte of its text. */
typedef struct {
    Error error;
    int at;
} FormulaError;

FormulaError formula_error(int at, const char *format, ...) __attribute__((format(printf, 2, 3)));

FormulaError formula_parse(Formula *formula, const char *text);

/* The value lives in the arena. A value that is not finite is no error. */
FormulaError formula_value(const Formula *formula, const Names *names, Arena *arena, Array *value);

bool formula_mentions(const Formula *formula, const char *name);

/* The text with a caret under the place, and what is wrong, each line `indent` columns in and at
 * most 80 wide: of a long text, the part around the place. */
void formula_show(FILE *out, int indent, const char *text, const FormulaError *error);

/* ---- between the files of the language ------------------------------------------------------ */
typedef struct {
    const Formula *formula;
    const Names *names;
    Arena *arena;
    FormulaError error; /* the first */
} Evaluation;

bool node_value(Evaluation *evaluation, int node, Array *value);
bool name_value(Evaluation *evaluation, int node, Array *value); /* of a NODE_NAME */

/* Of a name that is a product of shorter ones, the last of which is raised to a power: xy^2. False
 * if the node is no such name, or with an error noted. */
bool name_power(Evaluation *evaluation, int node, const Array *exponent, Array *value);

/* a beside b, a product: where both have axes and one is a matrix, which product is meant is in
 * doubt, and that is noted at `at`. */
bool product_beside(Evaluation *evaluation, int at, const Array *a, const Array *b, Array *value);
bool call_value(Evaluation *evaluation, int node, Array *value); /* of a NODE_CALL */

/* Always false: notes what is wrong at a node, unless something was before. */
bool evaluation_fail(Evaluation *evaluation, int at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The text of a node, cut to what fits a message: in one of a few static buffers. */
const char *node_text(const Formula *formula, int node);

/* How many bytes the character at the text's beginning has; 0: it is none that can be shown. */
int character_bytes(const char *text);

/* The name of a NODE_NAME or NODE_CALL, with room for NAME_LENGTH + 1. */
void node_name(const Formula *formula, int node, char *name);

bool function_is_known(const char *name);

#endif
