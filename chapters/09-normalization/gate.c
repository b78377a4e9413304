/* The gate of chapter 09: layer norm and RMS norm, alone, composed and inside a net.
 *
 * Forwards are held to plain loops that never compute a mean: x_i - mean is (1/C) sum_j (x_i -
 * x_j), and the biased variance is half the mean of (x_j - x_k)^2 over all pairs. Gradients are
 * held to five-point differences. The fused layer norm also equals its composition from the
 * operations of chapters 06 and 07, and the sanity cases of the lesson stand here with their
 * numbers.
 *
 * C is the width; rows are whatever stands before it. */
#include "ops/ops.h"

enum { FLOAT = sizeof(real) == sizeof(float) };
/* For what is exact but for rounding. */
static const double CLOSE = FLOAT ? 1e-5 : 1e-12;

/* ---- the checked operations ------------------------------------------------------------------ */
/* Where x, gain and bias stand among a row's inputs: in this order, in another one (so that those
 * who come first are poked and the rest are frozen), or all at the same place. */
enum { X, GAIN, BIAS, OPERANDS };
typedef struct {
    int place[OPERANDS];
    real epsilon;
} Norm;

static Tensor *layer_norm_forward(Tensor *const *in, const void *context)
{
    const Norm *norm = context;
    return tensor_layer_norm(in[norm->place[X]], in[norm->place[GAIN]], in[norm->place[BIAS]],
                             norm->epsilon);
}

/* One row, by differences of pairs. */
static void plain_layer_norm(real *y, const real *x, const real *gain, const real *bias,
                             size_t width, double epsilon)
{
    double squares = 0;
    for (size_t j = 0; j < width; j++)
        for (size_t k = 0; k < width; k++)
            squares += ((double)x[j] - (double)x[k]) * ((double)x[j] - (double)x[k]);
    double deviation = sqrt(squares / (2.0 * (double)width * (double)width) + epsilon);
    for (size_t i = 0; i < width; i++) {
        double above = 0; /* C (x_i - mean) */
        for (size_t j = 0; j < width; j++)
            above += (double)x[i] - (double)x[j];
        y[i] = (real)((double)gain[i] * above / ((double)width * deviation) + (double)bias[i]);
    }
}

static void layer_norm_reference(real *out, Tensor *const *in, const void *context)
{
    const Norm *norm = context;
    const Tensor *x = in[norm->place[X]], *gain = in[norm->place[GAIN]];
    for (size_t at = 0; at < x->size; at += gain->size)
        plain_layer_norm(out + at, x->data + at, gain->data, in[norm->place[BIAS]]->data,
                         gain->size, (double)norm->epsilon);
}

static Tensor *rms_norm_forward(Tensor *const *in, const void *context)
{
    const Norm *norm = context;
    return tensor_rms_norm(in[norm->place[X]], in[norm->place[GAIN]], norm->epsilon);
}

/* sqrt(C) x / sqrt(sum x^2 + C epsilon): the length of the row instead of a mean. */
static void rms_norm_reference(real *out, Tensor *const *in, const void *context)
{
    const Norm *norm = context;
    const Tensor *x = in[norm->place[X]], *gain = in[norm->place[GAIN]];
    size_t width = gain->size;
    for (size_t at = 0; at < x->size; at += width) {
        double square = (double)width * (double)norm->epsilon;
        for (size_t i = 0; i < width; i++)
            square += (double)x->data[at + i] * (double)x->data[at + i];
        for (size_t i = 0; i < width; i++)
            out[at + i] = (real)((double)gain->data[i] * sqrt((double)width / square) *
                                 (double)x->data[at + i]);
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */
/* x, then gains far from 1 and biases far from 0, so that a lost one shows. */
static void fill_operands(Tensor **operand, Shape shape)
{
    Shape width = shape1(shape.dim[shape.rank - 1]);
    operand[X] = check_normal(shape, 2);
    operand[GAIN] = check_away_from_zero(width, 2);
    operand[BIAS] = check_normal(width, 3);
}

static void check_norm(const char *op, const char *circumstances, Tensor *const *operand,
                       const Norm *norm, int poked, real step)
{
    char row[80];
    bool is_rms = op[0] == 'r';
    TensorCheck check = {
        .name = row, .context = norm, .n = poked, .shape = operand[X]->shape, .step = step};
    snprintf(row, sizeof row, "%s %s %s", op, shape_text(check.shape), circumstances);
    check.forward = is_rms ? rms_norm_forward : layer_norm_forward;
    check.reference = is_rms ? rms_norm_reference : layer_norm_reference;
    for (int k = 0; k < OPERANDS; k++)
        check.in[norm->place[k]] = operand[k];
    tensor_check(&check);
}

/* Rows in which every operand is poked. */
static void check_layer_norm(const char *circumstances, Shape shape, real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape);
    /* A wide row moves many results a little: a longer step loses fewer digits. */
    real step = tensor_dim(operand[X], -1) > 100 ? (real)5e-3 : (real)1e-3;
    check_norm("layer_norm", circumstances, operand, &(Norm){{0, 1, 2}, epsilon}, 3, step);
    tape_release(mark);
}

static void check_rms_norm(const char *circumstances, Shape shape, real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape);
    check_norm("rms_norm", circumstances, operand, &(Norm){{0, 1, 2}, epsilon}, 2, 0);
    tape_release(mark);
}

