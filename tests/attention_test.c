/* Tests of attention by tiles, its own and small ones: the same as its parts one after another,
 * forward and gradients, also where scores are so large that only the largest counts; the same as
 * plain loops in double; the same bits for a query alone as among others, and on any number of
 * threads; memory that grows as T does.
 *
 * B batch, T positions, H heads, D depth of a head, C = H D. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "ops/ops.h"

enum { FLOAT = sizeof(real) == sizeof(float) };
static const double CLOSE = FLOAT ? 1e-5 : 1e-12;
static const Tiles OWN = {ATTENTION_QUERIES, ATTENTION_KEYS};

typedef struct {
    size_t b, t, h, d;
    Tiles tiles;
} Case;

/* (B,T,3C), normal; queries and keys are of this deviation, values of 1. */
static Tensor *packed(const Case *c, real deviation)
{
    size_t width = c->h * c->d;
    Random random = random_make(12, c->t);
    Tensor *qkv = tensor_new(shape3(c->b, c->t, 3 * width));
    for (size_t i = 0; i < qkv->size; i++)
        qkv->data[i] = (i / width % 3 < 2 ? deviation : 1) * (real)random_normal(&random);
    tensor_want_grad(qkv);
    return qkv;
}

static Tensor *third(Tensor *qkv, size_t which, const Case *c)
{
    size_t width = c->h * c->d;
    return tensor_split_heads(tensor_slice(qkv, -1, which * width, (which + 1) * width), c->h);
}

static Tensor *composed(Tensor *qkv, const Case *c)
{
    Tensor *scores = tensor_scores(third(qkv, 0, c), third(qkv, 1, c));
    scores = tensor_mask(scores, mask_causal(c->t, c->t), 1);
    return tensor_merge_heads(tensor_mix(tensor_softmax(scores), third(qkv, 2, c)));
}

/* Worst |a - b| by the largest |b|; infinite for NaN. */
static double farthest(const real *a, const real *b, size_t count)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        largest = fmax(largest, fabs((double)b[i]));
    }
    return worst == 0 ? 0 : worst / largest;
}

/* The gradient of qkv for an upstream that differs from element to element; on the tape. */
static real *gradient(Tensor *qkv, Tensor *out)
{
    real *upstream = tape_alloc(out->size * sizeof *upstream);
    Random random = random_make(13, out->size);
    for (size_t i = 0; i < out->size; i++)
        upstream[i] = (real)random_normal(&random);
    tensor_zero_grad(qkv);
    tensor_backward_from(out, upstream);
    real *copy = tape_alloc(qkv->size * sizeof *copy);
    memcpy(copy, qkv->grad, qkv->size * sizeof *copy);
    return copy;
}

/* ---- the composition ---------------------------------------------------------------------------
 * dS is a difference of numbers of about 1, so its rounding is theirs even where it is 0; dQ and dK
 * are dS times keys and queries. So their rounding is measured by the deviation of those. */
static void check_composed(const Case *c, real deviation)
{
    TapeMark mark = tape_mark();
    Tensor *qkv = packed(c, deviation);
    Tensor *fused = tensor_attention_tiled(qkv, c->h, c->tiles), *parts = composed(qkv, c);
    double forward = farthest(fused->data, parts->data, fused->size);
    double backward = farthest(gradient(qkv, fused), gradient(qkv, parts), qkv->size);
    if (!(forward <= CLOSE && backward <= CLOSE * (double)deviation))
        fail_msg("(%zu,%zu) heads %zu of %zu, tiles %zu x %zu: forward %.2g, backward %.2g apart",
                 c->b, c->t, c->h, c->d, c->tiles.queries, c->tiles.keys, forward, backward);
    tape_release(mark);
}

