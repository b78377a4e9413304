/* Tests of lib/tensor and of the contracts of lib/ops: the tape and its memory, marks, views,
 * no-grad, shapes that stretch and shapes that do not, and what is said when something does not
 * fit. That the gradients are right is the gates' business.
 *
 * A broken contract ends the process, so each runs in a child whose last words are read. */
#include "child.h"
#include "ops/ops.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static Tensor *filled(Shape shape, real value)
{
    Tensor *t = tensor_new(shape);
    for (size_t i = 0; i < t->size; i++)
        t->data[i] = value;
    return t;
}

static Tensor *wanted(Shape shape, real value)
{
    Tensor *t = filled(shape, value);
    tensor_want_grad(t);
    return t;
}

/* ---- shapes --------------------------------------------------------------------------------- */
static void test_shapes(void **state)
{
    (void)state;
    Shape shape = shape4(2, 3, 5, 7);
    assert_int_equal(shape_size(shape), 210);
    assert_int_equal(shape_size(shape0()), 1);
    assert_int_equal(shape_size(shape3(2, 0, 5)), 0);
    assert_int_equal(shape_product(shape, 1, 3), 15);
    assert_int_equal(shape_product(shape, 2, 2), 1);
    assert_string_equal(shape_text(shape), "(2,3,5,7)");
    assert_string_equal(shape_text(shape1(4)), "(4)");
    assert_string_equal(shape_text(shape0()), "()");
    assert_true(shape_equal(shape_without(shape, 1), shape3(2, 5, 7)));
    assert_true(shape_equal(shape_without(shape, 3), shape3(2, 3, 5)));
    assert_true(shape_equal(shape_with(shape, 2, 11), shape4(2, 3, 11, 7)));
    assert_false(shape_equal(shape2(3, 1), shape1(3)));
    assert_false(shape_equal(shape2(3, 2), shape2(2, 3)));
    TapeMark mark = tape_mark();
    Tensor *t = tensor_new(shape);
    assert_int_equal(tensor_dim(t, 0), 2);
    assert_int_equal(tensor_dim(t, -1), 7);
    assert_int_equal(tensor_dim(t, -4), 2);
    assert_true(tensor_item(filled(shape3(1, 1, 1), 5)) == 5);
    tape_release(mark);
}

/* Aligned at the last axes; what is missing or 1 stretches, whichever operand it is. */
static void test_broadcast_shapes(void **state)
{
    (void)state;
    static const struct {
        Shape a, b, result;
    } fits[] = {{{0, {0}}, {0, {0}}, {0, {0}}},
                {{0, {0}}, {2, {3, 5}}, {2, {3, 5}}},
                {{1, {5}}, {2, {3, 5}}, {2, {3, 5}}},
                {{1, {1}}, {2, {3, 5}}, {2, {3, 5}}},
                {{2, {3, 1}}, {1, {5}}, {2, {3, 5}}},
                {{2, {3, 1}}, {2, {1, 5}}, {2, {3, 5}}},
                {{3, {2, 1, 5}}, {2, {3, 1}}, {3, {2, 3, 5}}},
                {{4, {2, 1, 5, 1}}, {4, {1, 3, 1, 7}}, {4, {2, 3, 5, 7}}},
                {{2, {3, 0}}, {1, {1}}, {2, {3, 0}}},
                {{1, {0}}, {2, {3, 1}}, {2, {3, 0}}}};
    TapeMark mark = tape_mark();
    for (size_t i = 0; i < sizeof fits / sizeof fits[0]; i++) {
        const Tensor *a = tensor_new(fits[i].a), *b = tensor_new(fits[i].b);
        assert_true(shape_equal(broadcast_shape("test", a, b), fits[i].result));
        assert_true(shape_equal(broadcast_shape("test", b, a), fits[i].result));
    }
    tape_release(mark);
}

typedef struct {
    Shape a, b;
} Pair;

static void broadcast_pair(void *context)
{
    const Pair *pair = context;
    broadcast_shape("test", tensor_new(pair->a), tensor_new(pair->b));
}