/* A backward skips those who want no gradient. */
static void check_frozen(real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape2(3, 5));
    check_norm("layer_norm", "only x is poked", operand, &(Norm){{0, 1, 2}, epsilon}, 1, 0);
    check_norm("rms_norm", "only x is poked", operand, &(Norm){{0, 1, 2}, epsilon}, 1, 0);
    fill_operands(operand, shape2(3, 5));
    check_norm("layer_norm", "only the gain", operand, &(Norm){{1, 0, 2}, epsilon}, 1, 0);
    check_norm("rms_norm", "only the gain", operand, &(Norm){{1, 0, 2}, epsilon}, 1, 0);
    fill_operands(operand, shape2(3, 5));
    check_norm("layer_norm", "only the bias", operand, &(Norm){{1, 2, 0}, epsilon}, 1, 0);
    tape_release(mark);
}

/* A row of equal elements has variance 0: epsilon alone keeps it finite. */
static void check_equal_elements(real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape2(2, 5));
    for (size_t i = 0; i < 5; i++)
        operand[X]->data[i] = (real)1.5;
    check_norm("layer_norm", "a row of equal elements", operand, &(Norm){{0, 1, 2}, epsilon}, 3, 0);
    tape_release(mark);
}

/* Where a gain is 0, n cannot be had back from the result by dividing. */
static void check_zero_gain(real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape2(3, 5));
    operand[GAIN]->data[1] = 0;
    check_norm("layer_norm", "a gain of 0", operand, &(Norm){{0, 1, 2}, epsilon}, 3, 0);
    check_norm("rms_norm", "a gain of 0", operand, &(Norm){{0, 1, 2}, epsilon}, 2, 0);
    tape_release(mark);
}

/* A width that fills its memory to the last byte, with the next operand's gradient behind it: a
 * loop that runs one too far lands there. */
static void check_neighbours(real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape2(3, 8));
    check_norm("layer_norm", "side by side", operand, &(Norm){{2, 1, 0}, epsilon}, 3, 0);
    check_norm("rms_norm", "side by side", operand, &(Norm){{1, 0, 2}, epsilon}, 2, 0);
    tape_release(mark);
}

/* Far from 0: a variance computed as mean(x^2) - mean(x)^2 would lose a float's digits here. The
 * step is longer, for the differences lose digits too. */
static void check_far_from_zero(real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape2(3, 7));
    for (size_t i = 0; i < 21; i++) /* eighths: exact in float */
        operand[X]->data[i] = 64 + round(operand[X]->data[i] * 16) / 8;
    check_norm("layer_norm", "far from zero", operand, &(Norm){{0, 1, 2}, epsilon}, 3, (real)3e-3);
    tape_release(mark);
}

/* The same tensor at every place: three gradients in one buffer. */
static void check_reused(real epsilon)
{
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape1(5), 1);
    Tensor *const operand[OPERANDS] = {x, x, x};
    check_norm("layer_norm", "x as gain and bias", operand, &(Norm){{0, 0, 0}, epsilon}, 1, 0);
    check_norm("rms_norm", "x as gain", operand, &(Norm){{0, 0, 0}, epsilon}, 1, 0);
    tape_release(mark);
}

/* ---- the composition ------------------------------------------------------------------------- */
/* A row's mean as a column: (...,C) to (...,1). */
static Tensor *mean_column(Tensor *x)
{
    return tensor_reshape(tensor_mean(x, -1), shape_with(x->shape, x->shape.rank - 1, 1));
}

