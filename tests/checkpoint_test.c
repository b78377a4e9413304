/* Tests of lib/gpt2's config.json and checkpoint folders: what comes back, what is refused, and what
 * is left after a kill or a full disk at any moment of a save.
 *
 * The calls by which a save changes folders (mkdir, rename, symlink, unlink, rmdir, fsync) are
 * defined again here, so that any one of them, counted from the start of a save, can be the one that
 * fails or the one at which the process is killed. Killing at a random time, and a limit on the size
 * of files in place of a full disk, are tried as well. */
#include "gpt2/gpt2.h"

#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

/* ---- calls that fail or kill -------------------------------------------------------------------- */
typedef enum { NO_FAULT, FAILS, KILLS } Fault;
static struct {
    Fault fault;
    int after;        /* calls that still pass */
    const char *call; /* the one that failed */
    char log[400];    /* the names of all, a space behind each */
} plan;

static bool passes(const char *call)
{
    if (strlen(plan.log) + strlen(call) + 2 < sizeof plan.log)
        strcat(strcat(plan.log, call), " ");
    if (plan.fault == NO_FAULT || plan.after-- > 0)
        return true;
    if (plan.fault == KILLS)
        raise(SIGKILL);
    plan.fault = NO_FAULT;
    plan.call = call;
    errno = ENOSPC;
    return false;
}

int mkdir(const char *path, mode_t mode)
{
    return passes("mkdir") ? mkdirat(AT_FDCWD, path, mode) : -1;
}

int rename(const char *from, const char *to)
{
    return passes("rename") ? renameat(AT_FDCWD, from, AT_FDCWD, to) : -1;
}

int symlink(const char *target, const char *path)
{
    return passes("symlink") ? symlinkat(target, AT_FDCWD, path) : -1;
}

int unlink(const char *path)
{
    return passes("unlink") ? unlinkat(AT_FDCWD, path, 0) : -1;
}

int rmdir(const char *path)
{
    return passes("rmdir") ? unlinkat(AT_FDCWD, path, AT_REMOVEDIR) : -1;
}

/* A kill loses nothing that was written, only a power cut does: so nothing needs to reach the disk. */
int fsync(int descriptor)
{
    (void)descriptor;
    return passes("fsync") ? 0 : -1;
}

/* ---- a run to save ------------------------------------------------------------------------------ */
typedef struct {
    Gpt2 *model;
    Tensor **parameters;
    AdamW *optimizer;
    Tokenizer tokenizer;
    RunState state;
} Fixture;

static Config tiny_config(void)
{
    Config config = config_default();
    config.n_layer = 1;
    config.n_head = 2;
    config.n_embd = 4;
    config.n_positions = 3;
    config.vocab_size = 3;
    return config;
}

static const AdamSettings ADAM = {0.9, 0.99, 1e-8, 0.1};

static Tensor **parameters_of(const Gpt2 *model)
{
    Tensor **parameters = memory_alloc((size_t)model->parameters.count * sizeof *parameters);
    for (int i = 0; i < model->parameters.count; i++)
        parameters[i] = model->parameters.items[i].tensor;
    return parameters;
}

static Fixture fixture_make(void)
{
    Config config = tiny_config();
    Fixture f = {.model = gpt2_make(&config, 5),
                 .tokenizer = {.characters = vocabulary_make((const unsigned char *)"abc", 3)}};
    f.parameters = parameters_of(f.model);
    f.optimizer = adamw_make(f.parameters, f.model->parameters.count, NULL, ADAM);
    f.state = (RunState){.seed = 1, .dropout = random_make(1, 2), .best = nan(""),
                         .settings = "steps 100"};
    return f;
}

static void fixture_free(Fixture *f)
{
    adamw_free(f->optimizer);
    free(f->parameters);
    gpt2_free(f->model);
    tokenizer_free(&f->tokenizer);
}

/* Every number of the run says `mark`, so that files of two saves can't be mixed unnoticed. */
static void fixture_set(Fixture *f, size_t step, int mark)
{
    f->state.step = step;
    f->state.best = mark;
    f->optimizer->step = mark;
    for (int i = 0; i < f->optimizer->n; i++) {
        parameter_fill(f->parameters[i], (real)mark);
        for (size_t j = 0; j < f->parameters[i]->size; j++) {
            f->optimizer->first[i][j] = (real)(mark + 0.25);
            f->optimizer->second[i][j] = (real)(mark + 0.5);
        }
    }
}

static Error fixture_save(const Fixture *f, const char *run, int keep)
{
    return checkpoint_save(run, f->model, f->optimizer, &f->tokenizer, &f->state, keep);
}

static void save(Fixture *f, const char *run, size_t step, int mark, int keep)
{
    fixture_set(f, step, mark);
    expect_none(fixture_save(f, run, keep));
}

/* Loads all of a run; the caller frees `f` if there is no error. */
static Error load(Fixture *f, const char *run)
{
    *f = (Fixture){.model = NULL};
    Error error = checkpoint_load_model(run, &f->model, &f->tokenizer);
    if (error.failed) {
        assert_null(f->model);
        return error;
    }
    f->parameters = parameters_of(f->model);
    f->optimizer = adamw_make(f->parameters, f->model->parameters.count, NULL, ADAM);
    error = checkpoint_load_state(run, f->model, f->optimizer, &f->state);
    if (error.failed)
        fixture_free(f);
    return error;
}