static void test_broadcast_mismatches(void **state)
{
    (void)state;
    static const Pair pairs[] = {{{1, {2}}, {1, {3}}},
                                 {{2, {3, 5}}, {1, {3}}},
                                 {{2, {3, 5}}, {2, {2, 5}}},
                                 {{3, {2, 3, 5}}, {2, {2, 5}}},
                                 {{4, {2, 3, 5, 7}}, {4, {4, 3, 5, 7}}},
                                 {{1, {0}}, {1, {2}}}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        for (int turned = 0; turned < 2; turned++) {
            Pair pair = turned ? (Pair){pairs[i].b, pairs[i].a} : pairs[i];
            char expected[200];
            snprintf(expected, sizeof expected,
                     "broken contract: test: expected shapes that are equal or 1 at "
                     "every axis, from the last on, found %s and %s\n",
                     shape_text(pair.a), shape_text(pair.b));
            Child child = child_run(broadcast_pair, &pair);
            assert_true(child_aborted(&child));
            assert_string_equal(child.text, expected);
        }
}

/* ---- what does not fit ---------------------------------------------------------------------- */

/* One call that breaks a contract; each ends the process. */
typedef struct {
    void (*call)(void);
    const char *text;
} Misuse;

static Tensor *grid(size_t x, size_t y)
{
    return wanted(shape2(x, y), 1);
}

static Tensor *cube(size_t x, size_t y, size_t z)
{
    return wanted(shape3(x, y, z), 1);
}

static Tensor *list(size_t x)
{
    return wanted(shape1(x), 1);
}

static Tensor *scalar(void)
{
    return wanted(shape0(), 1);
}

static const bool yes[8] = {1, 1, 1, 1, 1, 1, 1, 1};
static const int zeros[8], too_large[4] = {0, 1, 3, 0}, negative[4] = {0, IGNORED, -2, 0};

static void bad_add(void) { tensor_add(grid(2, 3), grid(2, 4)); }
static void bad_sub(void) { tensor_sub(grid(2, 3), grid(2, 4)); }
static void bad_mul(void) { tensor_mul(grid(2, 3), list(2)); }
static void bad_div(void) { tensor_div(cube(2, 3, 5), grid(2, 5)); }
static void bad_dropout(void) { tensor_dropout(list(3), yes, 1); }
static void bad_dropout_below(void) { tensor_dropout(list(3), yes, (real)-0.5); }
static void bad_matmul(void) { tensor_matmul(grid(2, 3), grid(4, 5)); }
static void bad_matmul_rank(void) { tensor_matmul(grid(2, 3), list(3)); }
static void bad_matmul_batch(void) { tensor_matmul(cube(2, 3, 5), cube(3, 5, 2)); }
static void bad_matmul_leading(void) { tensor_matmul(grid(3, 5), cube(2, 5, 3)); }
static void bad_linear(void) { tensor_linear(grid(2, 3), grid(4, 5), NULL); }
static void bad_linear_scalar(void) { tensor_linear(scalar(), grid(1, 5), NULL); }
static void bad_linear_weight(void) { tensor_linear(grid(2, 3), cube(3, 1, 5), NULL); }
static void bad_linear_bias(void) { tensor_linear(grid(2, 3), grid(3, 5), list(3)); }
static void bad_linear_bias_rank(void) { tensor_linear(grid(2, 3), grid(3, 5), grid(1, 5)); }
static void bad_sum(void) { tensor_sum(grid(2, 3), 2); }
static void bad_mean(void) { tensor_mean(grid(2, 3), -3); }
static void bad_mean_scalar(void) { tensor_mean(scalar(), 0); }
static void bad_transpose(void) { tensor_transpose(list(3)); }
static void bad_reshape(void) { tensor_reshape(grid(2, 3), shape2(2, 4)); }
static void bad_permute(void) { tensor_permute(grid(2, 3), (const int[]){0, 0}); }
static void bad_permute_axis(void) { tensor_permute(grid(2, 3), (const int[]){0, 2}); }
static void bad_permute_negative(void) { tensor_permute(grid(2, 3), (const int[]){0, -1}); }
static void bad_slice(void) { tensor_slice(grid(2, 3), 1, 1, 4); }
static void bad_slice_turned(void) { tensor_slice(grid(2, 3), 1, 2, 1); }
static void bad_slice_axis(void) { tensor_slice(grid(2, 3), 2, 0, 1); }
static void bad_concat(void) { tensor_concat((Tensor *[]){grid(2, 3), grid(4, 5)}, 2, 0); }
static void bad_concat_rank(void) { tensor_concat((Tensor *[]){grid(2, 3), list(3)}, 2, 0); }
static void bad_concat_none(void) { tensor_concat(NULL, 0, 0); }
static void bad_concat_axis(void) { tensor_concat((Tensor *[]){grid(2, 3)}, 1, 2); }
static void bad_softmax(void) { tensor_softmax(scalar()); }
static void bad_log_softmax(void) { tensor_log_softmax(scalar()); }
static void bad_cross_entropy(void) { tensor_cross_entropy(scalar(), zeros); }
static void bad_cross_entropy_target(void) { tensor_cross_entropy(grid(4, 3), too_large); }
static void bad_cross_entropy_negative(void) { tensor_cross_entropy(grid(4, 3), negative); }
static void bad_fused(void) { tensor_softmax_cross_entropy(grid(3, 0), zeros); }
static void bad_fused_target(void) { tensor_softmax_cross_entropy(grid(4, 3), too_large); }
static void bad_fused_negative(void) { tensor_softmax_cross_entropy(grid(4, 3), negative); }
static void bad_layer_norm(void) { tensor_layer_norm(scalar(), list(1), list(1), 1); }
static void bad_layer_norm_gain(void) { tensor_layer_norm(grid(2, 3), list(2), list(3), 1); }
static void bad_layer_norm_bias(void) { tensor_layer_norm(grid(2, 3), list(3), grid(1, 3), 1); }
static void bad_rms_norm(void) { tensor_rms_norm(grid(2, 3), list(2), 1); }
static void bad_embedding(void) { tensor_embedding(list(3), zeros, shape1(2)); }
static void bad_embedding_id(void) { tensor_embedding(grid(3, 2), too_large, shape2(2, 2)); }
static void bad_embedding_negative(void) { tensor_embedding(grid(3, 2), negative, shape1(4)); }
static void bad_tied_head(void) { tensor_tied_head(grid(2, 3), grid(5, 4)); }
static void bad_head_loss(void) { tensor_head_cross_entropy(grid(2, 3), grid(5, 4), zeros); }
static void bad_head_loss_list(void) { tensor_head_cross_entropy(grid(2, 3), list(3), zeros); }
static void bad_head_loss_target(void) { tensor_head_cross_entropy(grid(4, 2), grid(3, 2), too_large); }
static void bad_head_loss_negative(void) { tensor_head_cross_entropy(grid(4, 2), grid(3, 2), negative); }
static void bad_head_loss_chunk(void) { head_cross_entropy_in_chunks(grid(4, 2), grid(3, 2), zeros, 0); }
static void bad_rope(void) { tensor_rope(grid(2, 3)); }
static void bad_split_heads(void) { tensor_split_heads(cube(2, 3, 5), 2); }
static void bad_merge_heads(void) { tensor_merge_heads(cube(2, 3, 5)); }
static void bad_scores(void) { tensor_scores(cube(2, 3, 5), cube(2, 3, 4)); }
static void bad_mask(void) { tensor_mask(list(3), yes, 1); }
static void bad_mask_count(void) { tensor_mask(cube(2, 1, 2), yes, 3); }
static void bad_mix(void) { tensor_mix(cube(2, 3, 5), cube(2, 4, 5)); }
static void bad_attention(void) { tensor_attention(cube(2, 3, 7), 1); }
static void bad_attention_heads(void) { tensor_attention(cube(2, 3, 6), 4); }
static void bad_item(void) { tensor_item(list(2)); }
static void bad_dim(void) { tensor_dim(grid(2, 3), 2); }
static void bad_size(void) { tensor_new(shape3((size_t)1 << 31, (size_t)1 << 31, 4)); }
static void bad_parameter(void) { tensor_parameter(shape1(SIZE_MAX / sizeof(real) / 2 + 1)); }
static void bad_want_grad(void) { tensor_want_grad(tensor_exp(list(2))); }
static void bad_grad_write(void) { grad_write(filled(shape1(2), 1)); }
static void bad_backward(void) { tensor_backward(tensor_exp(list(2))); }
static void bad_backward_leaf(void) { tensor_backward(scalar()); }
static void bad_backward_constant(void) { tensor_backward(tensor_exp(filled(shape0(), 1))); }
static void bad_backward_silent(void)
{
    tape_set_recording(false);
    tensor_backward(tensor_exp(scalar()));
}

static const char leaf_text[] =
    "tensor_backward: expected a result made from a parameter while recording";
static const char broadcast_text[] =
    "expected shapes that are equal or 1 at every axis, from the last on, found";
static const Misuse misuses[] = {
    {bad_add, "tensor_add: "},
    {bad_add, broadcast_text},
    {bad_add, "found (2,3) and (2,4)"},
    {bad_sub, "tensor_sub: "},
    {bad_sub, broadcast_text},
    {bad_sub, "found (2,3) and (2,4)"},
    {bad_mul, "tensor_mul: "},
    {bad_mul, broadcast_text},
    {bad_mul, "found (2,3) and (2)"},
    {bad_div, "tensor_div: "},
    {bad_div, broadcast_text},
    {bad_div, "found (2,3,5) and (2,5)"},
    {bad_dropout, "tensor_dropout: expected a rate in [0, 1), found 1\n"},
    {bad_dropout_below, "tensor_dropout: expected a rate in [0, 1), found -0.5"},
    {bad_matmul, "tensor_matmul: expected (...,M,K) and (K,N) or (...,K,N), found (2,3) and (4,5)"},
    {bad_matmul_rank,
     "tensor_matmul: expected (...,M,K) and (K,N) or (...,K,N), found (2,3) and (3)"},
    {bad_matmul_batch,
     "tensor_matmul: expected (...,M,K) and (K,N) or (...,K,N), found (2,3,5) and (3,5,2)"},
    {bad_matmul_leading,
     "tensor_matmul: expected (...,M,K) and (K,N) or (...,K,N), found (3,5) and (2,5,3)"},
    {bad_linear, "tensor_linear: expected x (...,I) and weight (I,O), found (2,3) and (4,5)"},
    {bad_linear_scalar, "tensor_linear: expected x (...,I) and weight (I,O), found () and (1,5)"},
    {bad_linear_weight,
     "tensor_linear: expected x (...,I) and weight (I,O), found (2,3) and (3,1,5)"},
    {bad_linear_bias, "tensor_linear: expected weight (I,O) and bias (O), found (3,5) and (3)"},
    {bad_linear_bias_rank,
     "tensor_linear: expected weight (I,O) and bias (O), found (3,5) and (1,5)"},
    {bad_sum, "tensor_sum: expected an axis of a tensor of shape (2,3), found 2"},
    {bad_mean, "tensor_mean: expected an axis of a tensor of shape (2,3), found -3"},
    {bad_mean_scalar, "tensor_mean: expected an axis of a tensor of shape (), found 0"},
    {bad_transpose, "tensor_transpose: expected at least two axes, found (3)"},
    {bad_reshape, "tensor_reshape: expected 6 elements as in (2,3), found (2,4)"},
    {bad_permute, "tensor_permute: expected each axis of (2,3) once, counted from 0"},
    {bad_permute_axis, "tensor_permute: expected an axis of a tensor of shape (2,3), found 2"},
    {bad_permute_negative, "tensor_permute: expected each axis of (2,3) once, counted from 0"},
    {bad_slice, "tensor_slice: expected a part of axis 1 of (2,3), found [1, 4)"},
    {bad_slice_turned, "tensor_slice: expected a part of axis 1 of (2,3), found [2, 1)"},
    {bad_slice_axis, "tensor_slice: expected an axis of a tensor of shape (2,3), found 2"},
    {bad_concat, "tensor_concat: expected shapes equal but for the axis, found (2,3) and (4,5)"},
    {bad_concat_rank, "tensor_concat: expected shapes equal but for the axis, found (2,3) and (3)"},
    {bad_concat_none, "tensor_concat: expected at least one part"},
    {bad_concat_axis, "tensor_concat: expected an axis of a tensor of shape (2,3), found 2"},
    {bad_softmax, "tensor_softmax: expected at least one axis, found ()"},
    {bad_log_softmax, "tensor_log_softmax: expected at least one axis, found ()"},
    {bad_cross_entropy, "tensor_cross_entropy: expected probabilities (...,V), found ()"},
    {bad_cross_entropy_target,
     "tensor_cross_entropy: expected a target in [0, 3), found 3 in row 2 of (4,3)"},
    {bad_cross_entropy_negative,
     "tensor_cross_entropy: expected a target in [0, 3), found -2 in row 2 of (4,3)"},
    {bad_fused, "tensor_softmax_cross_entropy: expected logits (...,V), found (3,0)"},
    {bad_fused_target,
     "tensor_softmax_cross_entropy: expected a target in [0, 3), found 3 in row 2 of (4,3)"},
    {bad_fused_negative,
     "tensor_softmax_cross_entropy: expected a target in [0, 3), found -2 in row 2 of (4,3)"},
    {bad_layer_norm, "tensor_layer_norm: expected x (...,C)"},
    {bad_layer_norm_gain,
     "tensor_layer_norm: expected x (...,C) and gain (C), found (2,3) and (2)"},
    {bad_layer_norm_bias,
     "tensor_layer_norm: expected x (...,C) and bias (C), found (2,3) and (1,3)"},
    {bad_rms_norm, "tensor_rms_norm: expected x (...,C) and gain (C), found (2,3) and (2)"},
    {bad_embedding,
     "tensor_embedding: expected a table (V,C) and ids of rank 3 at most, found (3)"},
    {bad_embedding_id,
     "tensor_embedding: expected ids in [0, 3) for a table of shape (3,2), found 3"},
    {bad_embedding_negative,
     "tensor_embedding: expected ids in [0, 3) for a table of shape (3,2), found -1"},
    {bad_tied_head, "tensor_tied_head: expected x (...,C) and table (V,C), found (2,3) and (5,4)"},
    {bad_head_loss,
     "tensor_head_cross_entropy: expected x (...,C) and table (V,C), found (2,3) and (5,4)"},
    {bad_head_loss_list,
     "tensor_head_cross_entropy: expected x (...,C) and table (V,C), found (2,3) and (3)"},
    {bad_head_loss_target,
     "tensor_head_cross_entropy: expected a target in [0, 3), found 3 in row 2 of 4"},
    {bad_head_loss_negative,
     "tensor_head_cross_entropy: expected a target in [0, 3), found -2 in row 2 of 4"},
    {bad_head_loss_chunk,
     "tensor_head_cross_entropy: expected chunks of at least 1 row, found 0"},
    {bad_rope, "tensor_rope: expected x (...,T,D) with an even D, found (2,3)"},
    {bad_split_heads,
     "tensor_split_heads: expected (B,T,C) with C divisible by 2 heads, found (2,3,5)"},
    {bad_merge_heads, "tensor_merge_heads: expected (B,H,T,D), found (2,3,5)"},
    {bad_scores,
     "tensor_scores: expected queries (...,T,D) and keys (...,S,D), found (2,3,5) and (2,3,4)"},
    {bad_mask, "tensor_mask: expected scores (...,T,S), found (3)"},
    {bad_mask_count,
     "tensor_mask: expected 1 mask or one for each index of the first axis of (2,1,2), found 3"},
    {bad_mix, "tensor_mix: expected probabilities (...,T,S) and values (...,S,D), found (2,3,5) "
              "and (2,4,5)"},
    {bad_attention, "tensor_attention: expected qkv (B,T,3C) with C divisible by 1 heads"},
    {bad_attention_heads, "tensor_attention: expected qkv (B,T,3C) with C divisible by 4 heads"},
    {bad_item, "tensor_item: expected a tensor of one element, found (2)"},
    {bad_dim, "tensor_dim: expected an axis of a tensor of shape (2,3), found 2"},
    {bad_size, "has more elements than memory has bytes"},
    {bad_parameter, "takes more memory than any machine has"},
    {bad_want_grad, "tensor_want_grad: expected a leaf, found a result of exp"},
    {bad_grad_write, "grad_write: this tensor wants no gradient"},
    {bad_backward, "tensor_backward: expected a loss of one element, found (2)"},
    {bad_backward_leaf, leaf_text},
    {bad_backward_constant, leaf_text},
    {bad_backward_silent, leaf_text}};

static void call_misuse(void *misuse)
{
    ((const Misuse *)misuse)->call();
}

static void test_misuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof misuses / sizeof misuses[0]; i++) {
        Misuse misuse = misuses[i];
        Child child = child_run(call_misuse, &misuse);
        const char *newline = strchr(child.text, '\n');
        if (!child_aborted(&child) || strstr(child.text, misuse.text) == NULL || newline == NULL ||
            newline[1] != '\0')
            fail_msg("expected one line with \"%s\" and an abort, found status %d and \"%s\"",
                     misuse.text, child.status, child.text);
    }
}

