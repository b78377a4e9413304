/* harness: the main of every exercise's check. It answers requests (protocol.h) with what the student's
 * code computes, or, linked with the starter, with what the referee knows. Arrays are exactly as long as
 * the case says, so that under a sanitizer one element too far is caught where it happens. With
 * CHECK_BLIND, as it is for students' programs, it answers RUN alone. */
#include "check.h"
#include "protocol.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- memory with red zones ---------------------------------------------------------------------
 * In the place of lib/base/arena.c, which keeps what it hands out side by side: here each allocation has
 * memory of its own, exactly as long as was asked for, so that a sanitizer sees one element too far, and a
 * use after the release. What was never written is NaN. Newest first; `current` is the newest. */
struct ArenaChunk {
    ArenaChunk *next; /* made before this one */
    void *memory;
    size_t size, used; /* used: of this and all before it */
};

void arena_set_poison(bool on)
{
    (void)on; /* always */
}

void arena_poison(void *bytes, size_t size)
{
    if (size > 0)
        memset(bytes, 0xff, size); /* all bits set is a NaN */
}

void *arena_alloc(Arena *arena, size_t bytes)
{
    ArenaChunk *chunk = memory_alloc(sizeof *chunk);
    *chunk = (ArenaChunk){.next = arena->current, .size = bytes, .used = arena_used(arena) + bytes};
    /* backward.c keeps two words in buffers that are done with, however short. */
    size_t least = 2 * sizeof(void *);
    if (posix_memalign(&chunk->memory, 64, bytes < least ? least : bytes) != 0)
        exit_with("out of memory: %zu bytes were asked for", bytes);
    arena_poison(chunk->memory, bytes);
    arena->current = chunk;
    arena->peak = chunk->used > arena->peak ? chunk->used : arena->peak;
    return chunk->memory;
}

ArenaMark arena_mark(const Arena *arena)
{
    return (ArenaMark){arena->current, 0};
}

void arena_release(Arena *arena, ArenaMark mark)
{
    const ArenaChunk *at = arena->current;
    while (at != NULL && at != mark.chunk)
        at = at->next;
    require(at == mark.chunk, "arena_release: the mark was released before");
    while (arena->current != mark.chunk) {
        ArenaChunk *last = arena->current;
        arena->current = last->next;
        arena_poison(last->memory, last->size); /* for what is no part of the student's file */
        free(last->memory);
        free(last);
    }
}

size_t arena_used(const Arena *arena)
{
    return arena->current == NULL ? 0 : arena->current->used;
}

size_t arena_capacity(const Arena *arena)
{
    return arena_used(arena);
}

size_t arena_peak(const Arena *arena)
{
    return arena->peak;
}

void arena_free(Arena *arena)
{
    arena_release(arena, (ArenaMark){NULL, 0});
    *arena = (Arena){0};
}

/* ---- names and shapes ------------------------------------------------------------------------ */

/* One name of "x[3][5] w[5] b": its shape; moves the text on; false at the end. */
static bool names_next(const char **text, Shape *shape)
{
    const char *at = *text + strspn(*text, " ");
    if (*at == '\0')
        return false;
    *shape = shape0();
    for (; *at != '\0' && *at != ' '; at++)
        if (*at == '[') {
            require(shape->rank < RANK_MAX, "\"%s\": more than %d axes", *text, RANK_MAX);
            shape->dim[shape->rank++] = strtoul(at + 1, NULL, 10);
        }
    *text = at;
    return true;
}

static size_t names_count(const char *names)
{
    size_t count = 0;
    Shape shape;
    while (names_next(&names, &shape))
        count += shape_size(shape);
    return count;
}

/* ---- the three kinds of `run` ---------------------------------------------------------------- */

/* The NaN of memory that nobody wrote: ./learn tells it from one that was computed. */
static double unwritten(void)
{
    double number;
    arena_poison(&number, sizeof number);
    return number;
}

