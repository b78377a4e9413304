/* model: see model.h. Every step sees the same batch: how fast it is does not depend on the ids. */
#include "model.h"

static int *random_ids(size_t count, size_t vocabulary)
{
    Random random = random_make(1, 9);
    int *ids = memory_alloc(count * sizeof *ids);
    for (size_t i = 0; i < count; i++)
        ids[i] = (int)random_below(&random, vocabulary);
    return ids;
}

Subject subject_make(const size_t *numbers)
{
    Config config = config_default();
    config.n_layer = numbers[0];
    config.n_head = numbers[1];
    config.n_embd = numbers[2];
    config.vocab_size = numbers[3];
    config.n_positions = numbers[0] == 12 ? 1024 : numbers[5]; /* step.py says the same */
    exit_if(config_check(&config));
    Subject subject = {.model = gpt2_make(&config, 1), .batch = numbers[4], .length = numbers[5]};
    Parameters *list = &subject.model->parameters;
    subject.parameters = memory_alloc((size_t)list->count * sizeof *subject.parameters);
    for (int i = 0; i < list->count; i++)
        subject.parameters[i] = list->items[i].tensor;
    size_t ids = subject.batch * subject.length;
    subject.ids = random_ids(2 * ids, config.vocab_size);
    subject.targets = subject.ids + ids;
    return subject;
}

void subject_step(Subject *s)
{
    int count = s->model->parameters.count;
    if (s->optimizer == NULL)
        s->optimizer = adamw_make(s->parameters, count, NULL, (AdamSettings){0.9, 0.99, 1e-8, 0.1});
    parameters_zero_grad(&s->model->parameters);
    TapeMark mark = tape_mark();
    tensor_backward(gpt2_loss(s->model, s->ids, s->targets, s->batch, s->length, NULL, 0));
    tape_release(mark);
    profile_enter("norm", false);
    double norm = gradients_norm(s->parameters, count);
    profile_enter("adamw", false);
    adamw_step(s->optimizer, 1e-4, clip_scale(norm, 1));
    profile_enter(NULL, false);
}
