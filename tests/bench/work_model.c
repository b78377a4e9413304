/* work_model: a GPT-2 of random weights: a training step, a forward pass with the logits of every
 * position, and the next id of a text, with the cache and without. */
#include "model.h"
#include "work.h"

static Subject subject;
static Cache *cache;

double step_prepare(const size_t *numbers)
{
    subject = subject_make(numbers);
    return 1;
}

void step_run(void)
{
    subject_step(&subject);
}

double forward_prepare(const size_t *numbers)
{
    tape_set_recording(false);
    return step_prepare(numbers);
}

void forward_run(void)
{
    TapeMark mark = tape_mark();
    gpt2_forward(subject.model, subject.ids, subject.batch, subject.length, NULL, 0);
    tape_release(mark);
}

/* All ids of the text but the last are in the cache. */
double cached_prepare(const size_t *numbers)
{
    forward_prepare(numbers);
    cache = cache_make(subject.model);
    TapeMark mark = tape_mark();
    gpt2_extend(cache, subject.ids, subject.length - 1, 1);
    tape_release(mark);
    return 1;
}

void cached_run(void)
{
    TapeMark mark = tape_mark();
    gpt2_extend(cache, subject.ids + subject.length - 1, 1, 1);
    cache_truncate(cache, subject.length - 1);
    tape_release(mark);
}

double whole_prepare(const size_t *numbers)
{
    return forward_prepare(numbers);
}

static bool go_on(int id, void *context)
{
    (void)id;
    (void)context;
    return true;
}

void whole_run(void)
{
    Random random = random_make(1, 3);
    GenerateSettings settings = generate_settings_default();
    settings.count = 1;
    settings.no_cache = true;
    settings.emit = go_on;
    gpt2_generate(subject.model, subject.ids, subject.length, &settings, &random);
}
