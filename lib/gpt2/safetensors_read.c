/* safetensors_read: named tensors out of Hugging Face's file format, into a list of parameters.
 *
 * The header (safetensors_header.c) is held against the list before the first element is converted,
 * so on an error no tensor of the list has changed. Taught in chapter 17. */
#include "gpt2/gpt2.h"
#include "gpt2/safetensors.h"

#include <string.h>

/* ---- the header against the list --------------------------------------------------------------- */
static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

/* What published checkpoints hold and a model does not need: the causal mask as a buffer, and the
 * head's weight once more where it is tied to the embedding. */
static bool is_skipped(const char *name)
{
    return ends_with(name, ".attn.bias") || ends_with(name, ".attn.masked_bias") ||
           strcmp(name, "lm_head.weight") == 0;
}

static bool same_shape(const cJSON *found, Shape shape)
{
    int axis = 0;
    for (const cJSON *item = found->child; item != NULL; item = item->next, axis++) {
        size_t dim;
        if (axis == shape.rank || !json_is_count(item, &dim) || dim != shape.dim[axis])
            return false;
    }
    return axis == shape.rank;
}

static Error match_entry(const TensorFile *file, const Parameters *list, TensorEntry *entry)
{
    char numbers[JSON_FOUND_MAX], expected[JSON_FOUND_MAX], found[JSON_FOUND_MAX];
    entry->target = parameters_find(list, entry->name);
    if (entry->target == NULL && is_skipped(entry->name))
        return no_error();
    if (entry->target == NULL)
        return tensor_error(file, entry->name, "no tensor of this name", "one");
    if (entry->dtype >= READABLE)
        return tensor_error(file, entry->name, "dtype F64, F32, F16 or BF16",
                            dtype_name(entry->dtype));
    if (same_shape(entry->shape, entry->target->shape))
        return no_error();
    snprintf(expected, sizeof expected, "shape %s", shape_text(entry->target->shape));
    snprintf(found, sizeof found, "(%.70s)", json_numbers(entry->shape, numbers));
    return tensor_error(file, entry->name, expected, found);
}

static bool is_filled(const TensorFile *file, const Tensor *target)
{
    size_t i = 0;
    while (i < file->count && file->entries[i].target != target)
        i++;
    return i < file->count;
}

/* No name is in the file twice, so what is left is that none of the list is missing. */
static Error match_all(TensorFile *file, const Parameters *list)
{
    for (size_t i = 0; i < file->count; i++) {
        Error error = match_entry(file, list, &file->entries[i]);
        if (error.failed)
            return error;
    }
    for (int i = 0; i < list->count; i++)
        if (!is_filled(file, list->items[i].tensor))
            return tensor_error(file, list->items[i].name, "a tensor of this name", "none");
    return no_error();
}

/* ---- elements ---------------------------------------------------------------------------------- */
static double from_f64(const unsigned char *bytes)
{
    uint64_t bits = little_endian(bytes, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float from_f32(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits, exponent bias 15. */
static float from_f16(uint32_t bits)
{
    uint32_t sign = (bits & 0x8000) << 16, exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent == 31) /* infinite, or NaN with its payload */
        return from_f32(sign | 0x7F800000 | fraction << 13);
    if (exponent == 0) { /* zero or subnormal: fraction 2^-24, exact in a float */
        float value = (float)fraction * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    return from_f32(sign | (exponent + 127 - 15) << 23 | fraction << 13);
}

void tensor_entry_read(const TensorFile *file, const TensorEntry *entry, real *out, size_t count)
{
    const unsigned char *in = file->data + entry->begin;
    switch (entry->dtype) {
    case F64:
        for (size_t i = 0; i < count; i++)
            out[i] = (real)from_f64(in + 8 * i);
        break;
    case F32:
        for (size_t i = 0; i < count; i++)
            out[i] = from_f32((uint32_t)little_endian(in + 4 * i, 4));
        break;
    case F16:
        for (size_t i = 0; i < count; i++)
            out[i] = from_f16((uint32_t)little_endian(in + 2 * i, 2));
        break;
    default: /* BF16: the upper half of a float */
        for (size_t i = 0; i < count; i++)
            out[i] = from_f32((uint32_t)little_endian(in + 2 * i, 2) << 16);
    }
}

Error safetensors_read(Parameters *list, const char *path)
{
    TensorFile file;
    Error error = tensor_file_open(&file, path);
    if (error.failed)
        return error;
    error = match_all(&file, list);
    for (size_t i = 0; !error.failed && i < file.count; i++) {
        const TensorEntry *entry = &file.entries[i];
        if (entry->target != NULL)
            tensor_entry_read(&file, entry, entry->target->data, entry->target->size);
    }
    tensor_file_close(&file);
    return error;
}
