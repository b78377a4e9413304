/* The check of 04-scalar-mlp/xor: the loss of the weights that were left behind, by a plain loop.
 *
 * x is 17 weights to begin with. Not every start of XOR ends well, at any rate; so the starts
 * are near one that does, in one of its many equal guises: neurons in another order, signs
 * turned. */
#include "../learn/check.h"

enum { HIDDEN = 4, EACH = 3, OUTER = HIDDEN * EACH, WEIGHTS = OUTER + HIDDEN + 1 };

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
    xor_train(mlp);
    for (size_t i = 0; i < WEIGHTS; i++)
        trial->y[i] = (double)mlp->parameters[i].data;
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

static const char *train_judge(const double *x, const double *y)
{
    bool moved = false;
    for (size_t i = 0; i < WEIGHTS; i++)
        moved = moved || y[i] != x[i];
    double loss = plain_loss(y);
    if (!moved)
        return "the weights are where they began";
    if (!isfinite(loss) || loss > 10)
        return "the loss of the weights left behind is above 10, or no number: the steps grew";
    if (loss > 0.1)
        return "the loss of the weights left behind is above 0.1, hardly better than one half";
    if (!(loss <= 1e-4))
        return "the loss of the weights left behind is on its way, but above 0.0001";
    return NULL;
}

const Case check_cases[] = {
    {.name = "2-4-1, from near the lesson's start",
     .x = "w[17]",
     .y = "w[17]",
     .run = train_run,
     .draw = draw_start,
     .judge = train_judge,
     .forward_only = true},
};
const size_t check_count = sizeof check_cases / sizeof *check_cases;