/* The mark of a run's checkpoint, which must be whole and of one save. */
static int mark_of(const char *run)
{
    Fixture f;
    expect_none(load(&f, run));
    int mark = (int)f.optimizer->step;
    assert_true(f.state.best == mark);
    for (int i = 0; i < f.optimizer->n; i++)
        for (size_t j = 0; j < f.parameters[i]->size; j++) {
            assert_true(f.parameters[i]->data[j] == (real)mark);
            assert_true(f.optimizer->first[i][j] == (real)(mark + 0.25));
            assert_true(f.optimizer->second[i][j] == (real)(mark + 0.5));
        }
    fixture_free(&f);
    return mark;
}

static void expect_load_error(const char *run, const char *part)
{
    Fixture f;
    Error error = load(&f, run);
    if (!error.failed)
        fixture_free(&f);
    expect_error(error, part);
}

/* ---- folders ------------------------------------------------------------------------------------ */
static const char *run_file(const char *name)
{
    char inner[400];
    snprintf(inner, sizeof inner, "run/%s", name);
    return path_of(inner);
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* How many entries of the folder begin so; "" counts all. */
static int entries(const char *folder, const char *beginning)
{
    int count = 0;
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                 strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
    closedir(listing);
    return count;
}

/* Writes the file anew with the first `from` in it replaced; it may hold NULs. */
static void replace_in(const char *path, const char *from, const char *to)
{
    size_t size, at = 0, taken = strlen(from), given = strlen(to);
    unsigned char *bytes = read_file(path, &size), *changed = memory_alloc(size + given);
    while (at + taken <= size && memcmp(bytes + at, from, taken) != 0)
        at++;
    if (at + taken > size)
        fail_msg("expected \"%s\" in %s", from, path);
    memcpy(changed, bytes, at);
    memcpy(changed + at, to, given);
    memcpy(changed + at + given, bytes + at + taken, size - at - taken);
    write_file(path, changed, size - taken + given);
    free(changed);
    free(bytes);
}

static int no_run(void **state)
{
    (void)state;
    plan.fault = NO_FAULT;
    remove_all(path_of("run"));
    return 0;
}

/* ---- config.json -------------------------------------------------------------------------------- */
static void test_config_round_trip(void **state)
{
    (void)state;
    for (int variant = 0; variant < 8; variant++) {
        Config config = tiny_config(), back;
        config.tanh_gelu = (variant & 1) != 0;
        config.tied = (variant & 2) != 0;
        config.bias = (variant & 4) != 0;
        config.layer_norm_epsilon = variant == 0 ? 1e-5 : 1.0 / 3 / (variant * variant);
        expect_none(config_write(&config, path_of("config.json")));
        memset(&back, 0xEE, sizeof back);
        expect_none(config_read(&back, path_of("config.json")));
        assert_true(back.n_layer == 1 && back.n_head == 2 && back.n_embd == 4);
        assert_true(back.vocab_size == 3 && back.n_positions == 3);
        assert_true(back.layer_norm_epsilon == config.layer_norm_epsilon);
        assert_true(back.tanh_gelu == config.tanh_gelu && back.tied == config.tied &&
                    back.bias == config.bias);
    }
}

/* Fields and order as published with GPT-2's weights. */
static const char PUBLISHED[] =
    "{\n \"activation_function\": \"gelu_new\",\n \"architectures\": [\"GPT2LMHeadModel\"],\n"
    " \"attn_pdrop\": 0.1,\n \"bos_token_id\": 50256,\n \"embd_pdrop\": 0.1,\n"
    " \"eos_token_id\": 50256,\n \"initializer_range\": 0.02,\n \"layer_norm_epsilon\": 1e-05,\n"
    " \"model_type\": \"gpt2\",\n \"n_ctx\": 1024,\n \"n_embd\": 768,\n \"n_head\": 12,\n"
    " \"n_inner\": null,\n \"n_layer\": 12,\n \"n_positions\": 1024,\n \"resid_pdrop\": 0.1,\n"
    " \"task_specific_params\": {\"text-generation\": {\"do_sample\": true, \"max_length\": 50}},\n"
    " \"vocab_size\": 50257\n}\n";

static void test_config_published(void **state)
{
    (void)state;
    Config config;
    write_file(path_of("config.json"), PUBLISHED, sizeof PUBLISHED - 1);
    expect_none(config_read(&config, path_of("config.json")));
    assert_true(config.n_layer == 12 && config.n_head == 12 && config.n_embd == 768);
    assert_true(config.vocab_size == 50257 && config.n_positions == 1024);
    assert_true(config.layer_norm_epsilon == 1e-5 && config.tanh_gelu && config.tied && config.bias);
    assert_int_equal(gpt2_parameter_count(&config), 124439808);
}

static const struct {
    const char *from, *to, *part;
} bad_config[] = {
    {"\"n_layer\": 12", "\"n_layer\": 0", "expected n_layer from 1 to 1000, found 0"},
    {"\"n_layer\": 12", "\"n_layer\": 1001", "expected n_layer from 1 to 1000, found 1001"},
    {"\"n_layer\": 12", "\"n_layer\": -1", "expected \"n_layer\" to be a whole number, found -1"},
    {"\"n_layer\": 12", "\"n_layer\": 1.5", "expected \"n_layer\" to be a whole number, found 1.5"},
    {"\"n_layer\": 12", "\"n_layer\": 1e300", "expected \"n_layer\" to be a whole number"},
    {"\"n_layer\": 12", "\"n_layer\": \"12\"", "to be a whole number, found \"12\""},
    {"\"n_layer\": 12", "\"n_layer\": [12]", "to be a whole number, found [12]"},
    {"\"n_layer\": 12", "\"n_layer\": 12, \"n_layer\": 12", "\"n_layer\" is there twice"},
    {"\"n_layer\": 12,", "", "expected \"n_layer\" to be a whole number, found none"},
    {"\"n_head\": 12", "\"n_head\": 0", "expected n_head from 1 to"},
    {"\"n_head\": 12", "\"n_head\": 7", "expected n_embd to be a multiple of n_head = 7, found 768"},
    {"\"n_head\": 12", "\"n_heads\": 12", "expected \"n_head\" to be a whole number, found none"},
    {"\"n_embd\": 768", "\"n_embd\": 0", "expected n_embd from 1 to"},
    {"\"n_embd\": 768", "\"n_embd\": 9007199254740992", "expected n_embd from 1 to 1048576"},
    {"\"vocab_size\": 50257", "\"vocab_size\": 0", "expected vocab_size from 1 to 2147483647"},
    {"\"vocab_size\": 50257", "\"vocab_size\": 2147483648", "found 2147483648"},
    {"\"vocab_size\": 50257", "\"vocab_size\": null", "\"vocab_size\" to be a whole number, found null"},
    {"\"n_positions\": 1024", "\"n_positions\": 0", "expected n_positions from 1 to"},
    {"1e-05", "0", "expected layer_norm_epsilon from 1e-30 to 1, found 0"},
    {"1e-05", "-1e-5", "expected layer_norm_epsilon from 1e-30 to 1, found -1e-05"},
    {"1e-05", "1e999", "expected layer_norm_epsilon from 1e-30 to 1, found inf"},
    {"1e-05", "\"nan\"", "expected layer_norm_epsilon from 1e-30 to 1, found nan"},
    {"1e-05", "\"small\"", "expected \"layer_norm_epsilon\" to be a number, found \"small\""},
    {"gelu_new", "relu", "expected \"activation_function\" to be \"gelu_new\" or \"gelu\", found \"relu\""},
    {"\"gelu_new\"", "7", "expected \"activation_function\" to be a text, found 7"},
    {"\"n_inner\": null", "\"n_inner\": 768", "expected \"n_inner\" to be 4 times n_embd, found 768"},
    {"\"gpt2\"", "\"llama\"", "expected \"model_type\" to be \"gpt2\", found \"llama\""},
    {"\"n_ctx\": 1024", "\"scale_attn_by_inverse_layer_idx\": true", "to be false, found true"},
    {"\"n_ctx\": 1024", "\"scale_attn_weights\": false", "to be true, found false"},
    {"\"n_ctx\": 1024", "\"add_cross_attention\": true", "to be false, found true"},
    {"\"n_ctx\": 1024", "\"tie_word_embeddings\": 1", "to be true or false, found 1"},
    {"\"n_ctx\": 1024", "\"bias\": \"no\"", "to be true or false, found \"no\""},
    {"{\n \"act", "[\n \"act", "expected a JSON object"},
};

static void test_config_refused(void **state)
{
    (void)state;
    const char *path = path_of("config.json");
    for (size_t i = 0; i < sizeof bad_config / sizeof *bad_config; i++) {
        Config config = tiny_config();
        write_file(path, PUBLISHED, sizeof PUBLISHED - 1);
        replace_in(path, bad_config[i].from, bad_config[i].to);
        Error error = config_read(&config, path);
        expect_error(error, bad_config[i].part);
        assert_non_null(strstr(error.text, path));
        assert_int_equal(config.n_embd, 4);
    }
}

/* ---- what comes back ---------------------------------------------------------------------------- */
static void fill_random(real *data, size_t size, Random *random)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (real)random_normal(random);
}

