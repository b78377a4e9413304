/* Tests of lib/gpt2's safetensors files: reading those of others, writing, and refusing broken ones.
 *
 * The files read here are put together byte by byte from the format's description: 8 bytes of header
 * length with the lowest first, the header, the data. So the reader is not only held to our writer. */
#include "gpt2/gpt2.h"

#include "files.h"

#include <float.h>

/* ---- files put together by hand ----------------------------------------------------------------- */
static size_t put_file(unsigned char *out, const char *header, size_t header_size, const void *data,
                       size_t size)
{
    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)((uint64_t)header_size >> 8 * i);
    memcpy(out + 8, header, header_size);
    memcpy(out + 8 + header_size, data, size);
    return 8 + header_size + size;
}

/* Writes it to "model" in the test's folder and returns the path. */
static const char *hand_made(const char *header, const void *data, size_t size)
{
    size_t header_size = strlen(header);
    unsigned char *bytes = malloc(8 + header_size + size);
    const char *path = path_of("model");
    write_file(path, bytes, put_file(bytes, header, header_size, data, size));
    free(bytes);
    return path;
}

/* A list of "a" (2,3) and "b" (2), all elements 7: an error must leave them so. */
static Parameters small_list(void)
{
    Parameters list = {NULL, 0, 0};
    parameter_fill(parameters_add(&list, "", "a", shape2(2, 3)), 7);
    parameter_fill(parameters_add(&list, "", "b", shape1(2)), 7);
    return list;
}

static void expect_sevens(const Parameters *list)
{
    for (int i = 0; i < list->count; i++)
        for (size_t j = 0; j < list->items[i].tensor->size; j++)
            assert_true(list->items[i].tensor->data[j] == 7);
}

/* Reading into a small list must fail with a message that names the file and holds `part`. */
static void expect_refused(const char *path, const char *part)
{
    Parameters list = small_list();
    Error error = safetensors_read(&list, path);
    expect_error(error, part);
    assert_non_null(strstr(error.text, path));
    expect_sevens(&list);
    parameters_free(&list);
}

/* ---- dtypes ------------------------------------------------------------------------------------- */
static void test_f64_and_f32(void **state)
{
    (void)state;
    /* 1, -2.5, 1e-300 (0 as a float) and 0.1 as F64; then -0, 1.5 as F32. */
    const unsigned char data[] = {0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0x04, 0xC0,
                                  0x59, 0xF3, 0xF8, 0xC2, 0x1F, 0x6E, 0xA5, 0x01,
                                  0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F,
                                  0, 0, 0, 0x80, 0, 0, 0xC0, 0x3F};
    Parameters list = {NULL, 0, 0};
    const real *a = parameters_add(&list, "", "a", shape2(2, 2))->data;
    const real *b = parameters_add(&list, "", "b", shape1(2))->data;
    expect_none(safetensors_read(
        &list, hand_made("{\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[32,40]},"
                         "\"a\":{\"shape\":[2,2],\"data_offsets\":[0,32],\"dtype\":\"F64\"}}",
                         data, sizeof data)));
    assert_true(a[0] == 1 && a[1] == (real)-2.5 && a[2] == (real)1e-300 && a[3] == (real)0.1);
    assert_true(b[0] == 0 && signbit(b[0]) && b[1] == (real)1.5);
    parameters_free(&list);
}

/* Every half-precision number, from the standard's definition. The header is odd in length, so the
 * data begin at an odd address. */
