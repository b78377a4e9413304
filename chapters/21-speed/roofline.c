/* Draws the roofline of this machine: what a piece of work reaches, in operations a second, against
 * how many operations it makes of a byte. The roof is the lower of two lines: the arithmetic's
 * peak, and the bandwidth of memory times that number. Both are measured in the same rounds as the
 * work.
 *
 * The work is GPT-2 124M's: the products X W of its layers with 256 rows; a product of 768 by 3072
 * weights with 1 to 128 rows, each time with other weights, as generation and small batches have
 * it; layer norm, GELU, softmax and AdamW. What must come from memory is spread over --megabytes,
 * so that no cache holds it: a machine with a larger cache should be given more. Columns: kind (0
 * reading, 1 product with 256 rows, 2 product with few rows, 3 layer norm, 4 GELU, 5 softmax, 6
 * AdamW), rows, in, out (of products), intensity (operations a byte), GFLOP/s: smallest, median,
 * largest; roof, peak (GFLOP/s), bandwidth (GB/s). Run it where plots/ is. */
#include "counts.h"
#include "measure.h"
#include "ops/ops.h"
#include "optim/optim.h"

#include <stdlib.h>

enum { SHAPES = 5, FEW_CASES = 8, ROWS = 256, WIDTH = 768, WIDE_ENOUGH = 3072, VOCABULARY = 50304,
       OPS = 4, JOBS = SHAPES + FEW_CASES + OPS + 2, GRAIN = 1 << 16 };
typedef enum { READING, PRODUCT, FEW_ROWS, LAYER_NORM, GELU, SOFTMAX, ADAMW, ARITHMETIC } Kind;
static const char *const names[] = {"reading", "X W", "X W, few rows", "layer norm", "GELU",
                                    "softmax", "AdamW", "multiply-adds"};
static const size_t shapes[SHAPES][2] = {{WIDTH, 3 * WIDTH}, {WIDTH, WIDTH}, {WIDTH, WIDE_ENOUGH},
                                         {WIDE_ENOUGH, WIDTH}, {WIDTH, VOCABULARY}};

/* What all work shares; each array as large as is asked for. */
typedef struct {
    Arena arena;
    size_t elements;      /* of `memory`, which is read, or holds weights */
    real *memory, *small; /* small: rows of X, and the result */
    Tensor *x, *y;        /* x (rows,WIDTH), half of the memory; y the same with rows of 1024 */
    Tensor *gain, *bias;  /* (WIDTH) */
    Tensor *parameter;    /* AdamW's, a quarter */
    AdamW *optimizer;
} World;

typedef struct {
    World *world;
    Kind kind;
    size_t rows, in, out;
    size_t next; /* the weights that come next, counted in elements */
    Count count;
    real result;
} Job;

static void fill(size_t begin, size_t end, void *values)
{
    for (size_t i = begin; i < end; i++)
        ((real *)values)[i] = (real)((int)(i % 7) - 3) / 4;
}

static Tensor *filled(Shape shape)
{
    Tensor *tensor = tensor_new(shape);
    parallel_for(tensor->size, GRAIN, fill, tensor->data);
    return tensor;
}

/* In place: the optimizer remembers where the parameter is written down. */
static void world_make(World *w, size_t megabytes)
{
    *w = (World){.elements = (megabytes << 20) / sizeof(real) / PEAK_MULTIPLE * PEAK_MULTIPLE};
    /* a multiple of 4: as many elements as rows of 1024 */
    size_t rows = w->elements / 2 / WIDTH / 4 * 4;
    require(w->elements >= (size_t)WIDTH * VOCABULARY, "roofline: the head's weights do not fit");
    w->memory = arena_alloc(&w->arena, w->elements * sizeof(real));
    parallel_for(w->elements, GRAIN, fill, w->memory);
    w->small = arena_alloc(&w->arena, (size_t)ROWS * (WIDE_ENOUGH + VOCABULARY) * sizeof(real));
    parallel_for((size_t)ROWS * (WIDE_ENOUGH + VOCABULARY), GRAIN, fill, w->small);
    w->x = filled(shape2(rows, WIDTH));
    w->y = tensor_reshape(w->x, shape2(rows * WIDTH / 1024, 1024));
    w->gain = filled(shape1(WIDTH));
    w->bias = filled(shape1(WIDTH));
    w->parameter = tensor_parameter(shape1(w->elements / 4));
    parallel_for(w->parameter->size, GRAIN, fill, w->parameter->data);
    parallel_for(w->parameter->size, GRAIN, fill, w->parameter->grad);
    w->parameter->has_grad = true;
    w->optimizer = adamw_make(&w->parameter, 1, NULL, (AdamSettings){0.9, 0.99, 1e-8, 0.1});
}

