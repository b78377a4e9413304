/* The check of 04-scalar-mlp/hand-backward: the lesson's network of six parameters, then one of 62
 * parameters and two examples. The sizes are pairwise different, so that no wrong index fits. */
#include "../learn/check.h"

enum { HIDDEN_MOST = 16, CLASSES_MOST = 16, EXAMPLES_MOST = 4 };

typedef struct {
    size_t inputs, hidden, classes, examples;
    const size_t *targets;
} TwoLayer;

real two_layer_forward(const TwoLayer *net, const real *x, real *h, real *p);
void two_layer_backward(const TwoLayer *net, const real *x, const real *h, const real *p,
                        real dloss, real *dx);

static const size_t worked_targets[1] = {0}, targets[2] = {4, 0}, more_targets[3] = {1, 0, 1};
static const TwoLayer worked_net = {1, 1, 2, 1, worked_targets}, wide_net = {3, 5, 7, 2, targets},
                      more_net = {5, 3, 2, 3, more_targets};

/* ---- the student's, as functions of x alone ---- */

static void forward_of(const TwoLayer *net, const real *x, real *y)
{
    real h[EXAMPLES_MOST * HIDDEN_MOST], p[EXAMPLES_MOST * CLASSES_MOST];
    y[0] = two_layer_forward(net, x, h, p);
}

static void vjp_of(const TwoLayer *net, const real *x, const real *dy, real *dx)
{
    real h[EXAMPLES_MOST * HIDDEN_MOST], p[EXAMPLES_MOST * CLASSES_MOST];
    two_layer_forward(net, x, h, p);
    two_layer_backward(net, x, h, p, dy[0], dx);
}

static void worked_forward(const real *x, real *y) { forward_of(&worked_net, x, y); }
static void worked_vjp(const real *x, const real *dy, real *dx) { vjp_of(&worked_net, x, dy, dx); }
static void worked_run(Trial *trial) { check_vjp(trial, worked_forward, worked_vjp); }
static void wide_forward(const real *x, real *y) { forward_of(&wide_net, x, y); }
static void wide_vjp(const real *x, const real *dy, real *dx) { vjp_of(&wide_net, x, dy, dx); }
static void wide_run(Trial *trial) { check_vjp(trial, wide_forward, wide_vjp); }
static void more_forward(const real *x, real *y) { forward_of(&more_net, x, y); }
static void more_vjp(const real *x, const real *dy, real *dx) { vjp_of(&more_net, x, dy, dx); }
static void more_run(Trial *trial) { check_vjp(trial, more_forward, more_vjp); }

/* ---- the plain forward: scores first, then log(sum) - score ---- */

static double plain_loss(const TwoLayer *net, const double *x)
{
    size_t inputs = net->inputs, hidden = net->hidden, classes = net->classes;
    const double *a = x + hidden * inputs, *B = a + hidden, *b = B + classes * hidden;
    double loss = 0;
    for (size_t n = net->examples; n-- > 0;) {
        const double *in = b + classes + n * inputs;
        double sum = 0, right = 0;
        for (size_t c = 0; c < classes; c++) {
            double score = b[c];
            for (size_t j = hidden; j-- > 0;) {
                double z = 0;
                for (size_t i = inputs; i-- > 0;)
                    z += x[j * inputs + i] * in[i];
                score += B[c * hidden + j] * tanh(z + a[j]);
            }
            sum += exp(score);
            right = c == net->targets[n] ? score : right;
        }
        loss += log(sum) - right;
    }
    return loss / (double)net->examples;
}

static void worked_plain(const double *x, double *y) { y[0] = plain_loss(&worked_net, x); }
static void wide_plain(const double *x, double *y) { y[0] = plain_loss(&wide_net, x); }
static void more_plain(const double *x, double *y) { y[0] = plain_loss(&more_net, x); }

static void draw_worked(Random *random, double *x)
{
    (void)random;
    const double worked[7] = {0, 0, 1, -1, 0, log(2.0), 1};
    for (size_t i = 0; i < 7; i++)
        x[i] = worked[i];
}

/* Weights of about a half, away from tanh's flat ends. */
static void draw_half(Random *random, double *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = 0.5 * random_normal(random);
}
static void draw_wide(Random *random, double *x) { draw_half(random, x, 68); }
static void draw_more(Random *random, double *x) { draw_half(random, x, 41); }

const Case check_cases[] = {
    {.name = "1-1-2, the lesson's numbers",
     .x = "A[1][1] a[1] B[2][1] b[2] in[1][1]",
     .y = "loss",
     .run = worked_run,
     .plain = worked_plain,
     .draw = draw_worked},
    {.name = "3-5-7, two examples",
     .x = "A[5][3] a[5] B[7][5] b[7] in[2][3]",
     .y = "loss",
     .run = wide_run,
     .plain = wide_plain,
     .draw = draw_wide},
    {.name = "5-3-2, three examples",
     .x = "A[3][5] a[3] B[2][3] b[2] in[3][5]",
     .y = "loss",
     .run = more_run,
     .plain = more_plain,
     .draw = draw_more},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
