/* tokenize: byte pairs from the command line. Trains a vocabulary on a text, turns a text into a
 * file of ids and back, and shows into which pieces and tokens a line falls.
 *
 *   tokenize train --text FILE --size N --out FOLDER
 *   tokenize encode --vocabulary FOLDER --text FILE [--out FILE.ids] [--special]
 *   tokenize decode --vocabulary FOLDER --ids FILE.ids
 *   tokenize show --vocabulary FOLDER --prompt TEXT [--special]
 *
 * FOLDER holds encoder.json and vocab.bpe, as OpenAI published GPT-2's, or vocab.json and
 * merges.txt, as Hugging Face does and `train` writes; or a run's vocabulary.txt. FILE.ids holds
 * nothing but ids, each of 2 bytes, or of 4 where the vocabulary is larger than 65536 (1 where it
 * is at most 256). */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

static void need(const char *value, const char *option)
{
    if (*value == '\0')
        exit_with("expected --%s; --help lists the options", option);
}

/* --special with nothing that it could mean would be asked for in vain. */
static void need_end(const Tokenizer *tokenizer, bool special, const char *vocabulary)
{
    if (special && tokenizer_end(tokenizer) < 0)
        exit_with("--special: expected a vocabulary with <|endoftext|>, found none in %s",
                  vocabulary);
}

/* ---- train ----------------------------------------------------------------------------------- */
static void train(int argc, char **argv)
{
    const char *text = "", *out = "";
    size_t size = 4096;
    const Option options[] = {
        {"text", OPTION_TEXT, &text, 0, 0, "the text to learn from"},
        {"size", OPTION_SIZE, &size, 257, 1 << 24, "ids: 256 bytes, merges, <|endoftext|>"},
        {"out", OPTION_TEXT, &out, 0, 0, "the folder for vocab.json and merges.txt"},
    };
    options_parse(argc, argv, "tokenize train [options]: a new byte-pair vocabulary", options,
                  sizeof options / sizeof *options);
    need(text, "text");
    need(out, "out");
    MappedFile file;
    BytePairs *pairs;
    exit_if(text_map(&file, text));
    double began = seconds_now();
    exit_if(byte_pairs_train(&pairs, file.bytes, file.size, size));
    double took = seconds_now() - began;
    exit_if(folder_make(out));
    exit_if(byte_pairs_write(pairs, out));
    exit_if(folder_sync(out));
    printf("%s: %zu ids from %zu bytes in %.2f s\n", out, byte_pairs_size(pairs), file.size, took);
    if (byte_pairs_size(pairs) < size)
        printf("the text has no more pairs to merge\n");
    byte_pairs_free(pairs);
    file_unmap(&file);
}

/* ---- encode ---------------------------------------------------------------------------------- */
static void write_ids(const Ids *ids, size_t vocabulary, const char *path)
{
    Stream stream = stream_make(ids->count, (int)vocabulary);
    for (size_t i = 0; i < ids->count; i++)
        stream_set(&stream, i, ids->ids[i]);
    exit_if(stream_write(&stream, path));
    stream_free(&stream);
}

static void encode(int argc, char **argv)
{
    const char *vocabulary = "", *text = "", *out = "";
    bool special = false;
    const Option options[] = {
        {"vocabulary", OPTION_TEXT, &vocabulary, 0, 0, "the tokenizer's folder"},
        {"text", OPTION_TEXT, &text, 0, 0, "the text to encode"},
        {"out", OPTION_TEXT, &out, 0, 0, "the file of ids; without it they are printed"},
        {"special", OPTION_FLAG, &special, 0, 0, "<|endoftext|> in the text is that one id"},
    };
    options_parse(argc, argv, "tokenize encode [options]: a text as ids", options,
                  sizeof options / sizeof *options);
    need(vocabulary, "vocabulary");
    need(text, "text");
    if (file_is_same(text, out))
        exit_with("--out: expected another file than --text, found %s twice", text);
    Tokenizer tokenizer;
    MappedFile file;
    Ids ids = {NULL, 0, 0};
    exit_if(tokenizer_read(&tokenizer, vocabulary));
    need_end(&tokenizer, special, vocabulary);
    exit_if(text_map(&file, text));
    double began = seconds_now();
    exit_if(tokenizer_encode(&tokenizer, file.bytes, file.size, text, special, &ids));
    double took = seconds_now() - began;
    if (*out == '\0') {
        for (size_t i = 0; i < ids.count; i++)
            printf("%d\n", ids.ids[i]);
    } else {
        write_ids(&ids, tokenizer_size(&tokenizer), out);
        printf("%s: %zu ids of %zu bytes, %.2f bytes an id; %.1f MB/s\n", out, ids.count, file.size,
               (double)file.size / (double)ids.count, (double)file.size / took / 1e6);
    }
    ids_free(&ids);
    file_unmap(&file);
    tokenizer_free(&tokenizer);
}

