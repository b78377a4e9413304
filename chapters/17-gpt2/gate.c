/* The gate of chapter 17: a whole GPT-2, small enough that every derivative can be measured.
 *
 * V = 11, T = 5 of 7 positions, B = 4, C = 6, 2 heads, 2 layers, weights of deviation 0.3, ids that
 * repeat, a target that is ignored. Every element of every parameter is poked. The forward is held
 * to a GPT-2 in loops over single numbers (../13-transformer/plain.h), which looks its weights up by
 * Hugging Face's names, so that a weight under a wrong name is a wrong forward. Then: plain and fused
 * agree, the tied table gets both of its gradients, counts, names and initial values are GPT-2's.
 *
 * Letters: B batch, T time, C width, V vocabulary. */
#include "../13-transformer/plain.h"

#include "gpt2/gpt2.h"

#include <stdlib.h>
#include <string.h>

enum { B = 4, T = 5, C = 6, V = 11 };

static const int ids[B * T] = {3, 7, 3, 0, 10, 1, 1, 1, 4, 9, 10, 2, 7, 5, 3, 6, 8, 6, 0, 3};
static const int targets[B * T] = {7, 3, 0, 10, 2,       1, 1, 4, 9, IGNORED,
                                   2, 7, 5, 3,  IGNORED, 8, 6, 0, 3, 5};

static Config config_small(void)
{
    return (Config){.n_layer = 2, .n_head = 2, .n_embd = C, .vocab_size = V, .n_positions = 7,
                    .layer_norm_epsilon = 0.1, .tanh_gelu = true, .tied = true, .bias = true};
}

/* ---- GPT-2 by its definition ------------------------------------------------------------------- */
/* The parameter "h.LAYER.PART", or PART itself where layer is negative; NULL when there is none. */
static Tensor *named(const Gpt2 *model, int layer, const char *part)
{
    char name[PARAMETER_NAME_MAX];
    if (layer < 0)
        snprintf(name, sizeof name, "%s", part);
    else
        snprintf(name, sizeof name, "h.%d.%s", layer, part);
    return parameters_find(&model->parameters, name);
}

static Block block_named(const Gpt2 *model, int layer)
{
    const Config *config = &model->config;
    real epsilon = (real)config->layer_norm_epsilon;
    return (Block){
        .norm1 = {named(model, layer, "ln_1.weight"), named(model, layer, "ln_1.bias"), epsilon},
        .norm2 = {named(model, layer, "ln_2.weight"), named(model, layer, "ln_2.bias"), epsilon},
        .attention = {.qkv = {named(model, layer, "attn.c_attn.weight"),
                              named(model, layer, "attn.c_attn.bias")},
                      .output = {named(model, layer, "attn.c_proj.weight"),
                                 named(model, layer, "attn.c_proj.bias")},
                      .heads = config->n_head},
        .mlp = {.up = {named(model, layer, "mlp.c_fc.weight"), named(model, layer, "mlp.c_fc.bias")},
                .down = {named(model, layer, "mlp.c_proj.weight"),
                         named(model, layer, "mlp.c_proj.bias")},
                .tanh_gelu = config->tanh_gelu}};
}

/* wte[id] + wpe[t], the blocks, ln_f: hidden (B,T,C) */
static void plain_hidden(real *hidden, const Gpt2 *model, Random *dropout, real rate)
{
    const Tensor *tokens = named(model, -1, "wte.weight"), *places = named(model, -1, "wpe.weight");
    const LayerNorm last = {named(model, -1, "ln_f.weight"), named(model, -1, "ln_f.bias"),
                            (real)model->config.layer_norm_epsilon};
    const Sight sight = {.batch = B, .steps = T, .keys = T, .causal = true};
    real *x = plain_new(B * T * C), *y = plain_new(B * T * C);
    for (size_t n = 0; n < B * T; n++)
        for (size_t c = 0; c < C; c++)
            x[n * C + c] = tokens->data[(size_t)ids[n] * C + c] + places->data[n % T * C + c];
    plain_dropout(x, B * T * C, dropout, rate);
    for (int layer = 0; layer < (int)model->config.n_layer; layer++) {
        Block block = block_named(model, layer);
        plain_block(y, x, &sight, &block, dropout, rate);
        memcpy(x, y, B * T * C * sizeof *x);
    }
    plain_layer_norm(hidden, x, B * T, &last);
}