static void test_f16_every_number(void **state)
{
    (void)state;
    unsigned char *data = malloc(131072);
    for (unsigned i = 0; i < 65536; i++) {
        data[2 * i] = (unsigned char)(i & 255);
        data[2 * i + 1] = (unsigned char)(i >> 8);
    }
    Parameters list = {NULL, 0, 0};
    const real *x = parameters_add(&list, "", "x", shape1(65536))->data;
    const char *header = "{\"x\":{\"dtype\":\"F16\",\"shape\":[65536],\"data_offsets\":[0,131072]}}";
    assert_int_equal(strlen(header) % 2, 1);
    expect_none(safetensors_read(&list, hand_made(header, data, 131072)));
    for (int i = 0; i < 65536; i++) {
        int exponent = i >> 10 & 31, fraction = i & 1023;
        double wanted = exponent == 0 ? ldexp((double)fraction, -24)
                                      : ldexp(1 + (double)fraction / 1024, exponent - 15);
        if (exponent == 31)
            wanted = fraction == 0 ? HUGE_VAL : nan("");
        assert_true(isnan(wanted) ? isnan(x[i]) : (double)fabs(x[i]) == wanted);
        assert_true(isnan(wanted) || (signbit(x[i]) != 0) == (i >= 32768));
    }
    assert_true(x[0x3C00] == 1 && x[1] == (real)0x1p-24 && x[0x7BFF] == 65504);
    parameters_free(&list);
    free(data);
}

static void test_bf16(void **state)
{
    (void)state;
    /* 1, -3.140625, infinity, NaN, the smallest subnormal. */
    const unsigned char data[] = {0x80, 0x3F, 0x49, 0xC0, 0x80, 0x7F, 0xC0, 0x7F, 0x01, 0x00};
    Parameters list = {NULL, 0, 0};
    const real *x = parameters_add(&list, "", "x", shape1(5))->data;
    expect_none(safetensors_read(
        &list, hand_made("{\"x\":{\"dtype\":\"BF16\",\"shape\":[5],\"data_offsets\":[0,10]}}", data,
                         sizeof data)));
    assert_true(x[0] == 1 && x[1] == (real)-3.140625 && isinf(x[2]) && x[2] > 0 && isnan(x[3]));
    assert_true(x[4] == (real)0x1p-133);
    parameters_free(&list);
}

/* ---- names -------------------------------------------------------------------------------------- */
static void test_prefix_and_skipped(void **state)
{
    (void)state;
    const unsigned char data[8 + 4 + 1 + 8] = {0, 0, 0x80, 0x3F, 0, 0, 0, 0x40};
    const char *header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
        "\"transformer.h.0.attn.c_attn.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        "\"transformer.h.0.attn.bias\":{\"dtype\":\"BOOL\",\"shape\":[1,1,2,2],\"data_offsets\":[8,12]},"
        "\"h.0.attn.masked_bias\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[12,13]},"
        "\"lm_head.weight\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[13,21]}}   ";
    Parameters list = {NULL, 0, 0};
    const real *bias = parameters_add(&list, "h.0.attn", "c_attn.bias", shape1(2))->data;
    expect_none(safetensors_read(&list, hand_made(header, data, sizeof data)));
    assert_true(bias[0] == 1 && bias[1] == 2);
    parameter_fill(parameters_add(&list, "", "lm_head.weight", shape2(1, 1)), 7);
    expect_error(safetensors_read(&list, hand_made(header, data, sizeof data)),
                 "tensor \"lm_head.weight\": expected dtype F64, F32, F16 or BF16, found I64");
    parameters_free(&list);
}

/* ---- what is refused ---------------------------------------------------------------------------- */
#define A "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"
#define B "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}"