static void test_round_trip(void **state)
{
    (void)state;
    Fixture f = fixture_make(), g;
    Random random = random_make(9, 0);
    for (int i = 0; i < f.optimizer->n; i++) {
        size_t size = f.parameters[i]->size;
        fill_random(f.parameters[i]->data, size, &random);
        fill_random(f.optimizer->first[i], size, &random);
        fill_random(f.optimizer->second[i], size, &random);
    }
    f.optimizer->step = 123456789;
    f.state = (RunState){.step = 123456789, .seed = UINT64_MAX, .best = nan(""),
                         .dropout = {UINT64_MAX - 1, UINT64_C(1) << 63, UINT64_C(9007199254740993)}};
    for (size_t i = 0; i < sizeof f.state.settings - 1; i++) /* every byte but NUL, to the brim */
        f.state.settings[i] = (char)(1 + i % 255);
    memcpy(f.state.settings, "\\u0000", 6); /* six characters, not a NUL */
    expect_none(fixture_save(&f, path_of("run"), 1));
    expect_none(load(&g, path_of("run")));
    for (int i = 0; i < f.optimizer->n; i++) {
        size_t bytes = f.parameters[i]->size * sizeof(real);
        assert_memory_equal(g.parameters[i]->data, f.parameters[i]->data, bytes);
        assert_memory_equal(g.optimizer->first[i], f.optimizer->first[i], bytes);
        assert_memory_equal(g.optimizer->second[i], f.optimizer->second[i], bytes);
    }
    assert_true(g.optimizer->step == 123456789 && g.state.step == 123456789);
    assert_true(g.state.seed == UINT64_MAX && isnan(g.state.best));
    assert_memory_equal(&g.state.dropout, &f.state.dropout, sizeof f.state.dropout);
    assert_string_equal(g.state.settings, f.state.settings);
    assert_true(vocabulary_equal(&g.tokenizer.characters, &f.tokenizer.characters));
    fixture_free(&f);
    fixture_free(&g);
}