/* Every hidden vector against every row of the head's table: logits (B,T,V) */
static void plain_logits(real *logits, const Gpt2 *model, Random *dropout, real rate)
{
    const Tensor *head = named(model, -1, model->config.tied ? "wte.weight" : "lm_head.weight");
    real *hidden = plain_new(B * T * C);
    plain_hidden(hidden, model, dropout, rate);
    for (size_t n = 0; n < B * T; n++)
        for (size_t v = 0; v < V; v++) {
            logits[n * V + v] = 0;
            for (size_t c = 0; c < C; c++)
                logits[n * V + v] += hidden[n * C + c] * head->data[v * C + c];
        }
}

/* The mean of -log softmax(logits)[target] over the targets that are not ignored. */
static real plain_loss(const Gpt2 *model)
{
    real *logits = plain_new(B * T * V), sum = 0, counted = 0;
    plain_logits(logits, model, NULL, 0);
    for (size_t n = 0; n < B * T; n++) {
        real total = 0;
        for (size_t v = 0; v < V; v++)
            total += exp(logits[n * V + v]);
        if (targets[n] == IGNORED)
            continue;
        sum += log(total / exp(logits[n * V + (size_t)targets[n]]));
        counted += 1;
    }
    return sum / counted;
}

/* ---- the rows ---------------------------------------------------------------------------------- */
typedef struct {
    Gpt2 *model;
    Random dropout; /* copied for each forward, which so draws the same masks */
    real rate;
} Case;

static Tensor *loss_forward(Tensor *const *in, const void *context)
{
    (void)in;
    return gpt2_loss(((const Case *)context)->model, ids, targets, B, T, NULL, 0);
}

static void loss_reference(real *out, Tensor *const *in, const void *context)
{
    (void)in;
    *out = plain_loss(((const Case *)context)->model);
}

static Tensor *logits_forward(Tensor *const *in, const void *context)
{
    const Case *which = context;
    Random replay = which->dropout;
    (void)in;
    return gpt2_forward(which->model, ids, B, T, &replay, which->rate);
}

static void logits_reference(real *out, Tensor *const *in, const void *context)
{
    const Case *which = context;
    Random replay = which->dropout;
    (void)in;
    plain_logits(out, which->model, &replay, which->rate);
}

/* A model with every parameter drawn anew. */
static Gpt2 *model_make(Config config)
{
    Gpt2 *model = gpt2_make(&config, 17);
    plain_scramble(&model->parameters);
    return model;
}

static void check_model(TensorCheck check, const Case *which)
{
    TapeMark mark = tape_mark();
    const Parameters *list = &which->model->parameters;
    check.context = which;
    /* A loss is one number: less rounding than in a sum over logits, so half the usual step. */
    if (check.shape.rank == 0)
        check.step = (real)0x1p-12;
    for (int i = 0; i < list->count; i++)
        check.in[check.n++] = list->items[i].tensor;
    tensor_check(&check);
    gpt2_free(which->model);
    tape_release(mark);
}

static void check_loss(const char *name, Config config, bool plain)
{
    Case which = {.model = model_make(config)};
    gpt2_set_plain(which.model, plain);
    check_model((TensorCheck){.name = name, .forward = loss_forward, .shape = shape0(),
                              .reference = loss_reference}, &which);
}

static void check_logits(const char *name, Config config, real rate)
{
    Case which = {model_make(config), random_make(17, 1), rate};
    check_model((TensorCheck){.name = name, .forward = logits_forward, .shape = shape3(B, T, V),
                              .reference = logits_reference}, &which);
}

