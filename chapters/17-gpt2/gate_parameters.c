/* The rows of counts, names and initial values, which are GPT-2's. */
#include "gate.h"

#include <string.h>

void check_counts(void)
{
    const struct {
        size_t layers, heads, width, count;
    } sizes[4] = {{12, 12, 768, 124439808},
                  {24, 16, 1024, 354823168},
                  {36, 20, 1280, 774030080},
                  {48, 25, 1600, 1557611200}};
    for (int i = 0; i < 4; i++) {
        char name[60];
        Config config = {.n_layer = sizes[i].layers, .n_head = sizes[i].heads,
                         .n_embd = sizes[i].width, .vocab_size = 50257, .n_positions = 1024,
                         .layer_norm_epsilon = 1e-5, .tied = true, .bias = true};
        snprintf(name, sizeof name, "parameters of GPT-2 with %zu layers", sizes[i].layers);
        gate_check(name, gpt2_parameter_count(&config) == sizes[i].count, "%zu",
                   gpt2_parameter_count(&config));
    }
    size_t right = 0;
    for (unsigned variant = 0; variant < 4; variant++) {
        Config config = config_small();
        config.tied = variant & 1;
        config.bias = variant & 2;
        config.n_layer = 1 + variant;
        Gpt2 *model = gpt2_make(&config, 17);
        right += parameters_elements(&model->parameters) == gpt2_parameter_count(&config);
        gpt2_free(model);
    }
    gate_check("parameters counted = by formula, 4 variants", right == 4, "%zu of 4", right);
}

/* A table of its own for the head, if and only if it is not tied. */
bool check_heads(void)
{
    Config tied = config_small(), untied = config_small();
    untied.tied = false;
    Gpt2 *one = gpt2_make(&tied, 17), *other = gpt2_make(&untied, 17);
    bool right = one->head == named(one, -1, "wte.weight") &&
                 named(one, -1, "lm_head.weight") == NULL &&
                 other->head == named(other, -1, "lm_head.weight");
    gate_check("parameters have lm_head only when untied", right, "as named");
    gpt2_free(one);
    gpt2_free(other);
    return right;
}

bool check_names(void)
{
    const char *const first[] = {"wte.weight", "wpe.weight"};
    const char *const last[] = {"ln_f.weight", "ln_f.bias", "lm_head.weight"};
    const char *const block[] = {"ln_1.weight",        "ln_1.bias",        "attn.c_attn.weight",
                                 "attn.c_attn.bias",   "attn.c_proj.weight", "attn.c_proj.bias",
                                 "ln_2.weight",        "ln_2.bias",        "mlp.c_fc.weight",
                                 "mlp.c_fc.bias",      "mlp.c_proj.weight", "mlp.c_proj.bias"};
    Config config = config_small();
    config.tied = false;
    Gpt2 *model = gpt2_make(&config, 17);
    const Parameters *list = &model->parameters;
    int right = 0, count = list->count;
    for (int i = 0; i < 2 && i < count; i++)
        right += list->items[i].tensor == named(model, -1, first[i]);
    for (int i = 2; i < 26 && i < count; i++)
        right += list->items[i].tensor == named(model, (i - 2) / 12, block[(i - 2) % 12]);
    for (int i = 26; i < 29 && i < count; i++)
        right += list->items[i].tensor == named(model, -1, last[i - 26]);
    gate_check("parameters named and ordered as published",
               right == 29 && count == 29, "%d of 29", right);
    gpt2_free(model);
    return right == 29;
}

static double deviation(const Tensor *t)
{
    double squares = 0;
    for (size_t i = 0; i < t->size; i++)
        squares += (double)t->data[i] * (double)t->data[i];
    return sqrt(squares / (double)t->size);
}

/* Every tensor of a fresh model: matrices normal of deviation 0.02, those that close a residual
 * branch smaller by sqrt(2 n_layer); gains 1, biases 0. Five standard errors are allowed. */
void check_initial_values(void)
{
    Config config = {.n_layer = 3, .n_head = 2, .n_embd = 32, .vocab_size = 29, .n_positions = 16,
                     .layer_norm_epsilon = 1e-5, .tied = false, .bias = true};
    Gpt2 *model = gpt2_make(&config, 17);
    int right = 0;
    for (int i = 0; i < model->parameters.count; i++) {
        const Parameter *p = &model->parameters.items[i];
        bool gain = strstr(p->name, "ln_") != NULL && strstr(p->name, "weight") != NULL;
        double expected = p->tensor->shape.rank == 1 ? (gain ? 1 : 0) : 0.02;
        if (strstr(p->name, "c_proj.weight") != NULL)
            expected /= sqrt(2.0 * 3);
        double allowed = p->tensor->shape.rank == 1
                             ? 0 : 5 * expected / sqrt(2.0 * (double)p->tensor->size);
        right += fabs(deviation(p->tensor) - expected) <= allowed;
    }
    gate_check("initial values are GPT-2's, tensor by tensor", right == model->parameters.count,
               "%d of %d", right, model->parameters.count);
    gpt2_free(model);
}

/* A fresh model knows nothing: its loss is about ln V, whatever the targets. */
void check_initial_loss(void)
{
    TapeMark mark = tape_mark();
    Config config = config_small();
    Gpt2 *model = gpt2_make(&config, 17);
    double loss = (double)tensor_item(gpt2_loss(model, ids, targets, B, T, NULL, 0));
    gate_check("initial loss is near ln V", fabs(loss - log((double)V)) < 0.05,
               "%.3f, ln 11 = %.3f", loss, log((double)V));
    gpt2_free(model);
    tape_release(mark);
}