/* A model of byte pairs: the ids of a text are those of before. */
static void test_byte_pairs(void **state)
{
    (void)state;
    static const unsigned char text[] = "a rose is a rose is a rose";
    Config config = tiny_config();
    Tokenizer tokenizer = {.pairs = NULL}, again;
    Ids ids = {NULL}, same = {NULL};
    expect_none(byte_pairs_train(&tokenizer.pairs, text, sizeof text - 1, 261));
    config.vocab_size = tokenizer_size(&tokenizer);
    Gpt2 *model = gpt2_make(&config, 5), *loaded;
    Tensor **parameters = parameters_of(model);
    AdamW *optimizer = adamw_make(parameters, model->parameters.count, NULL, ADAM);
    RunState run_state = {.step = 10, .best = nan(""), .settings = "steps 100"};
    const char *run = path_of("run");
    expect_none(checkpoint_save(run, model, optimizer, &tokenizer, &run_state, 1));
    expect_none(checkpoint_load_model(run, &loaded, &again));
    expect_none(tokenizer_encode(&tokenizer, text, sizeof text - 1, "text", false, &ids));
    expect_none(tokenizer_encode(&again, text, sizeof text - 1, "text", false, &same));
    assert_non_null(again.pairs);
    assert_true(ids.count < sizeof text - 1 && ids.count == same.count);
    assert_memory_equal(ids.ids, same.ids, ids.count * sizeof *ids.ids);
    gpt2_free(loaded);
    tokenizer_free(&again);
    assert_int_equal(unlink(run_file("latest/merges.txt")), 0);
    expect_load_error(run, "merges.txt");
    adamw_free(optimizer);
    free(parameters);
    gpt2_free(model);
    tokenizer_free(&tokenizer);
    ids_free(&ids);
    ids_free(&same);
}

static void test_best_bit_for_bit(void **state)
{
    (void)state;
    Fixture f = fixture_make(), g;
    const double values[] = {0, 1.0 / 3, 1.8999999999999999, 5e-324, 1e308, HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        f.state.best = values[i];
        expect_none(fixture_save(&f, path_of("run"), 1));
        expect_none(load(&g, path_of("run")));
        assert_true(g.state.best == values[i]);
        fixture_free(&g);
    }
    fixture_free(&f);
}

/* ---- the other precision ------------------------------------------------------------------------ */
/* The model's file as a build of the other precision writes it, all elements 3. */
static void write_other_precision(const Fixture *f, const char *path)
{
    size_t width = sizeof(real) == 4 ? 8 : 4, begin = 0, count = parameters_elements(&f->model->parameters);
    char *header = memory_alloc(20000);
    size_t length = (size_t)sprintf(header, "{\"__metadata__\":{}");
    for (int i = 0; i < f->model->parameters.count; i++) {
        const Parameter *p = &f->model->parameters.items[i];
        size_t end = begin + p->tensor->size * width;
        char shape[60];
        snprintf(shape, sizeof shape, "%s", shape_text(p->tensor->shape));
        length += (size_t)sprintf(header + length,
                                  ",\"%s\":{\"dtype\":\"F%zu\",\"shape\":[%.*s],\"data_offsets\":[%zu,%zu]}",
                                  p->name, 8 * width, (int)strlen(shape) - 2, shape + 1, begin, end);
        begin = end;
    }
    length += (size_t)sprintf(header + length, "}");
    unsigned char *bytes = memory_calloc(8 + length + begin, 1);
    const unsigned char three32[] = {0, 0, 0x40, 0x40}, three64[] = {0, 0, 0, 0, 0, 0, 8, 0x40};
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(length >> 8 * i);
    memcpy(bytes + 8, header, length);
    for (size_t i = 0; i < count; i++)
        memcpy(bytes + 8 + length + i * width, width == 4 ? three32 : three64, width);
    write_file(path, bytes, 8 + length + begin);
    free(bytes);
    free(header);
}

