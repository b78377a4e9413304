/* parameters: the list of named parameters that owns them all.
 *
 * Layers hold pointers; this list alone frees. Its order is the order of making, which is the order
 * in which initial values are drawn, optimizers walk and checkpoints are written. Chapter 13. */
#include "nn/nn.h"

#include <stdlib.h>
#include <string.h>

Tensor *parameters_add(Parameters *list, const char *prefix, const char *name, Shape shape)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
        list->items = memory_realloc(list->items, (size_t)list->capacity * sizeof *list->items);
    }
    Parameter parameter = {.tensor = NULL};
    int length = snprintf(parameter.name, sizeof parameter.name, "%s%s%s", prefix,
                          *prefix == '\0' ? "" : ".", name);
    require(length < PARAMETER_NAME_MAX && parameters_find(list, parameter.name) == NULL,
            "parameters_add: \"%s.%s\" is too long or there already", prefix, name);
    parameter.tensor = tensor_parameter(shape);
    list->items[list->count++] = parameter;
    return parameter.tensor;
}

Tensor *parameters_find(const Parameters *list, const char *name)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return list->items[i].tensor;
    return NULL;
}

size_t parameters_elements(const Parameters *list)
{
    size_t elements = 0;
    for (int i = 0; i < list->count; i++)
        elements += list->items[i].tensor->size;
    return elements;
}

void parameters_zero_grad(Parameters *list)
{
    for (int i = 0; i < list->count; i++)
        tensor_zero_grad(list->items[i].tensor);
}

void parameters_free(Parameters *list)
{
    for (int i = 0; i < list->count; i++)
        tensor_free(list->items[i].tensor);
    free(list->items);
    *list = (Parameters){NULL, 0, 0};
}

void parameter_normal(Tensor *parameter, Random *random, real deviation)
{
    for (size_t i = 0; random != NULL && i < parameter->size; i++)
        parameter->data[i] = (real)(random_normal(random) * (double)deviation);
}

void parameter_fill(Tensor *parameter, real value)
{
    for (size_t i = 0; i < parameter->size; i++)
        parameter->data[i] = value;
}