static void world_free(World *world)
{
    adamw_free(world->optimizer);
    tensor_free(world->parameter);
    arena_free(&world->arena);
    tape_free();
    gemm_free_buffers();
}

static void run_product(Job *job)
{
    World *w = job->world;
    if (job->next + job->in * job->out > w->elements)
        job->next = 0;
    gemm(false, false, job->rows, job->out, job->in, 1, w->small, job->in, w->memory + job->next,
         job->out, false, w->small + (size_t)ROWS * WIDE_ENOUGH, job->out);
    if (job->kind == FEW_ROWS)
        job->next += job->in * job->out;
}

static void run_op(Job *job)
{
    World *w = job->world;
    TapeMark mark = tape_mark();
    if (job->kind == LAYER_NORM)
        tensor_layer_norm(w->x, w->gain, w->bias, (real)1e-5);
    else if (job->kind == GELU)
        tensor_gelu_tanh(w->x);
    else
        tensor_softmax(w->y);
    tape_release(mark);
}

static void run_job(void *context)
{
    Job *job = context;
    if (job->kind == ARITHMETIC)
        job->count.flops = peak_arithmetic(&job->result);
    else if (job->kind == READING)
        job->result = peak_read(job->world->memory, job->world->elements);
    else if (job->kind == ADAMW)
        adamw_step(job->world->optimizer, 1e-6, 1);
    else if (job->kind == PRODUCT || job->kind == FEW_ROWS)
        run_product(job);
    else
        run_op(job);
}

static int add_products(Job *jobs, World *world)
{
    int count = 0;
    for (int s = 0; s < SHAPES; s++)
        jobs[count++] = (Job){world, PRODUCT, ROWS, shapes[s][0], shapes[s][1], 0, {0, 0}, 0};
    for (int c = 0; c < FEW_CASES; c++)
        jobs[count++] = (Job){world, FEW_ROWS, (size_t)1 << c, WIDTH, WIDE_ENOUGH, 0, {0, 0}, 0};
    for (int i = 0; i < count; i++)
        jobs[i].count = count_product(jobs[i].rows, jobs[i].out, jobs[i].in);
    return count;
}

static void add_jobs(Job jobs[JOBS], World *world)
{
    size_t n = world->x->size;
    int count = add_products(jobs, world);
    jobs[count++] = (Job){.world = world, .kind = LAYER_NORM, .count = count_layer_norm(n)};
    jobs[count++] = (Job){.world = world, .kind = GELU, .count = count_gelu(n)};
    jobs[count++] = (Job){.world = world, .kind = SOFTMAX, .count = count_softmax(n)};
    jobs[count++] =
        (Job){.world = world, .kind = ADAMW, .count = count_adamw(world->parameter->size)};
    jobs[count++] = (Job){.world = world, .kind = READING, .count = count_reading(world->elements)};
    jobs[count++] = (Job){.world = world, .kind = ARITHMETIC};
}

/* What is measured beside the work: the arithmetic and the reading of every round. */
typedef struct {
    const Timed *arithmetic, *reading;
    double flops, bytes, peak, bandwidth; /* of one run; a second, in 1e9, by the medians */
    size_t rounds;
} Bounds;