/* ---- decode ---------------------------------------------------------------------------------- */
static void decode(int argc, char **argv)
{
    const char *vocabulary = "", *path = "";
    const Option options[] = {
        {"vocabulary", OPTION_TEXT, &vocabulary, 0, 0, "the tokenizer's folder"},
        {"ids", OPTION_TEXT, &path, 0, 0, "the file of ids"},
    };
    options_parse(argc, argv, "tokenize decode [options]: the text of a file of ids, on stdout",
                  options, sizeof options / sizeof *options);
    need(vocabulary, "vocabulary");
    need(path, "ids");
    Tokenizer tokenizer;
    Stream stream;
    exit_if(tokenizer_read(&tokenizer, vocabulary));
    int size = (int)tokenizer_size(&tokenizer);
    exit_if(stream_map(&stream, path, stream_width(size), size));
    for (size_t i = 0; i < stream.count; i++) {
        size_t length;
        unsigned char room[4];
        const unsigned char *bytes =
            tokenizer_token(&tokenizer, stream_get(&stream, i), room, &length);
        fwrite(bytes, 1, length, stdout);
    }
    stream_free(&stream);
    tokenizer_free(&tokenizer);
}

/* ---- show ------------------------------------------------------------------------------------ */
/* A token between bars, bytes that are no character of ASCII as \xE2. */
static void print_token(const unsigned char *bytes, size_t size)
{
    putchar('|');
    for (size_t i = 0; i < size; i++)
        if (bytes[i] >= ' ' && bytes[i] <= '~')
            putchar(bytes[i]);
        else if (bytes[i] == '\n')
            fputs("\\n", stdout);
        else
            printf("\\x%02X", bytes[i]);
    printf("|\n");
}

static void show(int argc, char **argv)
{
    const char *vocabulary = "", *prompt = "";
    bool special = false;
    const Option options[] = {
        {"vocabulary", OPTION_TEXT, &vocabulary, 0, 0, "the tokenizer's folder"},
        {"prompt", OPTION_TEXT, &prompt, 0, 0, "the text to take apart"},
        {"special", OPTION_FLAG, &special, 0, 0, "<|endoftext|> in the text is that one id"},
    };
    options_parse(argc, argv,
                  "tokenize show [options]: a text's tokens, one a line, with their ids", options,
                  sizeof options / sizeof *options);
    need(vocabulary, "vocabulary");
    need(prompt, "prompt");
    Tokenizer tokenizer;
    Ids ids = {NULL, 0, 0};
    exit_if(tokenizer_read(&tokenizer, vocabulary));
    need_end(&tokenizer, special, vocabulary);
    exit_if(tokenizer_encode(&tokenizer, (const unsigned char *)prompt, strlen(prompt), "prompt",
                             special, &ids));
    for (size_t i = 0; i < ids.count; i++) {
        size_t size;
        unsigned char room[4];
        printf("%6d  ", ids.ids[i]);
        const unsigned char *bytes = tokenizer_token(&tokenizer, ids.ids[i], room, &size);
        print_token(bytes, size);
    }
    printf("%zu bytes, %zu ids of a vocabulary of %zu\n", strlen(prompt), ids.count,
           tokenizer_size(&tokenizer));
    ids_free(&ids);
    tokenizer_free(&tokenizer);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(int argc, char **argv);
        const char *does;
    } commands[] = {{"train", train, "a new byte-pair vocabulary from a text"},
                    {"encode", encode, "a text as ids"},
                    {"decode", decode, "ids as a text"},
                    {"show", show, "the tokens of a line"}};
    enum { COMMANDS = sizeof commands / sizeof *commands };
    const char *command = argc < 2 ? "" : argv[1];
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(command, commands[i].name) == 0) {
            commands[i].run(argc - 1, argv + 1);
            exit_if_unwritten();
            return 0;
        }
    if (strcmp(command, "--help") != 0)
        exit_with("expected train, encode, decode or show, found \"%s\"; --help explains them",
                  command);
    for (int i = 0; i < COMMANDS; i++)
        printf("tokenize %-6s  %s\n", commands[i].name, commands[i].does);
    printf("Each has its own --help.\n");
    exit_if_unwritten();
    return 0;
}
