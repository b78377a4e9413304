/* safetensors: an opened file of named tensors. Private to gpt2/; a caller reads through
 * safetensors_read in gpt2.h.
 */
#ifndef WENGERT_GPT2_SAFETENSORS_H
#define WENGERT_GPT2_SAFETENSORS_H

#include "text/json.h"
#include "tensor/tensor.h"

/* The format's dtypes that are whole bytes wide. Weights are read from those before READABLE; the
 * others are known so that tensors to be skipped, masks, can be stepped over. */
typedef enum {
    F64, F32, F16, BF16, READABLE, I64 = READABLE, U64, I32, U32, I16, U16, I8, U8, BOOL,
    F8_E5M2, F8_E4M3, DTYPES
} Dtype;

const char *dtype_name(Dtype dtype);

/* The number whose lowest byte comes first. */
uint64_t little_endian(const unsigned char *bytes, size_t count);

typedef struct {
    const char *name;   /* without "transformer."; the header's */
    const cJSON *shape; /* an array of counts; the header's */
    Dtype dtype;
    size_t begin, end;  /* its bytes, counted from `data` */
    Tensor *target;     /* for the reader's use; NULL at first */
} TensorEntry;

typedef struct {
    const char *path;
    MappedFile mapped;
    cJSON *header;
    const unsigned char *data; /* data_size bytes behind the header */
    size_t data_size;
    TensorEntry *entries; /* in the order of their bytes */
    size_t count;
} TensorFile;

/* Maps the file and checks the whole header: dtypes, shapes, no name twice (with or without the
 * prefix), the data filled from end to end. On an error nothing needs closing. */
Error tensor_file_open(TensorFile *file, const char *path);
void tensor_file_close(TensorFile *file);

/* The first `count` elements of an entry of a READABLE dtype, converted. */
void tensor_entry_read(const TensorFile *file, const TensorEntry *entry, real *out, size_t count);

/* "PATH: tensor "NAME": expected ..., found ..." */
Error tensor_error(const TensorFile *file, const char *name, const char *expected,
                   const char *found);

#endif