/* Scores of queries that have no keys: no rows of them stand anywhere. */
static void test_mask_of_no_keys(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *scores = tensor_new(shape3(2, 3, 0));
    tensor_want_grad(scores);
    Tensor *y = tensor_mask(scores, (const bool[]){true}, 2);
    tensor_backward_from(y, y->data);
    assert_true(y->size == 0 && shape_equal(y->shape, scores->shape) && scores->has_grad);
    tape_release(mark);
}

/* ---- the tape ------------------------------------------------------------------------------- */
static void test_tape_order(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    size_t before = tape_length();
    Tensor *x = list(3), *constant = filled(shape1(3), 2);
    Tensor *y = tensor_mul(x, constant), *z = tensor_add(y, x), *beside = tensor_exp(constant);
    assert_int_equal(tape_length() - before,
                     2); /* leaves and what comes from constants are not on it */
    assert_ptr_equal(z->previous, y);
    assert_ptr_equal(z->parents[0], y);
    assert_ptr_equal(z->parents[1], x);
    assert_int_equal(z->n_parents, 2);
    assert_string_equal(z->op, "add");
    assert_true(y->wants_grad && !beside->wants_grad && beside->previous == NULL);
    tape_release(mark);
    assert_int_equal(tape_length(), before);
}

static void test_marks_nest(void **state)
{
    (void)state;
    TapeMark outer = tape_mark();
    Tensor *x = list(3);
    Tensor *y = tensor_scale(x, 2);
    for (int round = 0; round < 3; round++) {
        size_t length = tape_length();
        TapeMark inner = tape_mark();
        Tensor *z = tensor_scale(y, 3);
        TapeMark innermost = tape_mark();
        tensor_exp(z);
        tape_release(innermost);
        assert_int_equal(tape_length(), length + 1);
        assert_true(z->data[2] == 6);
        tensor_zero_grad(x);
        tensor_backward_from(z, (const real[]){1, 10, 100});
        assert_true(x->grad[0] == 6 && x->grad[1] == 60 && x->grad[2] == 600);
        tape_release(inner);
        assert_int_equal(tape_length(), length);
        assert_true(y->data[0] == 2 && x->data[0] == 1);
    }
    tape_release(outer);
}

