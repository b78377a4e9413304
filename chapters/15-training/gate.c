/* The gate of chapter 15: windows and their targets, gradients summed over micro-batches, the loop.
 *
 * The loop is this chapter's loop.h, over a model made of chapter 13's layers (character.h); the
 * model itself is gated too, its forward held to loops over single numbers. The other half of the
 * gate is overfit.c, which trains.
 * Letters: B windows, T ids of context, V vocabulary. */
#include "../13-transformer/plain.h"
#include "loop.h"

#include <string.h>

/* For what is exact but for rounding. */
static double rounding(void)
{
    return gate_is_float() ? 1e-5 : 1e-12;
}

/* The worst |a - b| so far, by the largest |a| of the array. */
static double apart(double worst, const real *a, const real *b, size_t count)
{
    double largest = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)a[i]));
        difference = fmax(difference, fabs((double)(a[i] - b[i])));
    }
    return fmax(worst, difference / largest);
}

/* ---- windows ----------------------------------------------------------------------------------- */
/* 0, 1, 2, ...: an id that names its own place. */
static Stream counting_stream(size_t count)
{
    Stream stream = stream_make(count, (int)count);
    for (size_t i = 0; i < count; i++)
        stream_set(&stream, i, (int)i);
    return stream;
}

/* Many batches over ids 100 to 111 of a longer stream: T = 5 leaves 7 places to start at. */
static void check_windows(void)
{
    enum { WINDOWS = 3, T = 5, PLACES = 7, BATCHES = 7000 };
    Stream stream = counting_stream(300);
    const Span span = {&stream, 100, 112};
    int inputs[WINDOWS * T], targets[WINDOWS * T];
    size_t starts[PLACES] = {0}, inside = 0, shifted = 0;
    for (uint64_t n = 0; n < BATCHES; n++) {
        batch_draw(span, WINDOWS, T, 15, n, inputs, targets);
        for (size_t b = 0; b < WINDOWS; b++) {
            int start = inputs[b * T] - 100;
            bool fits = start >= 0 && start < PLACES;
            inside += fits;
            starts[fits ? start : 0]++;
            for (size_t t = 0; t < T; t++)
                shifted += inputs[b * T + t] == 100 + start + (int)t &&
                           targets[b * T + t] == inputs[b * T + t] + 1;
        }
    }
    double expected = (double)WINDOWS * BATCHES / PLACES, worst = 0;
    double deviation = sqrt(expected * (1 - 1.0 / PLACES)); /* of n draws of chance p: sqrt(n p (1-p)) */
    for (int i = 0; i < PLACES; i++)
        worst = fmax(worst, fabs((double)starts[i] - expected) / deviation);
    gate_check("windows consecutive ids, targets one later", shifted == WINDOWS * T * BATCHES,
               "%zu of %d", shifted, WINDOWS * T * BATCHES);
    gate_check("windows inside their span", inside == WINDOWS * BATCHES, "%zu of %d", inside,
               WINDOWS * BATCHES);
    gate_check("windows every place equally likely", worst < 5, "worst %.1f deviations", worst);
    stream_free(&stream);
}

/* Batch 3 is the same whatever was drawn before; another number or seed gives another. */
static void check_batches_replay(void)
{
    enum { WINDOWS = 3, T = 5, COUNT = WINDOWS * T };
    Stream stream = counting_stream(300);
    const Span span = {&stream, 0, 300};
    int first[COUNT], again[COUNT], next[COUNT], other[COUNT], targets[COUNT];
    batch_draw(span, WINDOWS, T, 15, 3, first, targets);
    batch_draw(span, WINDOWS, T, 15, 4, next, targets);
    batch_draw(span, WINDOWS, T, 16, 3, other, targets);
    batch_draw(span, WINDOWS, T, 15, 3, again, targets);
    gate_check("windows a function of seed and number",
               memcmp(first, again, sizeof first) == 0 && memcmp(first, next, sizeof first) != 0 &&
                   memcmp(first, other, sizeof first) != 0, "drawn in any order");
    stream_free(&stream);
}

/* Ids 10 to 31 in windows of 4: 21 predictions, the last window holds 1. */
static void check_evaluation_windows(void)
{
    enum { T = 4, WINDOWS = 4 };
    Stream stream = counting_stream(40);
    const Span span = {&stream, 10, 32};
    int inputs[WINDOWS * T], targets[WINDOWS * T];
    size_t seen[40] = {0}, scored = 0, right = 0;
    for (size_t first = 0; first < windows_count(span, T); first += WINDOWS) {
        scored += windows_read(span, WINDOWS, T, first, inputs, targets);
        for (size_t i = 0; i < WINDOWS * T; i++)
            if (targets[i] != IGNORED) {
                seen[targets[i]]++;
                right += targets[i] == inputs[i] + 1;
            }
    }
    size_t once = 0;
    for (size_t id = 0; id < 40; id++)
        once += seen[id] == (id > 10 && id < 32);
    gate_check("windows held out, each id predicted once",
               once == 40 && scored == 21 && right == 21, "%zu predictions in %zu windows", scored,
               windows_count(span, T));
    stream_free(&stream);
}

