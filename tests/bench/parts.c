/* parts: the machine's peak, the matrix product, generation, the scalar engine, the gates. */
#include "bench.h"
#include "gpt2/gpt2.h"

#include <glob.h>

static const char *const precisions[] = {"float", "double"};
static const int bits_of[] = {32, 64};

/* ---- peak ------------------------------------------------------------------------------------ */
static Worker worker_of(const Bench *bench, const char *precision, const char *work, int threads)
{
    char text[80];
    snprintf(text, sizeof text, "%s %d", work, threads);
    return worker_ours(bench, precision, text);
}

enum { PEAK_32, PEAK_64, TILE_32, TILE_64, READING, PEAK_WORKERS };

static void peak_line(TsvLog *log, int bits, int threads, const Worker *peak, const Worker *tile,
                      const Worker *reading)
{
    Spread gflops = worker_rate(peak), own = worker_rate(tile);
    Spread bytes = reading == NULL ? spread_of(NULL, 0) : worker_rate(reading);
    printf("  f%d, threads: %d   %20s", bits, threads, spread_text(gflops, 1e-9));
    printf("   %20s %4.0f %%", spread_text(own, 1e-9), 100 * worker_ratio(tile, peak));
    if (reading != NULL)
        printf("   %20s", spread_text(bytes, 1e-9));
    printf("\n");
    exit_if(tsv_row(log, 11, (double[]){bits, threads, 1e-9 * gflops.low, 1e-9 * gflops.middle,
                    1e-9 * gflops.high, 1e-9 * own.low, 1e-9 * own.middle, 1e-9 * own.high,
                    1e-9 * bytes.low, 1e-9 * bytes.middle, 1e-9 * bytes.high}));
}

/* On one thread and on all: f32 and f64, in registers and in gemm's tile, and reading. */
void part_peak(const Bench *bench)
{
    TsvLog log;
    int most = threads_count(), counts = most > 1 ? 2 : 1, started = counts * PEAK_WORKERS;
    Worker workers[2 * PEAK_WORKERS], *all[2 * PEAK_WORKERS];
    for (int i = 0; i < counts; i++) {
        Worker *w = workers + i * PEAK_WORKERS;
        int threads = i == 0 ? 1 : most;
        w[PEAK_32] = worker_of(bench, "float", "peak", threads);
        w[PEAK_64] = worker_of(bench, "double", "peak", threads);
        w[TILE_32] = worker_of(bench, "float", "tile", threads);
        w[TILE_64] = worker_of(bench, "double", "tile", threads);
        w[READING] = worker_of(bench, "float", "bandwidth", threads);
    }
    for (int i = 0; i < started; i++)
        all[i] = &workers[i];
    rounds_run(bench, all, started);
    printf("\npeak: GFLOP/s of multiply-adds in registers; of gemm's tile on data in the nearest "
           "caches,\n  and its share; GB/s of reading 2 GiB. Median (smallest..largest)\n");
    bench_table(&log, "peak", "bits threads gflops_low gflops gflops_high tile_low tile tile_high "
                "read_low read read_high");
    for (int i = 0; i < counts; i++) {
        const Worker *w = workers + i * PEAK_WORKERS;
        peak_line(&log, 32, i == 0 ? 1 : most, &w[PEAK_32], &w[TILE_32], &w[READING]);
        peak_line(&log, 64, i == 0 ? 1 : most, &w[PEAK_64], &w[TILE_64], NULL);
    }
    bench_table_end(&log, "peak");
    for (int i = 0; i < started; i++)
        worker_end(bench, all[i]);
}

/* ---- gemm ------------------------------------------------------------------------------------ */
/* The linear layers of GPT-2 124M, (in,out): the packed QKV, attention's output, up, down, the
 * head. */
enum { SHAPES = 5, ROW_COUNTS = 2, PRODUCTS = 3 };
static const int shapes[SHAPES][2] = {{768, 2304}, {768, 768}, {768, 3072}, {3072, 768},
                                      {768, 50304}};