/* One step of something with all kinds of nodes, of a size that grows the arena beyond its first
 * chunk. */
static double busy_step(Tensor *weight, Tensor *bias)
{
    TapeMark mark = tape_mark();
    Tensor *x = filled(shape3(32, 16, 64), (real)0.01);
    Tensor *h = tensor_gelu(tensor_linear(x, weight, bias));
    h = tensor_add(
        h, tensor_permute(tensor_permute(h, (const int[]){2, 0, 1}), (const int[]){1, 2, 0}));
    h = tensor_concat((Tensor *[]){h, tensor_slice(h, 2, 0, 3)}, 2, 2);
    Tensor *loss = tensor_mean(tensor_softmax(tensor_reshape(h, shape2(512, 67))), ALL_AXES);
    tensor_zero_grad(weight);
    tensor_zero_grad(bias);
    tensor_backward(loss);
    double found = (double)tensor_item(loss);
    tape_release(mark);
    return found;
}

static void test_memory_is_reused(void **state)
{
    (void)state;
    Tensor *weight = tensor_parameter(shape2(64, 64)), *bias = tensor_parameter(shape1(64));
    tape_free();
    assert_int_equal(tape_capacity(), 0);
    size_t at_step_2 = 0;
    double first = 0;
    for (int step = 1; step <= 100; step++) {
        double loss = busy_step(weight, bias);
        first = step == 1 ? loss : first;
        assert_true(loss == first);
        at_step_2 = step == 2 ? tape_capacity() : at_step_2;
    }
    assert_true(at_step_2 > (size_t)1 << 20);
    assert_int_equal(tape_capacity(), at_step_2);
    assert_int_equal(tape_length(), 0);
    tensor_free(weight);
    tensor_free(bias);
    tape_free();
    assert_int_equal(tape_capacity(), 0);
}

