/* text/: from the bytes of a file to batches of ids. This header is the room's table of contents.
 *
 *   utf8.c             one character to its bytes and back
 *   utf8_stream.c      bytes that come in pieces, written on as whole characters
 *   vocabulary.c       which characters have which ids: made from a text, encode, decode
 *   vocabulary_file.c  a vocabulary as lines of text, read back strictly
 *   stream.c           a long row of ids, owned or mapped from a file, as narrow as they allow
 *   corpus.c           a text file as a vocabulary and a stream; its train and held-out parts
 *   batches.c          windows of ids with their targets: drawn at random, or one after another
 *   byte_pairs*.c      GPT-2's byte-pair encoding: split, merge, train, read and write
 *   tokenizer.c        characters, bytes or byte pairs behind one face
 *
 * Taught in chapters 15 and 16. json.c, byte_pairs*.c and tokenizer.c need cJSON and PCRE2 and lie in
 * libgpt2.a; the rest links libc alone. B, T and V stand for batch, time (the context, in ids) and
 * vocabulary. What comes from outside is never trusted: a reader returns an Error of one line that
 * names the source, what was expected and what was found; after an Error there is nothing to free.
 */
#ifndef WENGERT_TEXT_H
#define WENGERT_TEXT_H

#include "ops/ops.h" /* IGNORED, a target that takes no part in the loss */

/* ---- utf8 --------------------------------------------------------------------------------------
 * The character at the front of text[0..size): its code point, and its length of 1 to 4 bytes; length
 * 0 when these bytes are no valid UTF-8 (cut short, overlong, a surrogate, past U+10FFFF) or size is
 * 0. Source: RFC 3629. */
int utf8_decode(const unsigned char *text, size_t size, uint32_t *point);
/* The bytes of a code point into out[0..4); their number, or 0 for what is not a character. */
int utf8_encode(uint32_t point, unsigned char out[4]);

/* ---- utf8_stream -------------------------------------------------------------------------------
 * Starts as {0}. Each piece may end anywhere: what completes a character is written to `out`, what
 * only begins one is held back, and what can no longer become one is written as U+FFFD.
 * utf8_stream_end gives up what is still held, as one U+FFFD; the stream then starts anew. Errors
 * stay in `out`, where ferror finds them. */
typedef struct {
    unsigned char held[4];
    size_t count;
} Utf8Stream;
void utf8_stream_put(Utf8Stream *stream, const unsigned char *bytes, size_t size, FILE *out);
void utf8_stream_end(Utf8Stream *stream, FILE *out);

/* ---- vocabulary --------------------------------------------------------------------------------
 * Either the distinct characters of a text, id i being the i-th in ascending order of code point, or
 * the 256 bytes, id i being byte i. Freed by vocabulary_free; a zeroed one may be freed too. */
enum { VOCABULARY_LIMIT = 1024 };
typedef struct {
    int size;         /* V */
    uint32_t *points; /* owned, ascending; NULL when the ids are bytes */
} Vocabulary;

/* From a text of at least one byte. Its characters, if it is valid UTF-8 with at most
 * VOCABULARY_LIMIT distinct ones; else bytes, which can write any text. */
Vocabulary vocabulary_make(const unsigned char *text, size_t size);
Vocabulary vocabulary_bytes(void);
Vocabulary vocabulary_copy(const Vocabulary *vocabulary);
bool vocabulary_equal(const Vocabulary *a, const Vocabulary *b);
void vocabulary_free(Vocabulary *vocabulary);

/* The id at *at, which moves to the next one; -1 for what the vocabulary does not hold, where *at
 * stays. *at < size. */
int vocabulary_next(const Vocabulary *vocabulary, const unsigned char *text, size_t size,
                    size_t *at);

/* The ids of a text, at most `size` of them, into ids; *count says how many. An Error names
 * `source` ("prompt", a file's name), the character that is not in the vocabulary and its byte offset. */
Error vocabulary_encode(const Vocabulary *vocabulary, const unsigned char *text, size_t size,
                        const char *source, int *ids, size_t *count);
/* That Error, for readers that go through a text with vocabulary_next. */
Error vocabulary_unknown(const Vocabulary *vocabulary, const unsigned char *text, size_t size,
                         const char *source, size_t at);

/* The bytes of one id, which must be in [0, V): 1 to 4 of them. Of many: `text` must have room for
 * 4 count + 1 bytes and ends with a NUL that the returned length does not count. */