static const struct {
    const char *header;
    size_t data;
    const char *part;
} refused[] = {
    {"{" A "}", 24, "tensor \"b\": expected a tensor of this name, found none"},
    {"{" A "," B ",\"c\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[32,36]}}", 36,
     "tensor \"c\": expected no tensor of this name, found one"},
    {"{" A "," B "," B "}", 32, "tensor \"b\": expected one of this name, found two"},
    {"{" A "," B ",\"transformer.b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[32,40]}}", 40,
     "tensor \"b\": expected one of this name, found two"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[24,32]}}", 32,
     "tensor \"b\": expected shape (2), found (1,2)"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]}}", 36,
     "tensor \"b\": expected shape (2), found (3)"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[24,32]}}", 32,
     "tensor \"b\": expected shape (2), found (2,1)"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2,0,0,0,0,0],\"data_offsets\":[24,24]}}", 24,
     "tensor \"b\": expected shape (2), found (2,0,0,0,0,0)"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[24,28]}}", 28,
     "tensor \"b\": expected shape (2), found ()"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
     "tensor \"a\": expected shape (2,3), found (2)"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3,1,1,1,1],\"data_offsets\":[0,24]}}", 24,
     "tensor \"a\": expected shape (2,3), found (2,3,1,1,1,1)"},
    {"{" A ",\"b\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[24,32]}}", 32,
     "tensor \"b\": expected dtype F64, F32, F16 or BF16, found I32"},
    {"{" A ",\"b\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[24,32]}}", 32,
     "tensor \"b\": expected one dtype, such as F32, found \"F31\""},
    {"{" A ",\"b\":{\"dtype\":32,\"shape\":[2],\"data_offsets\":[24,32]}}", 32, "found 32"},
    {"{" A ",\"b\":{\"shape\":[2],\"data_offsets\":[24,32]}}", 32, "one dtype, such as F32, found none"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}", 32,
     "tensor \"b\": expected one dtype"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"data_offsets\":[24,32]}}", 32, "expected one shape"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[24,32]}}", 32, "found [-2]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[0.5],\"data_offsets\":[24,32]}}", 32, "found [0.5]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[24,32]}}", 32, "found [?]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[24,32]}}", 32, "found 2"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[24,32]}}", 32,
     "their product below 2^64, found [4294967296,4294967296]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,2],\"data_offsets\":[24,32]}}", 32,
     "tensor \"b\": expected one shape of whole numbers"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[1e400],\"data_offsets\":[24,32]}}", 32, "found [inf]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2]}}", 32, "one pair of data_offsets, from and to, found none"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24]}}", 32, "found [24]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32,40]}}", 32, "found [24,32,40]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", 32, "found [-8,0]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[32,24]}}", 32, "found [32,24]"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,36]}}", 36,
     "expected data_offsets 8 apart, as its dtype and shape say, found 24 to 36"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]}}", 24,
     "tensor \"b\": expected its data from 24 on, where the one before ends, found them from 16 on"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[28,36]}}", 36,
     "tensor \"b\": expected its data from 24 on"},
    {"{" A ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[9007199254740984,9007199254740992]}}",
     32, "found them from 9007199254740984 on"},
    {"{" A "," B "}", 31, "tensor \"b\": expected data up to 32, found the file's data to end at 31"},
    {"{" A "," B "}", 0, "tensor \"a\": expected data up to 24, found the file's data to end at 0"},
    {"{" A "," B "}", 33, "expected 32 bytes of data, found 33"},
    {"{" A ",\"b\":7}", 24, "tensor \"b\": expected an object with dtype, shape and data_offsets, found 7"},
    {"{" A ",\"b\\u0000\":{}}", 24, "found a NUL character"},
    {"{" A ",\"b\xFF\":{}}", 24, "expected a header in UTF-8, found other bytes at its byte 59"},
    {"{" A "," B, 32, "found what is no JSON"},
    {"{" A "," B "} x", 32, "found what is no JSON"},
    {"[]", 0, "expected a JSON object, found other JSON"},
    {"{}", 0, "tensor \"a\": expected a tensor of this name, found none"},
    {"", 0, "expected a JSON object, found nothing"},
};

static void test_refused(void **state)
{
    (void)state;
    const unsigned char data[64] = {0};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        expect_refused(hand_made(refused[i].header, data, refused[i].data), refused[i].part);
}

/* A name given twice where it would not be read at all is still a broken file. */
static void test_refused_twice_skipped(void **state)
{
    (void)state;
    const unsigned char data[34] = {0};
    expect_refused(hand_made("{" A "," B
                             ",\"h.0.attn.bias\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[32,33]}"
                             ",\"h.0.attn.bias\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[33,34]}}",
                             data, sizeof data),
                   "tensor \"h.0.attn.bias\": expected one of this name, found two");
}

