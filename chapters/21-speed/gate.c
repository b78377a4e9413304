/* The gate of chapter 21: what was made fast still computes the same.
 *
 * Nothing is differentiated here. gemm is held to a plain loop: on small whole numbers, whose
 * products and sums no rounding touches, it must give the very same, and on others it must be as
 * near as two orders of one sum can be. Every rung of the ladder is held to the first, bit for bit
 * where the order is the same. Then what the lesson claims of threads, lanes, tiles and the
 * roofline, worked by hand.
 *
 * Letters: C (m,n) = alpha op(A) op(B), with k terms in a sum. */
#include "base/gemm_kernel.h"
#include "base/vector.h"
#include "counts.h"
#include "rungs.h"

static const size_t sizes[] = {1, 2, 3, 5, 7, 8, 9, 47, 48, 49, 97, 255, 256, 257};
enum { SIZES = sizeof sizes / sizeof sizes[0], WHOLE = 8 };

/* ---- a product and the plain loop ------------------------------------------------------------ */
typedef struct {
    bool turn_a, turn_b, add, whole; /* whole: of small whole numbers */
    size_t m, n, k, slack;           /* leading dimensions are `slack` longer than they need be */
    real alpha;
} Case;

/* Whole numbers from -WHOLE to WHOLE, or normal ones, in (rows,columns) of (rows,leading); NaN in
 * the gap, so that whoever reads it is found out. */
static real *matrix(size_t rows, size_t columns, size_t leading, bool whole)
{
    Random *random = gate_random();
    real *values = memory_alloc((rows * leading + 1) * sizeof *values);
    for (size_t i = 0; i < rows * leading; i++)
        values[i] = i % leading >= columns ? (real)NAN
                    : whole ? (real)((int)random_below(random, 2 * WHOLE + 1) - WHOLE)
                            : (real)random_normal(random);
    return values;
}

/* How far two sums of the same k terms may be apart, relative to the sum of the terms' sizes. On
 * its way a term is rounded as a product, with alpha, and in at most k additions, C's own among
 * them: k + 2 times by at most u each, which is k + 2 in (k + 2) u / (1 - (k + 2) u). Both sums
 * err. The one more is for the sum of the sizes, which is rounded too. */
static double summation_bound(size_t k)
{
    double u = gate_is_float() ? 0x1p-24 : 0x1p-53, steps = (double)k + 3;
    return 2 * steps * u / (1 - steps * u);
}

/* |found - expected| in parts of what is allowed; for whole numbers nothing is. */
static double element_error(const Case *p, real found, real expected, real terms)
{
    if (found == expected)
        return 0;
    double allowed = p->whole ? 0 : summation_bound(p->k) * (double)terms;
    double apart = fabs((double)found - (double)expected) / allowed;
    return isnan(apart) ? HUGE_VAL : apart;
}

typedef struct {
    const real *a, *b, *old;
    real *c;
    size_t lda, ldb, ldc;
} Matrices;

/* One element by the definition: `terms` is the sum of the terms' sizes. */
static real plain_element(const Case *p, const Matrices *x, size_t i, size_t j, real *terms)
{
    real sum = 0, size = 0, before = p->add ? x->old[i * x->ldc + j] : 0;
    for (size_t q = 0; q < p->k; q++) {
        real product = x->a[p->turn_a ? q * x->lda + i : i * x->lda + q] *
                       x->b[p->turn_b ? j * x->ldb + q : q * x->ldb + j];
        sum += product;
        size += fabs(product);
    }
    *terms = fabs(p->alpha) * size + fabs(before);
    return p->alpha * sum + before;
}

/* The worst element of C; infinite when something was written beside C. */
static double compare(const Case *p, const Matrices *x)
{
    double worst = 0;
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < x->ldc; j++) {
            real terms, found = x->c[i * x->ldc + j];
            if (j < p->n) {
                real expected = plain_element(p, x, i, j, &terms);
                worst = fmax(worst, element_error(p, found, expected, terms));
            } else if (!isnan(found))
                worst = HUGE_VAL;
        }
    return worst;
}

static double gemm_error(const Case *p)
{
    Matrices x = {.lda = (p->turn_a ? p->m : p->k) + p->slack,
                  .ldb = (p->turn_b ? p->k : p->n) + p->slack,
                  .ldc = p->n + 2 * p->slack};
    real *a = matrix(p->turn_a ? p->k : p->m, p->turn_a ? p->m : p->k, x.lda, p->whole);
    real *b = matrix(p->turn_b ? p->n : p->k, p->turn_b ? p->k : p->n, x.ldb, p->whole);
    /* all NaN when it is not added to */
    real *old = matrix(p->m, p->add ? p->n : 0, x.ldc, p->whole);
    real *c = memory_alloc((p->m * x.ldc + 1) * sizeof *c);
    memcpy(c, old, p->m * x.ldc * sizeof *c);
    gemm(p->turn_a, p->turn_b, p->m, p->n, p->k, p->alpha, a, x.lda, b, x.ldb, p->add, c, x.ldc);
    x.a = a;
    x.b = b;
    x.old = old;
    x.c = c;
    double worst = compare(p, &x);
    free(a);
    free(b);
    free(old);
    free(c);
    return worst;
}