static void test_other_precision(void **state)
{
    (void)state;
    const char *run = path_of("run"), *other = sizeof(real) == 4 ? "double" : "float";
    char from[60], to[60];
    Fixture f = fixture_make(), g;
    save(&f, run, 10, 1, 1);
    write_other_precision(&f, run_file("latest/model.safetensors"));
    snprintf(from, sizeof from, "\"precision\": \"%s\"", REAL_NAME);
    snprintf(to, sizeof to, "\"precision\": \"%s\"", other);
    replace_in(run_file("latest/state.json"), from, to);
    expect_none(checkpoint_load_model(run, &g.model, &g.tokenizer));
    for (int i = 0; i < g.model->parameters.count; i++)
        assert_true(g.model->parameters.items[i].tensor->data[0] == 3);
    gpt2_free(g.model);
    tokenizer_free(&g.tokenizer);
    snprintf(to, sizeof to, "the precision of this program, found \"%s\"", other);
    expect_load_error(run, to);
    fixture_free(&f);
}

/* ---- what is refused ---------------------------------------------------------------------------- */
static const struct {
    const char *file, *from, *to, *part;
} bad_files[] = {
    {"state.json", "wengert-checkpoint", "other", "expected \"format\" to be \"wengert-checkpoint\", found \"other\""},
    {"state.json", "\"version\": 1", "\"version\": 2", "to be 1, which this program knows, found 2"},
    {"state.json", "\"step\": 10", "\"step\": -1", "expected \"step\" to be a whole number, found -1"},
    {"state.json", "\"step\": 10", "\"step\": 10, \"step\": 11", "\"step\" is there twice"},
    {"state.json", "\"step\": 10,", "", "expected \"step\" to be a whole number, found none"},
    {"state.json", "\"seed\": \"1\"", "\"seed\": 1", "in quotes, found 1"},
    {"state.json", "\"seed\": \"1\"", "\"seed\": \"\"", "in quotes, found \"\""},
    {"state.json", "\"seed\": \"1\"", "\"seed\": \"-1\"", "in quotes, found \"-1\""},
    {"state.json", "\"seed\": \"1\"", "\"seed\": \"18446744073709551616\"", "below 2^64"},
    {"state.json", "\"dropout_counter\"", "\"counter\"", "expected \"dropout_counter\" to be"},
    {"state.json", "\"best\": 1", "\"best\": true", "expected \"best\" to be a number, found true"},
    {"state.json", "\"optimizer_step\": 1", "\"optimizer_step\": 0.5", "expected \"optimizer_step\""},
    {"state.json", "0.99", "0.999", "expected \"adam_beta2\" to be 0.98999999999999999, this run's, found 0.999"},
    {"state.json", "\"adam_decay\": 0.1", "\"adam_decay\": \"nan\"", "expected \"adam_decay\""},
    {"state.json", "\"steps 100\"", "7", "expected \"settings\" to be a text, found 7"},
    {"config.json", "\"n_embd\": 4", "\"n_embd\": 2", "tensor \"wte.weight\": expected shape (3,2), found (3,4)"},
    {"config.json", "\"n_embd\": 4", "\"n_embd\": 1048576", "parameters, as config.json says, found"},
    {"config.json", "\"n_layer\": 1", "\"n_layer\": 1000", "parameters, as config.json says, found"},
    {"config.json", "\"n_positions\": 3", "\"n_positions\": 2", "tensor \"wpe.weight\": expected shape (2,4), found (3,4)"},
    {"config.json", "\"vocab_size\": 3", "\"vocab_size\": 4", "tensor \"wte.weight\": expected shape (4,4), found (3,4)"},
    {"config.json", "embeddings\": true", "embeddings\": false", "tensor \"lm_head.weight\": expected a tensor of this name, found none"},
    {"config.json", "\"n_layer\": 1", "\"bias\": false, \"n_layer\": 1", "expected no tensor of this name, found one"},
    {"vocabulary.txt", "characters 3", "characters 2", "expected"},
    {"vocabulary.txt", "characters 3\n", "characters 4\nU+0041\n", "expected a vocabulary of 3 ids, as config.json says, found 4"},
    {"vocabulary.txt", "wengert", "other", "expected"},
    {"optimizer.safetensors", ".first", ".third", "expected no tensor of this name, found one"},
    {"model.safetensors", "wte.weight", "wta.weight", "expected no tensor of this name, found one"},
};

static void test_refused(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++) {
        char name[60];
        save(&f, run, 10, 1, 1);
        snprintf(name, sizeof name, "latest/%s", bad_files[i].file);
        replace_in(run_file(name), bad_files[i].from, bad_files[i].to);
        expect_load_error(run, bad_files[i].part);
    }
    fixture_free(&f);
}

static const char *const FILES[] = {"model.safetensors", "config.json", "vocabulary.txt",
                                    "optimizer.safetensors", "state.json"};

static void test_missing_and_folders(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    for (size_t i = 0; i < 5; i++) {
        char name[60];
        snprintf(name, sizeof name, "latest/%s", FILES[i]);
        save(&f, run, 10, 1, 1);
        const char *path = run_file(name);
        assert_int_equal(unlink(path), 0);
        expect_load_error(run, i == 2 ? "expected a tokenizer" : "cannot be read");
        assert_int_equal(mkdir(path, 0777), 0);
        expect_load_error(run, "expected a file, found a folder");
        assert_int_equal(rmdir(path), 0);
    }
    fixture_free(&f);
}

