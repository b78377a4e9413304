/* Tests of lib/base: random numbers against published vectors, the matrix product against a triple
 * loop, threads, the arena, files written whole or not at all, errors and command lines.
 *
 * Files are made in a folder of their own under TMPDIR and removed. The matrix product is tested
 * once more in a child for each kernel, which is this program with --gemm: a kernel is chosen once
 * a run. */
#include "base/base.h"
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char *self; /* argv[0] */

/* ---- random --------------------------------------------------------------------------------- */
static void test_philox_vectors(void **state)
{
    (void)state;
    /* The known answers of Random123, the authors' own library: counter, key, result. */
    static const uint32_t known[3][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1}};
    for (int i = 0; i < 3; i++) {
        uint32_t block[4];
        memcpy(block, known[i], sizeof block);
        philox(block, known[i] + 4);
        assert_memory_equal(block, known[i] + 6, sizeof block);
    }
}

static void test_random_is_a_function_of_its_fields(void **state)
{
    (void)state;
    Random random = random_make(7, 3), again = random_make(7, 3);
    uint64_t first[10];
    for (int i = 0; i < 10; i++)
        first[i] = random_bits(&random);
    for (int i = 0; i < 5; i++)
        random_bits(&again);
    Random resumed = {again.seed, again.stream, again.counter};
    for (int i = 5; i < 10; i++)
        assert_true(random_bits(&resumed) == first[i]);
    Random other_stream = random_make(7, 4), other_seed = random_make(8, 3);
    for (int i = 0; i < 10; i++) {
        assert_true(random_bits(&other_stream) != first[i]);
        assert_true(random_bits(&other_seed) != first[i]);
    }
}

static void test_random_uniform(void **state)
{
    (void)state;
    enum { DRAWS = 200000 };
    Random random = random_make(1, 0);
    double sum = 0, square = 0;
    for (int i = 0; i < DRAWS; i++) {
        double u = random_uniform(&random);
        assert_true(u >= 0 && u < 1);
        sum += u;
        square += u * u;
    }
    /* Five standard deviations of the mean: 5 sqrt(1/12 / DRAWS), and of the mean of squares. */
    assert_true(fabs(sum / DRAWS - 0.5) < 5 * sqrt(1.0 / 12 / DRAWS));
    assert_true(fabs(square / DRAWS - 1.0 / 3) < 5 * sqrt(4.0 / 45 / DRAWS));
}

static void test_random_normal_moments(void **state)
{
    (void)state;
    enum { DRAWS = 400000 };
    Random random = random_make(2, 0);
    double moment[5] = {0};
    int beyond_two = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = random_normal(&random), power = 1;
        assert_true(isfinite(x));
        for (int k = 1; k < 5; k++)
            moment[k] += (power *= x) / DRAWS;
        beyond_two += fabs(x) > 2;
    }
    /* 0, 1, 0, 3, with the variances 1, 2, 15 and 96 of one draw's powers. */
    const double expected[5] = {0, 0, 1, 0, 3}, variance[5] = {0, 1, 2, 15, 96};
    for (int k = 1; k < 5; k++)
        assert_true(fabs(moment[k] - expected[k]) < 5 * sqrt(variance[k] / DRAWS));
    assert_true(fabs(beyond_two / (double)DRAWS - 0.0455) < 0.002);
}

static void test_random_below(void **state)
{
    (void)state;
    enum { DRAWS = 120000, SIDES = 6 };
    Random random = random_make(3, 0);
    int count[SIDES] = {0};
    for (int i = 0; i < DRAWS; i++)
        count[random_below(&random, SIDES)]++;
    for (int i = 0; i < SIDES; i++)
        assert_true(abs(count[i] - DRAWS / SIDES) < 5 * 130); /* sqrt(120000 5/36) = 129 */
    /* Three quarters of 2^64: without drawing again, the lowest third would come twice as often. */
    const uint64_t bound = (uint64_t)3 << 62;
    int low = 0;
    for (int i = 0; i < DRAWS; i++) {
        uint64_t drawn = random_below(&random, bound);
        assert_true(drawn < bound);
        low += drawn < bound / 3;
    }
    assert_true(abs(low - DRAWS / 3) < 5 * 164); /* sqrt(120000 2/9) = 163 */
    for (int i = 0; i < 100; i++)
        assert_true(random_below(&random, 1) == 0);
}

/* ---- the matrix product --------------------------------------------------------------------- */
typedef struct {
    bool transpose_a, transpose_b, add;
    size_t m, n, k, lda, ldb, ldc;
    real alpha;
} Product;

static void fill_normal(real *values, size_t count, Random *random)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (real)random_normal(random);
}

/* Element (i,j) by the definition; `size` gets the sum of the terms' sizes: it bounds round-off. */
static double plain_element(const Product *p, const real *a, const real *b, size_t i, size_t j,
                            double *size)
{
    double sum = 0;
    *size = 0;
    for (size_t q = 0; q < p->k; q++) {
        double x = (double)a[p->transpose_a ? q * p->lda + i : i * p->lda + q];
        double y = (double)b[p->transpose_b ? j * p->ldb + q : q * p->ldb + j];
        sum += (double)p->alpha * x * y;
        *size += fabs((double)p->alpha * x * y);
    }
    return sum;
}

