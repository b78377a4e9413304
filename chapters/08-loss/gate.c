/* The gate of chapter 08: softmax, its logarithm, cross-entropy, and the three in one.
 *
 * The references divide before they add: p_j = 1 / sum_k exp(x_k - x_j) is softmax without a
 * maximum taken off, and log sum_k exp(x_k - x_t) is the loss. Where those overflow, values that
 * were worked by hand stand in. Every gradient is held to five-point differences; targets repeat,
 * rows are ignored, and logits go to +-1000. */
#include "ops/ops.h"

#include <string.h>

static size_t last_dim(const Tensor *x)
{
    return x->shape.dim[x->shape.rank - 1];
}

/* ---- softmax and its logarithm -------------------------------------------------------------- */
static Tensor *softmax_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_softmax(in[0]);
}

static void softmax_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    size_t n = last_dim(in[0]);
    for (size_t i = 0; i < in[0]->size; i++) {
        const real *row = in[0]->data + i / n * n;
        real sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += exp(row[k] - in[0]->data[i]);
        out[i] = 1 / sum;
    }
}

static Tensor *log_softmax_forward(Tensor *const *in, const void *context)
{
    (void)context;
    return tensor_log_softmax(in[0]);
}

static void log_softmax_reference(real *out, Tensor *const *in, const void *context)
{
    softmax_reference(out, in, context);
    for (size_t i = 0; i < in[0]->size; i++)
        out[i] = log(out[i]);
}

static void check_softmax(Shape shape, real deviation)
{
    char row[80];
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = row, .forward = softmax_forward, .n = 1,
                         .in = {check_normal(shape, deviation)}, .shape = shape,
                         .reference = softmax_reference};
    snprintf(row, sizeof row, "softmax %s deviation %g", shape_text(shape), (double)deviation);
    tensor_check(&check);
    check.forward = log_softmax_forward;
    check.reference = log_softmax_reference;
    snprintf(row, sizeof row, "log_softmax %s deviation %g", shape_text(shape), (double)deviation);
    tensor_check(&check);
    tape_release(mark);
}

/* in[1]'s gradient stands right behind in[0]'s, where a backward that runs a row too far writes. */
static Tensor *log_softmax_beside_forward(Tensor *const *in, const void *context)
{
    return tensor_add(log_softmax_forward(in, context), in[1]);
}

static void log_softmax_beside_reference(real *out, Tensor *const *in, const void *context)
{
    log_softmax_reference(out, in, context);
    for (size_t i = 0; i < in[1]->size; i++)
        out[i] += in[1]->data[i];
}

static void check_log_softmax_beside(void)
{
    Shape shape = shape2(2, 4);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "log_softmax (2,4) side by side with another", .n = 2,
                                .in = {check_normal(shape, 1), check_normal(shape, 1)},
                                .forward = log_softmax_beside_forward,
                                .reference = log_softmax_beside_reference, .shape = shape});
    tape_release(mark);
}

/* Far from 0, where exp(x) itself is 0 or infinite. */
static void check_softmax_far_out(void)
{
    const real far[9] = {(real)1000.25, 1000, (real)1001.5, -1000, (real)-1000.5, -999,
                         1000, -1000, 0};
    /* The logarithms of the last row are 0, -2000 and -1000; the reference overflows there. */
    const double log_p[9] = {-1.6618678712750954, -1.9118678712750954, -0.41186787127509537,
                             -1.4643687841079454, -1.9643687841079454, -0.4643687841079454,
                             0, -2000, -1000};
    real expected[9];
    for (int i = 0; i < 9; i++)
        expected[i] = (real)log_p[i];
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = "softmax (3,3) of +-1000", .forward = softmax_forward, .n = 1,
                         .in = {tensor_from(shape2(3, 3), far)}, .shape = shape2(3, 3),
                         .reference = softmax_reference};
    tensor_check(&check);
    check.name = "log_softmax (3,3) of +-1000";
    check.forward = log_softmax_forward;
    check.reference = NULL;
    check.expected = expected;
    /* Values of 2000 are exact to 2e-13 only: a longer step keeps that out of the difference. */
    check.step = (real)0x1p-7;
    tensor_check(&check);
    tape_release(mark);
}

/* ---- cross-entropy -------------------------------------------------------------------------- */
typedef Tensor *(*Loss)(Tensor *, const int *);
typedef struct {
    Loss op;
    const int *targets;
    bool from_logits;
} LossCase;

static Tensor *loss_forward(Tensor *const *in, const void *context)
{
    const LossCase *c = context;
    return c->op(in[0], c->targets);
}

static void loss_reference(real *out, Tensor *const *in, const void *context)
{
    const LossCase *c = context;
    size_t n = last_dim(in[0]), counted = 0;
    real total = 0;
    for (size_t row = 0; row < in[0]->size / n; row++) {
        int target = c->targets[row];
        if (target < 0)
            continue;
        const real *x = in[0]->data + row * n;
        real sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += c->from_logits ? exp(x[k] - x[target]) : 0;
        total += c->from_logits ? log(sum) : -log(x[target]);
        counted++;
    }
    *out = counted == 0 ? 0 : total / (real)counted;
}

