/* array: numbers with a shape, for the formulas of paper problems. Plain loops: these arrays have a
 * few dozen elements, and what counts is that they do what numpy does. */
#include "formula.h"

#include <string.h>

size_t array_size(const Array *array)
{
    size_t size = 1;
    for (int i = 0; i < array->rank; i++)
        size *= array->shape[i];
    return size;
}

Array array_make(Arena *arena, int rank, const size_t *shape)
{
    require(rank >= 0 && rank <= ARRAY_RANK, "array: rank %d", rank);
    Array array = {.rank = rank};
    for (int i = 0; i < rank; i++)
        array.shape[i] = shape[i];
    size_t size = array_size(&array);
    require(size >= 1 && size <= ARRAY_SIZE, "array: %zu elements", size);
    array.data = arena_alloc(arena, size * sizeof *array.data);
    return array;
}

Array array_number(Arena *arena, double number)
{
    Array array = array_make(arena, 0, NULL);
    array.data[0] = number;
    return array;
}

bool array_same_shape(const Array *a, const Array *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->shape[i] != b->shape[i])
            return false;
    return true;
}

bool array_is_finite(const Array *array)
{
    for (size_t i = 0; i < array_size(array); i++)
        if (!isfinite(array->data[i]))
            return false;
    return true;
}

const char *array_shape_text(const Array *array)
{
    enum { BUFFERS = 8, BYTES = 40 };
    static char buffers[BUFFERS][BYTES];
    static int next;
    char *text = buffers[next++ % BUFFERS];
    if (array->rank == 0)
        return "one number";
    int used = snprintf(text, BYTES, "(");
    for (int i = 0; i < array->rank; i++)
        used +=
            snprintf(text + used, BYTES - (size_t)used, "%s%zu", i > 0 ? "," : "", array->shape[i]);
    snprintf(text + used, BYTES - (size_t)used, ")");
    return text;
}

/* ---- stretching ------------------------------------------------------------------------------ */

/* The length of the axis that is `back` axes from the last one; 1 where there is none. */
static size_t length_from_right(const Array *array, int back)
{
    return back < array->rank ? array->shape[array->rank - 1 - back] : 1;
}

bool array_fit(const Array *a, const Array *b, Array *result)
{
    *result = (Array){.rank = a->rank > b->rank ? a->rank : b->rank};
    size_t size = 1;
    for (int back = 0; back < result->rank; back++) {
        size_t m = length_from_right(a, back), n = length_from_right(b, back);
        if (m != n && m != 1 && n != 1)
            return false;
        result->shape[result->rank - 1 - back] = m == 1 ? n : m;
        size *= m == 1 ? n : m;
        if (size > ARRAY_SIZE)
            return false;
    }
    return true;
}

/* Where the element that stands at `index` in `whole` has its partner in `array`. */
static size_t stretched_index(const Array *array, const Array *whole, size_t index)
{
    size_t at = 0, stride = 1;
    for (int back = 0; back < array->rank; back++) {
        size_t length = length_from_right(whole, back), own = length_from_right(array, back);
        at += own == 1 ? 0 : index % length * stride;
        index /= length;
        stride *= own;
    }
    return at;
}

Array array_pairs(Arena *arena, const Array *a, const Array *b, double (*pair)(double, double))
{
    Array fitted;
    require(array_fit(a, b, &fitted), "array_pairs: %s and %s", array_shape_text(a),
            array_shape_text(b));
    Array result = array_make(arena, fitted.rank, fitted.shape);
    for (size_t i = 0; i < array_size(&result); i++)
        result.data[i] =
            pair(a->data[stretched_index(a, &result, i)], b->data[stretched_index(b, &result, i)]);
    return result;
}

Array array_stretch(Arena *arena, const Array *array, const Array *like)
{
    Array result = array_make(arena, like->rank, like->shape);
    for (size_t i = 0; i < array_size(&result); i++)
        result.data[i] = array->data[stretched_index(array, &result, i)];
    return result;
}

/* ---- axes ------------------------------------------------------------------------------------ */
Axis array_axis(const Array *array, int axis)
{
    Axis cut = {1, array->shape[axis], 1};
    for (int i = 0; i < axis; i++)
        cut.outer *= array->shape[i];
    for (int i = axis + 1; i < array->rank; i++)
        cut.inner *= array->shape[i];
    return cut;
}

Array array_with_length(Arena *arena, const Array *array, int axis, size_t length)
{
    Array shaped = *array;
    shaped.shape[axis] = length;
    return array_make(arena, shaped.rank, shaped.shape);
}

Array array_permute(Arena *arena, const Array *array, const int *order)
{
    size_t shape[ARRAY_RANK], strides[ARRAY_RANK];
    for (int i = 0; i < array->rank; i++) {
        shape[i] = array->shape[order[i]];
        strides[i] = array_axis(array, order[i]).inner;
    }
    Array result = array_make(arena, array->rank, shape);
    for (size_t i = 0; i < array_size(&result); i++) {
        size_t from = 0, rest = i;
        for (int axis = array->rank - 1; axis >= 0; axis--) {
            from += rest % shape[axis] * strides[axis];
            rest /= shape[axis];
        }
        result.data[i] = array->data[from];
    }
    return result;
}

/* ---- products -------------------------------------------------------------------------------- */

/* `array` without its last two axes. */
static Array leading_axes(const Array *array)
{
    Array leading = *array;
    leading.rank -= 2;
    return leading;
}

static void multiply(size_t m, size_t n, size_t k, const double *a, const double *b, double *c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < k; l++)
                sum += a[i * k + l] * b[l * n + j];
            c[i * n + j] = sum;
        }
}

/* Both have at least two axes. */
static bool matrices_product(Arena *arena, const Array *a, const Array *b, Array *product)
{
    Array left = leading_axes(a), right = leading_axes(b), leading;
    size_t m = a->shape[a->rank - 2], k = a->shape[a->rank - 1], n = b->shape[b->rank - 1];
    if (b->shape[b->rank - 2] != k || !array_fit(&left, &right, &leading) ||
        array_size(&leading) * m * n > ARRAY_SIZE)
        return false;
    Array shaped = leading;
    shaped.shape[shaped.rank++] = m;
    shaped.shape[shaped.rank++] = n;
    *product = array_make(arena, shaped.rank, shaped.shape);
    for (size_t i = 0; i < array_size(&leading); i++)
        multiply(m, n, k, a->data + stretched_index(&left, &leading, i) * m * k,
                 b->data + stretched_index(&right, &leading, i) * k * n, product->data + i * m * n);
    return true;
}

bool array_product(Arena *arena, const Array *a, const Array *b, Array *product)
{
    if (a->rank == 0 || b->rank == 0)
        return false;
    Array left = *a, right = *b;
    if (a->rank == 1)
        left = (Array){2, {1, a->shape[0]}, a->data};
    if (b->rank == 1)
        right = (Array){2, {b->shape[0], 1}, b->data};
    if (!matrices_product(arena, &left, &right, product))
        return false;
    if (b->rank == 1)
        product->rank--;
    if (a->rank == 1) { /* its axis is the last but one, or the last where b's is gone too */
        if (b->rank > 1)
            product->shape[product->rank - 2] = product->shape[product->rank - 1];
        product->rank--;
    }
    return true;
}
