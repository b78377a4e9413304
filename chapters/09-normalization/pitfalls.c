/* What goes wrong with normalisation: six mistakes of chapter 09, each beside the right thing. */
#include "../pitfalls.h"
#include "ops/ops.h"

enum { C = 4 };
static const real worked[C] = {1, 3, 5, 7};

static void print_row(const char *what, const real *values, size_t count)
{
    printf("%-32s", what);
    for (size_t i = 0; i < count; i++)
        printf(" %8.4f", (double)values[i] + 0.0);
    printf("\n");
}

static real sum_of(const real *values, size_t count)
{
    real sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/* ---- a layer norm without gain and bias, whose backward can be had wrong ---- */

/* What a backward takes off beside the mean of dy: n times mean(dy n) times `third`. */
typedef struct {
    real third;
    real inverse[16]; /* one a row */
} Kept;

static void norm_backward(Tensor *out)
{
    const Kept *kept = out->saved;
    size_t width = tensor_dim(out, -1);
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t at = 0; at < out->size; at += width) {
        const real *n = out->data + at, *dy = out->grad + at;
        real mean = sum_of(dy, width) / (real)width, along = 0;
        for (size_t i = 0; i < width; i++)
            along += dy[i] * n[i] / (real)width;
        for (size_t i = 0; i < width; i++)
            grad_put(dx, at + i,
                     kept->inverse[at / width] * (dy[i] - mean - kept->third * n[i] * along));
    }
}

static Tensor *norm(Tensor *x, real epsilon, real third)
{
    Tensor *out = tensor_result("norm", x->shape, norm_backward, 1, &x);
    Kept *kept = out->saved = tape_alloc(sizeof *kept);
    kept->third = third;
    size_t width = tensor_dim(x, -1);
    for (size_t at = 0; at < x->size; at += width) {
        real mean = sum_of(x->data + at, width) / (real)width, variance = 0;
        for (size_t i = 0; i < width; i++)
            variance += (x->data[at + i] - mean) * (x->data[at + i] - mean) / (real)width;
        real inverse = kept->inverse[at / width] = 1 / sqrt(variance + epsilon);
        for (size_t i = 0; i < width; i++)
            out->data[at + i] = (x->data[at + i] - mean) * inverse;
    }
    return out;
}

/* The gradient of the worked row by a backward with that much of the third term. */
static const real *worked_gradient(real epsilon, real third, const real *dy)
{
    Tensor *x = tensor_from(shape1(C), worked);
    tensor_want_grad(x);
    tensor_backward_from(norm(x, epsilon, third), dy);
    return x->grad;
}

/* ---- the lost third term ---- */

enum { ROWS = 11, INPUTS = 3, WIDTH = 5, STEPS = 400 };

/* Fits random targets by sum over C of v norm(x W), moving W alone; the mean squared errors at the
 * beginning and at the end. */
static void fit(real third, double loss[2])
{
    Random random = random_make(9, 0);
    real x[ROWS * INPUTS], v[WIDTH], target[ROWS];
    Tensor *w = tensor_parameter(shape2(INPUTS, WIDTH));
    for (size_t i = 0; i < w->size; i++)
        w->data[i] = (real)random_normal(&random);
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = (real)random_normal(&random);
    for (size_t i = 0; i < WIDTH; i++)
        v[i] = (real)random_normal(&random);
    for (size_t i = 0; i < ROWS; i++)
        target[i] = (real)random_normal(&random);
    for (int step = 0; step < STEPS; step++) {
        TapeMark mark = tape_mark();
        Tensor *h = norm(tensor_matmul(tensor_from(shape2(ROWS, INPUTS), x), w), (real)1e-5, third);
        Tensor *y = tensor_sum(tensor_mul(h, tensor_from(shape1(WIDTH), v)), -1);
        Tensor *error = tensor_sub(y, tensor_from(shape1(ROWS), target));
        Tensor *mean = tensor_mean(tensor_mul(error, error), ALL_AXES);
        loss[step > 0] = (double)tensor_item(mean);
        tensor_backward(mean);
        for (size_t i = 0; i < w->size; i++)
            w->data[i] -= (real)0.02 * w->grad[i];
        tensor_zero_grad(w);
        tape_release(mark);
    }
    tensor_free(w);
}