/* ---- the model and accumulation ---------------------------------------------------------------- */
enum { B = 4, T = 5, C = 6, V = 11, MICRO = 2 };
static const int ids[B * T] = {3, 7, 3, 0, 10, 1, 1, 1, 4, 9, 10, 2, 7, 5, 3, 6, 8, 6, 0, 3};
static const int targets[B * T] = {7, 3, 0, 10, 2, 1, 1, 4, 9, 5, 2, 7, 5, 3, 6, 8, 6, 0, 3, 5};
/* The same with the first micro-batch's second half ignored, and one more: 5 and 9 of 10 count. */
static const int thinned[B * T] = {7,       3,       0,       10,      2, IGNORED, IGNORED,
                                   IGNORED, IGNORED, IGNORED, 2,       7, 5,       IGNORED,
                                   6,       8,       6,       0,       3, 5};

static const CharacterSettings small = {.layers = 1, .heads = 2, .width = C, .vocabulary = V,
                                        .context = T};

/* The loss of one large batch, by definition. */
static void large_batch(real *out, Tensor *const *in, const void *context)
{
    const Character *model = context;
    const Sight sight = {.batch = B, .steps = T, .keys = T, .causal = true};
    real *x = plain_new(B * T * C), *y = plain_new(B * T * C);
    for (size_t n = 0; n < B * T; n++)
        for (size_t c = 0; c < C; c++)
            x[n * C + c] = in[0]->data[(size_t)ids[n] * C + c] + in[1]->data[n % T * C + c];
    plain_block(y, x, &sight, &model->blocks[0], NULL, 0);
    plain_layer_norm(x, y, B * T, &model->norm);
    *out = 0;
    for (size_t n = 0; n < B * T; n++) {
        real total = 0, chosen = 0;
        for (size_t v = 0; v < V; v++) {
            real logit = 0;
            for (size_t c = 0; c < C; c++)
                logit += x[n * C + c] * in[0]->data[v * C + c];
            total += exp(logit);
            chosen = (int)v == targets[n] ? logit : chosen;
        }
        *out += (log(total) - chosen) / (B * T);
    }
}

/* The mean of the micro-batches' losses, as one graph. */
static Tensor *micro_batches(Tensor *const *in, const void *context)
{
    const size_t half = B / MICRO;
    const real share = 1 / (real)MICRO;
    Tensor *sum = NULL;
    (void)in;
    for (size_t m = 0; m < MICRO; m++) {
        const int *at = ids + m * half * T, *wanted = targets + m * half * T;
        Tensor *loss = character_loss(context, at, wanted, half, T);
        sum = sum == NULL ? loss : tensor_add(sum, loss);
    }
    return tensor_scale(sum, share);
}

static void check_model(void)
{
    Character model;
    character_make(&model, small, 15);
    plain_scramble(&model.parameters);
    TensorCheck check = {.name = "character loss: 2 micro-batches = 1 large", .context = &model,
                         .forward = micro_batches, .shape = shape0(), .reference = large_batch,
                         .step = (real)0x1p-12};
    for (; check.n < model.n; check.n++)
        check.in[check.n] = model.list[check.n];
    tensor_check(&check);
    character_free(&model);
}

/* Forward and backward of windows [first, first + count), added to what the gradients hold. The
 * upstream is `weight`: 1 for a mean, or the number of targets that count, for a sum. */
static void add_gradients(const Character *model, const int *wanted, size_t first, size_t count,
                          real weight)
{
    TapeMark mark = tape_mark();
    Tensor *loss = character_loss(model, ids + first * T, wanted + first * T, count, T);
    tensor_backward_from(loss, &weight);
    tape_release(mark);
}

/* The worst difference of large's gradients from `share` times accumulated's. */
static double gradients_apart(const Character *large, const Character *accumulated, real share)
{
    double worst = 0;
    for (int i = 0; i < large->n; i++) {
        TapeMark mark = tape_mark();
        const Tensor *p = accumulated->list[i];
        Tensor *scaled = tensor_from(p->shape, p->grad);
        for (size_t k = 0; k < p->size; k++)
            scaled->data[k] *= share;
        worst = apart(worst, large->list[i]->grad, scaled->data, p->size);
        tape_release(mark);
    }
    return worst;
}

/* One model sees B windows at once, its twin B/2 twice. The key biases' gradient is 0 but for rounding
 * (softmax does not feel a shift), so arrays are compared by their largest element. */
