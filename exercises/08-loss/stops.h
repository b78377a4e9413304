/* stops: whether a call ends the program as broken_contract does. For this chapter's checks, which
 * hand a loss a target that is no class. */
#ifndef WENGERT_STOPS_H
#define WENGERT_STOPS_H

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

static sigjmp_buf stops_return;

static void stops_catch(int number)
{
    (void)number;
    siglongjmp(stops_return, 1);
}

/* Calls it. Where it aborts, that is caught, and what it said is not shown: it was asked for. */
static bool stops(void (*call)(void *context), void *context)
{
    const struct sigaction catching = {.sa_handler = stops_catch};
    struct sigaction before;
    volatile bool stopped = true;
    int shown = dup(STDERR_FILENO), hidden = open("/dev/null", O_WRONLY);
    dup2(hidden, STDERR_FILENO);
    sigaction(SIGABRT, &catching, &before);
    if (sigsetjmp(stops_return, 1) == 0) {
        call(context);
        stopped = false;
    }
    sigaction(SIGABRT, &before, NULL);
    dup2(shown, STDERR_FILENO);
    close(hidden);
    close(shown);
    return stopped;
}

/* A loss of five rows of five scores or probabilities, the middle one with each of three targets
 * that are neither IGNORED nor a class: 5, 6 and -2. y[0] to y[2]: 1 where it stopped, else 0;
 * y[3] to y[5]: the loss that came back, else 0. x is to hold 25 numbers. */
typedef struct {
    Tensor *(*loss)(Tensor *x, const int *targets);
    const double *x;
    int target;
    double result;
} NoClass;

static void no_class_call(void *context)
{
    NoClass *asked = context;
    int targets[5] = {0, 4, asked->target, IGNORED, 1};
    Tensor *x = tensor_new(shape2(5, 5));
    for (size_t i = 0; i < x->size; i++)
        x->data[i] = (real)asked->x[i];
    asked->result = (double)tensor_item(asked->loss(x, targets));
}

static void no_class_run(const double *x, double *y, Tensor *(*loss)(Tensor *x, const int *targets))
{
    static const int targets[3] = {5, 6, -2};
    TapeMark mark = tape_mark();
    for (int k = 0; k < 3; k++) {
        NoClass asked = {.loss = loss, .x = x, .target = targets[k]};
        y[k] = stops(no_class_call, &asked);
        y[3 + k] = y[k] > 0 ? 0 : asked.result;
    }
    tape_release(mark);
}

static const char *no_class_judge(const double *x, const double *y)
{
    (void)x;
    return y[0] != 1   ? "A target of 5 goes through, and the classes are 0 to 4: it has to end in "
                         "broken_contract."
           : y[1] != 1 ? "A target of 6 goes through, and the classes are 0 to 4: it has to end in "
                         "broken_contract."
           : y[2] != 1 ? "A target of -2 goes through. IGNORED is -1 alone: it has to end in "
                         "broken_contract."
                       : NULL;
}

#endif