static void third_term(void)
{
    static const real first[C] = {1, 0, 0, 0};
    double loss[2];
    for (int third = 0; third < 2; third++) {
        const real *dx = worked_gradient(4, (real)third, first);
        print_row(third ? "dx of [1,3,5,7], three terms" : "dx of [1,3,5,7], two terms", dx, C);
        printf("%-32s %8.4f\n", "  its sum", fabs((double)sum_of(dx, C)));
        fit((real)third, loss);
        printf("%-32s %8.2f to %.2f\n\n", "  a fit by it, squared error", loss[0], loss[1]);
    }
    printf("Both sum to 0 and both go down. A difference tells them apart at once.\n");
}

/* ---- an upstream of ones ---- */

static void ones_norm(void)
{
    static const real ones[C] = {1, 1, 1, 1}, drawn[C] = {(real)0.3, (real)-1.2, (real)0.8, 2};
    static const struct {
        const char *what;
        real third;
    } forms[3] = {{"two terms", 0}, {"sum(g n) for its mean", C}, {"right", 1}};
    for (int k = 0; k < 2; k++) {
        printf("%s\n", k == 0 ? "upstream [1, 1, 1, 1]" : "upstream [0.3, -1.2, 0.8, 2]");
        for (int f = 0; f < 3; f++) {
            char what[40];
            snprintf(what, sizeof what, "  dx, %s", forms[f].what);
            const real *dx = worked_gradient(4, forms[f].third, k == 0 ? ones : drawn);
            print_row(what, dx, C);
        }
    }
    printf("\nNormalised rows sum to 0 whatever x is. So while all gains are equal, as they are\n"
           "at the start, the sum of y has the slope 0 along x, and every form passes that\n"
           "takes off the mean of g, and whose last term has the factor sum(g n).\n");
}

/* ---- the variance by C - 1, in both halves ---- */

