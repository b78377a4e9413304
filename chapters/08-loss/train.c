/* Softmax regression: one linear layer and this chapter's loss, which has no valleys but one. It
 * learns to tell three species of flowers, measured by this program in its own garden: four lengths
 * each, in tenths of a centimetre, which grow together within a plant. 150 flowers are for
 * training, 150 others are held out.
 *
 * Columns: step, fused (the loss that is trained on), composed (the same from softmax and
 * cross_entropy), held_out, wrong and held_out_wrong (flowers taken for another species). Beside
 * FILE.tsv it writes three tables that need no training:
 *   FILE-jacobian.tsv   score probability once thrice: the slope of each probability along each
 *                       score, at six scores and at three times those
 *   FILE-ranges.tsv     case at, then a column for each way to compute a loss of two classes: which
 *                       way it is, where it is right, else nan. Case 0: both scores moved by `at`;
 *                       case 1: the wrong answer's score `at` above the right one's
 *   FILE-pull.tsv       lead cross_entropy squared: how hard each loss pulls on the right answer's
 *                       score, when the wrong one leads by so much */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"

enum { SPECIES = 3, LENGTHS = 4, FLOWERS = 150, STEPS = 1000 };
static const real RATE = 0.5;

/* ---- the flowers ---- */
typedef struct {
    real length[FLOWERS][LENGTHS];
    int species[FLOWERS];
} Garden;

/* Sepal length and width, petal length and width: means in centimetres, and how far a plant that is
 * one deviation larger than its like exceeds them; then what is left to chance. */
static const double typical[SPECIES][LENGTHS] = {
    {5.0, 3.4, 1.5, 0.3}, {5.9, 2.8, 4.3, 1.3}, {6.5, 3.0, 5.4, 2.0}};
static const double with_size[LENGTHS] = {0.40, 0.22, 0.38, 0.12},
                    by_chance[LENGTHS] = {0.25, 0.20, 0.25, 0.15};

static void garden_measure(Garden *garden, uint64_t seed, uint64_t stream)
{
    Random random = random_make(seed, stream);
    for (int i = 0; i < FLOWERS; i++) {
        int species = garden->species[i] = i % SPECIES;
        double size = random_normal(&random);
        for (int k = 0; k < LENGTHS; k++) {
            /* The petals of the first species vary less. */
            double small = species == 0 && k >= 2 ? 0.4 : 1;
            double length = typical[species][k] +
                            small * (with_size[k] * size + by_chance[k] * random_normal(&random));
            garden->length[i][k] = (real)(fmax(1, rint(10 * length)) / 10);
        }
    }
}

/* Lengths as deviations from what is usual in `from`, so that all four weigh the same. */
static void garden_standardise(Garden *garden, const Garden *from)
{
    for (int k = 0; k < LENGTHS; k++) {
        real mean = 0, square = 0;
        for (int i = 0; i < FLOWERS; i++)
            mean += from->length[i][k] / FLOWERS;
        for (int i = 0; i < FLOWERS; i++)
            square += (from->length[i][k] - mean) * (from->length[i][k] - mean) / FLOWERS;
        for (int i = 0; i < FLOWERS; i++)
            garden->length[i][k] = (garden->length[i][k] - mean) / sqrt(square);
    }
}

/* ---- the model ---- */
typedef struct {
    Tensor *weight, *bias; /* (4,3) and (3) */
} Model;

static Tensor *model_scores(const Model *model, const Garden *garden)
{
    Tensor *x = tensor_from(shape2(FLOWERS, LENGTHS), &garden->length[0][0]);
    return tensor_linear(x, model->weight, model->bias); /* (N,3) */
}

static int count_wrong(const Tensor *scores, const Garden *garden)
{
    int wrong = 0;
    for (int i = 0; i < FLOWERS; i++) {
        const real *score = scores->data + i * SPECIES;
        int best = score[1] > score[0] ? 1 : 0;
        best = score[2] > score[best] ? 2 : best;
        wrong += best != garden->species[i];
    }
    return wrong;
}

static void descend(Tensor *parameter)
{
    for (size_t i = 0; i < parameter->size; i++)
        parameter->data[i] -= RATE * parameter->grad[i];
}

/* Fills a row of the log, then takes one step down the fused loss. */
static void step_down(const Model *model, const Garden *garden, const Garden *held_out,
                      double row[6])
{
    TapeMark mark = tape_mark();
    Tensor *scores = model_scores(model, garden), *others = model_scores(model, held_out);
    Tensor *fused = tensor_softmax_cross_entropy(scores, garden->species);
    row[1] = (double)tensor_item(fused);
    row[2] = (double)tensor_item(tensor_cross_entropy(tensor_softmax(scores), garden->species));
    row[3] = (double)tensor_item(tensor_softmax_cross_entropy(others, held_out->species));
    row[4] = count_wrong(scores, garden);
    row[5] = count_wrong(others, held_out);
    tensor_zero_grad(model->weight);
    tensor_zero_grad(model->bias);
    tensor_backward(fused);
    descend(model->weight);
    descend(model->bias);
    tape_release(mark);
}

