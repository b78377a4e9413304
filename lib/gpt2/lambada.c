/* lambada: the last word of a passage, given all before it. Taught in chapter 19.
 *
 * The passages were chosen so that people guess the last word when they have read the whole, and
 * not from the last sentence alone: a model must use what it read long ago. A word may be several
 * ids; it is right when each of them is the likeliest, given the ids before it. */
#include "gpt2/gpt2.h"
#include "text/json.h"

#include <stdlib.h>
#include <string.h>

/* ---- passages -------------------------------------------------------------------------------- */
/* Room for one more. */
static Passage *passages_next(Passages *passages)
{
    if (passages->count == passages->capacity) {
        passages->capacity = 2 * passages->capacity + 64;
        passages->items =
            memory_realloc(passages->items, passages->capacity * sizeof *passages->items);
    }
    return &passages->items[passages->count++];
}

void passages_add(Passages *passages, const int *ids, size_t count, size_t word)
{
    require(word >= 1 && word < count,
            "passages_add: expected a last word and something before it, found %zu of %zu ids",
            word, count);
    size_t begin = passages->ids.count;
    for (size_t i = 0; i < count; i++)
        ids_add(&passages->ids, ids[i]);
    *passages_next(passages) = (Passage){begin, begin + count - word, begin + count};
}

void passages_free(Passages *passages)
{
    ids_free(&passages->ids);
    free(passages->items);
    *passages = (Passages){.count = 0};
}

/* ---- reading --------------------------------------------------------------------------------- */
/* Appends one passage's ids, context and last word apart; `where` is for messages. */
static Error add_text(Passages *passages, const char *text, Tokenizer *tokenizer, size_t context,
                      const char *where)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const char *space = strrchr(text, ' ');
    if (space == NULL || space == text || space[1] == '\0')
        return error_make("%s: expected a last word with a space before it and text before that, "
                          "found \"%s%.60s\"", where, strlen(text) > 60 ? "..." : "",
                          strlen(text) > 60 ? text + strlen(text) - 60 : text);
    size_t before = (size_t)(space - text), begin = passages->ids.count;
    Error error = tokenizer_encode(tokenizer, bytes, before, where, false, &passages->ids);
    if (error.failed)
        return error;
    size_t word = passages->ids.count;
    error = tokenizer_encode(tokenizer, bytes + before, strlen(space), where, false,
                             &passages->ids);
    size_t end = passages->ids.count;
    if (!error.failed && end - word > context)
        error = error_make("%s: expected a last word of at most %zu ids, the model's context, "
                           "found %zu", where, context, end - word);
    if (!error.failed)
        *passages_next(passages) = (Passage){begin, word, end};
    return error;
}

static Error add_line(Passages *passages, const unsigned char *line, size_t size,
                      Tokenizer *tokenizer, size_t context, const char *where)
{
    Json json = {.path = where};
    json.error = json_parse(&json.root, line, size, where);
    const char *text = json_text(&json, "text");
    if (!json.error.failed)
        json.error = add_text(passages, text, tokenizer, context, where);
    return json_close(&json);
}

/* "FILE: line N", with the end of a long name. */
static void name_line(char where[400], const char *path, size_t line)
{
    size_t length = strlen(path);
    snprintf(where, 400, "%s%.300s: line %zu", length > 300 ? "..." : "",
             length > 300 ? path + length - 300 : path, line);
}

Error lambada_read(Passages *passages, const char *path, Tokenizer *tokenizer, size_t context,
                   size_t limit)
{
    MappedFile file;
    char where[400];
    *passages = (Passages){.count = 0};
    Error error = file_map(&file, path);
    if (error.failed)
        return error;
    for (size_t begin = 0; begin < file.size && !error.failed;) {
        if (limit > 0 && passages->count == limit)
            break;
        const unsigned char *line = file.bytes + begin;
        const unsigned char *stop = memchr(line, '\n', file.size - begin);
        size_t size = stop == NULL ? file.size - begin : (size_t)(stop - line);
        name_line(where, path, passages->count + 1);
        error = add_line(passages, line, size, tokenizer, context, where);
        begin += size + 1;
    }
    file_unmap(&file);
    if (!error.failed && passages->count == 0)
        error = error_make("%s: expected passages, one JSON object a line, found an empty file",
                           path);
    if (error.failed)
        passages_free(passages);
    return error;
}

