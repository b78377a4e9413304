/* The check of 04-scalar-mlp/xor: the loss of the weights that were left behind, by a plain loop.
 *
 * y is those weights, the gradients that still stand beside them, and how many Values are still
 * alive. The gradients decide nothing; where the loss is too large they tell which slip it was.
 *
 * x is 17 weights to begin with. Not every start of XOR ends well, at any rate; so the starts
 * are near one that does, in one of its many equal guises: neurons in another order, signs
 * turned. */
#include "../learn/check.h"

enum { HIDDEN = 4, EACH = 3, OUTER = HIDDEN * EACH, WEIGHTS = OUTER + HIDDEN + 1 };
/* Where in y the gradients begin, and the count of Values. A step makes fewer than 300. */
enum { GRADIENTS = WEIGHTS, ALIVE = 2 * WEIGHTS, ALIVE_MOST = 4096 };

void xor_train(ValueMlp *mlp);

/* The lesson's own start, rounded. */
static const double start[WEIGHTS] = {
    1.07, 0.94, 0,
    -1.45, 0.66, 0,
    -0.55, -0.55, 0,
    -0.73, 0.40, 0,
    -0.37, 0.31, 0.07, -0.06, 0};

static void draw_start(Random *random, double *x)
{
    size_t order[HIDDEN] = {0, 1, 2, 3};
    for (size_t j = HIDDEN - 1; j > 0; j--) {
        size_t other = random_below(random, j + 1), kept = order[j];
        order[j] = order[other];
        order[other] = kept;
    }
    for (size_t j = 0; j < HIDDEN; j++) {
        double sign = random_below(random, 2) == 0 ? 1 : -1;
        for (size_t i = 0; i < EACH; i++)
            x[j * EACH + i] = sign * start[order[j] * EACH + i];
        x[OUTER + j] = sign * start[OUTER + order[j]];
    }
    x[WEIGHTS - 1] = start[WEIGHTS - 1];
    for (size_t i = 0; i < WEIGHTS; i++)
        x[i] += 0.05 * random_normal(random);
}

static void train_run(Trial *trial)
{
    Random random = random_make(1, 0);
    ValueMlp *mlp = value_mlp_make((const size_t[]){2, HIDDEN, 1}, 2, VALUE_TANH, &random);
    for (size_t i = 0; i < WEIGHTS; i++)
        mlp->parameters[i].data = (real)trial->x[i];
    ValueMark mark = value_mark();
    size_t before = value_room();
    xor_train(mlp);
    trial->y[ALIVE] = (double)value_room() - (double)before;
    value_release(mark);
    for (size_t i = 0; i < WEIGHTS; i++) {
        trial->y[i] = (double)mlp->parameters[i].data;
        trial->y[GRADIENTS + i] = (double)mlp->parameters[i].grad;
    }
    value_mlp_free(mlp);
}

static double plain_loss(const double *w)
{
    double loss = 0;
    for (int k = 0; k < 4; k++) {
        double first = k % 2, second = k / 2, answer = w[WEIGHTS - 1];
        for (size_t j = 0; j < HIDDEN; j++)
            answer += w[OUTER + j] *
                      tanh(w[j * EACH] * first + w[j * EACH + 1] * second + w[j * EACH + 2]);
        double wanted = first != second ? 1 : 0;
        loss += (answer - wanted) * (answer - wanted) / 4;
    }
    return loss;
}

static void plain_gradient(const double *w, double *g)
{
    const double h = 1e-5;
    double at[WEIGHTS];
    for (size_t i = 0; i < WEIGHTS; i++)
        at[i] = w[i];
    for (size_t i = 0; i < WEIGHTS; i++) {
        at[i] = w[i] + h;
        double up = plain_loss(at);
        at[i] = w[i] - h;
        g[i] = (up - plain_loss(at)) / (2 * h);
        at[i] = w[i];
    }
}

/* How far the gradients left behind are from those at the weights before the last move, if its
 * rate was `rate`: in parts of their own size. */
static double last_step_misfit(const double *y, double rate)
{
    double at[WEIGHTS], g[WEIGHTS], misfit = 0, size = 0;
    for (size_t i = 0; i < WEIGHTS; i++)
        at[i] = y[i] + rate * y[GRADIENTS + i];
    plain_gradient(at, g);
    for (size_t i = 0; i < WEIGHTS; i++) {
        misfit += (g[i] - y[GRADIENTS + i]) * (g[i] - y[GRADIENTS + i]);
        size += y[GRADIENTS + i] * y[GRADIENTS + i];
    }
    return size > 0 ? sqrt(misfit / size) : 0;
}

/* The rate at which the last move fits best, of one sign; `misfit` how well it does. */
static void last_step_fit(const double *y, double sign, double *misfit)
{
    *misfit = HUGE_VAL;
    for (double rate = 1e-6; rate < 10; rate *= 1.01)
        *misfit = fmin(*misfit, last_step_misfit(y, sign * rate));
}

/* Whether the last layer went straight along its first gradient: as it does where the loss is made
 * once, before the loop, for its own slopes then never change. */
static bool one_gradient_followed(const double *x, const double *y)
{
    double g[WEIGHTS], along = 0, moved = 0, size = 0;
    plain_gradient(x, g);
    for (size_t i = OUTER; i < WEIGHTS; i++) {
        along += (x[i] - y[i]) * g[i];
        moved += (x[i] - y[i]) * (x[i] - y[i]);
        size += g[i] * g[i];
    }
    return along > 0.999999 * sqrt(moved * size);
}

/* Why the loss is still large, as far as the weights and gradients tell. */
static const char *slip_of(const double *x, const double *y, double loss)
{
    if (one_gradient_followed(x, y))
        return "the last layer followed its very first gradient and no other: was there more than "
               "one step, and is the loss made anew in each?";
    if (!isfinite(loss))
        return "the weights left behind grew without end: which way does each step go, and how "
               "far?";
    double down, up;
    last_step_fit(y, 1, &down);
    last_step_fit(y, -1, &up);
    if (up < 0.1 && up < down)
        return "the last step went along the gradient, uphill: which sign has the move?";
    if (down > 0.2)
        return "the gradients left behind are not one step's: what does a leaf's grad hold when "
               "the next backward begins to add?";
    if (loss > 10)
        return "the loss of the weights left behind is above 10: the steps grew. How large is "
               "the rate?";
    if (loss > 0.1)
        return "the loss of the weights left behind is above 0.1, hardly better than one half";
    return "the loss of the weights left behind is on its way, but above 0.0001";
}

static const char *train_judge(const double *x, const double *y)
{
    bool moved = false;
    for (size_t i = 0; i < WEIGHTS; i++)
        moved = moved || y[i] != x[i];
    if (!moved)
        return "the weights are where they began";
    double loss = plain_loss(y);
    if (!(loss <= 1e-4))
        return slip_of(x, y, loss);
    if (!(y[ALIVE] <= ALIVE_MOST))
        return "XOR is learned, but thousands of Values are still alive: a mark and its release "
               "belong around each step";
    return NULL;
}

const Case check_cases[] = {
    {.name = "2 inputs, 4 tanh neurons, 1 output; begun near the lesson's weights",
     .x = "w[17]",
     .y = "w[17] grad[17] alive",
     .run = train_run,
     .draw = draw_start,
     .judge = train_judge,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