static void check_accumulation(void)
{
    const size_t half = B / MICRO;
    Character large, parts;
    character_make(&large, small, 15);
    character_make(&parts, small, 15);
    add_gradients(&large, targets, 0, B, 1);
    for (size_t m = 0; m < MICRO; m++)
        add_gradients(&parts, targets, m * half, half, 1);
    double worst = gradients_apart(&large, &parts, 1 / (real)MICRO);
    gate_check("accumulation over 2, halved = 1 large batch", worst <= rounding(),
               "off by %.0e", worst);
    gradients_zero(large.list, large.n);
    gradients_zero(parts.list, parts.n);
    add_gradients(&large, thinned, 0, B, 1);
    add_gradients(&parts, thinned, 0, half, 5);
    add_gradients(&parts, thinned, half, half, 9);
    worst = gradients_apart(&large, &parts, 1 / (real)14);
    gate_check("accumulation unequal counts are weighed", worst <= rounding(), "off by %.0e",
               worst);
    character_free(&large);
    character_free(&parts);
}

/* ---- the loop ---------------------------------------------------------------------------------- */
/* A loop over a made-up text of 97 ids; the stream is the caller's. */
static Loop loop_make(Character *model, const Stream *stream)
{
    AdamSettings adam = {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.1};
    character_make(model, small, 15);
    return (Loop){.model = model, .optimizer = adamw_make(model->list, model->n, NULL, adam),
                  .schedule = {.peak = 0.01, .floor = 0.001, .warmup = 3, .total = 100},
                  .train = {stream, 0, stream->count}, .batch = 3, .context = T,
                  .micro_batches = MICRO, .clip = 1, .seed = 15};
}

static void loop_free(Loop *loop)
{
    adamw_free(loop->optimizer);
    character_free(loop->model);
}

static Stream made_up_text(void)
{
    Stream stream = stream_make(97, V);
    for (size_t i = 0; i < 97; i++)
        stream_set(&stream, i, (int)(i * i % V));
    return stream;
}

static bool same_parameters(const Character *a, const Character *b)
{
    bool same = true;
    for (int i = 0; i < a->n; i++) {
        size_t bytes = a->list[i]->size * sizeof(real);
        same = same && memcmp(a->list[i]->data, b->list[i]->data, bytes) == 0;
    }
    return same;
}

/* The report of a step is about the parameters before it: the loss and the norm of the mean gradient
 * over the very windows that the step's number stands for, found again here from the outside. */
static void check_report(void)
{
    int inputs[3 * T], wanted[3 * T];
    Character model, twin;
    Stream stream = made_up_text();
    Loop loop = loop_make(&model, &stream);
    loop_step(&loop);
    character_make(&twin, small, 16);
    for (int i = 0; i < twin.n; i++)
        memcpy(twin.list[i]->data, model.list[i]->data, twin.list[i]->size * sizeof(real));
    LoopReport report = loop_step(&loop); /* step 1: micro-batches 2 and 3 */
    double loss = 0;
    for (uint64_t n = 2; n < 4; n++) {
        TapeMark mark = tape_mark();
        batch_draw(loop.train, 3, T, 15, n, inputs, wanted);
        Tensor *one = character_loss(&twin, inputs, wanted, 3, T);
        tensor_backward(one);
        loss += (double)tensor_item(one) / MICRO;
        tape_release(mark);
    }
    double norm = gradients_norm(twin.list, twin.n) / MICRO;
    double worst = fmax(gate_error(report.loss, loss), gate_error(report.gradient_norm, norm));
    bool rate = fabs(report.rate - 0.01 * 2 / 4) < 1e-15; /* warm-up 3: step 1 has 2/4 of the peak */
    gate_check("loop a step reports its own windows", worst <= rounding() && rate,
               "loss, norm and rate");
    loop_free(&loop);
    character_free(&twin);
    stream_free(&stream);
}

/* Six steps, against three, everything moved to another model and optimizer, and three more. */
static void check_resume(void)
{
    Character model, moved;
    Stream stream = made_up_text();
    Loop loop = loop_make(&model, &stream), resumed = loop_make(&moved, &stream);
    for (int i = 0; i < 3; i++)
        loop_step(&loop);
    for (int i = 0; i < model.n; i++) {
        size_t bytes = model.list[i]->size * sizeof(real);
        memcpy(moved.list[i]->data, model.list[i]->data, bytes);
        memcpy(resumed.optimizer->first[i], loop.optimizer->first[i], bytes);
        memcpy(resumed.optimizer->second[i], loop.optimizer->second[i], bytes);
    }
    resumed.optimizer->step = loop.optimizer->step;
    resumed.step = loop.step;
    bool same = true;
    for (int i = 0; i < 3; i++)
        same = loop_step(&loop).loss == loop_step(&resumed).loss && same;
    same = same && same_parameters(&model, &moved);
    gate_check("loop resumed = never stopped", same, "to the bit");
    loop_free(&loop);
    loop_free(&resumed);
    stream_free(&stream);
}