static void test_released_memory_is_nan(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *x = list(5);
    TapeMark inner = tape_mark();
    Tensor *y = tensor_scale(x, 2);
    const real *data = y->data;
    tensor_retain_grad(y);
    tensor_backward_from(y, (const real[]){1, 2, 3, 4, 5});
    const real *grad = y->grad;
    assert_true(data[4] == 2 && grad[4] == 5);
    tape_release(inner);
    for (int i = 0; i < 5; i++)
        assert_true(isnan(data[i]) && isnan(grad[i])); /* the chunk is still the tape's */
    assert_true(x->data[4] == 1 && x->grad[4] == 10);
    const Tensor *fresh = tensor_new(shape1(5));
    for (int i = 0; i < 5; i++)
        assert_true(isnan(fresh->data[i]));
    tape_release(mark);
}

static void test_long_chain(void **state)
{
    (void)state;
    enum { LINKS = 100000 };
    TapeMark mark = tape_mark();
    Tensor *x = scalar(), *y = x;
    for (int i = 0; i < LINKS; i++)
        y = tensor_add(y, x);
    tensor_backward(y);
    assert_true(x->grad[0] == LINKS + 1);
    tape_release(mark);
    tape_free();
}

static void *use_own_tape(void *context)
{
    TapeMark mark = tape_mark();
    size_t *length = context;
    Tensor *x = list(3);
    tensor_backward(tensor_sum(tensor_exp(tensor_scale(x, 2)), ALL_AXES));
    *length = tape_length();
    tape_release(mark);
    tape_free();
    return NULL;
}

