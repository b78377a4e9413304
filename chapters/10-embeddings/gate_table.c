/* The rows of the table: embedding, which gathers rows of it and scatters into them, the tied head,
 * which multiplies by it, and both at once on one. */
#include "gate.h"

/* ---- embedding ------------------------------------------------------------------------------- */
typedef struct {
    const int *ids;
    Shape shape;
    bool inside; /* the table is a tanh's result, whose gradient has to be asked for */
} Ids;

enum { LONG = 131, WIDE_ROW = 67 }; /* more work than one thread's piece of columns */

/* The ids are the caller's, who may fill the same buffer with the next batch before backward. */
static Tensor *embedding_forward(Tensor *const *in, const void *context)
{
    const Ids *ids = context;
    static int lent[LONG];
    for (size_t n = 0; n < shape_size(ids->shape); n++)
        lent[n] = ids->ids[n];
    Tensor *table = ids->inside ? tensor_tanh(in[0]) : in[0];
    Tensor *out = tensor_embedding(table, lent, ids->shape);
    for (size_t n = 0; n < shape_size(ids->shape); n++)
        lent[n] = 0;
    return out;
}

/* The product of one-hot rows with the table. */
static void embedding_reference(real *out, Tensor *const *in, const void *context)
{
    const Ids *ids = context;
    size_t rows = in[0]->shape.dim[0], width = in[0]->shape.dim[1];
    for (size_t n = 0; n < shape_size(ids->shape); n++)
        for (size_t c = 0; c < width; c++) {
            real sum = 0;
            for (size_t v = 0; v < rows; v++)
                sum += (real)((size_t)ids->ids[n] == v) * in[0]->data[v * width + c];
            out[n * width + c] = ids->inside ? tanh(sum) : sum;
        }
}

static void check_embedding(const char *circumstances, size_t width, Ids context)
{
    char row[80];
    Shape shape = context.shape;
    TapeMark mark = tape_mark();
    Shape result = shape;
    result.dim[result.rank++] = width;
    snprintf(row, sizeof row, "embedding %s %s", shape_text(shape), circumstances);
    tensor_check(&(TensorCheck){.name = row,
                                .forward = embedding_forward,
                                .context = &context,
                                .n = 1,
                                .in = {check_normal(shape2(7, width), 1)},
                                .shape = result,
                                .reference = embedding_reference});
    tape_release(mark);
}

void check_embeddings(void)
{
    int many[LONG];
    for (int n = 0; n < LONG; n++)
        many[n] = n * n % 7;
    check_embedding("every id once", 3, (Ids){(const int[]){6, 0, 3, 5, 1, 4, 2}, shape1(7), false});
    check_embedding("ids repeat", 3, (Ids){(const int[]){4, 1, 4, 4, 6}, shape1(5), false});
    check_embedding("one id alone", 3, (Ids){(const int[]){0, 0, 0, 0}, shape2(2, 2), false});
    check_embedding("first and last row", 3,
                    (Ids){(const int[]){0, 6, 6, 0, 0, 1, 6, 0, 6, 6}, shape2(2, 5), false});
    check_embedding("ids repeat", 3,
                    (Ids){(const int[]){2, 2, 5, 0, 2, 5, 3, 2, 6, 6}, shape3(2, 1, 5), false});
    check_embedding("a single id", 3, (Ids){(const int[]){5}, shape0(), false});
    check_embedding("in threads' pieces", WIDE_ROW, (Ids){many, shape1(LONG), false});
    check_embedding("of a result", 3, (Ids){(const int[]){4, 1, 4, 4, 6}, shape1(5), true});
}

/* Tokens plus learned positions, as GPT-2 begins: two tables, the second read by every sequence. */
static const int token_ids[10] = {3, 0, 3, 6, 1, 0, 0, 6, 2, 3}; /* (B,T) = (2,5) */

static Tensor *tokens_forward(Tensor *const *in, const void *context)
{
    const int *positions = context;
    return tensor_add(tensor_embedding(in[0], token_ids, shape2(2, 5)),
                      tensor_embedding(in[1], positions, shape1(5)));
}

static void tokens_reference(real *out, Tensor *const *in, const void *context)
{
    const int *positions = context;
    for (size_t n = 0; n < 10; n++)
        for (size_t c = 0; c < 3; c++)
            out[n * 3 + c] =
                in[0]->data[token_ids[n] * 3 + (int)c] + in[1]->data[positions[n % 5] * 3 + (int)c];
}

void check_tokens(void)
{
    const int positions[5] = {0, 1, 2, 3, 4};
    TapeMark mark = tape_mark();
    tensor_check(
        &(TensorCheck){.name = "embedding (2,5) tokens plus positions",
                       .n = 2,
                       .in = {check_normal(shape2(7, 3), 1), check_normal(shape2(6, 3), 1)},
                       .forward = tokens_forward,
                       .reference = tokens_reference,
                       .context = positions,
                       .shape = shape3(2, 5, 3)});
    tape_release(mark);
}

/* ---- the tied head --------------------------------------------------------------------------- */
/* Where x and the table stand among the inputs; who comes after the poked ones is frozen. */
typedef struct {
    int x, table;
} Head;

/* Both operands are results, whose gradients have to be asked for. */
static Tensor *head_inside(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_tied_head(tensor_tanh(in[0]), tensor_tanh(in[1]));
}

static void head_inside_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    size_t rows = in[1]->shape.dim[0], width = in[1]->shape.dim[1];
    for (size_t i = 0; i < in[0]->size / width * rows; i++) {
        out[i] = 0;
        for (size_t c = 0; c < width; c++)
            out[i] += tanh(in[0]->data[i / rows * width + c]) * tanh(in[1]->data[i % rows * width + c]);
    }
}