/* Both losses on tensors of one shape: logits for the fused one, probabilities for the other. */
static void check_losses(Shape shape, const char *circumstance, const int *targets)
{
    char row[80];
    LossCase which = {tensor_cross_entropy, targets, false};
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = row, .forward = loss_forward, .context = &which, .n = 1,
                         .in = {check_uniform(shape, (real)0.2, (real)0.8)}, .shape = shape0(),
                         .reference = loss_reference};
    snprintf(row, sizeof row, "cross_entropy %s %s", shape_text(shape), circumstance);
    tensor_check(&check);
    which = (LossCase){tensor_softmax_cross_entropy, targets, true};
    check.in[0] = check_normal(shape, 1);
    snprintf(row, sizeof row, "softmax_cross_entropy %s %s", shape_text(shape), circumstance);
    tensor_check(&check);
    tape_release(mark);
}

static void check_all_losses(void)
{
    check_losses(shape1(5), "one row", (const int[]){3});
    check_losses(shape2(3, 5), "ends, repeats", (const int[]){0, 4, 4});
    check_losses(shape2(5, 3), "3 ignored",
                 (const int[]){IGNORED, 1, IGNORED, 2, IGNORED});
    check_losses(shape3(2, 3, 5), "some ignored", (const int[]){4, IGNORED, 0, 2, 2, IGNORED});
    check_losses(shape4(2, 3, 2, 7), "two ignored",
                 (const int[]){0, 6, 5, IGNORED, 1, 1, 6, 2, IGNORED, 3, 4, 0});
    check_losses(shape2(2, 3), "all ignored", (const int[]){IGNORED, IGNORED});
    check_losses(shape2(3, 1), "one class", (const int[]){0, 0, IGNORED});
    static const int many[19] = {1, 0, 4, 4, IGNORED, 2, 3, 0, 1, IGNORED,
                                 IGNORED, 3, 3, 2, 1, 0, 4, 2, 1};
    check_losses(shape2(19, 5), "in pieces", many);
}

static void check_fused_far_out(void)
{
    static const int targets[4] = {1, 0, IGNORED, 2};
    const LossCase which = {tensor_softmax_cross_entropy, targets, true};
    const real far[12] = {1000, -1000, 999, 1000, -1000, -1000,
                          1000, 1000, -1000, -1000, -1000, -1000};
    /* The rows cost 2000 + log(1 + 1/e), 0 and log 3. */
    const real expected = (real)((2000.3132616875182228 + 0 + 1.0986122886681096914) / 3);
    TapeMark mark = tape_mark();
    tensor_check(&(TensorCheck){.name = "softmax_cross_entropy (4,3) of +-1000",
                                .forward = loss_forward,
                                .context = &which,
                                .n = 1,
                                .in = {tensor_from(shape2(4, 3), far)},
                                .shape = shape0(),
                                .expected = &expected,
                                .step = (real)0x1p-7});
    tape_release(mark);
}

/* The caller may reuse its targets at once: backward must have kept its own. */
static void check_targets_kept(const char *row, Loss op)
{
    int targets[2] = {0, 1};
    TapeMark mark = tape_mark();
    Tensor *x = tensor_from(shape2(2, 2), (real[]){0.5, 0.5, 0.5, 0.5});
    tensor_want_grad(x);
    Tensor *loss = op(x, targets);
    targets[0] = targets[1] = IGNORED;
    tensor_backward(loss);
    gate_check(row, x->grad[0] < 0 && x->grad[3] < 0 && x->grad[1] >= 0 && x->grad[2] >= 0,
               "forward's targets");
    tape_release(mark);
}

/* ---- fused and composed --------------------------------------------------------------------- */

/* The loss and its gradient by the given composition; `out` holds the loss, then the gradient. */
static void run_loss(Tensor *x, Tensor *loss, real *out)
{
    tensor_zero_grad(x);
    tensor_backward(loss);
    out[0] = tensor_item(loss);
    memcpy(out + 1, x->grad, x->size * sizeof *out);
}

/* By the largest value, as round-off is. */
static double largest_difference(const real *a, const real *b, size_t count)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
        largest = fmax(largest, fabs((double)b[i]));
    }
    return worst / largest;
}

static void check_fused_is_composed(void)
{
    enum { ROWS = 19, CLASSES = 11, COUNT = 1 + ROWS * CLASSES };
    static const int targets[ROWS] = {3, 1, 4, 1, 5, 9, 2, 6, 5, IGNORED,
                                      3, 5, 8, 9, 7, 9, IGNORED, 2, 10};
    const double round_off = gate_is_float() ? 1e-6 : 2e-15;
    real fused[COUNT], composed[COUNT];
    TapeMark mark = tape_mark();
    Tensor *x = check_normal(shape2(ROWS, CLASSES), 2);
    tensor_want_grad(x);
    run_loss(x, tensor_softmax_cross_entropy(x, targets), fused);
    run_loss(x, tensor_cross_entropy(tensor_softmax(x), targets), composed);
    gate_check("softmax_cross_entropy fused and composed",
               largest_difference(fused, composed, COUNT) <= round_off, "%8d  to round-off", COUNT);
    run_loss(x, tensor_cross_entropy(tensor_exp(tensor_log_softmax(x)), targets), composed);
    gate_check("log_softmax exp cross_entropy: the same",
               largest_difference(fused, composed, COUNT) <= 4 * round_off, "%8d  to round-off",
               COUNT);
    tape_release(mark);
}

