/* The gate of chapter 20: the head and its loss in chunks of rows, and segments that are made again in
 * backward.
 *
 * Both compute what was there before in another way, so each is held three times: to plain loops and
 * five-point differences, and to the operations that it stands for: the head in chunks to tied_head and
 * softmax_cross_entropy to 1e-12, a checkpointed segment to the same segment without, to the last bit.
 * At the end, how much is kept.
 * Letters: B batch, T time, C width, V vocabulary. */
#include "gpt2/gpt2.h"

#include <string.h>

enum { FLOAT = sizeof(real) == sizeof(float) };
static const double CLOSE = FLOAT ? 1e-5 : 1e-12;

/* Worst |a - b| by the largest |a|; infinite for NaN. */
static double apart(const real *a, const real *b, size_t count)
{
    double worst = 0, largest = 1e-300;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        largest = fmax(largest, fabs((double)a[i]));
    }
    return worst / largest;
}

/* ---- the head in chunks ------------------------------------------------------------------------ */
enum { WIDTH = 5, CLASSES = 7, ROWS = 10 };

typedef struct {
    const int *targets;
    size_t chunk;
    bool embeds; /* the rows are the table's own, by these ids: one input */
} Head;

static const int ids[ROWS] = {3, 0, 3, 6, 1, 0, 0, 6, 2, 3};
static const int all[ROWS] = {1, 6, 0, 0, 5, 2, 3, 3, 4, 6};
static const int some[ROWS] = {IGNORED, 6, 0, IGNORED, IGNORED, IGNORED, 3, 3, 4, IGNORED};
static const int none[ROWS] = {IGNORED, IGNORED, IGNORED, IGNORED, IGNORED,
                               IGNORED, IGNORED, IGNORED, IGNORED, IGNORED};

/* x (2,5,C), or the table's own rows: in tanh, so that both ways are curved. */
static Tensor *rows_of(Tensor *const *in, const Head *head)
{
    return head->embeds ? tensor_tanh(tensor_embedding(in[0], ids, shape2(2, 5))) : in[1];
}

/* The targets are the caller's, who may fill the same buffer with the next batch before backward. */
static Tensor *head_forward(Tensor *const *in, const void *context)
{
    const Head *head = context;
    int lent[ROWS];
    memcpy(lent, head->targets, sizeof lent);
    Tensor *loss = head_cross_entropy_in_chunks(rows_of(in, head), in[0], lent, head->chunk);
    for (int row = 0; row < ROWS; row++)
        lent[row] = 0;
    return loss;
}

static void head_reference(real *out, Tensor *const *in, const void *context)
{
    const Head *head = context;
    real losses = 0, counted = 0;
    for (size_t row = 0; row < ROWS; row++) {
        real logits[CLASSES] = {0}, sum = 0;
        if (head->targets[row] == IGNORED)
            continue;
        for (size_t v = 0; v < CLASSES; v++) {
            for (size_t c = 0; c < WIDTH; c++) {
                real x = head->embeds ? tanh(in[0]->data[(size_t)ids[row] * WIDTH + c])
                                      : in[1]->data[row * WIDTH + c];
                logits[v] += x * in[0]->data[v * WIDTH + c];
            }
            sum += exp(logits[v]);
        }
        losses += log(sum) - logits[head->targets[row]];
        counted++;
    }
    *out = counted == 0 ? 0 : losses / counted;
}

static void check_head(const char *row, Head head)
{
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = row, .forward = head_forward, .reference = head_reference,
                         .context = &head, .n = head.embeds ? 1 : 2, .shape = shape0()};
    check.in[0] = check_normal(shape2(CLASSES, WIDTH), (real)0.5);
    check.in[1] = check_normal(shape3(2, 5, WIDTH), 1);
    tensor_check(&check);
    tape_release(mark);
}

static void check_heads(void)
{
    check_head("head_cross_entropy chunks of 3, 10 rows", (Head){all, 3, false});
    check_head("head_cross_entropy chunks of 5, 10 rows", (Head){all, 5, false});
    check_head("head_cross_entropy in one chunk", (Head){all, ROWS, false});
    check_head("head_cross_entropy a chunk with room to spare", (Head){all, 1000, false});
    check_head("head_cross_entropy row by row", (Head){some, 1, false});
    check_head("head_cross_entropy chunks of 3, ignored rows", (Head){some, 3, false});
    check_head("head_cross_entropy all rows ignored", (Head){none, 4, false});
    check_head("head_cross_entropy the table embeds too", (Head){all, 3, true});
    check_head("head_cross_entropy embeds, one chunk", (Head){some, ROWS, true});
}

/* Loss and both gradients, one after the other, of a loss that is used three times over. */
enum { TABLE = CLASSES * WIDTH, HIDDEN = ROWS * WIDTH, FOUND = 1 + TABLE + HIDDEN };