static double *numbers_make(size_t count)
{
    double *numbers = memory_alloc((count + (count == 0)) * sizeof *numbers);
    arena_poison(numbers, count * sizeof *numbers);
    return numbers;
}

void check_values(Trial *trial, void (*graph)(Value *const *x, Value **y))
{
    size_t n = names_count(trial->of->x), m = names_count(trial->of->y);
    ValueMark mark = value_mark();
    Value **x = value_list(n), **y = value_list(m);
    for (size_t i = 0; i < n; i++) {
        x[i] = memory_alloc(sizeof *x[i]); /* not of the pool, where its neighbour is beside it */
        *x[i] = value_parameter((real)trial->x[i]);
        if (trial->dx != NULL && !trial->fresh)
            x[i]->grad = (real)trial->dx[i];
    }
    for (size_t j = 0; j < m; j++)
        y[j] = NULL;
    graph(x, y);
    for (size_t j = 0; j < m; j++)
        trial->y[j] = y[j] == NULL ? unwritten() : (double)y[j]->data;
    if (trial->dx != NULL) {
        real *dy = memory_alloc(m * sizeof *dy);
        for (size_t j = 0; j < m; j++)
            dy[j] = (real)trial->dy[j];
        value_backward_from(y, dy, m);
        free(dy);
        for (size_t i = 0; i < n; i++)
            trial->dx[i] = (double)x[i]->grad;
    }
    for (size_t i = 0; i < n; i++)
        free(x[i]);
    value_release(mark);
}

/* A parameter whose data and gradient have memory of their own. */
static Tensor *parameter_of(const Trial *trial, Shape shape, size_t begin)
{
    Tensor *t = tensor_parameter(shape);
    t->data = memory_alloc(t->size * sizeof *t->data);
    t->grad = memory_alloc(t->size * sizeof *t->grad);
    for (size_t i = 0; i < t->size; i++)
        t->data[i] = (real)trial->x[begin + i];
    if (trial->dx == NULL)
        t->wants_grad = false;
    else if (trial->fresh)
        arena_poison(t->grad, t->size * sizeof *t->grad);
    else {
        for (size_t i = 0; i < t->size; i++)
            t->grad[i] = (real)trial->dx[begin + i];
        t->has_grad = true;
    }
    return t;
}

static void result_keep(Trial *trial, const Tensor *y)
{
    size_t m = names_count(trial->of->y);
    for (size_t j = 0; j < m && y != NULL && j < y->size; j++)
        trial->y[j] = (double)y->data[j];
    if (y != NULL && y->size != m)
        trial->y[0] = unwritten(); /* a result of another size is no result */
}

static void operand_backward(Tensor *out)
{
    GradWrite dx = grad_write(out->parents[0]);
    for (size_t i = 0; i < out->size; i++)
        grad_put(dx, i, out->grad[i]);
}

/* The same numbers as a result, as operands mostly are inside a network. */
static Tensor *operand_of(Tensor *t)
{
    Tensor *out = tensor_result("operand", t->shape, operand_backward, 1, &t);
    memcpy(out->data, t->data, t->size * sizeof *t->data);
    return out;
}

/* Where y's `names` are one name, the shape it gives is the result's. */
static void shape_hold(const char *names, const Tensor *y)
{
    Shape shape, another;
    const char *rest = names;
    if (!names_next(&rest, &shape) || names_next(&rest, &another))
        return;
    if (!shape_equal(shape, y->shape))
        broken_contract("the result has the shape %s: expected %s", shape_text(y->shape),
                        shape_text(shape));
}

/* Backward from y. Inside a graph others may still read y, its gradient (where it is retained) and the
 * operands: they must be as they were. And what was kept for backward must serve a second walk, so there
 * are two, and a leaf has heard everything twice. */