/* ---- by hand -------------------------------------------------------------------------------- */
static void check_values(const char *row, const real *found, const double *known, size_t count)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, gate_error((double)found[i], known[i]));
    gate_check(row, worst <= (gate_is_float() ? 1e-6 : 1e-14), "%8zu  off by %.0e", count, worst);
}

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

static void check_by_hand(void)
{
    const double third = 1.0 / 3;
    const real log_2 = (real)0.69314718055994530942, logits[4] = {0, log_2, 0, log_2};
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape1(2), logits);
    Tensor *p = tensor_softmax(x);
    tensor_backward_from(p, (real[]){1, 0});
    check_values("softmax by hand: of [0, log 2]", p->data, (double[]){third, 2 * third}, 2);
    check_values("softmax by hand: dp = [1,0]", x->grad, (double[]){2.0 / 9, -2.0 / 9}, 2);

    x = wanted(shape1(2), logits);
    Tensor *y = tensor_log_softmax(x);
    tensor_backward_from(y, (real[]){1, 0});
    check_values("log_softmax by hand: of [0, log 2]", y->data,
                 (double[]){-1.09861228866810969140, -0.40546510810816438198}, 2);
    check_values("log_softmax by hand: dy = [1,0]", x->grad, (double[]){2 * third, -2 * third}, 2);

    x = wanted(shape1(2), (real[]){0.25, 0.75});
    y = tensor_cross_entropy(x, (const int[]){0});
    tensor_backward(y);
    check_values("cross_entropy by hand: -log 1/4", y->data, (double[]){1.38629436111989061883}, 1);
    check_values("cross_entropy by hand: dp", x->grad, (double[]){-4, 0}, 2);

    x = wanted(shape2(1, 2), logits);
    y = tensor_softmax_cross_entropy(x, (const int[]){0});
    tensor_backward(y);
    check_values("softmax_cross_entropy by hand: log 3", y->data,
                 (double[]){1.09861228866810969140}, 1);
    check_values("softmax_cross_entropy by hand: p - y", x->grad, (double[]){-2 * third, 2 * third},
                 2);

    /* 1000 is so far above the others that they cost nothing but their distance and 1/e. */
    y = tensor_softmax_cross_entropy(tensor_from(shape2(1, 3), (real[]){1000, -1000, 999}),
                                     (const int[]){1});
    check_values("softmax_cross_entropy by hand: of 1000", y->data,
                 (double[]){2000.3132616875182228}, 1);

    x = wanted(shape2(2, 2), logits);
    tensor_backward(tensor_softmax_cross_entropy(x, (const int[]){0, 0}));
    check_values("softmax_cross_entropy by hand: N = 2", x->grad,
                 (double[]){-third, third, -third, third}, 4);

    /* Label smoothing, composed: minus the sum of (9/10, 1/10) times the logarithms. */
    x = wanted(shape1(2), logits);
    Tensor *truth = tensor_from(shape1(2), (real[]){(real)-0.9, (real)-0.1});
    y = tensor_sum(tensor_mul(truth, tensor_log_softmax(x)), ALL_AXES);
    tensor_backward(y);
    check_values("log_softmax by hand: smoothed loss", y->data, (double[]){1.02929757061211516045},
                 1);
    check_values("log_softmax by hand: p - smoothed y", x->grad,
                 (double[]){third - 0.9, 2 * third - 0.1}, 2);
    tape_release(mark);
}

/* A row in which nothing is allowed has no probability anywhere, and passes no gradient. */
static void check_masked_row(void)
{
    const real none = -(real)INFINITY;
    TapeMark mark = tape_mark();
    Tensor *x = wanted(shape2(2, 2), (real[]){none, none, 0, none});
    Tensor *p = tensor_softmax(x);
    tensor_backward_from(p, (real[]){1, 2, 3, 4});
    check_values("softmax of minus infinities", p->data, (double[]){0, 0, 1, 0}, 4);
    check_values("softmax of minus infinities: gradient", x->grad, (double[]){0, 0, 0, 0}, 4);
    tape_release(mark);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "08-loss");
    check_softmax(shape1(5), 1);
    check_softmax(shape2(5, 3), 1);
    check_softmax(shape3(2, 3, 5), 1);
    check_softmax(shape4(2, 3, 5, 7), 1);
    check_softmax(shape2(3, 1), 1);
    check_softmax(shape2(3, 7), 3);
    check_log_softmax_beside();
    check_softmax_far_out();
    check_masked_row();
    check_all_losses();
    check_fused_far_out();
    check_targets_kept("cross_entropy backward keeps its targets", tensor_cross_entropy);
    check_targets_kept("softmax_cross_entropy keeps its targets", tensor_softmax_cross_entropy);
    check_fused_is_composed();
    check_by_hand();
    tape_free();
    return gate_end();
}
