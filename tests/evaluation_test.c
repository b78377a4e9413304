/* Tests of lib/gpt2's evaluation: passages read from files and refused, texts joined, counts on the
 * real files with GPT-2's own tokenizer, and reports of progress. The figures themselves are held
 * to slow loops by the gate of chapter 19. */
#include "gpt2/gpt2.h"

#include "child.h"
#include "files.h"

/* ---- reading passages ------------------------------------------------------------------------ */
/* The characters of this text. */
static Tokenizer letters(void)
{
    static const char text[] = "the quick brown fox jumps over a lazy dog.\n";
    return (Tokenizer){.characters = vocabulary_make((const unsigned char *)text, strlen(text))};
}

static Error read_lines(Passages *passages, const char *lines, size_t context, size_t limit)
{
    Tokenizer tokenizer = letters();
    const char *path = path_of("passages.jsonl");
    write_file(path, lines, strlen(lines));
    Error error = lambada_read(passages, path, &tokenizer, context, limit);
    tokenizer_free(&tokenizer);
    return error;
}

static void expect_refused(const char *lines, const char *where, const char *part)
{
    Passages passages;
    Error error = read_lines(&passages, lines, 8, 0);
    expect_error(error, part);
    expect_error(error, where);
    assert_non_null(strstr(error.text, path_of("passages.jsonl")));
    assert_null(passages.items);
    assert_null(passages.ids.ids);
}

static void expect_ids(const Passages *passages, size_t begin, size_t end, const char *text)
{
    Tokenizer tokenizer = letters();
    unsigned char room[4];
    assert_int_equal(end - begin, strlen(text));
    for (size_t i = begin; i < end; i++) {
        size_t size;
        const unsigned char *bytes =
            tokenizer_token(&tokenizer, passages->ids.ids[i], room, &size);
        assert_true(size == 1 && bytes[0] == (unsigned char)text[i - begin]);
    }
    tokenizer_free(&tokenizer);
}

static void test_passages(void **state)
{
    (void)state;
    Passages passages;
    /* Other keys, escapes, a line break inside, \r\n, no end to the last line. */
    expect_none(read_lines(&passages, "{\"text\": \"the lazy dog\"}\n"
                                      "{\"id\": 7, \"text\": \"a\\nfo\\u0078 jumps\"}\r\n"
                                      "{\"text\":\"a  dog.\"}", 8, 0));
    assert_int_equal(passages.count, 3);
    const Passage *p = passages.items;
    expect_ids(&passages, p[0].begin, p[0].word, "the lazy");
    expect_ids(&passages, p[0].word, p[0].end, " dog");
    expect_ids(&passages, p[1].begin, p[1].word, "a\nfox");
    expect_ids(&passages, p[1].word, p[1].end, " jumps");
    expect_ids(&passages, p[2].begin, p[2].word, "a "); /* from the last space on */
    expect_ids(&passages, p[2].word, p[2].end, " dog.");
    assert_int_equal(p[0].begin, 0);
    assert_int_equal(p[1].begin, p[0].end);
    assert_int_equal(p[2].begin, p[1].end);
    assert_int_equal(passages.ids.count, p[2].end);
    passages_free(&passages);
}

static void test_limit(void **state)
{
    (void)state;
    Passages passages;
    static const char lines[] = "{\"text\": \"a dog\"}\n{\"text\": \"a fox\"}\nno JSON\n";
    expect_none(read_lines(&passages, lines, 8, 2)); /* what is behind the limit is not looked at */
    assert_int_equal(passages.count, 2);
    passages_free(&passages);
    expect_none(read_lines(&passages, lines, 8, 1));
    assert_int_equal(passages.count, 1);
    passages_free(&passages);
    expect_error(read_lines(&passages, lines, 8, 3), "line 3");
}