static void backward_run(Trial *trial, Tensor *y, Tensor *const *operands, int n)
{
    size_t m = y->size;
    real *dy = memory_alloc(2 * (m + (m == 0)) * sizeof *dy), *data = dy + m;
    for (size_t j = 0; j < m; j++) {
        dy[j] = (real)trial->dy[j];
        data[j] = y->data[j];
    }
    if (trial->inside) {
        shape_hold(trial->of->y, y);
        tensor_retain_grad(y);
    }
    tensor_backward_from(y, dy);
    if (trial->inside && memcmp(y->data, data, m * sizeof *data) != 0)
        broken_contract("backward changed the result's own numbers, which others may still read");
    if (trial->inside && memcmp(y->grad, dy, m * sizeof *dy) != 0)
        broken_contract("backward changed the gradient that came from above: it is lent, not given");
    for (int k = 0; k < n && trial->inside; k++)
        if (memcmp(operands[k]->data, operands[k]->parents[0]->data,
                   operands[k]->size * sizeof *data) != 0)
            broken_contract("an operand's numbers were changed, which others may still read");
    if (trial->inside)
        tensor_backward_from(y, dy);
    free(dy);
}

void check_tensors(Trial *trial, Tensor *(*graph)(Tensor *const *x))
{
    enum { MOST = 16 };
    Tensor *x[MOST], *operands[MOST];
    Shape shape;
    int n = 0;
    size_t begin = 0, m = names_count(trial->of->y);
    for (const char *names = trial->of->x; names_next(&names, &shape); begin += shape_size(shape)) {
        require(n < MOST, "\"%s\": more than %d tensors", trial->of->x, MOST);
        x[n++] = parameter_of(trial, shape, begin);
    }
    TapeMark mark = tape_mark();
    for (int k = 0; k < n; k++)
        operands[k] = trial->inside ? operand_of(x[k]) : x[k];
    Tensor *y = graph(operands);
    result_keep(trial, y);
    if (trial->dx != NULL && y != NULL && y->size == m) {
        backward_run(trial, y, operands, n);
        begin = 0;
        for (int k = 0; k < n; begin += x[k++]->size)
            for (size_t i = 0; i < x[k]->size; i++)
                trial->dx[begin + i] = !x[k]->has_grad ? unwritten()
                                       : trial->inside ? (double)x[k]->grad[i] / 2
                                                       : (double)x[k]->grad[i];
    }
    tape_release(mark);
    for (int k = 0; k < n; k++) {
        free(x[k]->data);
        free(x[k]->grad);
        tensor_free(x[k]);
    }
}

void check_vjp(Trial *trial, void (*forward)(const real *x, real *y),
               void (*vjp)(const real *x, const real *dy, real *dx))
{
    size_t n = names_count(trial->of->x), m = names_count(trial->of->y);
    real *x = memory_alloc(n * sizeof *x), *dx = memory_alloc(n * sizeof *dx);
    real *y = memory_alloc(m * sizeof *y), *dy = memory_alloc(m * sizeof *dy);
    for (size_t i = 0; i < n; i++) {
        x[i] = (real)trial->x[i];
        dx[i] = trial->dx == NULL || trial->fresh ? 0 : (real)trial->dx[i];
    }
    arena_poison(y, m * sizeof *y);
    forward(x, y);
    for (size_t j = 0; j < m; j++)
        trial->y[j] = (double)y[j];
    if (trial->dx != NULL) {
        for (size_t j = 0; j < m; j++)
            dy[j] = (real)trial->dy[j];
        vjp(x, dy, dx);
        for (size_t i = 0; i < n; i++)
            trial->dx[i] = (double)dx[i];
    }
    free(x);
    free(dx);
    free(y);
    free(dy);
}

/* ---- requests -------------------------------------------------------------------------------- */

/* The parent went away: there is nobody to tell. */
static void all_read(void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(REQUESTS, (char *)bytes + done, size - done);
        if (got <= 0)
            _exit(0);
        done += (size_t)got;
    }
}

