/* adam_state: what Adam and AdamW remember between steps. Two running means for each parameter, the
 * number of steps taken, and which parameters are decayed. Allocated once, so that a step allocates
 * nothing. Chapter 14. */
#include "optim/optim.h"

#include <stdlib.h>

AdamSettings adam_settings(void)
{
    return (AdamSettings){.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0};
}

AdamW *adamw_make(Tensor *const *parameters, int n, const bool *decays, AdamSettings settings)
{
    require(settings.beta1 >= 0 && settings.beta1 < 1 && settings.beta2 >= 0 && settings.beta2 < 1,
            "adamw_make: expected betas in [0, 1), found %g and %g", settings.beta1, settings.beta2);
    require(settings.epsilon > 0 && settings.decay >= 0 && n >= 0,
            "adamw_make: expected epsilon > 0, decay >= 0 and n >= 0, found %g, %g and %d",
            settings.epsilon, settings.decay, n);
    AdamW *optimizer = memory_alloc(sizeof *optimizer);
    *optimizer = (AdamW){.n = n, .parameters = parameters, .settings = settings};
    optimizer->decays = memory_calloc((size_t)n, sizeof *optimizer->decays);
    optimizer->first = memory_calloc((size_t)n, sizeof *optimizer->first);
    optimizer->second = memory_calloc((size_t)n, sizeof *optimizer->second);
    for (int i = 0; i < n; i++) {
        optimizer->decays[i] = decays != NULL ? decays[i] : parameters[i]->shape.rank >= 2;
        optimizer->first[i] = memory_calloc(parameters[i]->size, sizeof(real));
        optimizer->second[i] = memory_calloc(parameters[i]->size, sizeof(real));
    }
    return optimizer;
}

void adamw_free(AdamW *optimizer)
{
    if (optimizer == NULL)
        return;
    for (int i = 0; i < optimizer->n; i++) {
        free(optimizer->first[i]);
        free(optimizer->second[i]);
    }
    free(optimizer->decays);
    free(optimizer->first);
    free(optimizer->second);
    free(optimizer);
}