/* Runs one product on memory where all that may not be read is NaN and all that may not be written
 * is looked at afterwards. Returns whether all is right; says what is not. */
static bool product_is_right(const Product *p, Random *random)
{
    size_t rows_a = p->transpose_a ? p->k : p->m, rows_b = p->transpose_b ? p->n : p->k;
    size_t columns_a = p->transpose_a ? p->m : p->k, columns_b = p->transpose_b ? p->k : p->n;
    real *a = memory_alloc((rows_a * p->lda + 1) * sizeof *a);
    real *b = memory_alloc((rows_b * p->ldb + 1) * sizeof *b);
    real *c = memory_alloc((p->m * p->ldc + 1) * sizeof *c),
         *old = memory_alloc((p->m * p->ldc + 1) * sizeof *old);
    fill_normal(a, rows_a * p->lda, random);
    fill_normal(b, rows_b * p->ldb, random);
    fill_normal(c, p->m * p->ldc, random);
    for (size_t i = 0; i < rows_a; i++)
        for (size_t q = columns_a; q < p->lda; q++)
            a[i * p->lda + q] = (real)NAN;
    for (size_t i = 0; i < rows_b; i++)
        for (size_t q = columns_b; q < p->ldb; q++)
            b[i * p->ldb + q] = (real)NAN;
    for (size_t i = 0; i < p->m && !p->add; i++)
        for (size_t j = 0; j < p->n; j++)
            c[i * p->ldc + j] = (real)NAN;
    memcpy(old, c, p->m * p->ldc * sizeof *c);
    gemm(p->transpose_a, p->transpose_b, p->m, p->n, p->k, p->alpha, a, p->lda, b, p->ldb, p->add,
         c, p->ldc);
    bool right = true;
    const double epsilon = gate_is_float() ? 0x1p-23 : 0x1p-52;
    for (size_t i = 0; i < p->m && right; i++)
        for (size_t j = 0; j < p->ldc && right; j++) {
            size_t at = i * p->ldc + j;
            double size = 0, expected = (double)old[at];
            if (j < p->n)
                expected = plain_element(p, a, b, i, j, &size) + (p->add ? expected : 0);
            double allowed = epsilon * ((double)p->k + 2) * (size + fabs(expected));
            right = j < p->n ? fabs((double)c[at] - expected) <= allowed : c[at] == old[at];
            if (!right)
                fprintf(
                    stderr,
                    "gemm(%d, %d, %zu, %zu, %zu, %g, lda %zu, ldb %zu, %s, ldc %zu), kernel %s: "
                    "element (%zu,%zu) is %.9g, expected %.9g\n",
                    p->transpose_a, p->transpose_b, p->m, p->n, p->k, (double)p->alpha, p->lda,
                    p->ldb, p->add ? "add" : "not add", p->ldc, gemm_kernel_name(), i, j,
                    (double)c[at], expected);
        }
    free(a);
    free(b);
    free(c);
    free(old);
    return right;
}

/* All transposes, adding and not, with tight leading dimensions and with `slack` more. */
static bool shape_is_right(size_t m, size_t n, size_t k, size_t slack, real alpha, Random *random)
{
    bool right = true;
    for (int which = 0; which < 8 && right; which++) {
        Product p = {which & 1, which >> 1 & 1, which >> 2 & 1, m, n, k, 0, 0, n + slack, alpha};
        p.lda = (p.transpose_a ? m : k) + 2 * slack;
        p.ldb = (p.transpose_b ? k : n) + 3 * slack;
        right = product_is_right(&p, random);
    }
    return right;
}

static bool all_shapes_are_right(void)
{
    /* Around the tiles of every kernel (4, 6 and 8 rows; 4 to 48 columns), and nothing at all. */
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24, 31, 48, 49};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    Random random = random_make(4, 0);
    bool right = true;
    for (size_t i = 0; i < SIZES && right; i++)
        for (size_t j = 0; j < SIZES && right; j++) {
            size_t k = sizes[(i * 7 + j * 3) % SIZES], slack = (i + j) % 2 * 3;
            right = shape_is_right(sizes[i], sizes[j], k, slack, (i + j) % 3 == 0 ? (real)-2.5 : 1,
                                   &random);
        }
    /* Beyond one block of k, of n and of m, with few rows and with many, and pieces of several sizes. */
    right = right && shape_is_right(5, 70, 769, 0, 1, &random) &&
            shape_is_right(11, 70, 1601, 1, (real)0.5, &random);
    right = right && shape_is_right(2, 6151, 3, 0, 1, &random) &&
            shape_is_right(13, 2051, 19, 0, 1, &random) &&
            shape_is_right(3083, 3, 2, 0, 1, &random);
    return right && shape_is_right(131, 211, 67, 5, 1, &random) &&
           shape_is_right(6, 5, 4, 0, 0, &random);
}