static void test_refused_lines(void **state)
{
    (void)state;
    static const char good[] = "{\"text\": \"the dog\"}\n";
    static const struct {
        const char *line, *part;
    } cases[] = {
        {"{\"txt\": \"the dog\"}", "\"text\" to be a text, found none"},
        {"{\"text\": 5}", "\"text\" to be a text, found 5"},
        {"{\"text\": null}", "\"text\" to be a text, found null"},
        {"{\"text\": \"the dog\", \"text\": \"a fox\"}", "twice"},
        {"{\"text\": \"the dog\"", "no JSON"},
        {"{\"text\": \"the dog\"} x", "no JSON"},
        {"the dog", "no JSON"},
        {"[\"the dog\"]", "other JSON"},
        {"", "found nothing"},
        {" ", "no JSON"},
        {"{\"text\": \"the\\u0000 dog\"}", "NUL"},
        {"{\"text\": \"\"}", "a last word"},
        {"{\"text\": \"dog\"}", "a last word"},
        {"{\"text\": \" dog\"}", "a last word"},
        {"{\"text\": \"the dog \"}", "a last word"},
        {"{\"text\": \"the DOG\"}", "the vocabulary"},
        {"{\"text\": \"THE dog\"}", "the vocabulary"},
        {"{\"text\": \"a overoverover\"}", "at most 8 ids"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char lines[300];
        snprintf(lines, sizeof lines, "%s%s\n%s", good, cases[i].line, good);
        expect_refused(lines, "line 2", cases[i].part);
        snprintf(lines, sizeof lines, "%s\n", cases[i].line);
        expect_refused(lines, "line 1", cases[i].part);
    }
    expect_refused("", "passages.jsonl", "expected passages");
}

/* A long passage, or a long name, still gives one line. */
static void test_refused_long(void **state)
{
    (void)state;
    char *line = malloc(100100);
    memset(line, 'x', 100100);
    memcpy(line, "{\"text\": \"", 10);
    memcpy(line + 100000, "\"}\n", 4);
    expect_refused(line, "line 1", "a last word");
    free(line);
    char name[400];
    Passages passages;
    Tokenizer tokenizer = letters();
    memset(name, 'y', sizeof name);
    name[sizeof name - 1] = '\0';
    expect_error(lambada_read(&passages, name, &tokenizer, 8, 0), "cannot be read");
    expect_error(lambada_read(&passages, scratch, &tokenizer, 8, 0), "a folder");
    tokenizer_free(&tokenizer);
}

static void test_word_as_long_as_the_context(void **state)
{
    (void)state;
    Passages passages;
    expect_none(read_lines(&passages, "{\"text\": \"a overove\"}\n", 8, 0));
    passages_free(&passages);
    expect_error(read_lines(&passages, "{\"text\": \"a overover\"}\n", 8, 0), "found 9");
}

static void test_passages_add(void **state)
{
    (void)state;
    static const int ids[5] = {4, 3, 2, 1, 0};
    Passages passages = {0};
    for (int i = 0; i < 1000; i++) /* past every capacity */
        passages_add(&passages, ids, 5, 2);
    assert_int_equal(passages.count, 1000);
    const Passage *last = &passages.items[999];
    assert_true(last->begin == 4995 && last->word == 4998 && last->end == 5000);
    assert_memory_equal(passages.ids.ids + 4995, ids, sizeof ids);
    passages_free(&passages);
    passages_free(&passages);
}

/* ---- joining --------------------------------------------------------------------------------- */
static void expect_joined(const char *text, const char *expected)
{
    /* On the heap and without a NUL, so that a read past the end is seen. */
    size_t size = strlen(text), found;
    unsigned char *copy = malloc(size + 1);
    memcpy(copy, text, size);
    copy = realloc(copy, size == 0 ? 1 : size);
    unsigned char *joined = wikitext_join(copy, size, &found);
    assert_int_equal(found, strlen(expected));
    assert_memory_equal(joined, expected, found);
    free(joined);
    free(copy);
}

static void test_join(void **state)
{
    (void)state;
    expect_joined("", "");
    expect_joined("a", "a");
    expect_joined("a\n", "a\n");
    expect_joined("\n", "");
    expect_joined("\n\n", "\n\n");
    expect_joined("a\nb\n", "a\n\n\nb\n");
    expect_joined(" \n a \n\t\r\n b", "\n\n a \n\n\n\n\n b");
    expect_joined("a\n  ", "a\n\n\n");
}

/* ---- contracts ------------------------------------------------------------------------------- */
static Gpt2 *tiny_model(void)
{
    const Config config = {.n_layer = 1, .n_head = 1, .n_embd = 4, .vocab_size = 5,
                           .n_positions = 6, .layer_norm_epsilon = 1e-5, .tanh_gelu = true,
                           .tied = true, .bias = true};
    return gpt2_make(&config, 1);
}

static void window_too_wide(void *context)
{
    strided_window(10, 4, 5, *(size_t *)context);
}

static void window_of_one(void *context)
{
    strided_count(10, 1, *(size_t *)context);
}

static void stride_of_none(void *context)
{
    strided_count(10, 4, *(size_t *)context);
}

static void target_too_large(void *context)
{
    Score score;
    int id = 0, target = *(int *)context;
    threads_set(1);
    Gpt2 *model = tiny_model();
    gpt2_score(model, &id, &target, 1, 1, &score);
}

static void word_of_everything(void *context)
{
    Passages passages = {0};
    passages_add(&passages, context, 2, 2);
}

static void test_contracts(void **state)
{
    (void)state;
    size_t zero = 0, one = 1;
    int ids[2] = {5, -2};
    threads_stop();
    static void (*const windows[])(void *) = {window_too_wide, window_of_one};
    for (size_t i = 0; i < 2; i++) {
        Child child = child_run(windows[i], &one);
        assert_true(child_aborted(&child));
        assert_non_null(strstr(child.text, "a stride from 1"));
    }
    Child child = child_run(stride_of_none, &zero);
    assert_true(child_aborted(&child) && strstr(child.text, "a stride from 1") != NULL);
    for (int i = 0; i < 2; i++) {
        child = child_run(target_too_large, &ids[i]);
        assert_true(child_aborted(&child) && strstr(child.text, "gpt2_score") != NULL);
    }
    child = child_run(word_of_everything, ids);
    assert_true(child_aborted(&child) && strstr(child.text, "passages_add") != NULL);
}

/* ---- what is told while it runs -------------------------------------------------------------- */
typedef struct {
    size_t calls, done, scored;
    double nats;
    bool rising;
} Heard;

static void hear(size_t done, size_t total, size_t scored, double nats, void *context)
{
    Heard *heard = context;
    heard->rising = (heard->calls == 0 || heard->rising) && done > heard->done && done <= total &&
                    scored >= heard->scored && nats >= heard->nats;
    heard->calls++;
    heard->done = done;
    heard->scored = scored;
    heard->nats = nats;
}

static void test_watch(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    Gpt2 *model = tiny_model();
    Stream stream = stream_make(COUNT, 5);
    for (size_t i = 0; i < COUNT; i++)
        stream_set(&stream, i, (int)(i * i % 5));
    Heard heard = {.calls = 0};
    size_t length = tape_length();
    bool recording = tape_set_recording(true);
    Perplexity found =
        gpt2_perplexity(model, (Span){&stream, 0, COUNT}, 6, 3, (Watch){hear, &heard});
    assert_true(heard.rising && heard.calls > 2 && heard.done == found.windows);
    assert_true(heard.scored == found.scored && heard.nats == found.nats);
    Passages passages = {0};
    const int ids[4] = {1, 2, 3, 4};
    for (int i = 0; i < 500; i++)
        passages_add(&passages, ids, 4, 1);
    heard = (Heard){.calls = 0};
    Lambada words = gpt2_lambada(model, &passages, (Watch){hear, &heard});
    assert_true(heard.rising && heard.calls > 2 && heard.done == 500);
    assert_true(heard.scored == words.scored && heard.nats == words.nats);
    /* No tape was kept, and recording is as it was. */
    assert_true(tape_length() == length && tape_set_recording(recording));
    passages_free(&passages);
    stream_free(&stream);
    gpt2_free(model);
}

static void test_nothing_to_score(void **state)
{
    (void)state;
    Gpt2 *model = tiny_model();
    Stream stream = stream_make(1, 5);
    Perplexity found = gpt2_perplexity(model, (Span){&stream, 0, 1}, 6, 3, (Watch){NULL, NULL});
    assert_true(found.windows == 0 && found.scored == 0 && isnan(perplexity_of(found.nats, 0)));
    Passages none = {0};
    assert_int_equal(gpt2_lambada(model, &none, (Watch){NULL, NULL}).passages, 0);
    stream_free(&stream);
    gpt2_free(model);
}

/* Weights that are NaN predict nothing: no id is the likeliest. */
static void test_nan(void **state)
{
    (void)state;
    Gpt2 *model = tiny_model();
    parameter_fill(model->final_norm.gain, (real)nan(""));
    for (int target = 0; target < 5; target++) {
        Score score = {.likeliest = true};
        int id = 1;
        gpt2_score(model, &id, &target, 1, 1, &score);
        assert_true(isnan(score.nats) && !score.likeliest);
    }
    gpt2_free(model);
}

/* ---- the real files -------------------------------------------------------------------------- */
static const char DATA[] = "../shared/data/";

static bool data_present(void)
{
    return access("../shared/data/tokenizer/vocab.bpe", R_OK) == 0 &&
           access("../shared/data/wiki.test.raw", R_OK) == 0 &&
           access("../shared/data/lambada_test.jsonl", R_OK) == 0;
}

static Tokenizer published(void)
{
    char folder[100];
    Tokenizer tokenizer;
    snprintf(folder, sizeof folder, "%stokenizer", DATA);
    expect_none(tokenizer_read(&tokenizer, folder));
    return tokenizer;
}

static void test_wikitext_counts(void **state)
{
    (void)state;
    if (!data_present()) {
        print_message("skipped WikiText's counts: %s is not there\n", DATA);
        skip();
    }
    Tokenizer tokenizer = published();
    Ids raw = {0}, joined = {0};
    size_t size, joined_size;
    unsigned char *text = read_file("../shared/data/wiki.test.raw", &size);
    unsigned char *join = wikitext_join(text, size, &joined_size);
    expect_none(tokenizer_encode(&tokenizer, text, size, "raw", false, &raw));
    expect_none(tokenizer_encode(&tokenizer, join, joined_size, "joined", false, &joined));
    assert_int_equal(raw.count, 286221);
    assert_int_equal(joined.count, 287644);
    free(text);
    free(join);
    ids_free(&raw);
    ids_free(&joined);
    tokenizer_free(&tokenizer);
}

static void test_lambada_counts(void **state)
{
    (void)state;
    if (!data_present()) {
        print_message("skipped LAMBADA's counts: %s is not there\n", DATA);
        skip();
    }
    Tokenizer tokenizer = published();
    Passages passages;
    size_t single = 0, longest = 0;
    expect_none(lambada_read(&passages, "../shared/data/lambada_test.jsonl", &tokenizer, 1024, 0));
    for (size_t i = 0; i < passages.count; i++) {
        const Passage *p = &passages.items[i];
        single += p->end - p->word == 1;
        longest = p->end - p->begin > longest ? p->end - p->begin : longest;
    }
    assert_int_equal(passages.count, 5153);
    assert_int_equal(passages.ids.count, 430230);
    assert_int_equal(longest, 224);
    assert_int_equal(single, 4010);
    passages_free(&passages);
    tokenizer_free(&tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passages),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_refused_lines),
        cmocka_unit_test(test_refused_long),
        cmocka_unit_test(test_word_as_long_as_the_context),
        cmocka_unit_test(test_passages_add),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_contracts),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_nothing_to_score),
        cmocka_unit_test(test_nan),
        cmocka_unit_test(test_wikitext_counts),
        cmocka_unit_test(test_lambada_counts),
    };
    int failed = cmocka_run_group_tests(tests, scratch_make, scratch_remove);
    tape_free();
    gemm_free_buffers();
    threads_stop();
    return failed;
}