static void head_found(real *out, const int *targets, size_t chunk, Tensor *table, Tensor *x)
{
    TapeMark mark = tape_mark();
    tensor_zero_grad(table);
    tensor_zero_grad(x);
    Tensor *loss = chunk == 0 ? tensor_softmax_cross_entropy(tensor_tied_head(x, table), targets)
                              : head_cross_entropy_in_chunks(x, table, targets, chunk);
    tensor_backward(tensor_scale(loss, (real)-3.5));
    out[0] = tensor_item(loss);
    memcpy(out + 1, table->grad, TABLE * sizeof *out);
    memcpy(out + 1 + TABLE, x->grad, HIDDEN * sizeof *out);
    tape_release(mark);
}

static void check_composition(void)
{
    const int *const cases[3] = {all, some, none};
    const size_t chunks[5] = {1, 3, 5, ROWS, 1000};
    TapeMark mark = tape_mark();
    Tensor *table = check_normal(shape2(CLASSES, WIDTH), (real)0.5);
    Tensor *x = check_normal(shape2(ROWS, WIDTH), 1);
    double worst = 0;
    tensor_want_grad(table);
    tensor_want_grad(x);
    for (int i = 0; i < 15; i++) {
        real composed[FOUND], fused[FOUND];
        head_found(composed, cases[i / 5], 0, table, x);
        head_found(fused, cases[i / 5], chunks[i % 5], table, x);
        worst = fmax(worst, apart(composed, fused, FOUND));
    }
    gate_check("head_cross_entropy = tied_head, its loss", worst <= CLOSE, "15 cases, off by %.0e",
               worst);
    tape_release(mark);
}

/* Who wants no gradient gets none; without recording the loss is the same, and only that is made. */
static void check_half_wanted(void)
{
    TapeMark mark = tape_mark();
    Tensor *table = check_normal(shape2(CLASSES, WIDTH), 1);
    Tensor *x = check_normal(shape2(ROWS, WIDTH), 1), *frozen = tensor_from(x->shape, x->data);
    Tensor *other = tensor_from(table->shape, table->data);
    real both[FOUND];
    tensor_want_grad(table);
    tensor_want_grad(x);
    head_found(both, some, 3, table, x);
    tensor_zero_grad(table);
    tensor_zero_grad(x);
    tensor_backward(tensor_scale(head_cross_entropy_in_chunks(frozen, table, some, 3), (real)-3.5));
    tensor_backward(tensor_scale(head_cross_entropy_in_chunks(x, other, some, 3), (real)-3.5));
    gate_check("head_cross_entropy with one side frozen",
               memcmp(both + 1, table->grad, TABLE * sizeof *both) == 0 &&
                   memcmp(both + 1 + TABLE, x->grad, HIDDEN * sizeof *both) == 0 &&
                   frozen->grad == NULL && other->grad == NULL,
               "the same bits");
    bool recording = tape_set_recording(false);
    size_t before = tape_used();
    real loss = tensor_item(head_cross_entropy_in_chunks(x, table, some, 3));
    size_t kept = tape_used() - before;
    tape_set_recording(recording);
    gate_check("head_cross_entropy without recording", loss == both[0] && kept < 1024,
               "the same bits, %zu bytes kept", kept);
    tape_release(mark);
}

/* ---- segments ---------------------------------------------------------------------------------- */
enum { STEPS = 3, INPUTS = 4 };
enum { X, WEIGHT, BIAS, GAIN };

typedef struct {
    Tensor *const *in;
    bool checkpoint, nested;
    real rate;
} Segmented;

/* tanh(x W + b) dropped and gained, and the residual: what is not linear, draws, and uses x twice. */
static Tensor *layer(Tensor *x, Random *random, const void *context)
{
    const Segmented *s = context;
    Tensor *y = tensor_tanh(tensor_linear(x, s->in[WEIGHT], s->in[BIAS]));
    if (random != NULL)
        y = tensor_dropout(y, dropout_mask(random, y->size, s->rate), s->rate);
    return tensor_add(x, tensor_mul(y, s->in[GAIN]));
}

static Tensor *two_layers(Tensor *x, Random *random, const void *context)
{
    const Segmented *s = context;
    if (s->nested && s->checkpoint)
        return tensor_checkpoint(tensor_checkpoint(x, layer, s, random), layer, s, random);
    return layer(layer(x, random, s), random, s);
}

/* Two segments of two layers over 2 x + x x; x's other child stands behind them, so that x's gradient
 * holds something before theirs comes. */