int vocabulary_decode_id(const Vocabulary *vocabulary, int id, unsigned char out[4]);
size_t vocabulary_decode(const Vocabulary *vocabulary, const int *ids, size_t count, char *text);

/* ---- vocabulary_file ---------------------------------------------------------------------------
 * Two header lines, "wengert vocabulary 1" and "characters V" or "bytes 256"; then for characters one
 * line each, "U+0041". The writer leaves errors in the stream, where file_commit finds them. The
 * reader takes what the writer writes and nothing else. */
void vocabulary_write(const Vocabulary *vocabulary, FILE *stream);
Error vocabulary_read(Vocabulary *vocabulary, const unsigned char *bytes, size_t size,
                      const char *source);

/* ---- stream ------------------------------------------------------------------------------------
 * Freed by stream_free; a zeroed one may be freed too. */
typedef struct {
    size_t count;      /* ids */
    int width;         /* bytes of an id: 1, 2 or 4 */
    const void *ids;   /* into one of the two below */
    void *owned;
    MappedFile mapped;
} Stream;

/* The bytes of an id: 1 for a vocabulary of at most 256, 2 for at most 65536, else 4. */
int stream_width(int vocabulary_size);
/* Room for `count` ids below `vocabulary_size`, to be filled with stream_set. */
Stream stream_make(size_t count, int vocabulary_size);
void stream_set(Stream *stream, size_t at, int id);
int stream_get(const Stream *stream, size_t at);
/* Gives back what lies past the first `count` ids. */
void stream_shorten(Stream *stream, size_t count);
/* A file of nothing but ids of `width` 1, 2 or 4 bytes each, unsigned, in this machine's byte order,
 * as numpy's tofile writes them. It is mapped, so that a file larger than memory will do, and read
 * through once: every id must be below vocabulary_size. */
Error stream_map(Stream *stream, const char *path, int width, int vocabulary_size);
/* Such a file from a stream, whole or not at all. */
Error stream_write(const Stream *stream, const char *path);
void stream_free(Stream *stream);

/* ---- corpus ------------------------------------------------------------------------------------
 * Ids [begin, end) of a stream. */
typedef struct {
    const Stream *stream;
    size_t begin, end;
} Span;

typedef struct {
    Vocabulary vocabulary;
    Stream stream;
} Corpus;

/* Maps a file of text. Not text, and an Error: a missing, unreadable or empty file, a folder, and a
 * file that holds a NUL byte, which no text does and nearly every other file does. Text in an old
 * encoding passes. */
Error text_map(MappedFile *file, const char *path);

/* Reads a text file, as text_map takes it, whole. With a vocabulary (of a checkpoint, say) that one
 * is used, copied, and every character must be in it; with NULL it is made from the text. Text in an
 * old encoding passes, as bytes. */
Error corpus_read(Corpus *corpus, const char *path, const Vocabulary *vocabulary);
void corpus_free(Corpus *corpus);

/* The first nine tenths to train on, rounded down, and the last tenth held out. An Error, naming
 * `source`, if the first has not the context + 1 ids of one window or the second not the 2 ids of
 * one prediction. Both spans point at the stream, which must outlive them. */
Error corpus_split(const Stream *stream, const char *source, size_t context, Span *train,
                   Span *held_out);

/* ---- batches -----------------------------------------------------------------------------------
 * inputs and targets are (B,T) and the caller's. targets[b][t] is the id after inputs[b][t]. */

/* Batch n of a run: B windows of the span, each starting at any of its places that leaves room for
 * T + 1 ids, all equally likely. A function of seed and n alone: draw any batch, in any order, again
 * or in another process, and it is the same. Uses the random streams 0xBA7C000000000000 + n, n < 2^48.
 * The span must hold at least T + 1 ids. */
void batch_draw(Span span, size_t batch, size_t context, uint64_t seed, uint64_t n, int *inputs,
                int *targets);

/* For evaluation, the span cut into windows of T that do not overlap: window w predicts ids
 * w T + 1 to w T + T of the span. So every id is a target exactly once, except the first, which has
 * nothing before it. The last window may be shorter. */
size_t windows_count(Span span, size_t context);

/* Windows first ... first + B - 1 into a batch. Where there is no id, past the span's end, inputs are
 * 0 and targets IGNORED. Returns the number of targets that are not: weigh the batch's mean loss by
 * it, and the sums make the mean over the whole span. */
