/* The gate of chapter 10: embedding and its scatter, the tied head, rotary and sinusoidal
 * positions.
 *
 * Gathers are held to a product with one-hot rows, the head and the language models to plain sums,
 * rotations and sinusoids to repeated complex multiplication, which never asks for a large angle.
 * ids repeat, ids are missing, and one table serves as embedding and head at once.
 * B batch, T time, C width, V vocabulary, N characters of context. */
#include "ops/ops.h"

enum { FLOAT = sizeof(real) == sizeof(float) };
/* For what is exact but for rounding. */
static const double CLOSE = FLOAT ? 1e-5 : 1e-12;

/* Worst |a - b|; infinite for NaN. */
static double farthest(const real *a, const real *b, size_t count)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
    }
    return worst;
}

/* ---- embedding ------------------------------------------------------------------------------- */
typedef struct {
    const int *ids;
    Shape shape;
} Ids;

enum { LONG = 131, WIDE_ROW = 67 }; /* more work than one thread's piece of columns */

/* The ids are the caller's, who may fill the same buffer with the next batch before backward. */
static Tensor *embedding_forward(Tensor *const *in, const void *context)
{
    const Ids *ids = context;
    static int lent[LONG];
    for (size_t n = 0; n < shape_size(ids->shape); n++)
        lent[n] = ids->ids[n];
    Tensor *out = tensor_embedding(in[0], lent, ids->shape);
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
            out[n * width + c] = sum;
        }
}

static void check_embedding(const char *circumstances, size_t width, Shape shape, const int *ids)
{
    char row[80];
    const Ids context = {ids, shape};
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

static void check_embeddings(void)
{
    int many[LONG];
    for (int n = 0; n < LONG; n++)
        many[n] = n * n % 7;
    check_embedding("every id once", 3, shape1(7), (const int[]){6, 0, 3, 5, 1, 4, 2});
    check_embedding("ids repeat", 3, shape1(5), (const int[]){4, 1, 4, 4, 6});
    check_embedding("one id alone", 3, shape2(2, 2), (const int[]){0, 0, 0, 0});
    check_embedding("first and last row", 3, shape2(2, 5),
                    (const int[]){0, 6, 6, 0, 0, 1, 6, 0, 6, 6});
    check_embedding("ids repeat", 3, shape3(2, 1, 5), (const int[]){2, 2, 5, 0, 2, 5, 3, 2, 6, 6});
    check_embedding("a single id", 3, shape0(), (const int[]){5});
    check_embedding("in threads' pieces", WIDE_ROW, shape1(LONG), many);
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

static void check_tokens(void)
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

static Tensor *head_forward(Tensor *const *in, const void *context)
{
    const Head *head = context;
    return tensor_tied_head(in[head->x], in[head->table]);
}

static void plain_head(real *y, const real *x, const Tensor *table)
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

static void check_heads(void)
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

static void check_tied(void)
{
    const Ids context = {token_ids, shape2(2, 5)};
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
static void check_sanity(void)
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

/* ---- rotary positions ------------------------------------------------------------------------ */
static Tensor *rope_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_rope(in[0]);
}

/* Each pair as a complex number, multiplied t times by cos w + i sin w. */
static void rope_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    const Tensor *x = in[0];
    size_t steps = tensor_dim(x, -2), width = tensor_dim(x, -1);
    for (size_t at = 0; at < x->size; at += 2) {
        double frequency = 1 / pow(1e4, (double)(at % width) / (double)width);
        double c = cos(frequency), s = sin(frequency), re = (double)x->data[at];
        double im = (double)x->data[at + 1];
        for (size_t t = 0; t < at / width % steps; t++) {
            double turned = re * c - im * s;
            im = re * s + im * c;
            re = turned;
        }
        out[at] = (real)re;
        out[at + 1] = (real)im;
    }
}

static void check_rope(const char *circumstances, Shape shape)
{
    char row[80];
    TapeMark mark = tape_mark();
    snprintf(row, sizeof row, "rope %s %s", shape_text(shape), circumstances);
    tensor_check(&(TensorCheck){.name = row,
                                .forward = rope_forward,
                                .reference = rope_reference,
                                .n = 1,
                                .in = {check_normal(shape, 1)},
                                .shape = shape});
    tape_release(mark);
}

/* in[1]'s gradient stands right behind in[0]'s: a rope that turns one row too many turns it as
 * well. */
static Tensor *rope_beside_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_add(tensor_rope(in[0]), in[1]);
}