static double share_of_roof(const Timed *timed, Count count, const Bounds *bounds)
{
    double least[SPREAD_MAX];
    for (size_t i = 0; i < bounds->rounds; i++)
        least[i] = fmax(bounds->arithmetic->seconds[i] * count.flops / bounds->flops,
                        bounds->reading->seconds[i] * count.bytes / bounds->bytes);
    return timed_share(timed, bounds->rounds, least);
}

static void report(TsvLog *log, const Job *job, const Timed *timed, const Bounds *bounds)
{
    char shape[80] = "";
    Spread rate = timed_rate(timed, bounds->rounds, 1e-9 * job->count.flops);
    double intensity = count_intensity(job->count);
    double most = roof(bounds->peak, bounds->bandwidth, intensity);
    if (job->in > 0)
        snprintf(shape, sizeof shape, "%zu x %zu x %zu", job->rows, job->in, job->out);
    printf("  %-14s %18s %9.2f %24s %9.1f %6.0f %%\n", names[job->kind], shape, intensity,
           spread_text(rate, 1), most, 100 * share_of_roof(timed, job->count, bounds));
    exit_if(tsv_row(log, 11, (double[]){job->kind, (double)job->rows, (double)job->in,
                    (double)job->out, intensity, rate.low, rate.middle, rate.high, most,
                    bounds->peak, bounds->bandwidth}));
}

static void measure(TsvLog *log, World *world, size_t rounds)
{
    static Timed timed[JOBS];
    Job jobs[JOBS];
    add_jobs(jobs, world);
    for (int i = 0; i < JOBS; i++)
        timed[i] = (Timed){.run = run_job, .context = &jobs[i], .threads = threads_count()};
    timed_rounds(timed, JOBS, rounds);
    const Timed *reading = &timed[JOBS - 2], *arithmetic = &timed[JOBS - 1];
    double bytes = jobs[JOBS - 2].count.bytes, flops = jobs[JOBS - 1].count.flops;
    Spread peak = timed_rate(arithmetic, rounds, 1e-9 * flops);
    Spread bandwidth = timed_rate(reading, rounds, 1e-9 * bytes);
    Bounds bounds = {arithmetic, reading, flops, bytes, peak.middle, bandwidth.middle, rounds};
    printf("peak %s GFLOP/s, reading %s GB/s: a byte must be worth %.0f operations\n",
           spread_text(peak, 1), spread_text(bandwidth, 1), peak.middle / bandwidth.middle);
    printf("  %-14s %18s %9s %24s %9s %8s\n", "", "rows x in x out", "ops/byte", "GFLOP/s", "roof",
           "of it");
    for (int i = 0; i < JOBS - 1; i++)
        report(log, &jobs[i], &timed[i], &bounds);
}

int main(int argc, char **argv)
{
    const char *path = "build/plots/21-speed-roofline.tsv",
               *figure = "build/plots/21-speed-roofline.svg";
    size_t rounds = 5, megabytes = 256;
    const Option options[] = {
        {"tsv", OPTION_TEXT, &path, 0, 0, "where the table goes"},
        {"figure", OPTION_TEXT, &figure, 0, 0, "where the figure goes"},
        {"rounds", OPTION_SIZE, &rounds, 1, SPREAD_MAX, "measurements of each piece of work"},
        {"megabytes", OPTION_SIZE, &megabytes, sizeof(real) * 40, 1 << 16,
         "that an op reads and writes"}};
    options_parse(argc, argv, "Measures how near GPT-2's work comes to this machine's roofline.",
                  options, 4);
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    TsvLog log;
    tape_set_recording(false);
    World world;
    world_make(&world, megabytes);
    printf("f%zu, kernel %s, threads: %d, arrays of %zu MB; median (smallest..largest) of %zu\n",
           8 * sizeof(real), gemm_kernel_name(), threads_count(), megabytes, rounds);
    exit_if(tsv_create(&log, path,
                       "kind rows in out intensity gflops_low gflops gflops_high roof peak "
                       "bandwidth"));
    measure(&log, &world, rounds);
    exit_if(tsv_close(&log));
    measure_draw("21-speed-roofline.gp", path, figure);
    world_free(&world);
    return 0;
}
