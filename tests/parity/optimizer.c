/* optimizer: AdamW over ten steps in three settings against tests/oracle/adamw.py. */
#include "parity.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 10 };

static const struct {
    const char *name;
    double rate;
    AdamSettings adam;
} settings[] = {{"rate-1e-3", 1e-3, {0.9, 0.99, 1e-8, 0.1}},
                {"no-decay", 1e-3, {0.9, 0.99, 1e-8, 0}},
                {"rate-3e-4", 3e-4, {0.9, 0.999, 1e-8, 0.05}}};

static const char *const keys[2] = {"matrix", "vector"};

typedef struct {
    const char *name;
    Fixture *fixture;
    Tensor *parameters[2];
    real *gradients[2], *after[2]; /* STEPS times the parameter's elements */
} Run;

static const char *name_of(const Run *run, const char *part, int i, char name[200])
{
    snprintf(name, 200, "%s/%s/%s", run->name, part, keys[i]);
    return name;
}

static void begin(Run *run)
{
    char name[200];
    for (int i = 0; i < 2; i++) {
        size_t count, gradients;
        Shape shape = i == 0 ? shape2(13, 7) : shape1(17);
        real *start = fixture_need(run->fixture, name_of(run, "start", i, name), &count);
        run->gradients[i] = fixture_need(run->fixture, name_of(run, "gradient", i, name), &gradients);
        if (count != shape_size(shape) || gradients != STEPS * count)
            exit_with("%s: expected %zu elements and %d times as many gradients, found %zu and %zu",
                      name, shape_size(shape), STEPS, count, gradients);
        run->parameters[i] = tensor_parameter(shape);
        memcpy(run->parameters[i]->data, start, count * sizeof *start);
        run->after[i] = memory_alloc(STEPS * count * sizeof(real));
        free(start);
    }
}

static void take_steps(Run *run, AdamW *optimizer, double rate)
{
    for (size_t step = 0; step < STEPS; step++) {
        for (int i = 0; i < 2; i++) {
            Tensor *p = run->parameters[i];
            memcpy(p->grad, run->gradients[i] + step * p->size, p->size * sizeof(real));
            p->has_grad = true;
        }
        adamw_step(optimizer, rate, 1);
        for (int i = 0; i < 2; i++) {
            const Tensor *p = run->parameters[i];
            memcpy(run->after[i] + step * p->size, p->data, p->size * sizeof(real));
        }
    }
}

static void compare(Run *run, const AdamW *optimizer)
{
    char name[200];
    snprintf(name, sizeof name, "adamw %s, %d steps", run->name, STEPS);
    Group group = group_begin(name, ABSOLUTE, 1e-15);
    for (int i = 0; i < 2; i++) {
        Shape one = run->parameters[i]->shape;
        Shape all = i == 0 ? shape3(STEPS, one.dim[0], one.dim[1]) : shape2(STEPS, one.dim[0]);
        group_compare(&group, run->fixture, name_of(run, "after", i, name), run->after[i], all);
        group_compare(&group, run->fixture, name_of(run, "first", i, name), optimizer->first[i], one);
        group_compare(&group, run->fixture, name_of(run, "second", i, name), optimizer->second[i],
                      one);
    }
    group_end(&group);
}

void adamw_command(const Arguments *a)
{
    printf("AdamW in %s: a decayed and an undecayed parameter after every step, both means\n",
           REAL_NAME);
    Fixture fixture = fixture_open(a->reference);
    for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
        Run run = {.name = settings[s].name, .fixture = &fixture};
        begin(&run);
        AdamW *optimizer = adamw_make(run.parameters, 2, NULL, settings[s].adam);
        take_steps(&run, optimizer, settings[s].rate);
        compare(&run, optimizer);
        adamw_free(optimizer);
        for (int i = 0; i < 2; i++) {
            tensor_free(run.parameters[i]);
            free(run.gradients[i]);
            free(run.after[i]);
        }
    }
    fixture_close(&fixture);
}