static void test_each_thread_has_a_tape(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *y = tensor_exp(list(3));
    size_t before = tape_length(), length[2] = {0};
    bool recording = tape_set_recording(false); /* of this thread */
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_own_tape, &length[i]), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(length[i], 3);
    }
    tape_set_recording(recording);
    assert_int_equal(tape_length(), before);
    assert_true(y->data[0] > 2);
    tape_release(mark);
}

/* ---- no-grad, views, parameters ------------------------------------------------------------- */
static void test_no_grad(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *x = list(2);
    size_t before = tape_length();
    assert_true(tape_set_recording(false));
    assert_false(tape_set_recording(false)); /* nested: each puts back what it found */
    Tensor *y = tensor_exp(x), *view = tensor_reshape(x, shape2(1, 2));
    assert_false(tape_set_recording(false));
    assert_false(tape_set_recording(true));
    assert_true(!y->wants_grad && !view->wants_grad && tape_length() == before);
    Tensor *after = tensor_exp(x);
    assert_true(after->wants_grad && tape_length() == before + 1);
    assert_memory_equal(after->data, y->data, 2 * sizeof(real));
    tensor_backward_from(tensor_mul(after, y), (const real[]){1, 1}); /* y is a constant here */
    assert_true(fabs((double)(x->grad[0] - y->data[0] * y->data[0])) < 1e-5);
    tape_release(mark);
}