static void test_refused_lengths(void **state)
{
    (void)state;
    const char *path = path_of("model");
    unsigned char bytes[64] = {0};
    write_file(path, bytes, 0);
    expect_refused(path, "expected a safetensors file, found 0 bytes");
    write_file(path, bytes, 7);
    expect_refused(path, "expected a safetensors file, found 7 bytes");
    write_file(path, bytes, 8);
    expect_refused(path, "found nothing");
    bytes[0] = 57;
    write_file(path, bytes, 64);
    expect_refused(path, "header of at most 56 bytes, found a length of 57");
    memset(bytes, 0xFF, 8);
    write_file(path, bytes, 64);
    expect_refused(path, "found a length of 18446744073709551615");
    expect_refused(path_of("nowhere"), "cannot be read");
    expect_refused(scratch, "expected a file, found a folder");
}

/* Deeper than cJSON goes. */
static void test_refused_nesting(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *header = malloc(DEEP + 10);
    memcpy(header, "{\"a\":", 5);
    memset(header + 5, '[', DEEP);
    header[5 + DEEP] = '\0';
    expect_refused(hand_made(header, "", 0), "found what is no JSON");
    free(header);
}

static void test_cut_at_every_byte(void **state)
{
    (void)state;
    Parameters list = small_list();
    expect_none(safetensors_write(&list, path_of("whole")));
    size_t size;
    unsigned char *bytes = read_file(path_of("whole"), &size);
    expect_none(safetensors_read(&list, path_of("whole")));
    for (size_t cut = 0; cut < size; cut++) {
        write_file(path_of("model"), bytes, cut);
        expect_refused(path_of("model"), "expected");
    }
    free(bytes);
    parameters_free(&list);
}

/* Bytes of a valid file changed at random: an error that changes nothing, or a file that is valid. */
static void test_random_changes(void **state)
{
    (void)state;
    Parameters list = small_list();
    expect_none(safetensors_write(&list, path_of("whole")));
    size_t size, header = 8, accepted = 0, changed = 4000;
    unsigned char *bytes = read_file(path_of("whole"), &size), *copy = malloc(size);
    Random random = random_make(3, 0);
    header += bytes[0] + 256u * bytes[1];
    for (size_t round = 0; round < changed; round++) {
        memcpy(copy, bytes, size);
        for (uint64_t n = 1 + random_below(&random, 3); n > 0; n--) {
            size_t at = (size_t)random_below(&random, header);
            copy[at] = random_below(&random, 2) == 0 ? (unsigned char)random_bits(&random)
                                                     : copy[random_below(&random, header)];
        }
        write_file(path_of("model"), copy, size);
        Error error = safetensors_read(&list, path_of("model"));
        accepted += !error.failed;
        if (error.failed)
            expect_sevens(&list);
        for (int i = 0; i < list.count; i++)
            parameter_fill(list.items[i].tensor, 7);
    }
    assert_true(accepted < changed / 2);
    free(bytes);
    free(copy);
    parameters_free(&list);
}

/* ---- writing ------------------------------------------------------------------------------------ */
static void test_written_form(void **state)
{
    (void)state;
    Parameters list = small_list();
    list.items[1].tensor->data[1] = (real)-0.5;
    expect_none(safetensors_write(&list, path_of("written")));
    size_t size;
    unsigned char *bytes = read_file(path_of("written"), &size);
    const char *wanted =
        sizeof(real) == 4
            ? "{\"__metadata__\":{\"format\":\"pt\"},"
              "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
              "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}"
            : "{\"__metadata__\":{\"format\":\"pt\"},"
              "\"a\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[0,48]},"
              "\"b\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[48,64]}}";
    size_t header = bytes[0] + 256u * bytes[1], length = strlen(wanted);
    assert_int_equal((8 + header) % 8, 0);
    assert_true(header >= length && header < length + 8);
    assert_memory_equal(bytes + 8, wanted, length);
    for (size_t i = length; i < header; i++)
        assert_int_equal(bytes[8 + i], ' ');
    assert_int_equal(size, 8 + header + 8 * sizeof(real));
    assert_int_equal(bytes[size - 1], 0xBF); /* -0.5 ends in its sign and exponent */
    free(bytes);
    parameters_free(&list);
}