static const Case cases[] = {
    {3, 1, 2, 5, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {2, 31, 3, 4, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {2, ATTENTION_KEYS, 2, 8, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {1, ATTENTION_KEYS + 1, 2, 8, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {2, ATTENTION_QUERIES + 1, 1, 3, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {2, 2 * ATTENTION_KEYS + 37, 2, 6, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {1, 3 * ATTENTION_QUERIES, 1, 16, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {1, 70, 1, 260, {ATTENTION_QUERIES, ATTENTION_KEYS}},
    {2, 50, 2, 4, {3, 5}},
    {2, 50, 2, 4, {5, 3}},
    {1, 77, 3, 4, {7, 1}},
    {1, 77, 3, 4, {1, 7}},
    {2, 64, 2, 4, {16, 16}},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static void test_composed(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        check_composed(&cases[i], 1);
}

/* Scores of deviation 10000: the largest takes all, and nothing overflows. */
static void test_large_scores(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++)
        check_composed(&cases[i], 100);
}

/* ---- plain loops in double ------------------------------------------------------------------ */
/* Row t of one head: the definition, with the largest score taken off. */
static void plain_row(const real *q, const real *k, const real *v, size_t row, size_t t, size_t d,
                      double *out)
{
    double *score = memory_alloc((t + 1) * sizeof *score), max = -HUGE_VAL, sum = 0;
    for (size_t s = 0; s <= t; s++) {
        score[s] = 0;
        for (size_t j = 0; j < d; j++)
            score[s] += (double)q[t * row + j] * (double)k[s * row + j] / sqrt((double)d);
        max = fmax(max, score[s]);
    }
    memset(out, 0, d * sizeof *out);
    for (size_t s = 0; s <= t; s++) {
        double e = exp(score[s] - max);
        sum += e;
        for (size_t j = 0; j < d; j++)
            out[j] += e * (double)v[s * row + j];
    }
    for (size_t j = 0; j < d; j++)
        out[j] /= sum;
    free(score);
}

/* What trains, in float, is held to double here. */
static void test_plain_loops(void **state)
{
    (void)state;
    const Case c = {2, 3 * ATTENTION_KEYS + 5, 2, 16, OWN};
    size_t width = c.h * c.d, row = 3 * width;
    double worst = 0, expected[16];
    TapeMark mark = tape_mark();
    Tensor *qkv = packed(&c, 1), *out = tensor_attention(qkv, c.h);
    for (size_t i = 0; i < c.b * c.t * c.h; i++) {
        size_t h = i % c.h, t = i / c.h % c.t, b = i / c.h / c.t;
        const real *q = qkv->data + b * c.t * row + h * c.d;
        plain_row(q, q + width, q + 2 * width, row, t, c.d, expected);
        for (size_t j = 0; j < c.d; j++) {
            double found = (double)out->data[(b * c.t + t) * width + h * c.d + j];
            worst = fmax(worst, isnan(found) ? HUGE_VAL : fabs(found - expected[j]));
        }
    }
    assert_true(worst < CLOSE);
    tape_release(mark);
}

/* ---- bits ----------------------------------------------------------------------------------- */
/* All rows, `piece` of them at a time, each piece with what comes before it as its past. */
static void read_in_pieces(const Tensor *qkv, const Case *c, size_t piece, size_t queries,
                           real *out)
{
    size_t width = c->h * c->d, row = 3 * width;
    for (size_t h = 0; h < c->h; h++)
        for (size_t t = 0; t < c->t; t += piece) {
            const real *q = qkv->data + h * c->d;
            attention_rows(&(AttentionRows){
                .q = q + t * row, .k = q + width, .v = q + 2 * width, .q_row = row, .kv_row = row,
                .out_row = width, .queries = c->t - t < piece ? c->t - t : piece, .past = t,
                .depth = c->d, .tiles = {queries, c->tiles.keys},
                .out = out + t * width + h * c->d});
        }
}

/* Pieces on both sides of what gemm calls few rows, of a tile of queries and of a block of keys. */
static void test_rows_in_pieces(void **state)
{
    (void)state;
    const size_t pieces[] = {1, 2, 8, 9, 61, ATTENTION_QUERIES + 3, ATTENTION_KEYS, 400};
    const Case c = {1, 2 * ATTENTION_KEYS + 16, 2, 8, OWN};
    TapeMark mark = tape_mark();
    Tensor *qkv = packed(&c, 2), *out = tensor_attention(qkv, c.h);
    real *found = tape_alloc(out->size * sizeof *found);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        for (size_t queries = ATTENTION_QUERIES; queries > 0; queries /= 5) {
            memset(found, 0, out->size * sizeof *found);
            read_in_pieces(qkv, &c, pieces[i], queries, found);
            assert_memory_equal(found, out->data, out->size * sizeof *found);
        }
    tape_release(mark);
}

static void test_threads(void **state)
{
    (void)state;
    const Case c = {1, 2 * ATTENTION_KEYS + 37, 3, 8, OWN};
    TapeMark mark = tape_mark();
    Tensor *qkv = packed(&c, 1);
    real *expected[2] = {NULL, NULL};
    for (int threads = 1; threads <= 8; threads *= 2) {
        threads_set(threads);
        Tensor *out = tensor_attention(qkv, c.h);
        real *found = gradient(qkv, out);
        if (threads > 1) {
            assert_memory_equal(out->data, expected[0], out->size * sizeof(real));
            assert_memory_equal(found, expected[1], qkv->size * sizeof(real));
        }
        expected[0] = out->data;
        expected[1] = found;
    }
    threads_stop();
    tape_release(mark);
}

/* ---- memory --------------------------------------------------------------------------------- */
/* Bytes that the tape takes for one forward and backward of one head of depth 4. */
static size_t bytes_for(size_t t)
{
    const Case c = {1, t, 1, 4, OWN};
    tape_free();
    TapeMark mark = tape_mark();
    Tensor *qkv = packed(&c, 1);
    gradient(qkv, tensor_attention(qkv, c.h));
    size_t bytes = tape_capacity();
    tape_release(mark);
    return bytes;
}

/* Per position: 12 of qkv, of its gradient and of the copy, 4 of the result, of its gradient and of
 * the upstream, 2 of the log-sum. The tape's chunks double: it may hold up to four times that. One
 * number for each pair of positions would be 40 times as much at T = 8192. */
static void test_memory_grows_with_length(void **state)
{
    (void)state;
    const size_t a_position = (36 + 12 + 2) * sizeof(real);
    for (size_t t = 2048; t <= 8192; t *= 2) {
        size_t bytes = bytes_for(t);
        if (bytes > 4 * t * a_position + (1 << 20))
            fail_msg("T %zu: expected about %zu bytes, found %zu", t, t * a_position, bytes);
    }
}

/* ---- contracts ------------------------------------------------------------------------------ */
static void call_with(void *tiles)
{
    const Case c = {1, 3, 1, 2, OWN};
    tensor_attention_tiled(packed(&c, 1), 1, *(const Tiles *)tiles);
}

static void test_misuses(void **state)
{
    (void)state;
    Tiles bad[4] = {{0, 1}, {1, 0}, {ATTENTION_QUERIES + 1, 1}, {1, ATTENTION_KEYS + 1}};
    for (int i = 0; i < 4; i++) {
        Child child = child_run(call_with, &bad[i]);
        assert_true(child_aborted(&child));
        assert_non_null(strstr(child.text, "tensor_attention: expected tiles of 1 to"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_composed),
        cmocka_unit_test(test_large_scores),
        cmocka_unit_test(test_plain_loops),
        cmocka_unit_test(test_rows_in_pieces),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_memory_grows_with_length),
        cmocka_unit_test(test_misuses),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    threads_stop();
    tape_free();
    return failed;
}
