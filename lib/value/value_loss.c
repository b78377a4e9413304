/* value_loss: softmax and cross-entropy, from exp and log alone. Taught in chapter 04.
 *
 * softmax makes any scores into probabilities: positive, with sum 1. Cross-entropy is the surprise
 * at the right answer, -log p[target]. Since log p[target] = scores[target] - log(sum of exp), the
 * loss needs no division; its derivative along scores[i] is p[i], less 1 at the target, and the
 * engine finds it without being told. Chapter 08 makes both safe for large scores. */
#include "value/value.h"

static Value *sum_of_exp(Value *const *scores, Value **exponentials, size_t classes)
{
    for (size_t i = 0; i < classes; i++)
        exponentials[i] = value_exp(scores[i]);
    return value_sum(exponentials, classes);
}

Value **value_softmax(Value *const *scores, size_t classes)
{
    Value **p = value_list(classes);
    Value *sum = sum_of_exp(scores, p, classes);
    for (size_t i = 0; i < classes; i++)
        p[i] = value_div(p[i], sum);
    return p;
}

Value *value_cross_entropy(Value *const *scores, size_t classes, size_t target)
{
    require(target < classes, "value_cross_entropy: expected a target below %zu, found %zu",
            classes, target);
    Value *sum = sum_of_exp(scores, value_list(classes), classes);
    return value_sub(value_log(sum), scores[target]);
}