/* Every kind of number comes back bit for bit; more elements than the writer puts down at a time. */
static void test_round_trip(void **state)
{
    (void)state;
    Parameters list = {NULL, 0, 0}, back = {NULL, 0, 0};
    Tensor *from = parameters_add(&list, "x", "weight", shape4(3, 7, 11, 101));
    Tensor *scalar = parameters_add(&list, "", "scalar", shape0());
    Tensor *scalar_to = parameters_add(&back, "", "scalar", shape0()); /* another order */
    Tensor *to = parameters_add(&back, "x", "weight", shape4(3, 7, 11, 101));
    const real special[] = {0, (real)-0.0, (real)INFINITY, (real)-INFINITY, (real)NAN,
                            sizeof(real) == 4 ? (real)FLT_MIN / 8 : (real)(DBL_MIN / 8),
                            sizeof(real) == 4 ? (real)FLT_MAX : (real)DBL_MAX};
    Random random = random_make(1, 0);
    parameter_normal(from, &random, 1);
    memcpy(from->data, special, sizeof special);
    scalar->data[0] = (real)M_PI;
    expect_none(safetensors_write(&list, path_of("written")));
    expect_none(safetensors_read(&back, path_of("written")));
    assert_memory_equal(to->data, from->data, from->size * sizeof(real));
    assert_true(scalar_to->data[0] == scalar->data[0]);
    parameters_free(&list);
    parameters_free(&back);
}

/* In F32 from either build: the header says so, and the numbers are those of the nearest floats. */
static void test_written_in_f32(void **state)
{
    (void)state;
    Parameters list = {NULL, 0, 0}, back = {NULL, 0, 0};
    Tensor *from = parameters_add(&list, "", "x", shape2(3, 1667)); /* more than one piece */
    Tensor *to = parameters_add(&back, "", "x", shape2(3, 1667));
    Random random = random_make(2, 0);
    parameter_normal(from, &random, 1);
    from->data[0] = (real)0.1;
    from->data[1] = (real)-INFINITY;
    expect_none(safetensors_write_f32(&list, path_of("written")));
    size_t size;
    unsigned char *bytes = read_file(path_of("written"), &size);
    assert_non_null(strstr((char *)bytes + 8,
                           "\"x\":{\"dtype\":\"F32\",\"shape\":[3,1667],\"data_offsets\":[0,20004]}"));
    assert_int_equal((size - 20004) % 8, 0);
    const unsigned char tenth[] = {0xCD, 0xCC, 0xCC, 0x3D};
    assert_memory_equal(bytes + size - 20004, tenth, 4);
    free(bytes);
    expect_none(safetensors_read(&back, path_of("written")));
    for (size_t i = 0; i < from->size; i++)
        assert_true((float)to->data[i] == (float)from->data[i] && to->data[i] == (float)to->data[i]);
    parameters_free(&list);
    parameters_free(&back);
}

static void test_cannot_be_written(void **state)
{
    (void)state;
    Parameters list = small_list();
    expect_error(safetensors_write(&list, path_of("no/such/folder")), "cannot be written");
    expect_error(safetensors_write_f32(&list, path_of("no/such/folder")), "cannot be written");
    parameters_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f64_and_f32),
        cmocka_unit_test(test_f16_every_number),
        cmocka_unit_test(test_bf16),
        cmocka_unit_test(test_prefix_and_skipped),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_twice_skipped),
        cmocka_unit_test(test_refused_lengths),
        cmocka_unit_test(test_refused_nesting),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_random_changes),
        cmocka_unit_test(test_written_form),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_written_in_f32),
        cmocka_unit_test(test_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