/* ---- gemm ------------------------------------------------------------------------------------ */
static const char *const turns[4] = {"A B", "At B", "A Bt", "At Bt"};

/* Every two sizes as m and n; k, alpha, what C holds and the gaps drawn anew for each. */
static void check_gemm_shapes(int turn, bool whole)
{
    static const real alphas[] = {1, 1, (real)-0.5, 2, 0};
    char name[80];
    double worst = 0;
    for (size_t i = 0; i < SIZES; i++)
        for (size_t j = 0; j < SIZES; j++) {
            Random *random = gate_random();
            Case p = {turn & 1, turn >> 1 & 1, random_below(random, 2) == 1, whole,
                      sizes[i], sizes[j], sizes[random_below(random, SIZES)],
                      3 * random_below(random, 2),
                      alphas[random_below(random, 5)]};
            worst = fmax(worst, gemm_error(&p));
        }
    snprintf(name, sizeof name, "gemm %s, %s", turns[turn], whole ? "whole numbers" : "others");
    if (whole)
        gate_check(name, worst == 0, "%d shapes, equal", SIZES * SIZES);
    else
        gate_check(name, worst <= 1, "%d shapes, worst %.2f of the bound", SIZES * SIZES, worst);
}

/* Beyond the blocks of m, of n and of k, and with nothing to add up. */
static void check_gemm_long(void)
{
    static const Case cases[] = {{false, false, false, true, 3100, 5, 3, 0, 1},
                                 {true, false, true, true, 3100, 11, 3, 1, 2},
                                 {false, false, true, true, 5, 6200, 3, 0, 1},
                                 {false, true, false, true, 11, 6200, 3, 1, -1},
                                 {false, false, false, true, 3, 5, 2100, 0, 1},
                                 {true, true, true, true, 13, 5, 2100, 2, (real)0.5},
                                 {false, true, true, false, 67, 131, 1500, 0, 1},
                                 {true, false, false, false, 131, 67, 1500, 5, 1}};
    static const Case nothing[] = {{false, false, false, true, 9, 50, 0, 1, 1},
                                   {false, true, true, true, 50, 9, 0, 0, 1},
                                   {true, false, false, true, 1, 7, 0, 2, 3}};
    double worst = 0, empty = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        worst = fmax(worst, gemm_error(&cases[i]));
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        empty = fmax(empty, gemm_error(&nothing[i]));
    gate_check("gemm long ones", worst <= 1, "%zu, worst %.2f of the bound",
               sizeof cases / sizeof *cases, worst);
    gate_check("gemm with k = 0 is nothing, or adds it", empty == 0, "%zu shapes",
               sizeof nothing / sizeof *nothing);
}

/* ---- threads --------------------------------------------------------------------------------- */
/* The same bits on 1, 2 and 3 threads, of numbers that do round. */
static void check_threads(void)
{
    static const size_t shapes[][3] = {
        {1, 3000, 97}, {8, 2000, 257}, {9, 700, 300}, {257, 255, 513}, {500, 97, 64}};
    size_t same = 0, count = sizeof shapes / sizeof *shapes;
    int before = threads_count();
    for (size_t s = 0; s < count; s++) {
        size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2], bytes = m * n * sizeof(real);
        real *a = matrix(m, k, k, false), *b = matrix(k, n, n, false), *c[3];
        for (int threads = 1; threads <= 3; threads++) {
            c[threads - 1] = memory_alloc(bytes);
            threads_set(threads);
            multiply_gemm(m, n, k, a, b, c[threads - 1]);
        }
        same += memcmp(c[0], c[1], bytes) == 0 && memcmp(c[0], c[2], bytes) == 0;
        free(a);
        free(b);
        for (int i = 0; i < 3; i++)
            free(c[i]);
    }
    threads_set(before);
    gate_check("threads 1, 2 and 3 give the same bits", same == count, "%zu of %zu shapes", same,
               count);
}

/* ---- the ladder ------------------------------------------------------------------------------ */
enum { PARTNERS = 3 };

/* The worst error of a rung, each size as m with a few as n and k; `bits` asks for those of the
 * naive rung. */