static void all_write(const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = write(ANSWERS, (const char *)bytes + done, size - done);
        if (put <= 0)
            _exit(0);
        done += (size_t)put;
    }
}

static double *doubles_read(size_t count)
{
    double *numbers = numbers_make(count);
    all_read(numbers, count * sizeof *numbers);
    return numbers;
}

#ifndef CHECK_BLIND
static void answer_info(const Case *of)
{
    CaseInfo info = {.inputs = names_count(of->x),
                     .outputs = names_count(of->y),
                     .forward_only = of->forward_only || of->judge != NULL,
                     .judged = of->judge != NULL,
                     .forward_tolerance = of->forward_tolerance,
                     .gradient_tolerance = of->gradient_tolerance};
    require(info.inputs <= CHECK_INPUTS && info.outputs <= CHECK_OUTPUTS,
            "case \"%s\": more numbers than check.h allows", of->name);
    snprintf(info.name, sizeof info.name, "%s", of->name);
    snprintf(info.x, sizeof info.x, "%s", of->x);
    snprintf(info.y, sizeof info.y, "%s", of->y);
    all_write(&info, sizeof info);
}

static void answer_draw(const Case *of, uint64_t seed, size_t at)
{
    size_t n = names_count(of->x);
    double *x = numbers_make(n);
    Random random = random_make(seed, at);
    if (of->draw != NULL)
        of->draw(&random, x);
    else
        for (size_t i = 0; i < n; i++)
            x[i] = random_normal(&random);
    all_write(x, n * sizeof *x);
    free(x);
}

static void answer_plain(const Case *of)
{
    size_t m = names_count(of->y);
    double *x = doubles_read(names_count(of->x)), *y = numbers_make(m);
    if (of->plain != NULL)
        of->plain(x, y);
    all_write(y, m * sizeof *y);
    free(x);
    free(y);
}

static void answer_judge(const Case *of)
{
    double *x = doubles_read(names_count(of->x)), *y = doubles_read(names_count(of->y));
    Judgement judgement = {{0}};
    const char *text = of->judge(x, y);
    snprintf(judgement.text, sizeof judgement.text, "%s", text == NULL ? "" : text);
    all_write(&judgement, sizeof judgement);
    free(x);
    free(y);
}

static bool referee_answers(const Case *of, const Request *request)
{
    uint64_t count = check_count;
    switch ((Ask)request->ask) {
    case ASK_COUNT: all_write(&count, sizeof count); return true;
    case ASK_INFO: answer_info(of); return true;
    case ASK_DRAW: answer_draw(of, request->seed, request->at); return true;
    case ASK_PLAIN: answer_plain(of); return true;
    case ASK_JUDGE: answer_judge(of); return true;
    case ASK_RUN: break;
    }
    return false;
}
#else
static bool referee_answers(const Case *of, const Request *request)
{
    (void)of;
    return request->ask != ASK_RUN;
}
#endif

static void answer_run(const Case *of, const Request *request)
{
    size_t n = names_count(of->x), m = names_count(of->y);
    double *x = doubles_read(n), *dy = doubles_read(m), *dx = doubles_read(n), *y = numbers_make(m);
    Trial trial = {.of = of, .x = x, .y = y, .dy = dy};
    trial.fresh = request->way != WAY_ADDED;
    trial.inside = request->way == WAY_INSIDE;
    trial.dx = request->backward ? dx : NULL;
    of->run(&trial);
    fflush(stdout);
    all_write(y, m * sizeof *y);
    all_write(dx, n * sizeof *dx);
    free(x);
    free(dy);
    free(dx);
    free(y);
}

int main(void)
{
    for (;;) {
        Request request;
        all_read(&request, sizeof request);
        const Case *of = &check_cases[request.at];
        if (!referee_answers(of, &request))
            answer_run(of, &request);
    }
}