/* A product's rows hold the same bits when they are made `rows` at a time: few go another way. */
static bool rows_are_right(bool transpose_a, bool transpose_b, size_t k, real alpha, bool add,
                           size_t rows)
{
    enum { M = 40, N = 275, K = 831 };
    static real a[M * K], b[K * N], all[M * N], parts[M * N];
    Random random = random_make(7, rows);
    fill_normal(a, M * k, &random);
    fill_normal(b, k * N, &random);
    fill_normal(all, M * N, &random);
    memcpy(parts, all, sizeof all);
    size_t lda = transpose_a ? M : k, ldb = transpose_b ? k : N;
    gemm(transpose_a, transpose_b, M, N, k, alpha, a, lda, b, ldb, add, all, N);
    for (size_t row = 0; row < M; row += rows)
        gemm(transpose_a, transpose_b, row + rows < M ? rows : M - row, N, k, alpha,
             a + row * (transpose_a ? 1 : lda), lda, b, ldb, add, parts + row * N, N);
    bool right = memcmp(parts, all, sizeof all) == 0;
    if (!right)
        fprintf(stderr, "gemm(%d, %d), k %zu, alpha %g, %s, kernel %s: %zu rows at a time differ\n",
                transpose_a, transpose_b, k, (double)alpha, add ? "add" : "not add",
                gemm_kernel_name(), rows);
    return right;
}

static bool all_rows_are_right(void)
{
    bool right = true;
    for (size_t rows = 1; rows <= 10 && right; rows++)
        for (int which = 0; which < 8 && right; which++)
            right = rows_are_right(which & 1, which >> 1 & 1, 831, 1, which >> 2 & 1, rows) &&
                    rows_are_right(which & 1, which >> 1 & 1, 250, (real)0.3, false, rows);
    return right;
}

/* A bias is what the sum over k begins with: the same bits as adding to rows that hold it. */
static bool bias_is_right(size_t m, size_t n, size_t k)
{
    Random random = random_make(8, m);
    real *a = memory_alloc(m * k * sizeof *a), *b = memory_alloc(k * n * sizeof *b);
    real *bias = memory_alloc(n * sizeof *bias), *added = memory_alloc(m * n * sizeof *added);
    real *c = memory_alloc(m * n * sizeof *c);
    fill_normal(a, m * k, &random);
    fill_normal(b, k * n, &random);
    fill_normal(bias, n, &random);
    for (size_t i = 0; i < m * n; i++)
        added[i] = bias[i % n];
    gemm(false, false, m, n, k, 1, a, k, b, n, true, added, n);
    gemm_bias(m, n, k, a, k, b, n, bias, c, n);
    bool right = memcmp(c, added, m * n * sizeof *c) == 0;
    gemm(false, false, m, n, k, 1, a, k, b, n, false, added, n);
    gemm_bias(m, n, k, a, k, b, n, NULL, c, n);
    right = right && memcmp(c, added, m * n * sizeof *c) == 0;
    if (!right)
        fprintf(stderr, "gemm_bias: m %zu, n %zu, k %zu, kernel %s differs from gemm's adding\n", m,
                n, k, gemm_kernel_name());
    free(a);
    free(b);
    free(bias);
    free(added);
    free(c);
    return right;
}

static bool all_products_are_right(void)
{
    return all_shapes_are_right() && all_rows_are_right() && bias_is_right(3, 71, 5) &&
           bias_is_right(37, 71, 5) && bias_is_right(37, 71, 801) && bias_is_right(2, 71, 801) &&
           bias_is_right(9, 5, 0);
}

static void test_gemm_every_shape(void **state)
{
    (void)state;
    assert_true(all_products_are_right());
}

static void become_gemm_test(void *kernel)
{
    setenv("WENGERT_CPU", kernel, 1);
    execlp(self, self, "--gemm", (char *)NULL);
    _exit(3);
}

static void test_gemm_every_kernel(void **state)
{
    (void)state;
    static const char *const kernels[] = {"portable", "avx2", "avx512", "neon"};
    for (int i = 0; i < 4; i++) {
        Child child = child_run(become_gemm_test, (void *)(uintptr_t)kernels[i]);
        bool missing =
            child_exited(&child, 2) && strstr(child.text, "WENGERT_CPU: expected") != NULL && i > 0;
        if (missing)
            print_message("this processor has no %s\n", kernels[i]);
        else if (!child_exited(&child, 0))
            fail_msg("kernel %s: %s", kernels[i], child.text);
    }
    Child child = child_run(become_gemm_test, (void *)(uintptr_t) "abacus");
    assert_true(child_exited(&child, 2));
    assert_non_null(strstr(child.text, "WENGERT_CPU: expected portable"));
    assert_non_null(strstr(child.text, "\"abacus\""));
}