size_t windows_read(Span span, size_t batch, size_t context, size_t first, int *inputs, int *targets);

/* ---- byte pairs --------------------------------------------------------------------------------
 * GPT-2's tokenizer (Radford et al. 2019; Sennrich, Haddow and Birch 2016): a text is split into
 * pieces by a pattern, each piece is bytes, and the pair of lowest rank is merged until none is left.
 * Whatever the text, its ids decode to the very same bytes. A byte that begins no valid UTF-8 is a
 * piece of its own, its one byte's id; the text on each side of it is split as if it stood alone.
 * n bytes cost at most n log n, whatever they are. One thread at a time may encode with a BytePairs. */
typedef struct BytePairs BytePairs;

/* A growing list of ids; starts as {0}. */
typedef struct {
    int *ids;
    size_t count, capacity;
} Ids;
void ids_add(Ids *list, int id);
void ids_free(Ids *list);

/* From the two published files: vocabulary (encoder.json, vocab.json) and merges (vocab.bpe,
 * merges.txt). Every broken line, unknown token, missing byte or id used twice is an Error. A token
 * that no merge makes is no error: it is only ever decoded. The caller frees with byte_pairs_free;
 * after an Error there is nothing to free. */
Error byte_pairs_read(BytePairs **pairs, const char *vocabulary, const char *merges);
/* From a folder that has them under either pair of names; vocab.json and merges.txt come first. */
Error byte_pairs_read_folder(BytePairs **pairs, const char *folder);
/* As vocab.json and merges.txt, which other tools read, into a folder that is there; each file whole
 * or not at all, and neither replaced before both are written. */
Error byte_pairs_write(const BytePairs *pairs, const char *folder);
/* A new vocabulary of `size` ids from a text: 256 bytes, the most frequent pairs one after another
 * (of equally frequent ones that of the lower ids), and <|endoftext|> last. A text that has no more
 * pairs to merge gives fewer ids. size is at least 257. */
Error byte_pairs_train(BytePairs **pairs, const unsigned char *text, size_t bytes, size_t size);
void byte_pairs_free(BytePairs *pairs); /* NULL is no error */
size_t byte_pairs_size(const BytePairs *pairs); /* V */
int byte_pairs_end(const BytePairs *pairs);     /* the id of <|endoftext|>; -1: it has none */

/* Appends the ids of a text. With `special`, "<|endoftext|>" in it is that one id, else plain text.
 * Not const: words met before are remembered. */
void byte_pairs_encode(BytePairs *pairs, const unsigned char *text, size_t size, bool special,
                       Ids *out);
/* The bytes of an id in [0, V); they belong to the pairs. */
const unsigned char *byte_pairs_token(const BytePairs *pairs, int id, size_t *size);

/* ---- tokenizer ---------------------------------------------------------------------------------
 * What a model's ids mean: characters or bytes (a Vocabulary) or byte pairs. Freed by
 * tokenizer_free; a zeroed one may be freed too. */
typedef struct {
    Vocabulary characters; /* in use when pairs is NULL */
    BytePairs *pairs;      /* owned */
} Tokenizer;

/* A folder's: vocabulary.txt, or the two files of byte pairs; none or both of them is an Error. */
Error tokenizer_read(Tokenizer *tokenizer, const char *folder);
Error tokenizer_write(const Tokenizer *tokenizer, const char *folder);
void tokenizer_free(Tokenizer *tokenizer);
size_t tokenizer_size(const Tokenizer *tokenizer); /* V */
/* Whether the two mean the same by every id. */
bool tokenizer_equal(const Tokenizer *a, const Tokenizer *b);
int tokenizer_end(const Tokenizer *tokenizer);     /* the id that ends a text; -1: none */
/* Appends the ids of a text. An Error names `source` and the character it does not hold. */
Error tokenizer_encode(Tokenizer *tokenizer, const unsigned char *text, size_t size,
                       const char *source, bool special, Ids *out);
/* The bytes of an id in [0, V), in the tokenizer's memory or in `room`. */
const unsigned char *tokenizer_token(const Tokenizer *tokenizer, int id, unsigned char room[4],
                                     size_t *size);
/* A text file, as text_map takes it, whole, as a stream of its ids, as wide as stream_width says:
 * 16 bits for byte pairs where V allows, else 32. "<|endoftext|>" in it is plain text. The caller
 * frees. */
Error tokenizer_stream(Tokenizer *tokenizer, const char *path, Stream *stream);

#endif