static void train(const Model *model, const Garden *garden, const Garden *held_out,
                  const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "step fused composed held_out wrong held_out_wrong"));
    double row[6] = {0}, first = 0, apart = 0;
    for (int step = 0; step <= STEPS; step++) {
        row[0] = step;
        step_down(model, garden, held_out, row);
        exit_if(tsv_row(&log, 6, row));
        first = step == 0 ? row[1] : first;
        apart = fmax(apart, fabs(row[1] - row[2]));
    }
    exit_if(tsv_close(&log));
    printf("%d flowers of %d species, %d lengths each, %d steps\n", FLOWERS, SPECIES, LENGTHS,
           STEPS);
    printf("  loss from %.4f (log 3 is 1.0986) to %.3f; %.0f of %d taken for another species\n",
           first, row[1], row[4], FLOWERS);
    printf("  held out: loss %.3f; %.0f of %d taken for another species\n", row[3], row[5],
           FLOWERS);
    printf("  fused and composed loss: %s 1e-14 at every step\n",
           apart <= 1e-14 ? "within" : "NOT within");
}

/* ---- what softmax and its losses look like ---- */

static void write_jacobian(const char *path)
{
    enum { SCORES = 6 };
    static const real scores[SCORES] = {0, 2, 1, -1, (real)2.5, (real)0.5};
    real slopes[2][SCORES][SCORES]; /* of probability j along score i */
    TsvLog log;
    for (int k = 0; k < 2; k++)
        for (size_t j = 0; j < SCORES; j++) {
            TapeMark mark = tape_mark();
            Tensor *x = tensor_from(shape1(SCORES), scores);
            for (size_t i = 0; i < SCORES; i++)
                x->data[i] *= k == 0 ? 1 : 3;
            tensor_want_grad(x);
            real upstream[SCORES] = {0};
            upstream[j] = 1;
            tensor_backward_from(tensor_softmax(x), upstream);
            for (size_t i = 0; i < SCORES; i++)
                slopes[k][j][i] = x->grad[i];
            tape_release(mark);
        }
    exit_if(tsv_create_beside(&log, path, "jacobian", "score probability once thrice"));
    for (size_t j = 0; j < SCORES; j++)
        for (size_t i = 0; i < SCORES; i++)
            exit_if(tsv_row(&log, 4,
                            (double[]){(double)i, (double)j, (double)slopes[0][j][i],
                                       (double)slopes[1][j][i]}));
    exit_if(tsv_close(&log));
}

/* The loss of the scores (a, b) at target 0: as the formula stands, by softmax with the maximum off
 * and then the logarithm, and fused; each in float and in double. */
enum { WAYS = 6 };
static void losses_of(double a, double b, double loss[WAYS])
{
    const float fa = (float)a, fb = (float)b, fm = fmaxf(fa, fb);
    const double m = fmax(a, b), sum = exp(a - m) + exp(b - m);
    const float fsum = expf(fa - fm) + expf(fb - fm);
    loss[0] = (double)-logf(expf(fa) / (expf(fa) + expf(fb)));
    loss[1] = -log(exp(a) / (exp(a) + exp(b)));
    loss[2] = (double)-logf(expf(fa - fm) / fsum);
    loss[3] = -log(exp(a - m) / sum);
    loss[4] = (double)((fm - fa) + logf(fsum));
    loss[5] = (m - a) + log(sum);
}

static void write_ranges(const char *path)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "ranges",
                              "case at written_float written_double composed_float "
                              "composed_double fused_float fused_double"));
    for (int which = 0; which < 2; which++)
        for (int at = -1000; at <= 1000; at += 4) {
            const double a = which == 0 ? at : 0, b = which == 0 ? at + 1 : at;
            const double truth = b > a ? (b - a) + log1p(exp(a - b)) : log1p(exp(b - a));
            double row[2 + WAYS] = {which, at};
            losses_of(a, b, row + 2);
            for (int k = 0; k < WAYS; k++)
                row[2 + k] =
                    fabs(row[2 + k] - truth) <= 1e-3 * fmax(1, truth) ? k + 1 : (double)NAN;
            exit_if(tsv_row(&log, 2 + WAYS, row));
        }
    exit_if(tsv_close(&log));
}

/* Two classes, of which 0 is right and 1 leads. Squared: the loss (p_0 - 1)^2 + p_1^2. */
static void write_pull(const char *path)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "pull", "lead cross_entropy squared"));
    for (int tenth = -80; tenth <= 80; tenth++) {
        const double lead = tenth / 10.0, p = 1 / (1 + exp(lead));
        exit_if(tsv_row(&log, 3, (double[]){lead, 1 - p, 4 * p * (1 - p) * (1 - p)}));
    }
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    static Garden garden, held_out;
    const char *path = "build/plots/08-loss.tsv";
    uint64_t seed = 8;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of the flowers"}};
    options_parse(argc, argv, "Trains softmax regression on flowers that it measures.", options, 2);
    garden_measure(&garden, seed, 0);
    garden_measure(&held_out, seed, 1);
    garden_standardise(&held_out, &garden);
    garden_standardise(&garden, &garden);
    /* Zeros: with one layer nothing has to be told apart at the start. */
    Model model = {tensor_parameter(shape2(LENGTHS, SPECIES)), tensor_parameter(shape1(SPECIES))};
    train(&model, &garden, &held_out, path);
    write_jacobian(path);
    write_ranges(path);
    write_pull(path);
    tensor_free(model.weight);
    tensor_free(model.bias);
    tape_free();
    gemm_free_buffers();
    return 0;
}