static double rung_error(const Rung *rung, bool whole, bool bits)
{
    double worst = 0;
    for (size_t i = 0; i < SIZES; i++)
        for (size_t j = 0; j < PARTNERS; j++) {
            Case p = {.whole = whole, .m = sizes[i], .n = sizes[(5 * i + j) % SIZES], .alpha = 1,
                      .k = sizes[random_below(gate_random(), SIZES)]};
            real *a = matrix(p.m, p.k, p.k, whole), *b = matrix(p.k, p.n, p.n, whole);
            real *c = matrix(p.m, 0, p.n, whole), *naive = matrix(p.m, 0, p.n, whole);
            rung->multiply(p.m, p.n, p.k, a, b, c);
            multiply_naive(p.m, p.n, p.k, a, b, naive);
            worst = fmax(worst, compare(&p, &(Matrices){a, b, NULL, c, p.k, p.n, p.n}));
            if (bits && memcmp(c, naive, p.m * p.n * sizeof *c) != 0)
                worst = HUGE_VAL;
            free(a);
            free(b);
            free(c);
            free(naive);
        }
    return worst;
}

static void check_rung(int r)
{
    char name[80];
    /* from the tile on, blocks of k are summed from zero and then added */
    bool same_order = r <= 3;
    double whole = rung_error(&rungs[r], true, true);
    double others = rung_error(&rungs[r], false, same_order);
    snprintf(name, sizeof name, "rung %s%s", rungs[r].name,
             same_order ? ", the naive one's bits" : "");
    gate_check(name, whole == 0 && others <= 1, "whole numbers equal, others %.2f of the bound",
               others);
}

static void check_rungs_by_hand(void)
{
    static const real a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, expected[4] = {19, 22, 43, 50};
    int right = 0;
    for (int r = 0; r < RUNGS; r++) {
        real c[4] = {0};
        rungs[r].multiply(2, 2, 2, a, b, c);
        right += memcmp(c, expected, sizeof c) == 0;
    }
    gate_check("rungs by hand: 19 22 43 50", right == RUNGS, "%d of %d", right, RUNGS);
}

/* ---- worked by hand -------------------------------------------------------------------------- */
/* To a large number, one after another, 16 ones add nothing: each is half of the last digit. In
 * lanes 14 of them meet first. */
static void check_lanes_by_hand(void)
{
    const real large = gate_is_float() ? (real)0x1p24 : (real)0x1p53;
    real x[17] = {large}, sum = 0;
    for (int i = 1; i < 17; i++)
        x[i] = 1;
    for (int i = 0; i < 17; i++)
        sum += x[i];
    real lanes = loop_sum(x, 17);
    gate_check("lanes by hand: 0 and 14 of 16 ones", sum == large && lanes - large == 14,
               "%g and %g", (double)(sum - large), (double)(lanes - large));
}

/* The registers of a tile by the lesson's count, and that the kernels' tiles have so many rows. */
static void check_tiles_by_hand(void)
{
    bool right = tile_registers(4, 2) == 11 && gemm_kernel_portable.rows == 4;
#if defined(__x86_64__)
    right = right && tile_registers(6, 2) == 15 && gemm_kernel_avx2.rows == 6;
    right = right && tile_registers(8, 3) == 28 && gemm_kernel_avx512.rows == 8;
#endif
    right = right && tile_loads(1, 1) == 2 && tile_loads(6, 2) == 8.0 / 12 &&
            tile_loads(8, 3) == 11.0 / 24;
    gate_check("tiles by hand: 11 and 15 of 16, 28 of 32", right, "registers; loads 2, 2/3, 11/24");
}

static void check_counts_by_hand(void)
{
    Count layer = count_product(256, 2304, 768), row = count_product(1, 3072, 768);
    bool right = layer.flops == 905969664 && layer.bytes == 2555904 * sizeof(real) &&
                 row.flops == 4718592 && row.bytes == 2363136 * sizeof(real);
    right = right && count_intensity(count_adamw(10)) == 15.0 / (7 * sizeof(real));
    right = right && roof(200, 30, 0.5) == 15 && roof(200, 30, 10) == 200;
    gate_check("roofline by hand", right, "products, AdamW, 15 and 200");
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "21-speed");
    for (int turn = 0; turn < 4; turn++)
        for (int whole = 1; whole >= 0; whole--)
            check_gemm_shapes(turn, whole);
    check_gemm_long();
    check_threads();
    check_rungs_by_hand();
    for (int r = 0; r < RUNGS; r++)
        check_rung(r);
    check_lanes_by_hand();
    check_tiles_by_hand();
    check_counts_by_hand();
    gemm_free_buffers();
    return gate_end();
}
