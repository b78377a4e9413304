/* work_checkpoint: forward and backward of a GPT-2 of any depth, width 256, two texts of 256, with
 * activation checkpointing or without. The gradients of the parameters are touched beforehand: what
 * the process grows by is what the step keeps. */
#include "gpt2/gpt2.h"
#include "work.h"

#include <string.h>

enum { BATCH = 2, LENGTH = 256, WIDTH = 256, HEADS = 4, VOCABULARY = 1024 };

static Gpt2 *model;
static int ids[BATCH * LENGTH + 1]; /* each id's target is the next */

double checkpoint_prepare(const size_t *numbers)
{
    Config config = config_default();
    config.n_layer = numbers[0];
    config.n_head = HEADS;
    config.n_embd = WIDTH;
    config.n_positions = LENGTH;
    config.vocab_size = VOCABULARY;
    exit_if(config_check(&config));
    model = gpt2_make(&config, 1);
    gpt2_set_segment(model, numbers[1]);
    for (int i = 0; i < model->parameters.count; i++) {
        Tensor *p = model->parameters.items[i].tensor;
        memset(p->grad, 1, p->size * sizeof *p->grad);
    }
    Random random = random_make(1, 9);
    for (int i = 0; i <= BATCH * LENGTH; i++)
        ids[i] = (int)random_below(&random, VOCABULARY);
    return 1;
}

void checkpoint_run(void)
{
    TapeMark mark = tape_mark();
    parameters_zero_grad(&model->parameters);
    tensor_backward(gpt2_loss(model, ids, ids + 1, BATCH, LENGTH, NULL, 0));
    tape_release(mark);
}