/* A large product, and the same rows one at a time. */
static void test_gemm_same_bits(void **state)
{
    (void)state;
    enum { M = 150, N = 213, K = 831 };
    Random random = random_make(5, 0);
    real *a = memory_alloc(M * K * sizeof *a), *b = memory_alloc(K * N * sizeof *b);
    real *c = memory_alloc(M * N * sizeof *c), *again = memory_alloc(M * N * sizeof *again);
    fill_normal(a, M * K, &random);
    fill_normal(b, K * N, &random);
    int before = threads_count();
    threads_set(1);
    gemm(false, false, M, N, K, 1, a, K, b, N, false, c, N);
    static const int counts[] = {2, 3, 8};
    for (int i = 0; i < 3; i++) {
        threads_set(counts[i]);
        assert_int_equal(threads_count(), counts[i]);
        gemm(false, false, M, N, K, 1, a, K, b, N, false, again, N);
        assert_memory_equal(again, c, M * N * sizeof *c);
    }
    for (size_t row = 0; row < M; row++)
        gemm(false, false, 1, N, K, 1, a + row * K, K, b, N, false, again + row * N, N);
    assert_memory_equal(again, c, M * N * sizeof *c);
    threads_set(before);
    free(a);
    free(b);
    free(c);
    free(again);
}

static void multiply_with_small_ldc(void *context)
{
    (void)context;
    real x[6] = {0};
    gemm(false, false, 2, 3, 1, 1, x, 1, x, 3, false, x, 2);
}

static void test_gemm_checks_leading_dimensions(void **state)
{
    (void)state;
    Child child = child_run(multiply_with_small_ldc, NULL);
    assert_true(child_aborted(&child));
    assert_non_null(
        strstr(child.text, "gemm: leading dimensions 1, 3, 2 are too small for m 2, n 3, k 1"));
}

/* ---- peak ------------------------------------------------------------------------------------ */
/* Halving and adding t ends at 2t exactly, in every lane of every chain, and a multiply-add is two
 * operations: so sum and count must fit each other. Whole numbers that are read add up exactly. */
static void test_peak_does_the_work(void **state)
{
    (void)state;
    enum { PIECES = 64, TURNS = 100000, COUNT = 3000 * PEAK_MULTIPLE };
    real sum = 0, *x = memory_alloc(COUNT * sizeof *x);
    double flops = peak_arithmetic(&sum);
    double results = flops / 2 / PIECES / TURNS; /* of one piece */
    assert_true(results >= 12 && results == floor(results));
    assert_true((double)sum == results * PIECES * (PIECES + 1));
    for (size_t i = 0; i < COUNT; i++)
        x[i] = (real)(i % 3 == 0);
    assert_true(peak_read(x, COUNT) == (real)(COUNT / 3));
    assert_true(peak_read(x, 0) == 0);
    free(x);
}

/* ---- spread ---------------------------------------------------------------------------------- */
static void test_spread(void **state)
{
    (void)state;
    const double values[] = {3, 1, 2, 10};
    Spread odd = spread_of(values, 3), even = spread_of(values, 4), none = spread_of(values, 0);
    assert_true(odd.low == 1 && odd.middle == 2 && odd.high == 3 && odd.count == 3);
    assert_true(even.low == 1 && even.middle == 2.5 && even.high == 10);
    assert_true(isnan(none.low) && isnan(none.middle) && isnan(none.high));
    assert_string_equal(spread_text(even, 100), "250 (100..1000)");
    assert_string_equal(spread_text(even, 0.1), "0.250 (0.100..1.000)");
    assert_string_equal(spread_text(spread_of(values, 1), 1), "3.00 (once)");
    assert_string_equal(spread_text(none, 1), "-");
}

/* ---- threads -------------------------------------------------------------------------------- */
enum { LONGEST = 1000 };
typedef struct {
    size_t count, grain;
    unsigned char done[LONGEST];         /* how often each index was handed out */
    unsigned char began[LONGEST + 1];    /* where pieces began */
    bool right;
} Pieces;

static void note_piece(size_t begin, size_t end, void *context)
{
    Pieces *pieces = context;
    bool whole = end - begin == pieces->grain || end == pieces->count;
    if (begin % pieces->grain != 0 || !whole || begin >= end)
        pieces->right = false;
    pieces->began[begin]++;
    for (size_t i = begin; i < end; i++)
        pieces->done[i]++;
}

static void test_parallel_for_pieces(void **state)
{
    (void)state;
    static const size_t cases[][2] = {{0, 5}, {1, 1},    {1, 7},    {7, 7},
                                      {8, 7}, {1000, 1}, {1000, 3}, {999, 256}};
    int before = threads_count();
    for (int threads = 1; threads <= 8; threads = threads * 2 + (threads == 2))
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            threads_set(threads);
            for (int repeat = 0; repeat < 20; repeat++) {
                Pieces pieces = {.count = cases[i][0], .grain = cases[i][1], .right = true};
                parallel_for(pieces.count, pieces.grain, note_piece, &pieces);
                assert_true(pieces.right);
                for (size_t k = 0; k < pieces.count; k++) {
                    assert_int_equal(pieces.done[k], 1);
                    assert_int_equal(pieces.began[k], k % pieces.grain == 0);
                }
            }
        }
    threads_set(before);
}

typedef struct {
    double sums[40];
} Nested;

