/* sgd: stochastic gradient descent, p -= rate g. Chapter 14.
 *
 * The gradient points where the loss rises fastest, and a small step against it lowers the loss by
 * about rate |g|^2. All other optimizers here change what stands in g's place. */
#include "optim/optim.h"
#include "base/vector.h"

/* Elements in one thread's piece. */
enum { GRAIN = 1 << 14 };

typedef struct {
    real *p;
    const real *g;
    real factor; /* rate times gradient scale */
} Update;

WIDE static void sgd_update(size_t begin, size_t end, void *context)
{
    const Update u = *(const Update *)context;
    for (size_t i = begin; i < end; i++)
        u.p[i] -= u.factor * u.g[i];
}

void sgd_step(Tensor *const *parameters, int n, double rate, double gradient_scale)
{
    for (int i = 0; i < n; i++) {
        Tensor *p = parameters[i];
        if (!p->has_grad)
            continue;
        Update u = {p->data, p->grad, (real)(rate * gradient_scale)};
        parallel_for(p->size, GRAIN, sgd_update, &u);
    }
}
