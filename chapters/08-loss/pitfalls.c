/* What goes wrong between scores and a loss: nine mistakes of chapter 08, each beside the right
 * thing. */
#include "../pitfalls.h"
#include "ops/ops.h"

static const real LOG_2 = (real)0.69314718055994530942;

static Tensor *wanted(Shape shape, const real *values)
{
    Tensor *x = tensor_from(shape, values);
    tensor_want_grad(x);
    return x;
}

static void print_values(const char *what, const real *values, size_t count)
{
    printf("%-42s", what);
    for (size_t i = 0; i < count; i++)
        printf(" %7.4f", (double)values[i]);
    printf("\n");
}

/* The gradient along the scores of sum dy p, p = softmax(x), by one of three backwards. */
enum { DIAGONAL, PLAIN, WEIGHTED };
static void softmax_vjp(const real *p, const real *dp, size_t n, int kind, real *dx)
{
    real mean = 0;
    for (size_t j = 0; j < n; j++)
        mean += kind == PLAIN ? dp[j] / (real)n : p[j] * dp[j];
    for (size_t i = 0; i < n; i++)
        dx[i] = kind == DIAGONAL ? p[i] * (1 - p[i]) * dp[i] : p[i] * (dp[i] - mean);
}

static void plain_mean(void)
{
    static const real dp[3] = {1, 0, 0};
    const real scores[2][3] = {{0, 0, 0}, {0, LOG_2, LOG_2}};
    print_values("upstream dp", dp, 3);
    for (int k = 0; k < 2; k++) {
        real dx[3];
        Tensor *p = tensor_softmax(tensor_from(shape1(3), scores[k]));
        print_values(k == 0 ? "scores equal:            p" : "scores (0, ln 2, ln 2):  p", p->data,
                     3);
        for (int kind = PLAIN; kind <= WEIGHTED; kind++) {
            softmax_vjp(p->data, dp, 3, kind, dx);
            print_values(kind == PLAIN ? "  dx, plain mean taken off"
                                       : "  dx, weighted mean taken off",
                         dx, 3);
        }
    }
    printf("\nWhere all probabilities are equal the two means are one, and a network begins\n"
           "just there. Elsewhere the first dx does not even sum to 0.\n");
}

static void ones_hide_all(void)
{
    static const real dp[2][3] = {{1, 1, 1}, {(real)0.5, -1, 2}};
    Tensor *p = tensor_softmax(tensor_from(shape1(3), (real[]){0, LOG_2, 2 * LOG_2}));
    print_values("scores (0, ln 2, ln 4):  p", p->data, 3);
    for (int k = 0; k < 2; k++) {
        static const char *const names[2] = {"  p (dp - plain mean)", "  p (dp - weighted mean)"};
        real right[3], dx[3];
        softmax_vjp(p->data, dp[k], 3, WEIGHTED, right);
        print_values(k == 0 ? "upstream of ones" : "any other upstream", dp[k], 3);
        for (int kind = PLAIN; kind <= WEIGHTED; kind++) {
            softmax_vjp(p->data, dp[k], 3, kind, dx);
            print_values(names[kind - PLAIN], dx, 3);
        }
        for (int i = 0; i < 3; i++)
            dx[i] = 7 * right[i];
        print_values("  seven times the right one", dx, 3);
    }
    printf("\nThe probabilities sum to 1 whatever the scores are, so the slope of their plain\n"
           "sum is 0, and 0 is what these three all say. Gates send a random upstream.\n");
}

/* ---- numbers that are too large or too small ---- */

static void no_shift(void)
{
    for (int c = 0; c <= 1000; c += 500) {
        const double a = exp((double)c), b = exp((double)c + 1);
        Tensor *p = tensor_softmax(tensor_from(shape1(2), (real[]){(real)c, (real)(c + 1)}));
        printf("scores (%d, %d)\n  e^x / sum                 ", c, c + 1);
        if (isfinite(a + b))
            printf("%.4f %.4f\n", a / (a + b), b / (a + b));
        else
            printf("infinity / infinity: not a number\n");
        printf("  e^(x - max) / sum         %.4f %.4f\n", (double)p->data[0], (double)p->data[1]);
    }
    printf("\nIn a double e^710 is infinite, in a float e^89. With the largest score off,\n"
           "every exponent is at most 0, and the sum at least 1. Without it, a row of scores\n"
           "of -746 is 0/0, and two of 709.5 are two zeros: their sum alone is infinite.\n");
}

static void log_of_zero(void)
{
    static const int target = 1;
    for (int k = 0; k < 2; k++) {
        Tensor *x = wanted(shape2(1, 2), (real[]){800, 0});
        Tensor *loss = k == 0 ? tensor_cross_entropy(tensor_softmax(x), &target)
                              : tensor_softmax_cross_entropy(x, &target);
        tensor_backward(loss);
        printf("%-28s loss ", k == 0 ? "softmax, then -ln p" : "both in one");
        if (isfinite(tensor_item(loss)))
            printf("%.0f", (double)tensor_item(loss));
        else
            printf("infinite");
        printf(", gradient ");
        for (int i = 0; i < 2; i++)
            if (isnan(x->grad[i]))
                printf(" NaN");
            else
                printf(" %g", (double)x->grad[i]);
        printf("\n");
    }
    printf("\nScores (800, 0), target 1: p of the target is e^-800, which a double rounds to\n"
           "0. Its logarithm is infinite, its slope 1/p too, and 0 times infinity is NaN.\n"
           "On paper p cancels; in the machine it has to be cancelled before it is\n"
           "computed.\n");
}

