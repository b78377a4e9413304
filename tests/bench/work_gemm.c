/* work_gemm: one matrix product of a linear layer of `rows` rows, W (in,out), for each of the
 * three:
 *   1  Y (rows,out) = X W      2  dX (rows,in) = dY W^T      3  dW (in,out) = X^T dY
 * all of 2 rows in out floating-point operations. OpenBLAS, where it is installed, does the same
 * through cblas_sgemm or cblas_dgemm, loaded when it runs: nothing here is linked with it. */
#include "work.h"

#include <dlfcn.h>
#include <string.h>

enum { ROW_MAJOR = 101, PLAIN = 111, TURNED = 112 }; /* of cblas.h */
typedef void (*CblasGemm)(int order, int transpose_a, int transpose_b, int m, int n, int k,
                          real alpha, const real *a, int lda, const real *b, int ldb, real beta,
                          real *c, int ldc);

static struct {
    bool transpose_a, transpose_b;
    size_t m, n, k, lda, ldb, ldc;
    real *a, *b, *c;
} product;
static CblasGemm cblas_gemm;

/* Numbers from -1 to 1 that do not repeat soon; 100 million of them should not take long. */
static real *scattered(size_t count)
{
    real *values = memory_alloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = (real)((int64_t)(i * 7919 % 20011) - 10005) / 10006;
    return values;
}

double gemm_prepare(const size_t *numbers)
{
    size_t which = numbers[0], rows = numbers[1], in = numbers[2], out = numbers[3];
    require(which >= 1 && which <= 3, "work_gemm: expected product 1, 2 or 3, found %zu", which);
    product.transpose_a = which == 3;
    product.transpose_b = which == 2;
    product.m = which == 3 ? in : rows;
    product.n = which == 2 ? in : out;
    product.k = which == 1 ? in : which == 2 ? out : rows;
    product.lda = product.transpose_a ? product.m : product.k;
    product.ldb = product.transpose_b ? product.k : product.n;
    product.ldc = product.n;
    product.a = scattered(product.m * product.k);
    product.b = scattered(product.k * product.n);
    product.c = memory_calloc(product.m * product.n, sizeof(real));
    return 2.0 * (double)rows * (double)in * (double)out;
}

void gemm_run(void)
{
    gemm(product.transpose_a, product.transpose_b, product.m, product.n, product.k, 1, product.a,
         product.lda, product.b, product.ldb, false, product.c, product.ldc);
}

double openblas_prepare(const size_t *numbers)
{
    void *library = dlopen("libopenblas.so.0", RTLD_NOW);
    void *symbol = library == NULL ? NULL : dlsym(library, sizeof(real) == 4 ? "cblas_sgemm"
                                                                             : "cblas_dgemm");
    memcpy(&cblas_gemm, &symbol, sizeof cblas_gemm); /* ISO C has no such cast; POSIX promises it */
    return symbol == NULL ? 0 : gemm_prepare(numbers);
}

void openblas_run(void)
{
    int turn_a = product.transpose_a ? TURNED : PLAIN;
    int turn_b = product.transpose_b ? TURNED : PLAIN;
    cblas_gemm(ROW_MAJOR, turn_a, turn_b, (int)product.m, (int)product.n, (int)product.k, 1,
               product.a, (int)product.lda, product.b, (int)product.ldb, 0, product.c,
               (int)product.ldc);
}