static Tensor *head_forward(Tensor *const *in, const void *context)
{
    const Head *head = context;
    return tensor_tied_head(in[head->x], in[head->table]);
}

void plain_head(real *y, const real *x, const Tensor *table)
{
    size_t width = table->shape.dim[1];
    for (size_t v = 0; v < table->shape.dim[0]; v++) {
        y[v] = 0;
        for (size_t c = 0; c < width; c++)
            y[v] += table->data[v * width + c] * x[c];
    }
}

static void head_reference(real *out, Tensor *const *in, const void *context)
{
    const Head *head = context;
    const Tensor *x = in[head->x], *table = in[head->table];
    for (size_t n = 0; n < x->size / table->shape.dim[1]; n++)
        plain_head(out + n * table->shape.dim[0], x->data + n * table->shape.dim[1], table);
}

static void check_head(const char *row, Head head, Tensor *x, Tensor *table, int poked)
{
    TensorCheck check = {.name = row,
                         .forward = head_forward,
                         .reference = head_reference,
                         .context = &head,
                         .n = poked};
    check.shape = shape_with(x->shape, x->shape.rank - 1, table->shape.dim[0]);
    check.in[head.x] = x;
    check.in[head.table] = table;
    tensor_check(&check);
}

void check_heads(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape3(2, 3, 5), 1), *table = check_normal(shape2(7, 5), 1);
    check_head("tied_head (2,3,5) (7,5)", (Head){0, 1}, x, table, 2);
    x = check_normal(shape1(5), 1);
    check_head("tied_head (5) (7,5)", (Head){0, 1}, x, table, 2);
    x = check_normal(shape4(2, 1, 3, 5), 1);
    check_head("tied_head (2,1,3,5) (11,5)", (Head){0, 1}, x, check_normal(shape2(11, 5), 1), 2);
    x = check_normal(shape2(3, 5), 1), table = check_normal(shape2(7, 5), 1);
    check_head("tied_head (3,5) (7,5) only x is poked", (Head){0, 1}, x, table, 1);
    x = check_normal(shape2(3, 5), 1), table = check_normal(shape2(7, 5), 1);
    check_head("tied_head (3,5) (7,5) only the table", (Head){1, 0}, x, table, 1);
    x = check_normal(shape2(3, 5), 1);
    check_head("tied_head (3,5) with itself", (Head){0, 0}, x, x, 1);
    tensor_check(&(TensorCheck){.name = "tied_head (3,5) (7,5) of results",
                                .n = 2,
                                .in = {check_normal(shape2(3, 5), 1), check_normal(shape2(7, 5), 1)},
                                .forward = head_inside,
                                .reference = head_inside_reference,
                                .shape = shape2(3, 7)});
    tape_release(mark);
}

/* One table embeds the ids and reads the logits: its gradient is the sum of a scatter and a
 * product. */
static Tensor *tied_forward(Tensor *const *in, const void *context)
{
    const Ids *ids = context;
    return tensor_tied_head(tensor_tanh(tensor_embedding(in[0], ids->ids, ids->shape)), in[0]);
}

static void tied_reference(real *out, Tensor *const *in, const void *context)
{
    const Ids *ids = context;
    size_t rows = in[0]->shape.dim[0], width = in[0]->shape.dim[1];
    for (size_t n = 0; n < shape_size(ids->shape); n++) {
        real h[8];
        for (size_t c = 0; c < width; c++)
            h[c] = tanh(in[0]->data[(size_t)ids->ids[n] * width + c]);
        plain_head(out + n * rows, h, in[0]);
    }
}

void check_tied(void)
{
    const Ids context = {token_ids, shape2(2, 5), false};
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "tied_head two gradients in one buffer",
                                .n = 1,
                                .in = {check_normal(shape2(7, 3), 1)},
                                .forward = tied_forward,
                                .reference = tied_reference,
                                .context = &context,
                                .shape = shape3(2, 5, 7)});
    tape_release(mark);
}

/* ---- sanity cases ---------------------------------------------------------------------------- */
void check_table_sanity(void)
{
    TapeMark mark = tape_mark();
    const real rows[6] = {1, 2, 3, 4, 5, 6}, dy[6] = {1, 10, 2, 20, 3, 30};
    const int ids[3] = {2, 0, 2};
    Tensor *table = tensor_from(shape2(3, 2), rows);
    tensor_want_grad(table);
    Tensor *y = tensor_embedding(table, ids, shape1(3));
    tensor_backward_from(y, dy);
    const real gathered[6] = {5, 6, 1, 2, 5, 6}, scattered[6] = {2, 20, 0, 0, 4, 40};
    gate_check("embedding sanity ids [2,0,2]",
               farthest(y->data, gathered, 6) == 0 && farthest(table->grad, scattered, 6) == 0,
               "dE = [[2,20],[0,0],[4,40]]");
    /* y = E e_0 = [5,11] and dy = [1,0]: the loss is e_0 . e_0, and half of 2 e_0 comes by each
     * way. */
    const int first[1] = {0};
    const real logits[2] = {5, 11}, upstream[2] = {1, 0}, twice[4] = {2, 4, 0, 0};
    table = tensor_from(shape2(2, 2), rows);
    tensor_want_grad(table);
    y = tensor_tied_head(tensor_embedding(table, first, shape0()), table);
    tensor_backward_from(y, upstream);
    gate_check("tied_head sanity id 0",
               farthest(y->data, logits, 2) == 0 && farthest(table->grad, twice, 4) == 0,
               "[5,11], dE = [[2,4],[0,0]]");
    tape_release(mark);
}