/* The arena of step 2 is that of step 30, and 1, 2 and 3 threads give the same parameters. */
static void check_memory_and_threads(void)
{
    size_t capacity = 0;
    bool same = true;
    Character models[3];
    Loop loops[3];
    Stream stream = made_up_text();
    int before = threads_count();
    for (int k = 0; k < 3; k++) {
        threads_set(k + 1);
        loops[k] = loop_make(&models[k], &stream);
        for (int i = 0; i < 30; i++) {
            loop_step(&loops[k]);
            capacity = i == 1 ? tape_capacity() : capacity;
        }
        same = same && same_parameters(&models[0], &models[k]);
    }
    threads_set(before);
    gate_check("loop memory of step 30 = of step 2", tape_capacity() == capacity, "%zu kB",
               capacity / 1024);
    gate_check("loop the same with 1, 2 and 3 threads", same, "to the bit");
    for (int k = 0; k < 3; k++)
        loop_free(&loops[k]);
    stream_free(&stream);
}

/* Held-out loss does not depend on how many windows are run at a time, nor leave a tape behind. */
static void check_evaluation(void)
{
    Character model;
    Stream stream = made_up_text();
    Loop loop = loop_make(&model, &stream);
    plain_scramble(&model.parameters);
    const Span span = {&stream, 3, 3 + 4 * T + 3}; /* 22 predictions: 4 windows and one of 2 */
    double one_by_one = 0;
    for (size_t first = 0; first < 5; first++) {
        int inputs[T], wanted[T];
        size_t here = windows_read(span, 1, T, first, inputs, wanted);
        TapeMark mark = tape_mark();
        Tensor *loss = character_loss(&model, inputs, wanted, 1, T);
        one_by_one += (double)here / 22 * (double)tensor_item(loss);
        tape_release(mark);
    }
    size_t length = tape_length();
    double together = loop_evaluate(&loop, span, SIZE_MAX);
    gate_check("loop evaluation weighs a shorter window",
               gate_error(together, one_by_one) <= rounding() && tape_length() == length, "%.4f",
               together);
    loop_free(&loop);
    stream_free(&stream);
}

/* ---- by hand ----------------------------------------------------------------------------------- */
/* loss = (p - 3)^2 / 2 from p = 0 at rate 1/2, two steps: gradients -3 and -1.5, so p = 1.5, then
 * 2.25. Without the zeroing the second gradient is -4.5 and p lands at 3.75. */
static double two_steps(bool zeroing)
{
    const real half = (real)0.5, goal = 3;
    Tensor *p = tensor_parameter(shape0());
    for (int i = 0; i < 2; i++) {
        TapeMark mark = tape_mark();
        Tensor *difference = tensor_sub(p, tensor_from(shape0(), &goal));
        if (zeroing)
            gradients_zero(&p, 1);
        tensor_backward(tensor_scale(tensor_mul(difference, difference), half));
        sgd_step(&p, 1, 0.5, 1);
        tape_release(mark);
    }
    double reached = (double)tensor_item(p);
    tensor_free(p);
    return reached;
}

static void check_by_hand(void)
{
    double right = two_steps(true), wrong = two_steps(false);
    gate_check("loop by hand: two steps reach 2.25", right == 2.25, "%.2f", right);
    gate_check("loop by hand: without zeroing, 3.75", wrong == 3.75, "%.2f", wrong);
}

/* Two that share their first id: half of their first predictions is a coin's toss. See the lesson. */
static void check_overfit_bound(void)
{
    const int twins[2] = {3, 5};
    TapeMark mark = tape_mark();
    /* The best that can be said of two equally likely targets: one half each. */
    Tensor *logits = tensor_new(shape2(2, V));
    for (size_t i = 0; i < 2 * V; i++)
        logits->data[i] = i % V == 3 || i % V == 5 ? 0 : -(real)INFINITY;
    double loss = (double)tensor_item(tensor_softmax_cross_entropy(logits, twins));
    gate_check("overfit by hand: twins cost 2 ln 2 / 512", gate_error(loss * 2 / 512, 0.002707606) < 1e-6,
               "%.7f", loss * 2 / 512);
    tape_release(mark);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "15-training");
    check_windows();
    check_batches_replay();
    check_evaluation_windows();
    check_model();
    check_accumulation();
    check_report();
    check_resume();
    check_memory_and_threads();
    check_evaluation();
    check_by_hand();
    check_overfit_bound();
    threads_stop();
    tape_free();
    return gate_end();
}