/* Layer norm as its definition reads, from the operations of chapters 06 and 07. */
static Tensor *composed_layer_norm(Tensor *const *operand, real epsilon)
{
    Tensor *centred = tensor_sub(operand[X], mean_column(operand[X]));
    Tensor *variance = mean_column(tensor_mul(centred, centred));
    Tensor *inside = tensor_add(variance, tensor_from(shape0(), &epsilon));
    Tensor *inverse = tensor_exp(tensor_scale(tensor_log(inside), (real)-0.5));
    return tensor_add(tensor_mul(tensor_mul(centred, inverse), operand[GAIN]), operand[BIAS]);
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

/* Runs backward and returns the three gradients, one after the other, on the tape. */
static real *gradients(Tensor *out, Tensor *const *operand, const real *upstream)
{
    real *all = tape_alloc((operand[X]->size + 2 * operand[GAIN]->size) * sizeof *all), *at = all;
    for (int k = 0; k < OPERANDS; k++)
        tensor_zero_grad(operand[k]);
    tensor_backward_from(out, upstream);
    for (int k = 0; k < OPERANDS; k++)
        for (size_t i = 0; i < operand[k]->size; i++)
            *at++ = operand[k]->grad[i];
    return all;
}

static void check_composition(real epsilon)
{
    Tensor *operand[OPERANDS];
    TapeMark mark = tape_mark();
    fill_operands(operand, shape3(2, 3, 7));
    Tensor *upstream = check_normal(operand[X]->shape, 1);
    for (int k = 0; k < OPERANDS; k++)
        tensor_want_grad(operand[k]);
    Tensor *fused = tensor_layer_norm(operand[X], operand[GAIN], operand[BIAS], epsilon);
    Tensor *composed = composed_layer_norm(operand, epsilon);
    double forward = farthest(fused->data, composed->data, fused->size);
    real *from_fused = gradients(fused, operand, upstream->data);
    real *from_composed = gradients(composed, operand, upstream->data);
    double backward =
        farthest(from_fused, from_composed, operand[X]->size + 2 * operand[GAIN]->size);
    gate_check("layer_norm (2,3,7) fused and composed", forward <= CLOSE && backward <= CLOSE,
               "forward and gradients agree to %.0e", CLOSE);
    tape_release(mark);
}

/* ---- sanity cases ---------------------------------------------------------------------------- */
/* Whether y and the gradient of x are these numbers; gain 1, bias 0 (none: RMS norm). */
static bool case_is(const real *x, const real *dy, size_t width, real epsilon, bool centred,
                    const real *y, const real *dx)
{
    TapeMark mark = tape_mark();
    Tensor *in = tensor_from(shape1(width), x), *gain = tensor_new(shape1(width));
    Tensor *bias = tensor_new(shape1(width));
    for (size_t i = 0; i < width; i++) {
        gain->data[i] = 1;
        bias->data[i] = 0;
    }
    tensor_want_grad(in);
    Tensor *out =
        centred ? tensor_layer_norm(in, gain, bias, epsilon) : tensor_rms_norm(in, gain, epsilon);
    tensor_backward_from(out, dy);
    bool same = farthest(out->data, y, width) <= CLOSE && farthest(in->grad, dx, width) <= CLOSE;
    tape_release(mark);
    return same;
}

static void check_sanity(void)
{
    const real third = (real)1 / 3, x[4] = {1, 3, 5, 7}, dy[4] = {1, 0, 0, 0};
    const real y[4] = {-1, -third, third, 1};
    const real dx[4] = {(real)1 / 6, -(real)1 / 9, -(real)1 / 18, 0};
    gate_check("layer_norm sanity [1,3,5,7]", case_is(x, dy, 4, 4, true, y, dx),
               "[-1,-1/3,1/3,1], [1/6,-1/9,-1/18,0]");
    const real pair[2] = {1, 7}, first[2] = {1, 0}, scaled[2] = {(real)0.2, (real)1.4};
    const real turned[2] = {(real)0.196, (real)-0.028};
    gate_check("rms_norm sanity [1,7]", case_is(pair, first, 2, 0, false, scaled, turned),
               "[.2,1.4], [.196,-.028]");
}

/* The largest, over the rows, of |sum dx| and of |sum x dx|. */
static void row_sums(const Tensor *x, double *sum, double *along)
{
    size_t width = tensor_dim(x, -1);
    *sum = *along = 0;
    for (size_t row = 0; row < x->size; row += width) {
        double row_sum = 0, row_along = 0;
        for (size_t at = row; at < row + width; at++) {
            row_sum += (double)x->grad[at];
            row_along += (double)x->data[at] * (double)x->grad[at];
        }
        *sum = fmax(*sum, fabs(row_sum));
        *along = fmax(*along, fabs(row_along));
    }
}

/* What dx must sum to: a shift of a whole row changes nothing, so each row of dx sums to 0. With an
 * epsilon of 0 a stretch of the row changes nothing either, so x and dx are at right angles. */
static void check_sums(void)
{
    const Norm norm = {{0, 1, 2}, 0};
    Tensor *operand[OPERANDS];
    double sum, along, rms_sum, rms_along;
    TapeMark mark = tape_mark();
    fill_operands(operand, shape2(3, 7));
    Tensor *upstream = check_normal(shape2(3, 7), 1);
    tensor_want_grad(operand[X]);
    tensor_backward_from(layer_norm_forward(operand, &norm), upstream->data);
    row_sums(operand[X], &sum, &along);
    tensor_zero_grad(operand[X]);
    tensor_backward_from(rms_norm_forward(operand, &norm), upstream->data);
    row_sums(operand[X], &rms_sum, &rms_along);
    gate_check("layer_norm each row of dx", sum <= 10 * CLOSE && along <= 10 * CLOSE,
               "sums to 0, at right angles to x");
    gate_check("rms_norm each row of dx", rms_along <= 10 * CLOSE && rms_sum > 0.01,
               "at right angles to x, sums to no 0");
    tape_release(mark);
}

/* ---- a net ----------------------------------------------------------------------------------- */
/* Two layers of linear, layer norm, tanh. in[0] is x (B,I); then weight, bias, gain, shift. */
static Tensor *net_forward(Tensor *const *in, const void *context)
{
    const real *epsilon = context;
    Tensor *h = in[0];
    for (int layer = 0; layer < 2; layer++) {
        Tensor *const *p = in + 1 + 4 * layer;
        h = tensor_tanh(tensor_layer_norm(tensor_linear(h, p[0], p[1]), p[2], p[3], *epsilon));
    }
    return h;
}

static void net_reference(real *out, Tensor *const *in, const void *context)
{
    const real *epsilon = context;
    size_t rows = in[0]->shape.dim[0];
    for (size_t row = 0; row < rows; row++) {
        real h[8], z[8];
        for (size_t i = 0; i < in[0]->shape.dim[1]; i++)
            h[i] = in[0]->data[row * in[0]->shape.dim[1] + i];
        for (int layer = 0; layer < 2; layer++) {
            Tensor *const *p = in + 1 + 4 * layer;
            size_t from = p[0]->shape.dim[0], to = p[0]->shape.dim[1];
            for (size_t o = 0; o < to; o++) {
                z[o] = p[1]->data[o];
                for (size_t i = 0; i < from; i++)
                    z[o] += h[i] * p[0]->data[i * to + o];
            }
            plain_layer_norm(h, z, p[2]->data, p[3]->data, to, (double)*epsilon);
            for (size_t o = 0; o < to; o++)
                h[o] = 1 - 2 / (exp(2 * h[o]) + 1); /* tanh */
        }
        for (size_t o = 0; o < in[8]->size; o++)
            out[row * in[8]->size + o] = h[o];
    }
}

static void check_net(real epsilon)
{
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = "net (5,3) linear, layer_norm, tanh, twice",
                         .forward = net_forward,
                         .reference = net_reference,
                         .context = &epsilon,
                         .n = 9,
                         .shape = shape2(5, 4),
                         .step = (real)3e-4};
    check.in[0] = check_normal(shape2(5, 3), (real)0.5);
    const size_t width[3] = {3, 7, 4};
    for (int layer = 0; layer < 2; layer++) {
        Tensor **p = check.in + 1 + 4 * layer;
        p[0] = check_normal(shape2(width[layer], width[layer + 1]), (real)0.3);
        p[1] = check_normal(shape1(width[layer + 1]), (real)0.3);
        p[2] = check_away_from_zero(shape1(width[layer + 1]), (real)0.3);
        p[3] = check_normal(shape1(width[layer + 1]), (real)0.3);
    }
    tensor_check(&check);
    tape_release(mark);
}

