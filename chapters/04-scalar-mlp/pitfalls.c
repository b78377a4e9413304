/* What goes wrong with a first network: seven mistakes of chapter 04, each beside the right
 * thing. */
#include "../pitfalls.h"
#include "value/value.h"

enum { CORNERS = 4 };
static const real corners[CORNERS][3] = {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}};

/* ---- XOR: 2 inputs, 4 hidden neurons, 1 output ---- */

static ValueMlp *xor_network(ValueActivation hidden)
{
    Random random = random_make(4, 0);
    return value_mlp_make((const size_t[]){2, 4, 1}, 2, hidden, &random);
}

/* The squared errors of all corners, added up. */
static Value *xor_error(const ValueMlp *mlp)
{
    Value *squares[CORNERS];
    for (int i = 0; i < CORNERS; i++) {
        Value *x[2] = {value_leaf(corners[i][0]), value_leaf(corners[i][1])};
        Value *y = value_mlp_forward(mlp, x)[0];
        squares[i] = value_pow(value_sub(y, value_leaf(corners[i][2])), 2);
    }
    return value_sum(squares, CORNERS);
}

typedef struct {
    real rate;
    bool keep;  /* gradients are never zeroed */
    bool whole; /* the sum of squares is trained on, not their mean */
} Training;

/* Trains `steps` steps and returns the mean squared error before the last of them. */
static double xor_train(ValueMlp *mlp, Training how, int steps)
{
    double mean = 0;
    for (int step = 0; step < steps; step++) {
        ValueMark mark = value_mark();
        Value *sum = xor_error(mlp);
        Value *loss = how.whole ? sum : value_div(sum, value_leaf(CORNERS));
        if (!how.keep || step == 0)
            value_zero_grad(mlp->parameters, mlp->parameter_count);
        value_backward(loss);
        for (size_t i = 0; i < mlp->parameter_count; i++)
            mlp->parameters[i].data -= how.rate * mlp->parameters[i].grad;
        mean = (double)sum->data / CORNERS;
        value_release(mark);
    }
    return mean;
}

/* A loss, in words where its digits depend on round-off. */
static void print_loss(const char *what, double loss)
{
    if (loss < 1e-4)
        printf("%-44s loss below %s\n", what, loss < 1e-20 ? "1e-20" : "1e-4");
    else if (loss < 1e6)
        printf("%-44s loss %.4f\n", what, loss);
    else
        printf("%-44s %s\n", what, "loss above a million, or NaN");
}

static void print_outputs(const ValueMlp *mlp)
{
    ValueMark mark = value_mark();
    for (int i = 0; i < CORNERS; i++) {
        Value *x[2] = {value_leaf(corners[i][0]), value_leaf(corners[i][1])};
        double y = (double)value_mlp_forward(mlp, x)[0]->data;
        printf("  XOR(%g, %g) should be %g, is %.2f\n", (double)corners[i][0],
               (double)corners[i][1], (double)corners[i][2], fabs(y));
    }
    value_release(mark);
}

static void linear(void)
{
    const ValueActivation hidden[2] = {VALUE_LINEAR, VALUE_TANH};
    const char *const names[2] = {"hidden neurons without activation", "the same with tanh"};
    for (int k = 0; k < 2; k++) {
        ValueMlp *mlp = xor_network(hidden[k]);
        print_loss(names[k], xor_train(mlp, (Training){.rate = (real)0.2}, 1000));
        print_outputs(mlp);
        value_mlp_free(mlp);
    }
    printf("\nSums of sums are sums: layers without a curve between them are one line, and the\n"
           "best line for XOR says a half everywhere.\n");
}

static void print_hidden(const ValueMlp *mlp)
{
    for (size_t n = 0; n < 4; n++) {
        const Value *w = mlp->neurons[n].parameters;
        printf("  neuron %zu: weights %5.2f %5.2f, bias %5.2f\n", n, (double)w[0].data,
               (double)w[1].data, (double)w[2].data);
    }
}

static void same_start(void)
{
    for (int k = 0; k < 2; k++) {
        ValueMlp *mlp = xor_network(VALUE_TANH);
        for (size_t i = 0; k == 0 && i < mlp->parameter_count; i++)
            mlp->parameters[i].data = (real)0.5;
        print_loss(k == 0 ? "every weight begins at 0.5" : "weights begin at random numbers",
                   xor_train(mlp, (Training){.rate = (real)0.2}, 1000));
        print_hidden(mlp);
        value_mlp_free(mlp);
    }
    printf("\nEqual neurons get equal gradients and stay equal: four do the work of one.\n");
}

