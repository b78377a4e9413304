/* The gate of chapter 18: what is drawn is what model and settings say, however it is sped up.
 *
 * Nothing is differentiated here, so nothing is held to differences. Weights are held to a plain
 * sort; a sampler is checked by drawing often and counting: each id's count must lie within five
 * deviations of its expectation, which a right sampler misses about once in two million counts. The
 * cache is held to the forward it replaces, to the bit. Speculative decoding is held to the target
 * alone: exactly on tables (exact.h), and by counting with models. Generation is held to the model
 * itself, run again over its window for every id it wrote.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

#include <string.h>

void draw_logits(real *logits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        logits[i] = (real)(float)(2 * random_normal(gate_random()));
}

double worst_deviation(const size_t *counts, const double *p, size_t n, double draws)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double spread = sqrt(draws * p[i] * (1 - p[i]));
        double off = fabs((double)counts[i] - draws * p[i]);
        if (off > 1e-6)
            worst = fmax(worst, spread > 0 ? off / spread : HUGE_VAL);
    }
    return worst;
}

Config config_small(void)
{
    return (Config){.n_layer = 2, .n_head = 2, .n_embd = 6, .vocab_size = V, .n_positions = ROOM,
                    .layer_norm_epsilon = 1e-5, .tanh_gelu = true, .tied = true, .bias = true};
}

/* Every parameter moves by a normal number of this deviation from where it was. */
static void disturb(Gpt2 *model, real deviation)
{
    for (int i = 0; i < model->parameters.count; i++) {
        Tensor *tensor = model->parameters.items[i].tensor;
        for (size_t k = 0; k < tensor->size; k++)
            tensor->data[k] += deviation * (real)(float)random_normal(gate_random());
    }
}

Gpt2 *model_make(const Config *config)
{
    Gpt2 *model = gpt2_make(config, 18);
    disturb(model, (real)0.6);
    return model;
}

Gpt2 *draft_make(const Gpt2 *model)
{
    Gpt2 *draft = gpt2_make(&model->config, 18);
    for (int i = 0; i < model->parameters.count; i++)
        memcpy(draft->parameters.items[i].tensor->data, model->parameters.items[i].tensor->data,
               model->parameters.items[i].tensor->size * sizeof(real));
    disturb(draft, (real)0.1);
    return draft;
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "18-generation");
    check_greedy("sample temperature 0 is argmax", (SampleSettings){.temperature = 0});
    check_greedy("sample temperature 0 is argmax, top 3",
                 (SampleSettings){.temperature = 0, .top_k = 3});
    check_greedy("sample top 1 is argmax", (SampleSettings){.temperature = 2, .top_k = 1});
    check_greedy("sample a tiny top-p is argmax",
                 (SampleSettings){.temperature = 2, .top_p = 0.01});
    check_weights("sample weights by definition", false);
    check_weights("sample weights by definition, many equal", true);
    check_all_frequencies();
    check_by_hand();
    check_top_p_by_hand();
    check_range();
    check_seed();
    check_all_caches();
    check_window();
    check_all_exactly();
    check_judge_by_hand();
    check_all_generation();
    check_stream();
    tape_free();
    return gate_end();
}
