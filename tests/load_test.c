/* Tests of gpt2_load: a model out of a folder with config.json and model.safetensors and nothing else,
 * in the forms that are met in the wild, or out of a run's folder. */
#include "gpt2/gpt2.h"

#include "files.h"

static Config small_config(void)
{
    Config config = config_default();
    config.n_layer = 2;
    config.n_head = 2;
    config.n_embd = 6;
    config.n_positions = 5;
    config.vocab_size = 7;
    return config;
}

/* A model in which no two parameters are alike. */
static Gpt2 *small_model(void)
{
    Config config = small_config();
    Gpt2 *model = gpt2_make(&config, 11);
    Random random = random_make(11, 9);
    for (int i = 0; i < model->parameters.count; i++)
        parameter_normal(model->parameters.items[i].tensor, &random, (real)0.3);
    return model;
}

static const char *folder_of(const Gpt2 *model)
{
    expect_none(folder_make(path_of("folder")));
    expect_none(config_write(&model->config, path_of("folder/config.json")));
    return path_of("folder");
}

static void expect_same(const Gpt2 *a, const Gpt2 *b, bool as_floats)
{
    assert_int_equal(a->parameters.count, b->parameters.count);
    for (int i = 0; i < a->parameters.count; i++) {
        const Parameter *p = &a->parameters.items[i], *q = &b->parameters.items[i];
        assert_string_equal(p->name, q->name);
        for (size_t j = 0; j < p->tensor->size; j++)
            assert_true(as_floats ? (float)p->tensor->data[j] == (float)q->tensor->data[j]
                                  : p->tensor->data[j] == q->tensor->data[j]);
    }
}

static void test_nothing_else_needed(void **state)
{
    (void)state;
    Gpt2 *model = small_model(), *loaded = NULL;
    const char *folder = folder_of(model);
    expect_none(safetensors_write(&model->parameters, path_of("folder/model.safetensors")));
    expect_none(gpt2_load(&loaded, folder));
    expect_same(loaded, model, false);
    int ids[5] = {1, 6, 0, 3, 3};
    TapeMark mark = tape_mark();
    assert_true(tensor_item(gpt2_loss(loaded, ids, ids, 1, 5, NULL, 0)) ==
                tensor_item(gpt2_loss(model, ids, ids, 1, 5, NULL, 0)));
    tape_release(mark);
    gpt2_free(loaded);
    expect_none(safetensors_write_f32(&model->parameters, path_of("folder/model.safetensors")));
    expect_none(gpt2_load(&loaded, folder));
    expect_same(loaded, model, true);
    gpt2_free(loaded);
    gpt2_free(model);
}

/* As GPT2LMHeadModel saves it: the prefix, each block's mask, and the tied head once more. */
static void test_prefix_masks_and_head(void **state)
{
    (void)state;
    Gpt2 *model = small_model(), *loaded = NULL;
    Parameters published = {NULL, 0, 0};
    const Parameters *own = &model->parameters;
    for (int i = 0; i < own->count; i++) {
        Tensor *copy = parameters_add(&published, "transformer", own->items[i].name,
                                      own->items[i].tensor->shape);
        memcpy(copy->data, own->items[i].tensor->data, copy->size * sizeof(real));
    }
    parameter_fill(parameters_add(&published, "transformer", "h.0.attn.bias", shape4(1, 1, 5, 5)), 1);
    parameter_fill(parameters_add(&published, "transformer", "h.1.attn.masked_bias", shape0()), -1);
    Tensor *head = parameters_add(&published, "", "lm_head.weight", shape2(7, 6));
    memcpy(head->data, model->head->data, head->size * sizeof(real));
    const char *folder = folder_of(model);
    expect_none(safetensors_write(&published, path_of("folder/model.safetensors")));
    expect_none(gpt2_load(&loaded, folder));
    expect_same(loaded, model, false);
    gpt2_free(loaded);
    gpt2_free(model);
    parameters_free(&published);
}

