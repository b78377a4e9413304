/* momentum: gradient descent with a velocity, v = keep v + g and p -= rate v. Chapter 14.
 *
 * Along a valley the gradients agree and the velocity grows to g / (1 - keep); across it they change
 * sign and cancel. Source: Polyak 1964, in the form of PyTorch's SGD. */
#include "optim/optim.h"
#include "base/vector.h"

#include <stdlib.h>

/* Elements in one thread's piece. */
enum { GRAIN = 1 << 14 };

Momentum *momentum_make(Tensor *const *parameters, int n, double keep)
{
    require(n >= 0 && keep >= 0 && keep < 1,
            "momentum_make: expected keep in [0, 1) and n >= 0, found %g and %d", keep, n);
    Momentum *optimizer = memory_alloc(sizeof *optimizer);
    real **velocity = memory_calloc((size_t)n, sizeof *velocity);
    for (int i = 0; i < n; i++)
        velocity[i] = memory_calloc(parameters[i]->size, sizeof(real));
    *optimizer = (Momentum){n, parameters, keep, velocity};
    return optimizer;
}

typedef struct {
    real *restrict p, *restrict v;
    const real *restrict g;
    real keep, rate, gradient_scale;
} Update;

WIDE static void momentum_update(size_t begin, size_t end, void *context)
{
    const Update u = *(const Update *)context;
    for (size_t i = begin; i < end; i++) {
        u.v[i] = u.keep * u.v[i] + u.gradient_scale * u.g[i];
        u.p[i] -= u.rate * u.v[i];
    }
}

void momentum_step(Momentum *optimizer, double rate, double gradient_scale)
{
    for (int i = 0; i < optimizer->n; i++) {
        Tensor *p = optimizer->parameters[i];
        if (!p->has_grad)
            continue;
        Update u = {p->data,    optimizer->velocity[i], p->grad, (real)optimizer->keep,
                    (real)rate, (real)gradient_scale};
        parallel_for(p->size, GRAIN, momentum_update, &u);
    }
}

void momentum_free(Momentum *optimizer)
{
    if (optimizer == NULL)
        return;
    for (int i = 0; i < optimizer->n; i++)
        free(optimizer->velocity[i]);
    free(optimizer->velocity);
    free(optimizer);
}