static Tensor *segments_forward(Tensor *const *in, const void *context)
{
    Segmented s = *(const Segmented *)context, *kept = tape_alloc(sizeof *kept);
    Random random = random_make(20, 5), *dropout = s.rate > 0 ? &random : NULL;
    s.in = in;
    *kept = s;
    Tensor *x = tensor_mul(in[X], in[X]), *y = x;
    for (int i = 0; i < 2; i++)
        y = s.checkpoint ? tensor_checkpoint(y, two_layers, kept, dropout)
                         : two_layers(y, dropout, kept);
    /* What is drawn after the segments depends on where they left the stream. */
    return tensor_mul(tensor_add(y, x), tensor_scale(in[X], (real)random_uniform(&random)));
}

static void segments_reference(real *out, Tensor *const *in, const void *context)
{
    const Segmented *s = context;
    Random random = random_make(20, 5);
    real x[STEPS * WIDTH], y[STEPS * WIDTH];
    for (size_t i = 0; i < STEPS * WIDTH; i++)
        x[i] = y[i] = in[X]->data[i] * in[X]->data[i];
    for (int turn = 0; turn < 4; turn++) {
        real next[STEPS * WIDTH];
        for (size_t i = 0; i < STEPS * WIDTH; i++) {
            real sum = in[BIAS]->data[i % WIDTH];
            for (size_t c = 0; c < WIDTH; c++)
                sum += y[i / WIDTH * WIDTH + c] * in[WEIGHT]->data[c * WIDTH + i % WIDTH];
            bool kept = s->rate == 0 || random_uniform(&random) >= (double)s->rate;
            next[i] = y[i] + (kept ? tanh(sum) / (1 - s->rate) : 0) * in[GAIN]->data[i % WIDTH];
        }
        memcpy(y, next, sizeof y);
    }
    real last = (real)random_uniform(&random);
    for (size_t i = 0; i < STEPS * WIDTH; i++)
        out[i] = (y[i] + x[i]) * last * in[X]->data[i];
}

static void draw_inputs(Tensor **in)
{
    in[X] = check_away_from_zero(shape2(STEPS, WIDTH), (real)0.2);
    in[WEIGHT] = check_normal(shape2(WIDTH, WIDTH), (real)0.3);
    in[BIAS] = check_normal(shape1(WIDTH), (real)0.3);
    in[GAIN] = check_normal(shape1(WIDTH), 1);
}

static void check_segments(const char *row, bool nested, real rate)
{
    const Segmented context = {.checkpoint = true, .nested = nested, .rate = rate};
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = row, .forward = segments_forward, .context = &context, .n = INPUTS,
                         .shape = shape2(STEPS, WIDTH), .reference = segments_reference};
    draw_inputs(check.in);
    tensor_check(&check);
    tape_release(mark);
}

/* The result and every gradient, one after the other; walks back twice along the tape. */
enum { OUT = STEPS * WIDTH, SEGMENTS_FOUND = 2 * OUT + WIDTH * WIDTH + 2 * WIDTH };

static void segments_found(real *found, Tensor *const *in, Segmented context)
{
    TapeMark mark = tape_mark();
    Tensor *y = segments_forward(in, &context);
    for (int k = 0; k < INPUTS; k++)
        tensor_zero_grad(in[k]);
    tensor_backward_from(y, in[X]->data);
    tensor_backward_from(y, y->data);
    memcpy(found, y->data, OUT * sizeof *found);
    found += OUT;
    for (int k = 0; k < INPUTS; found += in[k]->size, k++)
        memcpy(found, in[k]->grad, in[k]->size * sizeof *found);
    tape_release(mark);
}

static void check_same_bits(void)
{
    TapeMark mark = tape_mark();
    Tensor *in[INPUTS];
    int right = 0;
    draw_inputs(in);
    for (int k = 0; k < INPUTS; k++)
        tensor_want_grad(in[k]);
    for (int i = 0; i < 4; i++) {
        Segmented context = {.nested = i % 2 == 1, .rate = i < 2 ? 0 : (real)0.3};
        real kept[SEGMENTS_FOUND], again[SEGMENTS_FOUND];
        segments_found(kept, in, context);
        context.checkpoint = true;
        segments_found(again, in, context);
        right += memcmp(kept, again, sizeof kept) == 0;
    }
    gate_check("checkpoint changes no bit, back twice", right == 4, "%d of 4", right);
    tape_release(mark);
}

static Tensor *itself(Tensor *x, Random *random, const void *context)
{
    (void)random;
    (void)context;
    return x;
}

static Tensor *viewed(Tensor *x, Random *random, const void *context)
{
    (void)random;
    (void)context;
    return tensor_reshape(tensor_reshape(x, shape1(x->size)), x->shape);
}

static Tensor *only_parameter(Tensor *x, Random *random, const void *context)
{
    (void)x;
    (void)random;
    return ((Tensor *const *)context)[0];
}

