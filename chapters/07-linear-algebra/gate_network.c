/* The row of a network of three layers, against the same network in plain loops. */
#include "gate.h"

#include <string.h>

enum { WIDTHS = 4 };
static const size_t width[WIDTHS] = {3, 7, 4, 2};

/* in[0] is x (5,3), then weight and bias of each layer; tanh between, nothing after the last. */
static Tensor *mlp_forward(Tensor *const *in, const void *context)
{
    (void)context;
    Tensor *h = in[0];
    for (int layer = 0; layer < WIDTHS - 1; layer++) {
        h = tensor_linear(h, in[1 + 2 * layer], in[2 + 2 * layer]);
        h = layer < WIDTHS - 2 ? tensor_tanh(h) : h;
    }
    return h;
}

static void mlp_reference(real *out, Tensor *const *in, const void *context)
{
    (void)context;
    for (size_t row = 0; row < 5; row++) {
        real from[7], to[7];
        memcpy(from, in[0]->data + row * 3, 3 * sizeof *from);
        for (int layer = 0; layer < WIDTHS - 1; layer++) {
            const Tensor *weight = in[1 + 2 * layer], *bias = in[2 + 2 * layer];
            for (size_t o = 0; o < width[layer + 1]; o++) {
                to[o] = bias->data[o];
                for (size_t i = 0; i < width[layer]; i++)
                    to[o] += from[i] * weight->data[i * width[layer + 1] + o];
                to[o] = layer < WIDTHS - 2 ? tanh(to[o]) : to[o];
            }
            memcpy(from, to, sizeof from);
        }
        memcpy(out + row * 2, from, 2 * sizeof *out);
    }
}

void check_mlp(void)
{
    TapeMark mark = tape_mark();
    TensorCheck check = {.name = "mlp (5,3) to 7 to 4 to 2", .forward = mlp_forward, .n = 7,
                         .in = {check_normal(shape2(5, 3), 1)}, .shape = shape2(5, 2),
                         .reference = mlp_reference};
    for (int layer = 0; layer < WIDTHS - 1; layer++) {
        check.in[1 + 2 * layer] = check_normal(shape2(width[layer], width[layer + 1]), (real)0.3);
        check.in[2 + 2 * layer] = check_normal(shape1(width[layer + 1]), (real)0.3);
    }
    tensor_check(&check);
    tape_release(mark);
}
