/* value_sum: many Values added from left to right, as a chain of value_add. Taught in chapter 04,
 * where every neuron, every loss and every batch ends in a sum. */
#include "value/value.h"

Value *value_sum(Value *const *terms, size_t count)
{
    require(count > 0, "value_sum: expected at least one term, found none");
    Value *sum = terms[0];
    for (size_t i = 1; i < count; i++)
        sum = value_add(sum, terms[i]);
    return sum;
}