static const int row_counts[ROW_COUNTS] = {256, 1024};
static const char *const products[PRODUCTS] = {"X W", "dY W^T", "X^T dY"};

static void gemm_case(const Bench *bench, TsvLog *log, Worker *peak, int precision, int product,
                      int rows, const int shape[2])
{
    char ours_work[80], theirs_work[80];
    snprintf(ours_work, sizeof ours_work, "gemm %d %d %d %d", product, rows, shape[0], shape[1]);
    snprintf(theirs_work, sizeof theirs_work, "openblas %d %d %d %d", product, rows, shape[0],
             shape[1]);
    Worker ours = worker_ours(bench, precisions[precision], ours_work);
    Worker theirs = worker_openblas(bench, precisions[precision], theirs_work);
    peak->count = 0;
    rounds_run(bench, (Worker *[]){peak, &ours, &theirs}, 3);
    Spread top = worker_rate(peak), mine = worker_rate(&ours), other = worker_rate(&theirs);
    double share = 100 * worker_ratio(&ours, peak);
    double their_share = 100 * worker_ratio(&theirs, peak);
    printf("  f%d  %-7s %5d x %4d x %5d %22s %5.1f %%", bits_of[precision],
           products[product - 1], rows, shape[0], shape[1], spread_text(mine, 1e-9), share);
    if (theirs.count > 0)
        printf(" %22s %5.1f %%", spread_text(other, 1e-9), their_share);
    printf("%s\n", ours.absent);
    exit_if(tsv_row(log, 14, (double[]){bits_of[precision], product, rows, shape[0], shape[1],
                    1e-9 * top.middle, 1e-9 * mine.low, 1e-9 * mine.middle, 1e-9 * mine.high, share,
                    1e-9 * other.low, 1e-9 * other.middle, 1e-9 * other.high, their_share}));
    worker_end(bench, &ours);
    worker_end(bench, &theirs);
}

static void gemm_head(const Bench *bench)
{
    Worker theirs = worker_openblas(bench, "float", "openblas 1 8 8 8");
    printf("\ngemm: GFLOP/s of 2 rows in out operations; the share of the peak measured beside "
           "it\n");
    if (theirs.process > 0)
        printf("  OpenBLAS is the last column: %s\n", theirs.remark);
    else
        printf("  OpenBLAS: skipped, %s\n", theirs.absent);
    printf("       product   rows x   in x   out\n");
    worker_end(bench, &theirs);
}

void part_gemm(const Bench *bench)
{
    TsvLog log;
    gemm_head(bench);
    bench_table(&log, "gemm", "bits product rows in out peak ours_low ours ours_high share "
                "openblas_low openblas openblas_high openblas_share");
    for (int precision = 0; precision < 2; precision++) {
        Worker peak = worker_of(bench, precisions[precision], "peak", threads_count());
        for (int product = 1; product <= PRODUCTS; product++)
            for (int s = 0; s < SHAPES; s++)
                for (int r = 0; r < ROW_COUNTS; r++)
                    gemm_case(bench, &log, &peak, precision, product, row_counts[r], shapes[s]);
        worker_end(bench, &peak);
    }
    bench_table_end(&log, "gemm");
}

/* ---- generation ------------------------------------------------------------------------------ */
/* What one id of a text must read: every weight once, but of the positions' table one row. */
static double weight_bytes(void)
{
    Config config = config_default();
    config.n_layer = config.n_head = 12;
    config.n_embd = 768;
    config.vocab_size = 50304;
    config.n_positions = 1;
    return sizeof(float) * (double)gpt2_parameter_count(&config);
}