/* Without the newline at its end a JSON file still says the same; every other cut takes something. */
static void test_cut_at_every_byte(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    save(&f, run, 10, 1, 1);
    for (size_t i = 0; i < 5; i++) {
        char name[60];
        size_t size;
        snprintf(name, sizeof name, "latest/%s", FILES[i]);
        unsigned char *bytes = read_file(run_file(name), &size);
        size_t cuts = strstr(name, ".json") != NULL ? size - 1 : size;
        for (size_t cut = 0; cut < cuts; cut++) {
            write_file(run_file(name), bytes, cut);
            expect_load_error(run, FILES[i]);
        }
        write_file(run_file(name), bytes, cuts == size ? size : size - 1);
        assert_int_equal(mark_of(run), 1);
        free(bytes);
    }
    fixture_free(&f);
}

/* Loading a broken optimizer leaves the one in memory as it was. */
static void test_state_untouched_on_error(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    save(&f, run, 10, 1, 1);
    fixture_set(&f, 20, 2);
    size_t size;
    unsigned char *bytes = read_file(run_file("latest/optimizer.safetensors"), &size);
    write_file(run_file("latest/optimizer.safetensors"), bytes, size - 1);
    expect_error(checkpoint_load_state(run, f.model, f.optimizer, &f.state), "optimizer.safetensors");
    assert_true(f.state.step == 20 && f.optimizer->step == 2);
    assert_true(f.optimizer->first[0][0] == (real)2.25 && f.optimizer->second[0][0] == (real)2.5);
    free(bytes);
    fixture_free(&f);
}

/* A run with two checkpoints, the newest of mark 1 at step 10. */
static void begin_run(Fixture *f, const char *run)
{
    remove_all(run);
    save(f, run, 5, 0, 2);
    save(f, run, 10, 1, 2);
}

/* ---- folders and links -------------------------------------------------------------------------- */
static void test_link(void **state)
{
    (void)state;
    const char *run = path_of("run"), *moved = path_of("moved");
    char target[100] = "";
    Fixture f = fixture_make();
    assert_false(checkpoint_exists(run));
    save(&f, run, 10, 1, 1);
    assert_true(checkpoint_exists(run));
    assert_int_equal(readlink(run_file("latest"), target, sizeof target - 1), 13);
    assert_string_equal(target, "step-00000010"); /* relative: the run may move */
    assert_int_equal(rename(run, moved), 0);
    assert_int_equal(mark_of(moved), 1);
    assert_int_equal(rename(moved, run), 0);
    assert_int_equal(mark_of(run_file("step-00000010")), 1); /* a checkpoint's own folder */
    assert_true(checkpoint_exists(run_file("step-00000010")));
    assert_int_equal(unlink(run_file("latest")), 0); /* a folder where the link was */
    assert_int_equal(rename(run_file("step-00000010"), run_file("latest")), 0);
    assert_int_equal(mark_of(run), 1);
    fixture_free(&f);
}

static void test_link_broken(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    expect_load_error(run, "expected a checkpoint (latest or config.json), found none");
    save(&f, run, 10, 1, 1);
    assert_int_equal(rename(run_file("step-00000010"), run_file("hidden")), 0);
    expect_load_error(run, "expected a link to a checkpoint, found \"step-00000010\", which is not there");
    assert_true(checkpoint_exists(run)); /* something is there: not to be trained over */
    assert_int_equal(unlink(run_file("latest")), 0);
    expect_load_error(run, "expected a checkpoint (latest or config.json), found none");
    assert_int_equal(symlink(run_file("hidden"), run_file("latest")), 0);
    assert_int_equal(mark_of(run), 1); /* an absolute link */
    fixture_free(&f);
}

/* As a kill between the two renames of a replacement leaves it. */
static void test_stepped_aside(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    save(&f, run, 10, 1, 2);
    assert_int_equal(rename(run_file("step-00000010"), run_file("step-00000010.old")), 0);
    assert_true(checkpoint_exists(run));
    assert_int_equal(mark_of(run), 1);
    save(&f, run, 20, 2, 2);
    assert_int_equal(mark_of(run), 2);
    assert_int_equal(mark_of(run_file("step-00000010")), 1);
    assert_int_equal(entries(run, ""), 3);
    fixture_free(&f);
}

static void test_keep(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    for (size_t step = 10; step <= 50; step += 10)
        save(&f, run, step, (int)step, 2);
    assert_int_equal(entries(run, ""), 3);
    assert_int_equal(mark_of(run_file("step-00000040")), 40);
    assert_int_equal(mark_of(run), 50);
    /* What is not ours, or later than this save, stays. */
    write_file(run_file("step-notes.txt"), "", 0);
    write_file(run_file("tmp-notes.txt"), "", 0);
    assert_int_equal(mkdir(run_file("step-0000007"), 0777), 0);
    save(&f, run, 45, 45, 1);
    assert_int_equal(entries(run, ""), 6);
    assert_int_equal(mark_of(run), 45);
    assert_int_equal(mark_of(run_file("step-00000050")), 50);
    assert_false(is_there(run_file("step-00000040")));
    fixture_free(&f);
}