/* n_0 of the worked row with its last element at `last`, the squares shared among `among`. */
static double first_number(double last, double among)
{
    double x[C] = {1, 3, 5, last}, mean = (9 + last) / C, squares = 0;
    for (int i = 0; i < C; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    return (x[0] - mean) / sqrt(squares / among);
}

static void unbiased(void)
{
    const double h = 1e-3;
    for (int among = C; among >= C - 1; among--) {
        /* dn_0/dx_3 = r (0 - 1/C - n_0 n_3 / among), by the derivation for that variance */
        double n0 = first_number(7, among), n3 = -n0, r = sqrt(among / 20.0);
        double derived = r * (-1.0 / C - n0 * n3 / among);
        double measured = (first_number(7 + h, among) - first_number(7 - h, among)) / (2 * h);
        printf("squares shared among %d: n[0] %.4f, its slope along x[3] %.4f, measured %.4f\n",
               among, n0, derived, measured);
    }
    printf("\nEach backward fits its own forward, so no difference sees anything. That the\n"
           "forward is the wanted one, only other numbers can tell: committed ones, a plain\n"
           "loop, the reference.\n");
}

/* ---- a row far from 0, in float ---- */

static void far_row(void)
{
    static const float offsets[4] = {10, 5e3F, 3e4F, 2e5F};
    for (int k = 0; k < 4; k++) {
        float offset = offsets[k], mean = 0, square = 0, two = 0;
        for (int i = 0; i < C; i++) {
            float x = offset + 2 * (float)i + 1;
            mean += x / C;
            square += x * x / C;
        }
        for (int i = 0; i < C; i++) {
            float deviation = offset + 2 * (float)i + 1 - mean;
            two += deviation * deviation / C;
        }
        printf("%6.0f + [1,3,5,7]: mean of squares less squared mean %9.3f, in two passes %.3f\n",
               (double)offset, (double)(square - mean * mean), (double)two);
    }
    printf("\nIn float. The variance is 5 each time. Squares of large numbers agree in all the\n"
           "digits there are; what is left of their difference is rounding, of any sign, and\n"
           "the root of -4096 is NaN.\n");
}

/* ---- a row without a deviation ---- */

static void equal_row(void)
{
    static const real same[C] = {2, 2, 2, 2}, dy[C] = {1, 0, 0, 0};
    for (int k = 0; k < 3; k++) {
        const real epsilon = k == 0 ? 0 : k == 1 ? (real)1e-5 : (real)0.1;
        Tensor *x = tensor_from(shape1(C), same);
        tensor_want_grad(x);
        Tensor *y = norm(x, epsilon, 1);
        tensor_backward_from(y, dy);
        if (isnan(y->data[0]))
            printf("epsilon 0: the row [2,2,2,2] is 0/0, NaN, and so is its gradient\n");
        else
            printf("epsilon %g: %.0f %.0f %.0f %.0f; dx[0] from dy[0] = 1: %.1f\n", (double)epsilon,
                   (double)y->data[0], (double)y->data[1], (double)y->data[2], (double)y->data[3],
                   (double)x->grad[0]);
    }
    printf("\nPadding, a blank patch, a dead layer: rows of equal numbers do occur. Epsilon keeps\n"
           "them finite, and bounds how much the length of a row's gradient can grow, beside\n"
           "the gain, by 1/sqrt(epsilon).\n");
}

/* ---- statistics down the columns ---- */

/* Each column of x (rows,2) to the mean 0 and the deviation 1. */
static void columns(const real *x, size_t rows, real *y)
{
    for (size_t c = 0; c < 3; c++) {
        real mean = 0, variance = (real)1e-5;
        for (size_t n = 0; n < rows; n++)
            mean += x[n * 3 + c] / (real)rows;
        for (size_t n = 0; n < rows; n++)
            variance += (x[n * 3 + c] - mean) * (x[n * 3 + c] - mean) / (real)rows;
        for (size_t n = 0; n < rows; n++)
            y[n * 3 + c] = (x[n * 3 + c] - mean) / sqrt(variance);
    }
}

static void other_axis(void)
{
    static const real x[3][9] = {{4, 1, 2, 0, 2, 5, 1, 9, 3}, {4, 1, 2, 9, 9, 1, 5, 3, 0}, {4, 1, 2}};
    static const char *const with[3] = {"with (0,2,5) and (1,9,3)", "with (9,9,1) and (5,3,0)",
                                        "alone"};
    for (int k = 0; k < 3; k++) {
        real y[9];
        TapeMark mark = tape_mark();
        columns(x[k], k == 2 ? 1 : 3, y);
        printf("(4,1,2) %-24s columns %5.2f %5.2f %5.2f", with[k], (double)y[0], (double)y[1],
               (double)y[2]);
        Tensor *row = norm(tensor_from(shape2(1, 3), x[k]), (real)1e-5, 1);
        printf("   row %5.2f %5.2f %5.2f\n", (double)row->data[0], (double)row->data[1],
               (double)row->data[2]);
        tape_release(mark);
    }
    printf("\nBy columns an example's numbers hang on who else is in the batch, and alone it is\n"
           "nothing. A model that writes one word at a time is alone.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"third-term", "layer norm's backward without its third term", third_term},
        {"ones-norm", "an upstream of ones, which normalised rows hide from", ones_norm},
        {"unbiased", "the variance by C - 1, in the forward and in the backward", unbiased},
        {"far-row", "the variance as mean of squares less squared mean", far_row},
        {"equal-row", "a row of equal numbers, without epsilon", equal_row},
        {"other-axis", "normalised down the columns instead of along the rows", other_axis},
    };
    int status = pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof pitfalls[0]);
    tape_free();
    gemm_free_buffers();
    return status;
}
