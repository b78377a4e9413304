/* The rows whose every derivative is measured: the loss, and the logits with dropout. */
#include "gate.h"

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

void check_gradients(void)
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