static void test_save_again(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    save(&f, run, 123456789, 1, 3);
    save(&f, run, 123456789, 2, 3);
    assert_int_equal(mark_of(run), 2);
    assert_int_equal(entries(run, ""), 2);
    save(&f, run, 1234567890, 3, 1);
    assert_int_equal(mark_of(run), 3);
    assert_int_equal(entries(run, ""), 2);
    fixture_free(&f);
}

static void test_clear(void **state)
{
    (void)state;
    const char *run = path_of("run");
    size_t step = 0;
    Fixture f = fixture_make();
    expect_none(checkpoint_clear(run)); /* nothing there: nothing to do */
    begin_run(&f, run);
    write_file(run_file("log.tsv"), "", 0);
    expect_none(checkpoint_step(run, &step));
    assert_int_equal(step, 10);
    expect_none(checkpoint_clear(run));
    assert_false(checkpoint_exists(run));
    assert_int_equal(entries(run, ""), 1); /* the log stays */
    expect_error(checkpoint_step(run, &step), "found none");
    save(&f, run, 3, 3, 2); /* a new run in the same folder */
    assert_int_equal(mark_of(run), 3);
    assert_int_equal(unlink(run_file("latest")), 0);
    assert_int_equal(mkdir(run_file("latest"), 0777), 0);
    expect_error(checkpoint_clear(run), "latest: cannot be removed: ");
    fixture_free(&f);
}

static void test_names_of_runs(void **state)
{
    (void)state;
    Fixture f = fixture_make();
    char name[800];
    memset(name, 'x', sizeof name);
    name[700] = '\0';
    expect_error(fixture_save(&f, name, 1), "expected a run's folder with a path of 1 to 600 bytes");
    expect_load_error(name, "expected a run's folder with a path of 1 to 600 bytes");
    expect_error(fixture_save(&f, "", 1), "found 0");
    expect_error(checkpoint_clear(name), "found 700");
    assert_false(checkpoint_exists(""));
    save(&f, path_of("run/with/parents/"), 1, 1, 1);
    assert_int_equal(mark_of(path_of("run/with/parents")), 1);
    write_file(path_of("file"), "", 0);
    expect_error(fixture_save(&f, path_of("file"), 1), "expected a folder, found a file");
    expect_load_error(path_of("file"), "found none");
    fixture_free(&f);
}

/* ---- saves that fail or are killed -------------------------------------------------------------- */
/* The next save works, and leaves no trace of the one before. */
static void expect_recovery(Fixture *f, const char *run)
{
    save(f, run, 30, 3, 1);
    assert_int_equal(mark_of(run), 3);
    assert_int_equal(entries(run, ""), 2);
}

/* Whole files before the folder, the folder before the link, each on disk before the next: five
 * files, their folder, then its name (a first rename finds nothing to replace), then the link. */
static void test_order_of_calls(void **state)
{
    (void)state;
    Fixture f = fixture_make();
    save(&f, path_of("run"), 10, 1, 2);
    plan.log[0] = '\0';
    save(&f, path_of("run"), 20, 2, 2);
    const char *log = strstr(plan.log, "fsync"); /* behind the folders made or found there */
    assert_non_null(log);
    assert_string_equal(log, "fsync rename fsync rename fsync rename fsync rename fsync rename "
                             "fsync rename rename fsync symlink rename fsync ");
    fixture_free(&f);
}

/* The call after `calls` fails; false when there were not so many. */
static bool try_failure(Fixture *f, const char *run, size_t step, int calls)
{
    begin_run(f, run);
    fixture_set(f, step, 2);
    plan.after = calls;
    plan.call = NULL;
    plan.fault = FAILS;
    Error error = fixture_save(f, run, 1);
    plan.fault = NO_FAULT;
    int mark = mark_of(run);
    if (error.failed) {
        expect_error(error, "cannot be");
        assert_int_equal(entries(run, "tmp-"), 0);
        assert_int_equal(mark_of(run_file("step-00000010")), step == 10 ? mark : 1);
        assert_false(is_there(run_file("step-00000010.old")));
        if (mark == 2) /* only the sync after all was done */
            assert_string_equal(plan.call, "fsync");
        else
            assert_int_equal(mark, 1);
    } else {
        assert_int_equal(mark, 2); /* what failed was a removal */
    }
    if (step != 10)
        assert_true(mark == 2 || !is_there(run_file("step-00000020")));
    expect_recovery(f, run);
    return plan.call != NULL;
}

static void test_every_call_fails(void **state)
{
    (void)state;
    Fixture f = fixture_make();
    int calls = 0;
    while (try_failure(&f, path_of("run"), 20, calls))
        calls++;
    assert_true(calls > 25);
    for (calls = 0; try_failure(&f, path_of("run"), 10, calls); calls++)
        continue;
    assert_true(calls > 25);
    fixture_free(&f);
}