static void add_inner(size_t begin, size_t end, void *context)
{
    for (size_t i = begin; i < end; i++)
        *(double *)context += (double)i;
}

static void run_inner(size_t begin, size_t end, void *context)
{
    for (size_t i = begin; i < end; i++)
        parallel_for(100, 7, add_inner, &((Nested *)context)->sums[i]); /* serially: one sum */
}

static void test_parallel_for_nested(void **state)
{
    (void)state;
    int before = threads_count();
    threads_set(4);
    Nested nested = {{0}};
    parallel_for(40, 1, run_inner, &nested);
    for (int i = 0; i < 40; i++)
        assert_true(nested.sums[i] == 4950);
    threads_set(before);
}

static void loop_without_grain(void *context)
{
    parallel_for(1, 0, add_inner, context);
}

static void test_parallel_for_contract(void **state)
{
    (void)state;
    Child child = child_run(loop_without_grain, NULL);
    assert_true(child_aborted(&child));
    assert_non_null(strstr(child.text, "parallel_for: the grain must be at least 1"));
}

static void test_threads_environment(void **state)
{
    (void)state;
    const char *kept = getenv("WENGERT_THREADS");
    char copy[64];
    snprintf(copy, sizeof copy, "%s", kept == NULL ? "" : kept);
    static const char *const bad[] = {"0", "-1", "two", "3x", "100000", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        setenv("WENGERT_THREADS", bad[i], 1);
        Error error = threads_check_environment();
        assert_true(error.failed);
        assert_non_null(strstr(error.text, "WENGERT_THREADS: expected a number from 1 to"));
        assert_non_null(strstr(error.text, bad[i]));
    }
    setenv("WENGERT_THREADS", "3", 1);
    assert_false(threads_check_environment().failed);
    setenv("WENGERT_THREADS", copy, 1);
    assert_false(threads_check_environment().failed);
}

/* ---- arena ---------------------------------------------------------------------------------- */
static void test_arena_alignment_and_content(void **state)
{
    (void)state;
    Arena arena = {0};
    unsigned char *all[200];
    for (size_t i = 0; i < 200; i++) {
        all[i] = arena_alloc(&arena, i * 331);
        assert_int_equal((uintptr_t)all[i] % 64, 0);
        memset(all[i], (int)i, i * 331);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < i * 331; k++)
            assert_int_equal(all[i][k], i);
    assert_true(arena_used(&arena) >= 331 * 199 * 100 &&
                arena_used(&arena) <= arena_capacity(&arena));
    arena_free(&arena);
    assert_int_equal(arena_capacity(&arena), 0);
}

static void test_arena_reuse(void **state)
{
    (void)state;
    Arena arena = {0};
    ArenaMark empty = arena_mark(&arena);
    size_t at_step_2 = 0;
    for (int step = 1; step <= 100; step++) {
        ArenaMark mark = arena_mark(&arena);
        for (size_t i = 0; i < 20; i++)
            arena_alloc(&arena,
                        100000 + i * 50000); /* several chunks, some too small for what follows */
        arena_release(&arena, mark);
        assert_int_equal(arena_used(&arena), 0);
        if (step == 2)
            at_step_2 = arena_capacity(&arena);
    }
    assert_int_equal(arena_capacity(&arena), at_step_2);
    arena_release(&arena, empty);
    arena_alloc(&arena, 3 * at_step_2); /* larger than any chunk */
    assert_true(arena_capacity(&arena) > at_step_2);
    arena_free(&arena);
}

static void test_arena_poison(void **state)
{
    (void)state;
    Arena arena = {0};
    arena_set_poison(true);
    ArenaMark mark = arena_mark(&arena);
    real *values = arena_alloc(&arena, 100 * sizeof *values);
    for (int i = 0; i < 100; i++) {
        assert_true(isnan(values[i]));
        values[i] = (real)i;
    }
    ArenaMark inner = arena_mark(&arena);
    real *more = arena_alloc(&arena, 10 * sizeof *more);
    more[9] = 5;
    arena_release(&arena, inner);
    assert_true(isnan(more[9]) && values[99] == 99);
    arena_release(&arena, mark);
    for (int i = 0; i < 100; i++)
        assert_true(isnan(values[i])); /* the chunk is still the arena's */
    arena_set_poison(false);
    arena_free(&arena);
}

static void release_in_wrong_order(void *context)
{
    Arena *arena = context;
    ArenaMark outer = arena_mark(arena);
    arena_alloc(arena, 1000);
    ArenaMark inner = arena_mark(arena);
    arena_release(arena, outer);
    arena_release(arena, inner);
}

static void ask_for_everything(void *context)
{
    arena_alloc(context, SIZE_MAX / 2);
}

static void test_arena_contracts(void **state)
{
    (void)state;
    Arena arena = {0};
    Child child = child_run(release_in_wrong_order, &arena);
    assert_true(child_aborted(&child));
    assert_non_null(strstr(child.text, "arena_release: the mark was released before"));
    child = child_run(ask_for_everything, &arena);
    assert_true(child_aborted(&child));
    assert_non_null(strstr(child.text, "more than any machine has"));
}