void part_generation(const Bench *bench)
{
    enum { CACHED, WHOLE, TORCH, TUNED, BANDWIDTH, ALL };
    static const char *const names[] = {"ours, with the cache", "ours, without", "PyTorch, without",
                                        "PyTorch tuned, without"};
    static const char whole[] = "whole 12 12 768 50304 1 64";
    TsvLog log;
    Worker all[ALL] = {worker_ours(bench, "float", "cached 12 12 768 50304 1 64"),
                       worker_ours(bench, "float", whole),
                       worker_torch(bench, false, "float", whole),
                       worker_torch(bench, true, "float", whole),
                       worker_of(bench, "float", "bandwidth", threads_count())};
    rounds_run(bench, (Worker *[]){&all[0], &all[1], &all[2], &all[3], &all[4]}, ALL);
    double bound = weight_bytes() / worker_rate(&all[BANDWIDTH]).middle;
    printf("\ngeneration: ms for one more id after 63, GPT-2 124M, f32\n");
    bench_table(&log, "generation", "cache torch tuned ms_low ms ms_high bound");
    for (int i = 0; i < BANDWIDTH; i++) {
        Spread seconds = worker_seconds(&all[i]);
        printf("  %-24s %22s  %s\n", names[i], spread_text(seconds, 1e3), all[i].absent);
        exit_if(tsv_row(&log, 7, (double[]){i == CACHED, i >= TORCH, i == TUNED, 1e3 * seconds.low,
                        1e3 * seconds.middle, 1e3 * seconds.high, 1e3 * bound}));
    }
    printf("  bound by memory: %.1f MB of weights at %s GB/s is %.2f ms; with the cache %.2f times "
           "that\n", 1e-6 * weight_bytes(), spread_text(worker_rate(&all[BANDWIDTH]), 1e-9),
           1e3 * bound, worker_seconds(&all[CACHED]).middle / bound);
    bench_table_end(&log, "generation");
    for (int i = 0; i < ALL; i++)
        worker_end(bench, &all[i]);
}

/* ---- the scalar engine ----------------------------------------------------------------------- */
void part_values(const Bench *bench)
{
    TsvLog log;
    Worker workers[2] = {worker_ours(bench, "double", "values"),
                         worker_ours(bench, "float", "values")};
    rounds_run(bench, (Worker *[]){&workers[0], &workers[1]}, 2);
    printf("\nValues: millions a second, forward and backward, a graph of %.0f\n",
           workers[0].units);
    bench_table(&log, "values", "bits low middle high");
    for (int i = 0; i < 2; i++) {
        Spread rate = worker_rate(&workers[i]);
        printf("  f%d  %22s  %s\n", i == 0 ? 64 : 32, spread_text(rate, 1e-6), workers[i].absent);
        exit_if(tsv_row(&log, 4, (double[]){i == 0 ? 64 : 32, rate.low, rate.middle, rate.high}));
        worker_end(bench, &workers[i]);
    }
    bench_table_end(&log, "values");
}

/* ---- gates ----------------------------------------------------------------------------------- */
void part_gates(const Bench *bench)
{
    TsvLog log;
    glob_t gates;
    char pattern[1000];
    double seconds[ROUNDS_MAX];
    size_t failed = 0;
    snprintf(pattern, sizeof pattern, "%s/double/gates/[0-9]*", bench->build);
    if (glob(pattern, 0, NULL, &gates) != 0) {
        printf("\ngates: skipped, none in %s: make gate-programs\n", pattern);
        return;
    }
    for (size_t round = 0; round < bench->rounds; round++) {
        double began = seconds_now();
        for (size_t i = 0; i < gates.gl_pathc; i++)
            failed += bench_run((const char *[]){gates.gl_pathv[i], "--brief", NULL}, true) != 0;
        seconds[round] = seconds_now() - began;
    }
    Spread spread = spread_of(seconds, bench->rounds);
    printf("\ngates: %s s for all %zu in double, one after another%s\n", spread_text(spread, 1),
           gates.gl_pathc, failed > 0 ? "; some failed: make gates" : "");
    bench_table(&log, "gates", "gates low middle high");
    exit_if(tsv_row(&log, 4, (double[]){(double)gates.gl_pathc, spread.low, spread.middle,
                    spread.high}));
    bench_table_end(&log, "gates");
    globfree(&gates);
}