static void check_gradients(void)
{
    const real rate = (real)0.25;
    Config own = config_small(), other = config_small(), shallow = config_small();
    other.tied = other.tanh_gelu = other.bias = false;
    shallow.n_layer = 1;
    shallow.n_head = 3;
    check_loss("gpt2 loss: tied, tanh GELU, biases", own, false);
    check_loss("gpt2 loss: untied, exact GELU, no biases", other, false);
    check_loss("gpt2 loss, plain: tied, tanh GELU, biases", own, true);
    check_logits("gpt2 logits: 1 layer, 3 heads, dropout", shallow, rate);
}

/* ---- what differences cannot tell -------------------------------------------------------------- */
/* For what is exact but for rounding. */
static double rounding(void)
{
    return gate_is_float() ? 1e-5 : 1e-12;
}

/* The worst |a - b| so far, by the largest |a| of the array. */
static double apart(double worst, const real *a, const real *b, size_t count)
{
    double largest = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)a[i]));
        difference = fmax(difference, fabs((double)(a[i] - b[i])));
    }
    return fmax(worst, difference / largest);
}

/* The loss, with every parameter's gradient left where it belongs. */
static Tensor *loss_and_gradients(Gpt2 *model)
{
    parameters_zero_grad(&model->parameters);
    Tensor *loss = gpt2_loss(model, ids, targets, B, T, NULL, 0);
    tensor_backward(loss);
    return loss;
}

static size_t count_op(const Tensor *from, const char *op)
{
    size_t count = 0;
    for (const Tensor *node = from; node != NULL; node = node->previous)
        count += strcmp(node->op, op) == 0;
    return count;
}

/* Two models of the same parameters, one plain and one fused. The tape tells that they are. */
static void check_plain_against_fused(const char *name, Config config)
{
    TapeMark mark = tape_mark();
    Gpt2 *plain = gpt2_make(&config, 17), *fused = gpt2_make(&config, 17);
    plain_scramble(&plain->parameters);
    gpt2_set_plain(plain, true);
    for (int i = 0; i < plain->parameters.count; i++) {
        const Tensor *from = plain->parameters.items[i].tensor;
        memcpy(fused->parameters.items[i].tensor->data, from->data, from->size * sizeof(real));
    }
    TapeMark middle = tape_mark();
    Tensor *one = loss_and_gradients(plain);
    size_t fusions = count_op(one, "attention") + count_op(one, "head_cross_entropy");
    real value = tensor_item(one);
    tape_release(middle);
    Tensor *other = loss_and_gradients(fused);
    double worst = apart(0, &value, other->data, 1);
    for (int i = 0; i < plain->parameters.count; i++) {
        const Tensor *a = plain->parameters.items[i].tensor, *b = fused->parameters.items[i].tensor;
        worst = apart(worst, a->grad, b->grad, a->size);
    }
    bool told = fusions == 0 && count_op(other, "attention") == config.n_layer &&
                count_op(other, "head_cross_entropy") == 1;
    gate_check(name, worst <= rounding() && told, "off by %.0e", worst);
    gpt2_free(plain);
    gpt2_free(fused);
    tape_release(mark);
}

/* The same numbers in a tied and in an untied model: the tied table's gradient is the sum of what the
 * untied one writes to its embedding and to its head. */