/* Each number can be held, and their products cannot: nothing that is asked would be answered. */
static void test_too_large(void **state)
{
    (void)state;
    Gpt2 *model = small_model(), *loaded = NULL;
    const char *folder = folder_of(model);
    for (int i = 0; i < model->parameters.count; i++)
        parameter_fill(model->parameters.items[i].tensor, sizeof(real) == 4 ? (real)1e38 : (real)1e308);
    expect_none(safetensors_write(&model->parameters, path_of("folder/model.safetensors")));
    expect_error(gpt2_load(&loaded, folder), "expected weights that give finite logits");
    assert_null(loaded);
    gpt2_free(model);
}

/* Neither a model of NaN and infinities, nor one that becomes one in this build's precision. */
static void test_not_finite(void **state)
{
    (void)state;
    Gpt2 *model = small_model(), *loaded = NULL;
    const char *folder = folder_of(model);
    Tensor *bias = parameters_find(&model->parameters, "h.1.mlp.c_fc.bias");
    assert_non_null(bias);
    bias->data[3] = -(real)INFINITY;
    expect_none(safetensors_write(&model->parameters, path_of("folder/model.safetensors")));
    expect_error(gpt2_load(&loaded, folder),
                 "tensor \"h.1.mlp.c_fc.bias\": expected finite numbers, found -inf at element 3");
    bias->data[3] = (real)NAN;
    expect_none(safetensors_write(&model->parameters, path_of("folder/model.safetensors")));
    expect_error(gpt2_load(&loaded, folder), "expected finite numbers");
    assert_null(loaded);
    gpt2_free(model);
}

static void test_latest_of_a_run(void **state)
{
    (void)state;
    Gpt2 *model = small_model(), *loaded = NULL;
    Tensor *parameters[64];
    for (int i = 0; i < model->parameters.count; i++)
        parameters[i] = model->parameters.items[i].tensor;
    AdamW *optimizer = adamw_make(parameters, model->parameters.count, NULL, adam_settings());
    Tokenizer tokenizer = {.characters = vocabulary_make((const unsigned char *)"abcdefg", 7)};
    RunState run = {.step = 10, .best = nan("")};
    expect_none(checkpoint_save(path_of("run"), model, optimizer, &tokenizer, &run, 2));
    parameter_fill(model->tokens.table, 1);
    run.step = 20;
    expect_none(checkpoint_save(path_of("run"), model, optimizer, &tokenizer, &run, 2));
    assert_int_equal(unlink(path_of("run/latest/vocabulary.txt")), 0);
    expect_none(gpt2_load(&loaded, path_of("run")));
    expect_same(loaded, model, false);
    gpt2_free(loaded);
    expect_none(gpt2_load(&loaded, path_of("run/step-00000010")));
    assert_true(loaded->tokens.table->data[0] != 1);
    gpt2_free(loaded);
    adamw_free(optimizer);
    tokenizer_free(&tokenizer);
    gpt2_free(model);
}

static void expect_refused(const char *folder, const char *part)
{
    Gpt2 *model = NULL;
    expect_error(gpt2_load(&model, folder), part);
    assert_null(model);
}

static void test_refused(void **state)
{
    (void)state;
    Gpt2 *model = small_model();
    expect_refused(path_of("nowhere"), "expected a checkpoint (latest or config.json), found none");
    const char *folder = folder_of(model);
    unlink(path_of("folder/model.safetensors"));
    expect_refused(folder, "model.safetensors: cannot be read");
    expect_none(safetensors_write(&model->parameters, path_of("folder/model.safetensors")));
    model->config.n_positions = 4;
    folder_of(model);
    expect_refused(folder, "tensor \"wpe.weight\": expected shape (4,6), found (5,6)");
    model->config.n_positions = 1 << 20;
    folder_of(model);
    expect_refused(folder, "parameters, as config.json says, found");
    model->config.n_positions = 5;
    model->config.tied = false;
    folder_of(model);
    expect_refused(folder, "tensor \"lm_head.weight\": expected a tensor of this name, found none");
    write_file(path_of("folder/config.json"), "{", 1);
    expect_refused(folder, "config.json: expected a JSON object");
    gpt2_free(model);
}

static int teardown(void **state)
{
    tape_free();
    gemm_free_buffers();
    return scratch_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_else_needed),
        cmocka_unit_test(test_prefix_masks_and_head),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_latest_of_a_run),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, scratch_make, teardown);
}