/* Segments that compute nothing: x's gradient, or a parameter's, is out's. */
static void check_odd_segments(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = tensor_from(shape2(1, 2), (real[]){3, 4}), *w = tensor_from(x->shape, x->data);
    const real upstream[2] = {5, -7};
    tensor_want_grad(x);
    tensor_want_grad(w);
    Tensor *y = tensor_checkpoint(tensor_scale(x, 2), itself, NULL, NULL);
    tensor_backward_from(tensor_checkpoint(y, viewed, NULL, NULL), upstream);
    gate_check("checkpoint of x itself and of a view",
               y->data[1] == 8 && x->grad[0] == 10 && x->grad[1] == -14, "[10, -14]");
    tensor_zero_grad(x);
    /* Backward meets the segment first, then x's other child. */
    Tensor *before = tensor_scale(x, 2), *beside = tensor_scale(before, 1);
    Tensor *out = tensor_checkpoint(before, only_parameter, &w, NULL);
    tensor_backward_from(tensor_add(out, beside), upstream);
    gate_check("checkpoint that leaves x out",
               w->grad[0] == 5 && w->grad[1] == -7 && x->grad[0] == 10 && x->grad[1] == -14,
               "[5, -7], [10, -14]");
    tape_release(mark);
}

static Tensor *gained(Tensor *x, Random *random, const void *context)
{
    (void)random;
    return tensor_mul(x, ((Tensor *const *)context)[0]);
}

/* x is data and wants no gradient; the parameter within does. */
static void check_constant_x(void)
{
    TapeMark mark = tape_mark();
    Tensor *x = tensor_from(shape1(2), (real[]){3, 4}), *w = tensor_from(x->shape, x->data);
    tensor_want_grad(w);
    Tensor *y = tensor_checkpoint(x, gained, &w, NULL);
    bool recording = tape_set_recording(false); /* as a caller may have it by now */
    if (y->wants_grad)
        tensor_backward_from(y, (real[]){1, 10});
    gate_check("checkpoint leaves recording as it was", !tape_recording(), "off");
    gate_check("checkpoint over data: the parameter learns",
               w->has_grad && w->grad[0] == 3 && w->grad[1] == 40 && x->grad == NULL, "[3, 40]");
    const Tensor *silent = tensor_checkpoint(x, gained, &w, NULL);
    tape_set_recording(recording);
    gate_check("checkpoint without recording", !silent->wants_grad && silent->data[1] == 16,
               "no node");
    tape_release(mark);
}

/* ---- what is kept ------------------------------------------------------------------------------ */
/* Each of these layers keeps at least four results; a checkpointed segment of two keeps one, and while
 * the walk is in it what a segment without checkpointing keeps. */
static void check_memory(void)
{
    enum { SEGMENTS = 8, SIZE = 4096 };
    size_t kept[2], peak[2];
    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        tape_free();
        Tensor *in[INPUTS] = {NULL, tensor_new(shape2(WIDTH, WIDTH)), tensor_new(shape1(WIDTH)),
                              tensor_new(shape1(WIDTH))};
        for (int k = WEIGHT; k < INPUTS; k++) {
            memset(in[k]->data, 0, in[k]->size * sizeof(real));
            tensor_want_grad(in[k]);
        }
        const Segmented s = {.in = in};
        Tensor *x = tensor_new(shape2(SIZE, WIDTH));
        memset(x->data, 0, x->size * sizeof(real));
        tensor_want_grad(x);
        for (int i = 0; i < SEGMENTS; i++)
            x = checkpoint ? tensor_checkpoint(x, two_layers, &s, NULL) : two_layers(x, NULL, &s);
        kept[checkpoint] = tape_used() / (SIZE * WIDTH * sizeof(real));
        tensor_backward_from(x, x->data);
        peak[checkpoint] = tape_peak() / (SIZE * WIDTH * sizeof(real));
    }
    gate_check("checkpoint keeps one result a segment", kept[0] >= 4 * 2 * 8 && kept[1] == 2 + 8,
               "%zu results, then %zu", kept[0], kept[1]);
    /* Beside what stands between the segments: two gradients of that, one segment, and at most as
     * much again for its own backward. */
    size_t segment = (kept[0] - 2) / SEGMENTS;
    gate_check("checkpoint has one segment alive at once", peak[1] <= kept[1] + 2 + 2 * segment,
               "at most %zu, then %zu", peak[0], peak[1]);
    tape_free();
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "20-memory");
    check_heads();
    check_composition();
    check_half_wanted();
    check_segments("checkpoint two segments of two layers", false, 0);
    check_segments("checkpoint with dropout", false, (real)0.3);
    check_segments("checkpoint within checkpoint", true, (real)0.3);
    check_same_bits();
    check_odd_segments();
    check_constant_x();
    check_memory();
    return gate_end();
}