static void check_tie(void)
{
    TapeMark mark = tape_mark();
    Config config = config_small();
    Gpt2 *tied = model_make(config);
    config.tied = false;
    Gpt2 *untied = gpt2_make(&config, 17);
    for (int i = 0; i < untied->parameters.count; i++) {
        bool shared = i < tied->parameters.count; /* all but the last, lm_head.weight */
        const Tensor *from = shared ? tied->parameters.items[i].tensor : tied->head;
        memcpy(untied->parameters.items[i].tensor->data, from->data, from->size * sizeof(real));
    }
    loss_and_gradients(tied);
    loss_and_gradients(untied);
    real sum[V * C];
    for (size_t i = 0; i < V * C; i++)
        sum[i] = untied->tokens.table->grad[i] + untied->head->grad[i];
    double worst = apart(0, sum, tied->tokens.table->grad, V * C);
    double alone = apart(0, untied->head->grad, tied->tokens.table->grad, V * C);
    gate_check("tied table's gradient: embedding's + head's",
               worst <= rounding() && alone > 0.01, "off by %.0e", worst);
    gpt2_free(tied);
    gpt2_free(untied);
    tape_release(mark);
}

/* A model of nothing but its table E = [1, 2], one id, 0: x = E_0 and the logits are x E_v. Upstream
 * [1, -1] makes it E_0^2 - E_0 E_1, so the gradient is [2 E_0 - E_1, -E_0] = [0, -1]: the head writes
 * [1, -1] and the embedding adds [-1, 0]. */
static void check_tie_by_hand(void)
{
    TapeMark mark = tape_mark();
    Tensor *table = tensor_from(shape2(2, 1), (real[]){1, 2});
    tensor_want_grad(table);
    Tensor *logits = tensor_tied_head(tensor_embedding(table, (int[]){0}, shape1(1)), table);
    tensor_backward_from(logits, (real[]){1, -1});
    gate_check("tied by hand: [1,-1] + [-1,0]", table->grad[0] == 0 && table->grad[1] == -1, "[%g, %g]",
               (double)table->grad[0], (double)table->grad[1]);
    tape_release(mark);
}

/* Other ids at steps 3 and 4: the logits of steps 0 to 2 must stay, to the last bit. */
static void check_looks_not_ahead(void)
{
    TapeMark mark = tape_mark();
    Gpt2 *model = model_make(config_small());
    int changed[T];
    for (size_t t = 0; t < T; t++)
        changed[t] = t < 3 ? ids[t] : (ids[t] + 1) % V;
    Tensor *before = gpt2_forward(model, ids, 1, T, NULL, 0);
    Tensor *after = gpt2_forward(model, changed, 1, T, NULL, 0);
    bool same = memcmp(before->data, after->data, 3 * V * sizeof(real)) == 0;
    bool moved = memcmp(before->data + 3 * V, after->data + 3 * V, V * sizeof(real)) != 0;
    gate_check("causal logits of steps 0 to 2 do not see 3", same && moved, "equal to the bit");
    gpt2_free(model);
    tape_release(mark);
}

/* ---- counts, names, initial values ------------------------------------------------------------- */
static void check_counts(void)
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
static bool check_heads(void)
{
    Config tied = config_small(), untied = config_small();
    untied.tied = false;
    Gpt2 *one = gpt2_make(&tied, 17), *other = gpt2_make(&untied, 17);
    bool right = one->head == named(one, -1, "wte.weight") && named(one, -1, "lm_head.weight") == NULL &&
                 other->head == named(other, -1, "lm_head.weight");
    gate_check("parameters have lm_head only when untied", right, "as named");
    gpt2_free(one);
    gpt2_free(other);
    return right;
}

static bool check_names(void)
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
static void check_initial_values(void)
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
static void check_initial_loss(void)
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

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "17-gpt2");
    Config own = config_small(), other = config_small();
    other.tied = other.tanh_gelu = other.bias = false;
    /* The forwards below look parameters up by name: without the names they cannot run. */
    if (!check_names() || !check_heads())
        return gate_end();
    check_gradients();
    check_plain_against_fused("plain = fused, tied, and every gradient", own);
    check_plain_against_fused("plain = fused, untied, and every gradient", other);
    check_tie();
    check_tie_by_hand();
    check_looks_not_ahead();
    check_counts();
    check_initial_values();
    check_initial_loss();
    tape_free();
    return gate_end();
}