static void test_views_share(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *x = grid(2, 3);
    Tensor *view = tensor_reshape(x, shape1(6)), *again = tensor_reshape(view, shape3(3, 1, 2));
    assert_ptr_equal(view->data, x->data);
    assert_ptr_equal(again->data, x->data);
    x->data[4] = 9;
    assert_true(view->data[4] == 9 && again->data[4] == 9);
    tensor_retain_grad(view);
    tensor_backward_from(tensor_mul(again, again), (const real[]){1, 1, 1, 1, 1, 1});
    assert_ptr_not_equal(view->grad,
                         x->grad); /* gradients are two buffers: x may have other children */
    assert_true(x->grad[0] == 2 && x->grad[4] == 18 && view->grad[4] == 18);
    const Tensor *copy = tensor_detach(x);
    assert_ptr_not_equal(copy->data, x->data);
    assert_true(!copy->wants_grad && copy->op == NULL && copy->data[4] == 9);
    tape_release(mark);
}

static void test_parameters_last(void **state)
{
    (void)state;
    Tensor *w = tensor_parameter(shape2(2, 3));
    assert_true(w->wants_grad && !w->has_grad && w->data[5] == 0 && w->grad[5] == 0);
    w->data[0] = 3;
    for (int step = 1; step <= 3; step++) {
        TapeMark mark = tape_mark();
        tensor_backward(tensor_sum(tensor_mul(w, w), ALL_AXES));
        tape_release(mark);
        assert_true(w->grad[0] == 6 * (real)step && w->has_grad); /* nobody zeroed it */
    }
    tensor_zero_grad(w);
    TapeMark mark = tape_mark();
    tensor_backward(tensor_sum(tensor_mul(w, w), ALL_AXES));
    tape_release(mark);
    assert_true(w->grad[0] == 6);
    tensor_free(w);
    tensor_free(NULL);
}

/* ---- nothing at all ------------------------------------------------------------------------- */
static void test_empty_tensors(void **state)
{
    (void)state;
    TapeMark mark = tape_mark();
    Tensor *x = grid(3, 0), *w = grid(0, 5), *bias = list(5);
    Tensor *y = tensor_linear(x, w, bias); /* (3,5): the bias alone */
    assert_true(y->data[14] == 1);
    tensor_backward(tensor_sum(y, ALL_AXES));
    assert_true(bias->grad[4] == 3 && x->has_grad && w->has_grad);
    tensor_zero_grad(bias);
    tensor_backward(tensor_sum(tensor_linear(grid(0, 4), grid(4, 5), bias), ALL_AXES));
    assert_true(bias->grad[4] == 0);
    assert_true(tensor_matmul(grid(2, 0), grid(0, 3))->data[5] == 0);
    assert_true(tensor_sum(grid(3, 0), 1)->data[2] == 0);
    Tensor *joined = tensor_concat((Tensor *[]){grid(0, 2), grid(3, 2)}, 2, 0);
    assert_true(shape_equal(joined->shape, shape2(3, 2)));
    tensor_backward(tensor_sum(tensor_add(grid(0, 2), list(2)), ALL_AXES));
    tensor_backward(tensor_sum(tensor_softmax(grid(0, 4)), ALL_AXES));
    tensor_backward(tensor_sum(tensor_log_softmax(grid(4, 0)), ALL_AXES));
    tensor_backward(tensor_sum(tensor_transpose(cube(2, 0, 3)), ALL_AXES));
    tensor_backward(tensor_sum(tensor_permute(cube(2, 0, 3), (const int[]){2, 0, 1}), ALL_AXES));
    assert_true(tensor_item(tensor_softmax_cross_entropy(grid(0, 4), zeros)) == 0);
    tape_release(mark);
}

/* ---- the same bits with any number of threads ----------------------------------------------- */
enum { WIDTH = 96, ROWS = 150, GRADIENTS = WIDTH * WIDTH + WIDTH };

static void wide_step(int threads, real *out)
{
    threads_set(threads);
    TapeMark mark = tape_mark();
    Random random = random_make(9, 0);
    Tensor *x = tensor_new(shape2(ROWS, WIDTH)), *w = grid(WIDTH, WIDTH), *bias = list(WIDTH);
    int targets[ROWS];
    for (size_t i = 0; i < x->size; i++)
        x->data[i] = (real)random_normal(&random);
    for (size_t i = 0; i < w->size; i++)
        w->data[i] = (real)(0.1 * random_normal(&random));
    for (int i = 0; i < ROWS; i++)
        targets[i] = (int)random_below(&random, WIDTH);
    Tensor *h = tensor_gelu_tanh(tensor_gelu(tensor_linear(x, w, bias)));
    Tensor *loss = tensor_softmax_cross_entropy(tensor_linear(h, w, bias), targets);
    tensor_backward(loss);
    out[0] = tensor_item(loss);
    memcpy(out + 1, w->grad, WIDTH * WIDTH * sizeof *out);
    memcpy(out + 1 + WIDTH * WIDTH, bias->grad, WIDTH * sizeof *out);
    tape_release(mark);
}

/* Every other op that threads share, at sizes that end inside a piece. */
enum { B = 3, T = 131, C = 66, ODD = B * T * C, ODD_GRADIENTS = ODD + T * C + 2 * C + 7 * C };