/* Killed at the call after `calls`; false when there were not so many. */
static bool try_kill(Fixture *f, const char *run, size_t step, int calls)
{
    begin_run(f, run);
    fixture_set(f, step, 2);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        plan.after = calls;
        plan.fault = KILLS;
        _exit(fixture_save(f, run, 1).failed ? 1 : 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    bool killed = WIFSIGNALED(status);
    assert_true(killed ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0);
    int mark = mark_of(run);
    assert_true(mark == 2 || (mark == 1 && killed));
    for (int i = 5; i <= 20; i += 5) { /* nothing that bears the name is half a checkpoint */
        char name[40];
        snprintf(name, sizeof name, "step-%08d", i);
        if (is_there(run_file(name)))
            assert_int_equal(mark_of(run_file(name)), i == 5 ? 0 : i == 20 ? 2 : (int)step == i ? mark : 1);
    }
    expect_recovery(f, run);
    return killed;
}

static void test_killed_at_every_call(void **state)
{
    (void)state;
    Fixture f = fixture_make();
    int calls = 0;
    while (try_kill(&f, path_of("run"), 20, calls))
        calls++;
    assert_true(calls > 25);
    for (calls = 0; try_kill(&f, path_of("run"), 10, calls); calls++)
        continue;
    assert_true(calls > 25);
    fixture_free(&f);
}

/* In a child: saves without end, every step twice. */
static void save_for_ever(Fixture *f, const char *run)
{
    for (int mark = 2;; mark++) {
        fixture_set(f, 10 + (size_t)mark / 2, mark);
        if (fixture_save(f, run, 2).failed)
            _exit(1);
    }
}

static void test_killed_at_random(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Random random = random_make((uint64_t)time(NULL), 0);
    Fixture f = fixture_make();
    save(&f, run, 10, 1, 2);
    int latest = 1;
    for (int round = 0; round < 30; round++) {
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            save_for_ever(&f, run);
        const struct timespec wait = {0, (long)random_below(&random, 50000000)};
        nanosleep(&wait, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        int mark = mark_of(run);
        latest = mark > latest ? mark : latest;
        assert_true(entries(run, "tmp-") <= 3);
    }
    print_message("30 kills; the longest of these runs had saved %d times\n", latest);
    expect_none(fixture_save(&f, run, 1));
    assert_int_equal(entries(run, "tmp-"), 0);
    fixture_free(&f);
}

/* Files may not grow past the limit, as on a disk that fills up. */
static void test_full_disk(void **state)
{
    (void)state;
    const char *run = path_of("run");
    struct rlimit before, limit;
    Fixture f = fixture_make();
    begin_run(&f, run);
    fixture_set(&f, 20, 2);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    int refused = 0;
    for (bool full = true; full; refused += full) {
        limit = before;
        limit.rlim_cur = (rlim_t)(37 * refused);
        fflush(NULL);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        Error error = fixture_save(&f, run, 2);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        full = error.failed;
        if (full) {
            expect_error(error, "cannot be written: File too large");
            assert_int_equal(entries(run, ""), 3);
        }
        assert_int_equal(mark_of(run), full ? 1 : 2);
    }
    signal(SIGXFSZ, handler);
    print_message("%d saves did not fit\n", refused);
    assert_true(refused > 50);
    fixture_free(&f);
}

/* As somebody who may not write there; root may write anywhere, so it becomes somebody else. */
static void test_read_only_folder(void **state)
{
    (void)state;
    const char *run = path_of("run");
    Fixture f = fixture_make();
    begin_run(&f, run);
    assert_int_equal(chmod(scratch, 0755), 0);
    assert_int_equal(chmod(run, 0555), 0);
    fixture_set(&f, 20, 2);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(77);
        Error error = fixture_save(&f, run, 2);
        _exit(error.failed && strstr(error.text, "cannot be made: Permission denied") ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod(run, 0755), 0);
    assert_int_equal(mark_of(run), 1);
    assert_int_equal(entries(run, ""), 3);
    fixture_free(&f);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("running as root, which may write to any folder\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_round_trip),
        cmocka_unit_test(test_config_published),
        cmocka_unit_test(test_config_refused),
        cmocka_unit_test_setup(test_round_trip, no_run),
        cmocka_unit_test_setup(test_byte_pairs, no_run),
        cmocka_unit_test_setup(test_best_bit_for_bit, no_run),
        cmocka_unit_test_setup(test_other_precision, no_run),
        cmocka_unit_test_setup(test_refused, no_run),
        cmocka_unit_test_setup(test_missing_and_folders, no_run),
        cmocka_unit_test_setup(test_cut_at_every_byte, no_run),
        cmocka_unit_test_setup(test_state_untouched_on_error, no_run),
        cmocka_unit_test_setup(test_link, no_run),
        cmocka_unit_test_setup(test_link_broken, no_run),
        cmocka_unit_test_setup(test_stepped_aside, no_run),
        cmocka_unit_test_setup(test_keep, no_run),
        cmocka_unit_test_setup(test_save_again, no_run),
        cmocka_unit_test_setup(test_clear, no_run),
        cmocka_unit_test_setup(test_names_of_runs, no_run),
        cmocka_unit_test_setup(test_order_of_calls, no_run),
        cmocka_unit_test_setup(test_every_call_fails, no_run),
        cmocka_unit_test_setup(test_killed_at_every_call, no_run),
        cmocka_unit_test_setup(test_killed_at_random, no_run),
        cmocka_unit_test_setup(test_full_disk, no_run),
        cmocka_unit_test_setup(test_read_only_folder, no_run),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
