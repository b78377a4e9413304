/* loop: one step of training, in the order in which it must happen.
 *
 *   1. forget the gradients of the step before
 *   2. for each micro-batch: draw windows, forward, backward; the gradients add up
 *   3. measure their norm; clip
 *   4. update, with the sum divided by the number of micro-batches
 *
 * Everything random is a function of the seed and the step's number, so a loop that is put back to
 * step n, with parameters and optimizer as they were then, goes on as if it had never stopped. */
#ifndef WENGERT_LOOP_H
#define WENGERT_LOOP_H

#include "character.h"
#include "optim/optim.h"
#include "text/text.h"

enum { LOOP_IDS_MAX = 4096 };

typedef struct {
    Character *model;
    AdamW *optimizer;
    Schedule schedule;
    Span train;
    size_t batch, context, micro_batches; /* a step sees batch * micro_batches windows */
    double clip;
    uint64_t seed;
    size_t step; /* steps taken */
} Loop;

typedef struct {
    double loss;          /* mean over the step's windows, before the update */
    double gradient_norm; /* before clipping */
    double rate;
} LoopReport;

/* Gradients of all micro-batches, summed where they are; the mean of the losses. */
static inline double loop_accumulate(const Loop *loop)
{
    int inputs[LOOP_IDS_MAX], targets[LOOP_IDS_MAX];
    double sum = 0;
    require(loop->batch * loop->context <= LOOP_IDS_MAX, "loop_accumulate: %zu ids are too many",
            loop->batch * loop->context);
    gradients_zero(loop->model->list, loop->model->n);
    for (size_t m = 0; m < loop->micro_batches; m++) {
        batch_draw(loop->train, loop->batch, loop->context, loop->seed,
                   loop->step * loop->micro_batches + m, inputs, targets);
        TapeMark mark = tape_mark();
        Tensor *loss = character_loss(loop->model, inputs, targets, loop->batch, loop->context);
        tensor_backward(loss);
        sum += (double)tensor_item(loss);
        tape_release(mark);
    }
    return sum / (double)loop->micro_batches;
}

static inline LoopReport loop_step(Loop *loop)
{
    double share = 1 / (double)loop->micro_batches;
    LoopReport report = {.loss = loop_accumulate(loop)};
    report.gradient_norm = share * gradients_norm(loop->model->list, loop->model->n);
    report.rate = schedule_rate(&loop->schedule, (long)loop->step);
    adamw_step(loop->optimizer, report.rate, share * clip_scale(report.gradient_norm, loop->clip));
    loop->step++;
    return report;
}

/* The mean loss over a span in windows that do not overlap: batches of several windows, each mean
 * weighed by how many targets it is over. At most `windows` of them, from the beginning. */
static inline double loop_evaluate(const Loop *loop, Span span, size_t windows)
{
    int inputs[LOOP_IDS_MAX], targets[LOOP_IDS_MAX];
    size_t total = windows_count(span, loop->context), counted = 0;
    size_t chosen = windows < total ? windows : total;
    double sum = 0;
    bool recording = tape_set_recording(false);
    for (size_t first = 0; first < chosen; first += loop->batch) {
        size_t count = chosen - first < loop->batch ? chosen - first : loop->batch;
        size_t here = windows_read(span, count, loop->context, first, inputs, targets);
        TapeMark mark = tape_mark();
        Tensor *loss = character_loss(loop->model, inputs, targets, count, loop->context);
        sum += (double)here * (double)tensor_item(loss);
        counted += here;
        tape_release(mark);
    }
    tape_set_recording(recording);
    return sum / (double)counted;
}

#endif