/* ---- which N ---- */

/* One example, `copies` times: loss and the first row's first slope. */
static void no_share(void)
{
    static const int targets[100] = {0};
    for (size_t copies = 1; copies <= 100; copies *= 10) {
        real sum[2] = {0};
        Tensor *x = tensor_new(shape2(copies, 2));
        for (size_t i = 0; i < x->size; i++)
            x->data[i] = i % 2 == 0 ? 0 : LOG_2;
        tensor_want_grad(x);
        Tensor *weight = wanted(shape1(2), (real[]){0, 0}); /* a bias that all rows share */
        tensor_backward(tensor_softmax_cross_entropy(tensor_add(x, weight), targets));
        for (int i = 0; i < 2; i++)
            sum[i] = (real)copies * weight->grad[i];
        printf("%3zu times the same example:  with 1/N %8.4f   without %9.4f\n", copies,
               (double)weight->grad[0], (double)sum[0]);
    }
    printf("\nThe slope of the loss along a bias that all rows share. Without 1/N a batch\n"
           "that is ten times as large takes steps that are ten times as long.\n");
}

static void all_rows(void)
{
    static const int targets[4] = {0, 0, IGNORED, IGNORED};
    const real scores[8] = {0, LOG_2, 0, LOG_2, 5, 1, -3, 2};
    Tensor *x = wanted(shape2(4, 2), scores);
    Tensor *loss = tensor_softmax_cross_entropy(x, targets);
    tensor_backward(loss);
    printf("two rows count, two are ignored; the loss of each that counts is ln 3 = 1.0986\n\n");
    printf("divided by all four      loss %.4f   slopes of row 0: %.4f %.4f\n",
           (double)tensor_item(loss) / 2, (double)x->grad[0] / 2, (double)x->grad[1] / 2);
    printf("divided by the two       loss %.4f   slopes of row 0: %.4f %.4f\n",
           (double)tensor_item(loss), (double)x->grad[0], (double)x->grad[1]);
    printf("\nThe first loss and the first slopes fit each other, so differences say nothing.\n"
           "Only a loss that was known before can tell, or the same batch without its\n"
           "ignored rows, whose loss must be the same.\n");
}

/* ---- the wrong loss ---- */

static void softmax_twice(void)
{
    static const int target = 0;
    for (int score = 2; score <= 32; score *= 4) {
        Tensor *x = tensor_from(shape2(1, 3), (real[]){(real)score, 0, 0});
        printf("scores (%2d, 0, 0), target 0:  once %.4f   twice %.4f\n", score,
               (double)tensor_item(tensor_softmax_cross_entropy(x, &target)),
               (double)tensor_item(tensor_softmax_cross_entropy(tensor_softmax(x), &target)));
    }
    printf("\nProbabilities handed to a loss that expects scores: it takes the softmax again.\n"
           "They differ by 1 at most, so of three classes the loss cannot fall below\n"
           "ln(e + 2) - 1 = 0.5514, however right the answer is.\n");
}

/* Minus the slope along the lead of the wrong answer's score, where p is the right one's. */
static double pull(int kind, double p) { return kind == 0 ? 4 * p * (1 - p) * (1 - p) : 1 - p; }

static void sure_and_wrong(void)
{
    double lead[2] = {8, 8};
    printf("target 0, scores (0, 8)   (p_0 - 1)^2 + p_1^2          -ln p_0\n");
    for (int step = 0; step <= 20; step++) {
        double p[2];
        for (int k = 0; k < 2; k++) {
            p[k] = 1 / (1 + exp(lead[k]));
            lead[k] -= 2 * pull(k, p[k]); /* both scores move */
        }
        if (step % 5 == 0)
            printf("after %2d steps of rate 1       p_0 = %.4f         p_0 = %.4f\n", step, p[0],
                   p[1]);
    }
    printf("\nSure, and wrong. The squared error's slope has the factor p_0 (1 - p_0), which\n"
           "is nearly 0 there. The logarithm's slope 1/p_0 cancels the p_0.\n");
}

static void borrowed(void)
{
    static const int targets[2] = {0, 1};
    const real scores[4] = {0, LOG_2, 0, LOG_2};
    for (int k = 0; k < 2; k++) {
        Tensor *x = wanted(shape2(2, 2), scores);
        /* What a backward that kept the pointer alone would read by now: the next batch's. */
        const int next[2] = {1, 0};
        tensor_backward(tensor_softmax_cross_entropy(x, k == 0 ? next : targets));
        print_values(k == 0 ? "targets read when backward comes by" : "targets copied by forward",
                     x->grad, 4);
    }
    printf("\nBetween forward and backward the caller's array was filled with the next\n"
           "batch's targets (1, 0). The loss was of (0, 1); the first gradient is of\n"
           "another loss.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"plain-mean", "softmax's backward with the plain mean", plain_mean},
        {"ones-hide-all", "softmax checked with an upstream of ones", ones_hide_all},
        {"no-shift", "softmax without the largest score taken off", no_shift},
        {"log-of-zero", "softmax first, its logarithm afterwards", log_of_zero},
        {"no-share", "the 1/N left out", no_share},
        {"all-rows", "ignored rows counted in N", all_rows},
        {"softmax-twice", "probabilities given to a loss that expects scores", softmax_twice},
        {"sure-and-wrong", "the squared error of probabilities", sure_and_wrong},
        {"borrowed", "targets not copied by forward", borrowed},
    };
    int status = pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof pitfalls[0]);
    tape_free();
    return status;
}
