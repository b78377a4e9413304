/* safetensors_write: named tensors into Hugging Face's file format.
 *
 * The file is 8 bytes of header length, little-endian; the header, a JSON object that gives each
 * tensor its dtype, shape and place; then the tensors' bytes, one after another without gaps:
 *
 *   {"__metadata__": {"format": "pt"}, "wte.weight": {"dtype": "F32", "shape": [65, 128],
 *    "data_offsets": [0, 33280]}, ...}
 *
 * The header is padded with spaces so that the data begin at a multiple of 8, as readers that map
 * the file like it. Written whole or not at all, in the precision of this build or in F32; the same on
 * every machine, whatever its byte order. Taught in chapter 17; safetensors_read.c is the way back. */
#include "gpt2/gpt2.h"

#include <errno.h>
#include <string.h>

enum { LENGTH_BYTES = 8, WIDEST = 8, PIECE = 4096 };

static void put_little_endian(unsigned char *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (unsigned char)(value >> 8 * i);
}

/* The bits of a number that takes `width` bytes, 4 or 8. */
static uint64_t bits_of(real value, size_t width)
{
    uint32_t half;
    uint64_t whole;
    const float narrow = (float)value;
    const double wide = (double)value;
    memcpy(&half, &narrow, sizeof half);
    memcpy(&whole, &wide, sizeof whole);
    return width == sizeof half ? half : whole;
}

static void write_entry(FILE *stream, const Parameter *parameter, size_t begin, size_t width)
{
    const Tensor *tensor = parameter->tensor;
    for (const char *c = parameter->name; *c != '\0'; c++)
        require(*c > ' ' && *c <= '~' && *c != '"' && *c != '\\',
                "safetensors_write: the name \"%s\" would need escapes", parameter->name);
    fprintf(stream, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", parameter->name,
            width == sizeof(float) ? "F32" : "F64");
    for (int axis = 0; axis < tensor->shape.rank; axis++)
        fprintf(stream, "%s%zu", axis == 0 ? "" : ",", tensor->shape.dim[axis]);
    fprintf(stream, "],\"data_offsets\":[%zu,%zu]}", begin, begin + tensor->size * width);
}

/* Leaves the stream where the data begin. The length is known only when the header stands, so it is
 * written last, at the front. */
static bool write_header(FILE *stream, const Parameters *list, size_t width)
{
    unsigned char length[LENGTH_BYTES] = {0};
    size_t begin = 0;
    fwrite(length, 1, sizeof length, stream);
    fputs("{\"__metadata__\":{\"format\":\"pt\"}", stream);
    for (int i = 0; i < list->count; i++) {
        write_entry(stream, &list->items[i], begin, width);
        begin += list->items[i].tensor->size * width;
    }
    fputc('}', stream);
    long end = ftell(stream);
    for (; end > 0 && end % LENGTH_BYTES != 0; end++)
        fputc(' ', stream);
    if (end < LENGTH_BYTES || fseek(stream, 0, SEEK_SET) != 0)
        return false;
    put_little_endian(length, (uint64_t)end - LENGTH_BYTES, sizeof length);
    return fwrite(length, 1, sizeof length, stream) == sizeof length &&
           fseek(stream, end, SEEK_SET) == 0;
}

static bool write_data(FILE *stream, const Tensor *tensor, size_t width)
{
    unsigned char bytes[PIECE * WIDEST];
    for (size_t begin = 0; begin < tensor->size; begin += PIECE) {
        size_t count = tensor->size - begin < PIECE ? tensor->size - begin : PIECE;
        for (size_t i = 0; i < count; i++)
            put_little_endian(bytes + i * width, bits_of(tensor->data[begin + i], width), width);
        if (fwrite(bytes, width, count, stream) != count)
            return false;
    }
    return true;
}

static Error write_file(const Parameters *list, const char *path, size_t width)
{
    NewFile file;
    Error error = file_create(&file, path);
    if (error.failed)
        return error;
    errno = 0;
    bool written = write_header(file.stream, list, width);
    for (int i = 0; written && i < list->count; i++)
        written = write_data(file.stream, list->items[i].tensor, width);
    if (written)
        return file_commit(&file);
    error = error_make("%s: cannot be written: %s", path, strerror(errno != 0 ? errno : EIO));
    file_abandon(&file);
    return error;
}

Error safetensors_write(const Parameters *list, const char *path)
{
    return write_file(list, path, sizeof(real));
}

Error safetensors_write_f32(const Parameters *list, const char *path)
{
    return write_file(list, path, sizeof(float));
}