int main(int argc, char **argv)
{
    const real usual = (real)1e-5, large = (real)0.3;
    gate_begin(argc, argv, "09-normalization");
    check_layer_norm("epsilon 1e-5", shape3(2, 3, 7), usual);
    check_layer_norm("epsilon 0.3", shape2(5, 3), large);
    check_layer_norm("one row", shape1(7), large);
    check_layer_norm("epsilon 0.3", shape4(2, 3, 2, 5), large);
    check_layer_norm("more rows than a block", shape2(37, 3), large);
    check_layer_norm("whole blocks of rows", shape2(64, 3), large);
    check_layer_norm("a wide row", shape2(2, 131), large);
    check_layer_norm("a width of one", shape2(1, 1), large);
    check_rms_norm("epsilon 1e-5", shape3(2, 3, 7), usual);
    check_rms_norm("epsilon 0.3", shape4(2, 3, 2, 5), large);
    check_rms_norm("more rows than a block", shape2(37, 3), large);
    check_rms_norm("whole blocks of rows", shape2(64, 3), large);
    check_rms_norm("one row", shape1(7), large);
    check_rms_norm("a width of one", shape2(1, 1), 5);
    check_frozen(large);
    check_equal_elements(large);
    check_neighbours(large);
    check_far_from_zero(3);
    check_zero_gain(large);
    check_reused(large);
    check_composition(large);
    check_sanity();
    check_sums();
    check_net(large);
    tape_free();
    return gate_end();
}