static void start_size(void)
{
    for (int k = 0; k < 3; k++) {
        const double times[3] = {0.001, 1, 30};
        ValueMlp *mlp = xor_network(VALUE_TANH);
        for (size_t i = 0; i < mlp->parameter_count; i++)
            mlp->parameters[i].data *= (real)times[k];
        char what[60];
        snprintf(what, sizeof what, "deviation %g/sqrt(inputs), after 100 steps", times[k]);
        print_loss(what, xor_train(mlp, (Training){.rate = (real)0.2}, 100));
        value_mlp_free(mlp);
    }
    printf("\nToo small: every neuron is near 0 and every gradient too. Too large: tanh is\n"
           "flat out there, and the hidden weights hardly hear of the loss.\n");
}

static void stale(void)
{
    const char *const names[2] = {"gradients never zeroed", "zeroed before each backward"};
    const int after[] = {0, 1, 2, 3, 6, 10, 30, 90};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
            ValueMlp *mlp = xor_network(VALUE_TANH);
            char what[60];
            snprintf(what, sizeof what, "%s, after %d", names[k], after[i]);
            print_loss(what, xor_train(mlp, (Training){.rate = (real)0.2, .keep = k == 0},
                                       after[i] + 1));
            value_mlp_free(mlp);
        }
    printf("\nIts first step is the right one. Each later step follows the sum of all gradients\n"
           "so far: it gathers speed like a ball that nothing brakes, and runs past every\n"
           "valley.\n");
}

static void no_mean(void)
{
    const char *const names[2] = {"the sum of the four squares", "their mean"};
    for (int k = 0; k < 2; k++)
        for (int r = 1; r <= 2; r++) {
            ValueMlp *mlp = xor_network(VALUE_TANH);
            const real rate = (real)(0.2 * r);
            char what[60];
            snprintf(what, sizeof what, "%s, rate %g", names[k], (double)rate);
            print_loss(what, xor_train(mlp, (Training){.rate = rate, .whole = k == 0}, 300));
            value_mlp_free(mlp);
        }
    printf("\nA sum over N examples has N times the gradient of the mean: the rate that was\n"
           "right for 4 examples is 25 times too large for 100.\n");
}

/* ---- losses ---- */

static void big_scores(void)
{
    const real apart[3] = {2, 100, 1000};
    for (int k = 0; k < 3; k++) {
        ValueMark mark = value_mark();
        Value *scores[2] = {value_leaf(0), value_leaf(apart[k])};
        Value *surprise = value_neg(value_log(value_softmax(scores, 2)[1]));
        Value *loss = value_cross_entropy(scores, 2, 1);
        printf("scores 0 and %-4g  -log of the softmax: %-7.3g  log of the sum, minus: %.3g\n",
               (double)apart[k], fabs((double)surprise->data), fabs((double)loss->data));
        value_release(mark);
    }
    printf("\nThe right class is believed most: the loss should fall towards 0. But e^1000 is\n"
           "more than a double holds: infinity, and infinity by infinity is NaN. Chapter 08\n"
           "takes the largest score off first.\n");
}

/* One weight on each side of a tanh: L = (v tanh w)^2 at w = 0.5, v = 2. */
static void early_update(void)
{
    const double rate = 0.5, h = tanh(0.5);
    for (int early = 1; early >= 0; early--) {
        double v = 2, dy = 2 * v * h, dv = dy * h;
        v -= early ? rate * dv : 0;
        double dw = dy * v * (1 - h * h);
        printf("%-36s dv %.4f  dw %.4f\n",
               early ? "v moved before dw was computed" : "both gradients, and then the moves", dv,
               dw);
    }
    const double t = 1e-4, up = 2 * tanh(0.5 + t), down = 2 * tanh(0.5 - t);
    printf("%-36s            dw %.4f\n", "measured", (up * up - down * down) / (2 * t));
    printf("\nA backward speaks of the weights that the forward used. Move one while the walk\n"
           "is still on its way, and what comes after it is the gradient of neither network.\n");
}

int main(int argc, char **argv)
{
    static const Pitfall pitfalls[] = {
        {"linear", "layers without an activation between them", linear},
        {"same-start", "all weights begin at one value", same_start},
        {"start-size", "weights that begin too small or too large", start_size},
        {"stale", "gradients that are never zeroed", stale},
        {"no-mean", "the sum of the losses where the mean was meant", no_mean},
        {"big-scores", "softmax of scores that are too large for exp", big_scores},
        {"early-update", "a weight moved before the backward is done with it", early_update},
    };
    int status = pitfalls_main(argc, argv, pitfalls, sizeof pitfalls / sizeof pitfalls[0]);
    value_free_pool();
    return status;
}
