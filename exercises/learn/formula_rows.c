/* formula_rows: functions of the formula language that choose and move elements: rows by their
 * numbers (gather, scatter, onehot), and new shapes and orders for the same elements. */
#include "formula_call.h"

#include <string.h>

/* ---- rows by number -------------------------------------------------------------------------- */

/* The id at `index` of an argument, which must lie in [0, count). */
static bool id_at(Call *call, int argument, size_t index, size_t count, size_t *id)
{
    double found = call->given[argument].data[index];
    int node = call->at[argument];
    *id = 0;
    if (!(found >= 0 && found < (double)count) || found != floor(found))
        return evaluation_fail(call->evaluation, call->evaluation->formula->nodes[node].at,
                               "expected whole numbers from 0 to %zu in %s, found %g", count - 1,
                               node_text(call->evaluation->formula, node), found);
    *id = (size_t)found;
    return true;
}

/* The shape of ids with the axes of `rest` from `from` on behind it. */
static bool joined_shape(Call *call, int ids, const Array *rest, int from, Array *result)
{
    Array shaped = call->given[ids];
    if (shaped.rank + rest->rank - from > ARRAY_RANK)
        return call_fail(call, ids, "ids with fewer axes");
    for (int i = from; i < rest->rank; i++)
        shaped.shape[shaped.rank++] = rest->shape[i];
    if (array_size(&shaped) > ARRAY_SIZE)
        return call_fail(call, ids, "fewer ids");
    *result = array_make(call->evaluation->arena, shaped.rank, shaped.shape);
    return true;
}

/* gather(table, ids): for each id its row of the table. */
bool call_gather(Call *call, Array *result)
{
    const Array *table = &call->given[0], *ids = &call->given[1];
    if (table->rank == 0)
        return call_fail(call, 0, "a table with rows");
    if (!joined_shape(call, 1, table, 1, result))
        return false;
    size_t width = array_axis(table, 0).inner, id = 0;
    for (size_t n = 0; n < array_size(ids); n++) {
        if (!id_at(call, 1, n, table->shape[0], &id))
            return false;
        memcpy(result->data + n * width, table->data + id * width, width * sizeof *table->data);
    }
    return true;
}

/* scatter(values, ids, rows): zeros with so many rows, to which row n of the values is added at id
 * n. */
bool call_scatter(Call *call, Array *result)
{
    const Array *values = &call->given[0], *ids = &call->given[1];
    long rows;
    size_t width = 1, id = 0;
    bool leads = values->rank >= ids->rank;
    for (int i = 0; leads && i < ids->rank; i++)
        leads = values->shape[i] == ids->shape[i];
    if (!leads)
        return call_fail(call, 1, "ids of the shape of the values' leading axes");
    if (!whole_number(call, 2, 1, ARRAY_SIZE, &rows))
        return false;
    Array shaped = {.rank = 1, .shape = {(size_t)rows}};
    for (int i = ids->rank; i < values->rank; i++)
        width *= values->shape[i];
    if (ids->rank == 0 || width * (size_t)rows > ARRAY_SIZE)
        return call_fail(call, 1, "at least one axis of ids, and a smaller result");
    for (int i = ids->rank; i < values->rank; i++)
        shaped.shape[shaped.rank++] = values->shape[i];
    *result = array_make(call->evaluation->arena, shaped.rank, shaped.shape);
    memset(result->data, 0, array_size(result) * sizeof *result->data);
    for (size_t n = 0; n < array_size(ids); n++) {
        if (!id_at(call, 1, n, (size_t)rows, &id))
            return false;
        for (size_t i = 0; i < width; i++)
            result->data[id * width + i] += values->data[n * width + i];
    }
    return true;
}