static Tensor *odd_forward(Tensor *x, Tensor *positions, Tensor *gain, Tensor *bias, Tensor *table)
{
    static int ids[B * T];
    Random random = random_make(11, 0);
    for (int i = 0; i < B * T; i++)
        ids[i] = (int)random_below(&random, 7);
    Tensor *y = tensor_add(tensor_add(x, positions), tensor_embedding(table, ids, shape2(B, T)));
    y = tensor_layer_norm(y, gain, bias, (real)1e-5);
    y = tensor_add(tensor_gelu(y), tensor_mul(tensor_silu(y), tensor_sigmoid(x)));
    y = tensor_dropout(y, dropout_mask(&random, y->size, (real)0.1), (real)0.1);
    y = tensor_rope(tensor_rms_norm(tensor_tanh(y), gain, (real)1e-5));
    y = tensor_merge_heads(tensor_split_heads(tensor_relu(y), 3));
    y = tensor_sub(tensor_log(tensor_add(tensor_exp(y), tensor_scale(tensor_mul(y, y), 2))), x);
    y = tensor_div(tensor_slice(y, 1, 1, T), tensor_exp(tensor_slice(y, 1, 0, T - 1)));
    Tensor *masked = tensor_mask(tensor_slice(y, 2, 0, C - 1), mask_causal(T - 1, C - 1), 1);
    Tensor *p = tensor_softmax(masked);
    return tensor_add(tensor_sum(tensor_mul(p, p), ALL_AXES),
                      tensor_sum(tensor_log_softmax(y), ALL_AXES));
}

static void odd_step(int threads, real *out)
{
    threads_set(threads);
    TapeMark mark = tape_mark();
    Random random = random_make(10, 0);
    Tensor *in[5] = {cube(B, T, C), grid(T, C), list(C), list(C), grid(7, C)};
    for (int k = 0; k < 5; k++)
        for (size_t i = 0; i < in[k]->size; i++)
            in[k]->data[i] = (real)random_normal(&random);
    Tensor *loss = odd_forward(in[0], in[1], in[2], in[3], in[4]);
    tensor_backward(loss);
    *out++ = tensor_item(loss);
    for (int k = 0; k < 5; out += in[k++]->size)
        memcpy(out, in[k]->grad, in[k]->size * sizeof *out);
    tape_release(mark);
}

static void expect_same_bits(void (*step)(int threads, real *out), size_t count)
{
    static const int threads[] = {2, 3, 8};
    real *one = memory_alloc(count * sizeof *one), *more = memory_alloc(count * sizeof *more);
    step(1, one);
    for (size_t i = 0; i < count; i++)
        assert_true(isfinite(one[i]));
    for (int i = 0; i < 3; i++) {
        step(threads[i], more);
        assert_memory_equal(more, one, count * sizeof *one);
    }
    threads_set(1);
    free(one);
    free(more);
}

static void test_threads_change_no_bit(void **state)
{
    (void)state;
    expect_same_bits(wide_step, 1 + GRADIENTS);
    expect_same_bits(odd_step, 1 + ODD_GRADIENTS);
}

/* ---- the profile ---------------------------------------------------------------------------- */
static void test_profile_lines(void **state)
{
    (void)state;
    const char *what;
    double seconds[2];
    profile_set(true);
    profile_enter("first", false);
    profile_enter("second", true);
    profile_enter("first", false);
    profile_set(false);
    profile_enter("while off", false);
    assert_true(profile_line(0, &what, seconds));
    assert_string_equal(what, "first");
    assert_true(seconds[0] > 0 && seconds[1] == 0);
    assert_true(profile_line(1, &what, seconds));
    assert_string_equal(what, "second");
    assert_true(seconds[0] == 0 && seconds[1] > 0);
    assert_false(profile_line(2, &what, seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_broadcast_shapes),
        cmocka_unit_test(test_broadcast_mismatches),
        cmocka_unit_test(test_mask_of_no_keys),
        cmocka_unit_test(test_misuses),
        cmocka_unit_test(test_tape_order),
        cmocka_unit_test(test_marks_nest),
        cmocka_unit_test(test_memory_is_reused),
        cmocka_unit_test(test_released_memory_is_nan),
        cmocka_unit_test(test_long_chain),
        cmocka_unit_test(test_each_thread_has_a_tape),
        cmocka_unit_test(test_no_grad),
        cmocka_unit_test(test_views_share),
        cmocka_unit_test(test_parameters_last),
        cmocka_unit_test(test_empty_tensors),
        cmocka_unit_test(test_threads_change_no_bit),
        cmocka_unit_test(test_profile_lines),
    };
    arena_set_poison(true);
    threads_set(1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tape_free();
    gemm_free_buffers();
    return failed;
}