/* ---- errors and command lines --------------------------------------------------------------- */
static void test_error_is_one_line(void **state)
{
    (void)state;
    assert_false(no_error().failed);
    Error error = error_make("a%sb%s", "\n\t\r", "c");
    assert_true(error.failed);
    assert_string_equal(error.text, "a???bc");
    char longer[2000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(strlen(error_make("%s", longer).text), sizeof error.text - 1);
    exit_if(no_error());
}

static void exit_with_an_error(void *context)
{
    (void)context;
    exit_if(error_make("%s: expected %d, found %d", "here", 2, 3));
}

static void require_something(void *context)
{
    (void)context;
    require(true, "not this");
    require(1 + 1 == 3, "sum: expected %d, found %d", 3, 2);
}

static void test_how_programs_end(void **state)
{
    (void)state;
    Child child = child_run(exit_with_an_error, NULL);
    assert_true(child_exited(&child, 2));
    assert_string_equal(child.text, "wengert: here: expected 2, found 3\n");
    child = child_run(require_something, NULL);
    assert_true(child_aborted(&child));
    assert_string_equal(child.text, "broken contract: sum: expected 3, found 2\n");
}

static void parse(void *context)
{
    char **words = context;
    bool flag = false;
    const char *name = "none";
    size_t size = 5;
    uint64_t seed = 6;
    double rate = 0.5;
    const Option options[] = {{"flag", OPTION_FLAG, &flag, 0, 0, "a flag"},
                              {"name", OPTION_TEXT, &name, 0, 0, "a name"},
                              {"size", OPTION_SIZE, &size, 1, 100, "a size"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "a seed"},
                              {"rate", OPTION_NUMBER, &rate, 0, 1, "a rate"}};
    int count = 0;
    while (words[count] != NULL)
        count++;
    options_parse(count, words, "A test.", options, 5);
    fprintf(stderr, "%d %s %zu %llu %g", flag, name, size, (unsigned long long)seed, rate);
}

static Child parse_words(const char *first, const char *second)
{
    char words[3][64] = {"program"}, *list[4] = {words[0], NULL, NULL, NULL};
    if (first != NULL)
        snprintf(list[1] = words[1], sizeof words[1], "%s", first);
    if (second != NULL)
        snprintf(list[2] = words[2], sizeof words[2], "%s", second);
    return child_run(parse, list);
}

static void test_options(void **state)
{
    (void)state;
    static const char *const good[][3] = {
        {NULL, NULL, "0 none 5 6 0.5"},
        {"--flag", NULL, "1 none 5 6 0.5"},
        {"--name", "x y", "0 x y 5 6 0.5"},
        {"--name=", NULL, "0  5 6 0.5"},
        {"--size=100", NULL, "0 none 100 6 0.5"},
        {"--seed", "18446744073709551615", "0 none 5 18446744073709551615 0.5"},
        {"--rate=1e-3", NULL, "0 none 5 6 0.001"}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        Child child = parse_words(good[i][0], good[i][1]);
        assert_true(child_exited(&child, 0));
        assert_string_equal(child.text, good[i][2]);
    }
    static const char *const bad[][3] = {{"--nothing", NULL, "--nothing"},
                                         {"-x", NULL, "-x"},
                                         {"word", NULL, "word"},
                                         {"--size", NULL, "--size"},
                                         {"--size=0", NULL, "0"},
                                         {"--size=101", NULL, "101"},
                                         {"--size=1.5", NULL, "1.5"},
                                         {"--size=-1", NULL, "-1"},
                                         {"--seed=-1", NULL, "-1"},
                                         {"--seed=0x10", NULL, "0x10"},
                                         {"--rate=2", NULL, "2"},
                                         {"--rate=nan", NULL, "nan"},
                                         {"--rate=", NULL, "rate"},
                                         {"--rate=1z", NULL, "1z"},
                                         {"--size=99999999999999999999", NULL, "99"},
                                         {"--flag=1", NULL, "flag"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        Child child = parse_words(bad[i][0], bad[i][1]);
        char *newline = strchr(child.text, '\n');
        if (!child_exited(&child, 2) || newline == NULL || newline[1] != '\0' ||
            !strstr(child.text, bad[i][2]))
            fail_msg("%s: expected one line and status 2, found \"%s\"", bad[i][0], child.text);
    }
    Child child = parse_words("--help", NULL);
    assert_true(child_exited(&child, 0));
    assert_non_null(strstr(child.text, "--rate X"));
    assert_non_null(strstr(child.text, "a rate (0.5)"));
}

/* ---- files ---------------------------------------------------------------------------------- */
static char folder[512];

static int make_folder(void **state)
{
    (void)state;
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/wengert-base-XXXXXX", place == NULL ? "/tmp" : place);
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

typedef struct {
    char text[700];
} Path;

static Path path_of(const char *name)
{
    Path path;
    snprintf(path.text, sizeof path.text, "%s/%s", folder, name);
    return path;
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* Whether the file holds exactly this. */
static bool file_holds(const char *path, const char *text)
{
    MappedFile file;
    assert_false(file_map(&file, path).failed);
    bool same =
        file.size == strlen(text) && (file.size == 0 || memcmp(file.bytes, text, file.size) == 0);
    file_unmap(&file);
    return same;
}

static void write_whole(const char *path, const char *text)
{
    NewFile file;
    assert_false(file_create(&file, path).failed);
    fputs(text, file.stream);
    assert_false(file_commit(&file).failed);
}

static void test_file_commit_and_abandon(void **state)
{
    (void)state;
    Path path = path_of("file"), temporary = path_of("file.tmp");
    write_whole(path.text, "first");
    assert_true(file_holds(path.text, "first") && !exists(temporary.text));
    NewFile file;
    assert_false(file_create(&file, path.text).failed);
    fputs("second", file.stream);
    fflush(file.stream);
    assert_true(file_holds(path.text, "first")); /* until the commit */
    assert_false(file_commit(&file).failed);
    assert_true(file_holds(path.text, "second"));
    assert_false(file_create(&file, path.text).failed);
    fputs("third", file.stream);
    file_abandon(&file);
    assert_true(file_holds(path.text, "second") && !exists(temporary.text));
    unlink(path.text);
}

static void write_and_die(void *path)
{
    NewFile file;
    if (file_create(&file, path).failed)
        _exit(1);
    for (int i = 0; i < 100000; i++)
        fputs("half of something long\n", file.stream);
    raise(SIGKILL);
}

static void test_file_killed_halfway(void **state)
{
    (void)state;
    Path path = path_of("file"), temporary = path_of("file.tmp");
    write_whole(path.text, "whole");
    Child child = child_run(write_and_die, path.text);
    assert_true(WIFSIGNALED(child.status) && WTERMSIG(child.status) == SIGKILL);
    assert_true(file_holds(path.text, "whole") && exists(temporary.text));
    write_whole(path.text, "next"); /* what was left behind is no obstacle */
    assert_true(file_holds(path.text, "next") && !exists(temporary.text));
    unlink(path.text);
}

/* A commit that cannot be: one line, the old file as it was, nothing left behind. */
static void expect_failed_commit(NewFile *file, const Path *path, const char *why)
{
    Error error = file_commit(file);
    assert_true(error.failed);
    if (strstr(error.text, path->text) == NULL || strstr(error.text, why) == NULL)
        fail_msg("expected \"%s\" in: %s", why, error.text);
    assert_true(file_holds(path->text, "whole"));
    assert_false(exists(path_of("file.tmp").text));
}

static void test_file_full_disk(void **state)
{
    (void)state;
    Path path = path_of("file"), temporary = path_of("file.tmp");
    write_whole(path.text, "whole");
    if (!exists("/dev/full")) {
        unlink(path.text);
        skip();
    }
    for (int length = 1; length <= 1000000; length *= 1000) { /* within and beyond stdio's buffer */
        assert_int_equal(symlink("/dev/full", temporary.text), 0);
        NewFile file;
        assert_false(file_create(&file, path.text).failed);
        for (int i = 0; i < length; i++)
            fputc('x', file.stream);
        expect_failed_commit(&file, &path, strerror(ENOSPC));
    }
    unlink(path.text);
}

static void test_file_too_large(void **state)
{
    (void)state;
    Path path = path_of("file");
    write_whole(path.text, "whole");
    struct rlimit kept, small;
    getrlimit(RLIMIT_FSIZE, &kept);
    small = kept;
    small.rlim_cur = 10000;
    signal(SIGXFSZ, SIG_IGN);
    NewFile file;
    assert_false(file_create(&file, path.text).failed);
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 100000; i++)
        fputc('x', file.stream);
    expect_failed_commit(&file, &path, strerror(EFBIG));
    setrlimit(RLIMIT_FSIZE, &kept);
    signal(SIGXFSZ, SIG_DFL);
    unlink(path.text);
}

static void test_file_create_errors(void **state)
{
    (void)state;
    NewFile file;
    Path inside = path_of("nowhere/file"), place = path_of("place");
    Error error = file_create(&file, inside.text);
    assert_true(error.failed);
    assert_non_null(strstr(error.text, inside.text));
    assert_non_null(strstr(error.text, strerror(ENOENT)));
    char longer[3000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    error = file_create(&file, longer);
    assert_true(error.failed);
    assert_non_null(strstr(error.text, "longer than 1023 bytes"));
    /* A folder comes to stand where the file should go: nothing is renamed over it. */
    assert_false(file_create(&file, place.text).failed);
    assert_false(folder_make(place.text).failed);
    assert_true(file_commit(&file).failed);
    assert_true(exists(place.text) && !exists(path_of("place.tmp").text));
    rmdir(place.text);
}

/* What is no file is said before the work, and stays what it is: a rename would replace a device. */
static void test_file_create_replaces_files_only(void **state)
{
    (void)state;
    NewFile file;
    Path place = path_of("place");
    assert_false(folder_make(place.text).failed);
    Error error = file_create(&file, place.text);
    assert_true(error.failed && strstr(error.text, "found a folder") != NULL);
    rmdir(place.text);
    assert_int_equal(mkfifo(place.text, 0666), 0);
    error = file_create(&file, place.text);
    assert_true(error.failed && strstr(error.text, "found something else") != NULL);
    unlink(place.text);
    assert_int_equal(symlink("/dev/null", place.text), 0);
    error = file_create(&file, place.text);
    assert_true(error.failed && strstr(error.text, "found a link") != NULL);
    assert_false(exists(path_of("place.tmp").text));
    unlink(place.text);
}

static void test_file_is_same(void **state)
{
    (void)state;
    Path one = path_of("one"), two = path_of("two");
    FILE *stream = fopen(one.text, "w");
    assert_non_null(stream);
    fclose(stream);
    assert_true(file_is_same(one.text, one.text));
    assert_false(file_is_same(one.text, two.text));
    assert_int_equal(link(one.text, two.text), 0);
    assert_true(file_is_same(one.text, two.text));
    unlink(two.text);
    stream = fopen(two.text, "w");
    assert_non_null(stream);
    fclose(stream);
    assert_false(file_is_same(one.text, two.text));
    unlink(one.text);
    unlink(two.text);
}

static void test_file_map(void **state)
{
    (void)state;
    MappedFile file;
    Path path = path_of("file"), pipe_path = path_of("pipe");
    Error error = file_map(&file, path.text);
    assert_true(error.failed && file.bytes == NULL && file.size == 0);
    assert_non_null(strstr(error.text, path.text));
    assert_non_null(strstr(error.text, strerror(ENOENT)));
    error = file_map(&file, folder);
    assert_true(error.failed && strstr(error.text, "expected a file, found a folder") != NULL);
    error = file_map(&file, "/dev/null");
    assert_true(error.failed &&
                strstr(error.text, "expected a file, found something else") != NULL);
    /* A pipe that nobody writes to: an error at once, not a program that waits for ever. */
    assert_int_equal(mkfifo(pipe_path.text, 0600), 0);
    alarm(10);
    error = file_map(&file, pipe_path.text);
    alarm(0);
    assert_true(error.failed &&
                strstr(error.text, "expected a file, found something else") != NULL);
    unlink(pipe_path.text);
    write_whole(path.text, "");
    assert_false(file_map(&file, path.text).failed);
    assert_true(file.bytes == NULL && file.size == 0);
    file_unmap(&file);
    write_whole(path.text, "content");
    assert_true(file_holds(path.text, "content"));
    unlink(path.text);
}

static void test_folders(void **state)
{
    (void)state;
    Path deep = path_of("a/b//c/"), part = path_of("a/b/c"), file = path_of("file"),
         inside = path_of("file/x");
    assert_false(folder_make(deep.text).failed);
    assert_true(exists(part.text));
    assert_false(folder_make(deep.text).failed);
    assert_false(folder_sync(part.text).failed);
    write_whole(file.text, "x");
    Error error = folder_make(inside.text);
    assert_true(error.failed && strstr(error.text, "expected a folder, found a file") != NULL);
    unlink(file.text);
    rmdir(part.text);
    error = folder_sync(part.text);
    assert_true(error.failed && strstr(error.text, part.text) != NULL);
    rmdir(path_of("a/b").text);
    rmdir(path_of("a").text);
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 2 && strcmp(argv[1], "--gemm") == 0) {
        exit_if(gemm_check_environment());
        bool right = all_products_are_right();
        gemm_free_buffers();
        return right ? 0 : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_vectors),
        cmocka_unit_test(test_random_is_a_function_of_its_fields),
        cmocka_unit_test(test_random_uniform),
        cmocka_unit_test(test_random_normal_moments),
        cmocka_unit_test(test_random_below),
        cmocka_unit_test(test_gemm_checks_leading_dimensions),
        cmocka_unit_test(test_gemm_every_kernel),
        cmocka_unit_test(test_parallel_for_contract),
        cmocka_unit_test(test_arena_alignment_and_content),
        cmocka_unit_test(test_arena_reuse),
        cmocka_unit_test(test_arena_poison),
        cmocka_unit_test(test_arena_contracts),
        cmocka_unit_test(test_error_is_one_line),
        cmocka_unit_test(test_how_programs_end),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_file_commit_and_abandon),
        cmocka_unit_test(test_file_killed_halfway),
        cmocka_unit_test(test_file_full_disk),
        cmocka_unit_test(test_file_too_large),
        cmocka_unit_test(test_file_create_errors),
        cmocka_unit_test(test_file_create_replaces_files_only),
        cmocka_unit_test(test_file_is_same),
        cmocka_unit_test(test_file_map),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_spread),
        /* Last, so that no child is forked from a program with threads. */
        cmocka_unit_test(test_gemm_every_shape),
        cmocka_unit_test(test_gemm_same_bits),
        cmocka_unit_test(test_peak_does_the_work),
        cmocka_unit_test(test_parallel_for_pieces),
        cmocka_unit_test(test_parallel_for_nested),
        cmocka_unit_test(test_threads_environment),
    };
    int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    gemm_free_buffers();
    return failed;
}