bool call_onehot(Call *call, Array *result)
{
    long classes;
    size_t id = 0;
    if (!whole_number(call, 1, 1, ARRAY_SIZE, &classes))
        return false;
    Array last = {.rank = 1, .shape = {(size_t)classes}};
    if (!joined_shape(call, 0, &last, 0, result))
        return false;
    memset(result->data, 0, array_size(result) * sizeof *result->data);
    for (size_t n = 0; n < array_size(&call->given[0]); n++) {
        if (!id_at(call, 0, n, (size_t)classes, &id))
            return false;
        result->data[n * (size_t)classes + id] = 1;
    }
    return true;
}

/* ---- other shapes ---------------------------------------------------------------------------- */
bool call_reshape(Call *call, Array *result)
{
    size_t shape[ARGUMENTS];
    if (!axis_lengths(call, 1, shape))
        return false;
    *result = array_make(call->evaluation->arena, call->count - 1, shape);
    if (array_size(result) != array_size(&call->given[0]))
        return call_fail(call, 0, "as many elements as the new shape has");
    memcpy(result->data, call->given[0].data, array_size(result) * sizeof *result->data);
    return true;
}

/* drop(x, axis): without an axis of length 1. */
bool call_drop(Call *call, Array *result)
{
    int axis = 0;
    if (!axis_number(call, 1, &axis))
        return false;
    *result = call->given[0];
    if (result->shape[axis] != 1)
        return call_fail(call, 0, "an axis of length 1 to drop");
    result->rank--;
    for (int i = axis; i < result->rank; i++)
        result->shape[i] = result->shape[i + 1];
    return true;
}

bool call_permute(Call *call, Array *result)
{
    const Array *x = &call->given[0];
    int order[ARRAY_RANK];
    unsigned seen = 0;
    for (int i = 1; i < call->count; i++) {
        int axis = 0;
        if (!axis_number(call, i, &axis))
            return false;
        if (i <= ARRAY_RANK)
            order[i - 1] = axis;
        seen |= 1u << axis;
    }
    if (call->count - 1 != x->rank || seen != (1u << x->rank) - 1)
        return call_fail(call, 0, "each axis once");
    *result = array_permute(call->evaluation->arena, x, order);
    return true;
}

/* Copies a stretch of `from` along an axis to a stretch of `to`. */
static void copy_axis(const Array *from, size_t from_at, Array *to, size_t to_at, int axis,
                      size_t length)
{
    Axis source = array_axis(from, axis), target = array_axis(to, axis);
    for (size_t o = 0; o < source.outer; o++)
        memcpy(to->data + (o * target.length + to_at) * target.inner,
               from->data + (o * source.length + from_at) * source.inner,
               length * source.inner * sizeof *from->data);
}

/* slice(x, axis, begin, end): without `end` itself. */
bool call_slice(Call *call, Array *result)
{
    int axis = 0;
    long begin, end;
    if (!axis_number(call, 1, &axis))
        return false;
    long length = (long)call->given[0].shape[axis];
    if (!whole_number(call, 2, 0, length - 1, &begin) ||
        !whole_number(call, 3, begin + 1, length, &end))
        return false;
    size_t count = (size_t)(end - begin);
    *result = array_with_length(call->evaluation->arena, &call->given[0], axis, count);
    copy_axis(&call->given[0], (size_t)begin, result, 0, axis, count);
    return true;
}

/* concat(a, b, axis=0) */
bool call_concat(Call *call, Array *result)
{
    int axis = 0;
    if (!axis_number(call, 2, &axis))
        return false;
    Array a = call->given[0], b = call->given[1];
    size_t first = a.shape[axis], second = axis < b.rank ? b.shape[axis] : 1;
    a.shape[axis] = second;
    if (!array_same_shape(&a, &b) || (first + second) * array_size(&a) / second > ARRAY_SIZE)
        return call_fail(call, 1, "the first argument's shape but for that axis");
    *result = array_with_length(call->evaluation->arena, &a, axis, first + second);
    copy_axis(&call->given[0], 0, result, 0, axis, first);
    copy_axis(&b, 0, result, first, axis, second);
    return true;
}