static void rope_beside_reference(real *out, Tensor *const *in, const void *context)
{
    rope_reference(out, in, context);
    for (size_t i = 0; i < in[1]->size; i++)
        out[i] += in[1]->data[i];
}

static void check_rope_beside(Shape shape)
{
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "rope (2,2,2) side by side with another",
                                .n = 2,
                                .in = {check_normal(shape, 1), check_normal(shape, 1)},
                                .forward = rope_beside_forward,
                                .reference = rope_beside_reference,
                                .shape = shape});
    tape_release(mark);
}

static double dot(const real *a, const real *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* The same query and key at every position: after rope their product knows t - s and nothing else,
 * and lengths stay. Far along, too: angles of a thousand radians keep their digits in float. */
static void check_relative(void)
{
    enum { STEPS = 1021, WIDTH = 8 };
    const Shape shape = shape2(STEPS, WIDTH);
    TapeMark mark = tape_mark();
    Tensor *q = check_normal(shape, 1), *k = check_normal(shape, 1);
    for (size_t i = WIDTH; i < q->size; i++) {
        q->data[i] = q->data[i % WIDTH];
        k->data[i] = k->data[i % WIDTH];
    }
    real *plain = tape_alloc(q->size * sizeof *plain);
    rope_reference(plain, &q, NULL);
    const real *rq = tensor_rope(q)->data, *rk = tensor_rope(k)->data;
    double far = farthest(rq, plain, q->size), moved = 0, length = 0, differ = 0;
    for (size_t t = 7; t < STEPS; t++) {
        double here = dot(rq + t * WIDTH, rk + (t - 7) * WIDTH, WIDTH);
        moved = fmax(moved, fabs(here - dot(rq + 7 * WIDTH, rk, WIDTH)));
        differ = fmax(differ, fabs(here - dot(rq + t * WIDTH, rk, WIDTH)));
        length = fmax(length, fabs(dot(rq + t * WIDTH, rq + t * WIDTH, WIDTH) -
                                   dot(q->data, q->data, WIDTH)));
    }
    gate_check("rope 1021 positions", far <= (FLOAT ? 2e-6 : 1e-11),
               "as single turns, even the last");
    gate_check("rope products and lengths",
               moved <= 10 * CLOSE && length <= 10 * CLOSE && differ > 0.1,
               "know t - s alone; lengths stay");
    tape_release(mark);
}

/* At t = 0 nothing turns; at t = 1 the first pair turns by one radian, and its gradient back. */
static void check_rope_sanity(void)
{
    const real x[4] = {1, 0, 1, 0}, dy[4] = {1, 0, 1, 0};
    const real y[4] = {1, 0, (real)0.5403023058681398, (real)0.8414709848078965};
    const real dx[4] = {1, 0, (real)0.5403023058681398, (real)-0.8414709848078965};
    TapeMark mark = tape_mark();
    Tensor *in = tensor_from(shape2(2, 2), x);
    tensor_want_grad(in);
    Tensor *out = tensor_rope(in);
    tensor_backward_from(out, dy);
    gate_check("rope sanity (1,0) at 0 and 1",
               farthest(out->data, y, 4) <= CLOSE && farthest(in->grad, dx, 4) <= CLOSE,
               "(1,0), (cos 1, sin 1); back: (cos 1, -sin 1)");
    tape_release(mark);
}

/* ---- sinusoidal positions -------------------------------------------------------------------- */
static void check_sinusoid_sanity(void)
{
    enum { WIDTH = 8 };
    const struct {
        size_t position;
        real row[WIDTH];
    } known[3] = {
        {0, {0, 1, 0, 1, 0, 1, 0, 1}},
        {1,
         {(real)0.8414709848, (real)0.5403023059, (real)0.0998334166, (real)0.9950041653,
          (real)0.0099998333, (real)0.9999500004, (real)0.0009999998, (real)0.9999995000}},
        {100,
         {(real)-0.5063656411, (real)0.8623188723, (real)-0.5440211109, (real)-0.8390715291,
          (real)0.8414709848, (real)0.5403023059, (real)0.0998334166, (real)0.9950041653}}};
    TapeMark mark = tape_mark();
    real *table = tape_alloc(101 * WIDTH * sizeof *table);
    sinusoid_fill(table, 101, WIDTH);
    for (int k = 0; k < 3; k++) {
        char row[60];
        snprintf(row, sizeof row, "sinusoid position %zu at width 8", known[k].position);
        double error = farthest(table + known[k].position * WIDTH, known[k].row, WIDTH);
        gate_check(row, error <= 1e-6, "[%.4g, %.4g, %.4g, ...]", (double)known[k].row[0],
                   (double)known[k].row[1], (double)known[k].row[2]);
    }
    tape_release(mark);
}

/* Against repeated turns; and the claim that makes it a code of positions: one rotation, the same
 * for all t, leads from the row of t to the row of t + 5. An odd width ends with a sine alone. */
static void check_sinusoid_table(size_t positions, size_t width)
{
    TapeMark mark = tape_mark();
    real *table = tape_alloc((positions * width + 1) * sizeof *table),
         *end = table + positions * width;
    *end = 1964; /* no part of the table: must stay */
    sinusoid_fill(table, positions, width);
    double worst = (double)*end == 1964 ? 0 : HUGE_VAL, shifted = 0;
    for (size_t c = 0; c + 1 < width + width % 2; c += 2) {
        double frequency = 1 / pow(1e4, (double)c / (double)width), sine = 0, cosine = 1;
        double s5 = sin(5 * frequency), c5 = cos(5 * frequency);
        bool has_cosine = c + 1 < width;
        for (size_t t = 0; t < positions; t++) {
            const real *at = table + t * width + c;
            worst = fmax(worst, fabs((double)at[0] - sine));
            if (has_cosine)
                worst = fmax(worst, fabs((double)at[1] - cosine));
            if (has_cosine && t + 5 < positions)
                shifted = fmax(
                    shifted, fabs((double)at[5 * width] - c5 * (double)at[0] - s5 * (double)at[1]));
            double turned = sine * cos(frequency) + cosine * sin(frequency);
            cosine = cosine * cos(frequency) - sine * sin(frequency);
            sine = turned;
        }
    }
    char row[60];
    snprintf(row, sizeof row, "sinusoid (%zu,%zu)", positions, width);
    gate_check(row, worst <= (FLOAT ? 1e-6 : 1e-12) && shifted <= (FLOAT ? 1e-6 : 1e-12),
               "repeated turns; a shift is one turn");
    tape_release(mark);
}

/* ---- language models ------------------------------------------------------------------------- */
enum { V = 7, C = 3, N = 2, HIDDEN = 5, WINDOWS = 6 };
static const int windows[WINDOWS * N] = {3, 0, 0, 3, 3, 3, 6, 1, 1, 6, 3, 0}; /* ids repeat */
static const int targets[WINDOWS] = {3, 3, 6, IGNORED, 0, 1};

/* The mean loss over the targets that count, from logits. */
static real plain_loss(const real *logits)
{
    real loss = 0;
    int counted = 0;
    for (size_t n = 0; n < WINDOWS; n++) {
        real sum = 0;
        for (size_t v = 0; v < V; v++)
            sum += exp(logits[n * V + v]);
        if (targets[n] != IGNORED)
            loss += log(sum) - logits[n * V + (size_t)targets[n]], counted++;
    }
    return loss / (real)counted;
}

/* Bigram: row v of a (V,V) table holds the logits of what follows v. */
static Tensor *bigram_forward(Tensor *const *in, const void *context)
{
    return tensor_softmax_cross_entropy(tensor_embedding(in[0], context, shape1(WINDOWS)), targets);
}

static void bigram_reference(real *out, Tensor *const *in, const void *context)
{
    const int *ids = context;
    real logits[WINDOWS * V];
    for (int i = 0; i < WINDOWS * V; i++)
        logits[i] = in[0]->data[ids[i / V] * V + i % V];
    *out = plain_loss(logits);
}

/* N-gram: N embeddings side by side, a tanh layer, a layer back to width C, and the tied head.
 * in: table (V,C), weight (N C,HIDDEN), bias, weight (HIDDEN,C), bias. */
static Tensor *ngram_forward(Tensor *const *in, const void *context)
{
    Tensor *x = tensor_embedding(in[0], context, shape2(WINDOWS, N));
    Tensor *flat = tensor_reshape(x, shape2(WINDOWS, N * C));
    Tensor *h = tensor_tanh(tensor_linear(flat, in[1], in[2]));
    Tensor *logits = tensor_tied_head(tensor_linear(h, in[3], in[4]), in[0]);
    return tensor_softmax_cross_entropy(logits, targets);
}

static void ngram_reference(real *out, Tensor *const *in, const void *context)
{
    const int *ids = context;
    real logits[WINDOWS * V];
    for (size_t n = 0; n < WINDOWS; n++) {
        real h[HIDDEN], y[C];
        for (size_t j = 0; j < HIDDEN; j++) {
            h[j] = in[2]->data[j];
            for (size_t i = 0; i < N * C; i++)
                h[j] += in[0]->data[(size_t)ids[n * N + i / C] * C + i % C] *
                        in[1]->data[i * HIDDEN + j];
            h[j] = tanh(h[j]);
        }
        for (size_t c = 0; c < C; c++) {
            y[c] = in[4]->data[c];
            for (size_t j = 0; j < HIDDEN; j++)
                y[c] += h[j] * in[3]->data[j * C + c];
        }
        plain_head(logits + n * V, y, in[0]);
    }
    *out = plain_loss(logits);
}

static void check_models(void)
{
    const real weight = (real)0.3;
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "bigram (7,7) ids repeat, a target ignored",
                                .n = 1,
                                .in = {check_normal(shape2(V, V), 1)},
                                .forward = bigram_forward,
                                .reference = bigram_reference,
                                .context = windows,
                                .shape = shape0()});
    TensorCheck ngram = {.name = "ngram (6,2) tied table",
                         .n = 5,
                         .forward = ngram_forward,
                         .reference = ngram_reference,
                         .context = windows,
                         .shape = shape0()};
    ngram.in[0] = check_normal(shape2(V, C), 1);
    ngram.in[1] = check_normal(shape2(N * C, HIDDEN), weight);
    ngram.in[2] = check_normal(shape1(HIDDEN), weight);
    ngram.in[3] = check_normal(shape2(HIDDEN, C), weight);
    ngram.in[4] = check_normal(shape1(C), weight);
    tensor_check(&ngram);
    tape_release(mark);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "10-embeddings");
    check_embeddings();
    check_tokens();
    check_heads();
    check_tied();
    check_sanity();
    check_rope("", shape2(5, 6));
    check_rope("more than one batch axis", shape4(2, 3, 7, 4));
    check_rope("farther along", shape2(31, 2));
    check_rope_beside(shape3(2, 2, 2));
    check_rope_sanity();
    check_relative();
    check_sinusoid_sanity();
    check_sinusoid_table(211, 10);
    check_sinusoid_table(53, 7);
    check_sinusoid_table(7, 12);
    check_models();
    tape_free();
    return gate_end();
}
