/* The overfit gate: a model that cannot learn sixteen sequences by heart cannot learn anything.
 *
 * Sixteen sequences of random ids, whose first ids differ (two that share one could not be told
 * apart), are shown whole at every step. There is nothing to understand in them, only to remember:
 * the loss must start near ln V, as for a model that knows nothing, and fall below 0.001 within 500
 * steps. Every part of the training loop takes part, from the shifted targets to the optimizer.
 * Prints steps and losses; the exit status is the verdict, 0 or 1.
 * Letters: B sequences, T steps, V vocabulary. */
#include "gpt2/gpt2.h"

#include <string.h>

enum { B = 16, T = 32, V = 128, STEPS = 500 };
static const double GOAL = 0.001;

typedef struct {
    int inputs[B * T], targets[B * T];
} Sequences;

/* The first ids are a shuffle's first sixteen, all the others are drawn freely. The target of each
 * id is the one after it. */
static void sequences_draw(Sequences *data, uint64_t seed)
{
    int firsts[V];
    Random random = random_make(seed, 15);
    for (int i = 0; i < V; i++)
        firsts[i] = i;
    for (size_t b = 0; b < B; b++) {
        size_t chosen = b + (size_t)random_below(&random, V - b);
        int id = firsts[chosen];
        firsts[chosen] = firsts[b];
        for (size_t t = 0; t < T; t++) {
            data->inputs[b * T + t] = id;
            id = (int)random_below(&random, V);
            data->targets[b * T + t] = id;
        }
    }
}

/* Forward, backward, clip, update: the loss before the update. */
static double step(Gpt2 *model, AdamW *optimizer, const Sequences *data, double rate)
{
    TapeMark mark = tape_mark();
    gradients_zero(optimizer->parameters, optimizer->n);
    Tensor *loss = gpt2_loss(model, data->inputs, data->targets, B, T, NULL, 0);
    tensor_backward(loss);
    double norm = gradients_norm(optimizer->parameters, optimizer->n);
    adamw_step(optimizer, rate, clip_scale(norm, 1));
    double value = (double)tensor_item(loss);
    tape_release(mark);
    return value;
}

/* The step whose loss is below the goal, or STEPS when none was; prints what it sees on the way. */
static int learn(Gpt2 *model, AdamW *optimizer, const Sequences *data, double *first)
{
    const Schedule schedule = {.peak = 1e-2, .floor = 1e-3, .warmup = 10, .total = STEPS};
    for (int i = 0; i < STEPS; i++) {
        double loss = step(model, optimizer, data, schedule_rate(&schedule, i));
        if (i == 0)
            *first = loss;
        if (i % 10 == 0 || loss < GOAL)
            printf("  step %3d  loss %.4f\n", i, loss);
        if (!isfinite(loss))
            return STEPS;
        if (loss < GOAL)
            return i;
    }
    return STEPS;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1;
    const Option options[] = {{"seed", OPTION_SEED, &seed, 0, 0, "of the sequences and the model"}};
    options_parse(argc, argv, "Overfits a small GPT-2 to sixteen random sequences.", options, 1);
    exit_if(gemm_check_environment());
    exit_if(threads_check_environment());

    const Config config = {.n_layer = 2, .n_head = 2, .n_embd = 64, .vocab_size = V,
                           .n_positions = T, .layer_norm_epsilon = 1e-5, .tanh_gelu = true,
                           .tied = true, .bias = true};
    Sequences data;
    sequences_draw(&data, seed);
    Gpt2 *model = gpt2_make(&config, seed);
    Tensor *parameters[64];
    int n = model->parameters.count;
    for (int i = 0; i < n; i++)
        parameters[i] = model->parameters.items[i].tensor;
    AdamSettings settings = adam_settings();
    settings.beta2 = 0.99;
    AdamW *optimizer = adamw_make(parameters, n, NULL, settings);

    double first = 0;
    int taken = learn(model, optimizer, &data, &first);
    bool began = fabs(first - log((double)V)) < 0.1;
    printf("overfit in %s: from %.3f (ln %d = %.3f) to below %g in %d of %d steps: %s\n", REAL_NAME,
           first, V, log((double)V), GOAL, taken, STEPS, began && taken < STEPS ? "ok" : "MISSED");
    adamw_free(optimizer);
    gpt2_free(model);
    tape_free();
    gemm_free_buffers();
    return began && taken < STEPS ? 0 : 1;
}