/* ---- scoring --------------------------------------------------------------------------------- */
/* How many ids of a passage go into the model: all but its last, at most n_positions of them. */
static size_t inputs_of(const Passage *passage, size_t positions)
{
    size_t inputs = passage->end - passage->begin - 1;
    return inputs < positions ? inputs : positions;
}

/* Rows of one batch: a passage each, as wide as the longest; what is over counts for nothing. */
typedef struct {
    size_t first, count, width;
    int *inputs, *targets; /* (count, width), the capacity kept from batch to batch */
    Score *scores;
    size_t capacity;
} Batch;

/* The next passages whose rows, all as wide as the widest, are no more than a batch should have. */
static void batch_choose(Batch *batch, const Passages *passages, size_t positions)
{
    batch->first += batch->count;
    batch->count = batch->width = 0;
    while (batch->first + batch->count < passages->count) {
        size_t inputs = inputs_of(&passages->items[batch->first + batch->count], positions);
        size_t width = inputs > batch->width ? inputs : batch->width;
        if (batch->count > 0 && batch->count + 1 > evaluation_batch(width))
            break;
        batch->width = width;
        batch->count++;
    }
    size_t rows = batch->count * batch->width;
    if (rows <= batch->capacity)
        return;
    batch->capacity = rows;
    batch->inputs = memory_realloc(batch->inputs, rows * sizeof *batch->inputs);
    batch->targets = memory_realloc(batch->targets, rows * sizeof *batch->targets);
    batch->scores = memory_realloc(batch->scores, rows * sizeof *batch->scores);
}

static void batch_fill(Batch *batch, const Passages *passages, size_t positions)
{
    for (size_t i = 0; i < batch->count; i++) {
        const Passage *passage = &passages->items[batch->first + i];
        size_t inputs = inputs_of(passage, positions), begin = passage->end - 1 - inputs;
        for (size_t t = 0; t < batch->width; t++) {
            size_t at = begin + t, place = i * batch->width + t;
            bool is_input = t < inputs;
            batch->inputs[place] = is_input ? passages->ids.ids[at] : 0;
            batch->targets[place] =
                is_input && at + 1 >= passage->word ? passages->ids.ids[at + 1] : IGNORED;
        }
    }
}

/* Adds what was said of one passage, whose ids end with its row's `inputs`. */
static void add_passage(Lambada *result, const Passage *passage, size_t inputs, const Score *row)
{
    size_t word = passage->end - passage->word, right = 0;
    for (const Score *score = row + inputs - word; score < row + inputs; score++) {
        result->nats += score->nats;
        right += score->likeliest;
    }
    const Score *last = row + inputs - 1;
    result->scored += word;
    result->last_nats += last->nats;
    result->last_right += last->likeliest;
    result->right += right == word;
    result->shortened += inputs < passage->end - passage->begin - 1;
}

Lambada gpt2_lambada(const Gpt2 *model, const Passages *passages, Watch watch)
{
    size_t positions = model->config.n_positions;
    Lambada result = {.passages = passages->count};
    Batch batch = {.first = 0};
    while (batch.first + batch.count < passages->count) {
        batch_choose(&batch, passages, positions);
        batch_fill(&batch, passages, positions);
        gpt2_score(model, batch.inputs, batch.targets, batch.count, batch.width, batch.scores);
        for (size_t i = 0; i < batch.count; i++) {
            const Passage *passage = &passages->items[batch.first + i];
            add_passage(&result, passage, inputs_of(passage, positions),
                        batch.scores + i * batch.width);
        }
        if (watch.report != NULL)
            watch.report(batch.first + batch.count, passages->count, result.scored, result.nats,
                         watch.context);
    }
    free(batch.inputs);
    free(batch.targets);
    free(batch.scores);
    return result;
}
