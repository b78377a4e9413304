/* value_loss: softmax and cross-entropy, from exp and log alone. Chapter 04, "Softmax and
 * cross-entropy".
 *
 * A worked answer. Both begin with the same sum of exponentials, so it stands once. */
#include "value/value.h"

/* Keeps the exponentials too, for softmax needs each of them again. */
static Value *sum_of_exp(Value *const *scores, Value **exponentials, size_t classes)
{
    for (size_t i = 0; i < classes; i++)
        exponentials[i] = value_exp(scores[i]);
    return value_sum(exponentials, classes);
}

/* One and the same sum stands under every fraction: a nudge of one score moves it, and so moves all
 * the probabilities. The engine knows, because `sum` is a Value and not just its number. */
Value **value_softmax(Value *const *scores, size_t classes)
{
    Value **p = value_list(classes);
    Value *sum = sum_of_exp(scores, p, classes);
    for (size_t i = 0; i < classes; i++)
        p[i] = value_div(p[i], sum);
    return p;
}

/* -log(e^s / sum) = log(sum) - s: what the fraction would be divided by, the logarithm subtracts.
 * Shorter to compute, and shorter to differentiate. */
Value *value_cross_entropy(Value *const *scores, size_t classes, size_t target)
{
    require(target < classes, "value_cross_entropy: expected a target below %zu, found %zu",
            classes, target);
    Value *sum = sum_of_exp(scores, value_list(classes), classes);
    return value_sub(value_log(sum), scores[target]);
}
