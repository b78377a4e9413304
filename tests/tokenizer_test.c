/* Tests of lib/text's byte pairs and tokenizer: GPT-2's own files and ids, the pattern, training,
 * files that are broken.
 *
 * Run from the root of the checkout. Tests on ../shared/data (GPT-2's files and texts) are skipped,
 * and say so, where it is not. The rule of merging and training is held to plain loops in the gate of
 * chapter 16. */
#include "text/byte_pairs.h"

#include "child.h"
#include "files.h"

static const char DATA[] = "../shared/data";

static const char *data_path(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", DATA, name);
    return path;
}

/* GPT-2's tokenizer; the test is skipped where its files are not. */
static BytePairs *gpt2_pairs(void)
{
    BytePairs *pairs;
    if (access(data_path("tokenizer/vocab.bpe"), R_OK) != 0) {
        print_message("           %s is not here\n", data_path("tokenizer"));
        skip();
    }
    expect_none(byte_pairs_read_folder(&pairs, data_path("tokenizer")));
    return pairs;
}

/* Encoding, decoding: the ids' bytes must be the text. Returns the ids; the caller frees. */
static Ids round_trip(BytePairs *pairs, const void *text, size_t size, bool special)
{
    Ids ids = {NULL, 0, 0};
    byte_pairs_encode(pairs, text, size, special, &ids);
    size_t at = 0, length;
    for (size_t i = 0; i < ids.count; i++, at += length) {
        const unsigned char *bytes = byte_pairs_token(pairs, ids.ids[i], &length);
        assert_true(length > 0 && at + length <= size);
        assert_memory_equal(bytes, (const unsigned char *)text + at, length);
    }
    assert_int_equal(at, size);
    return ids;
}

/* ---- the byte map -------------------------------------------------------------------------------- */
static void test_letters(void **state)
{
    (void)state;
    assert_int_equal(letter_of_byte('!'), '!');
    assert_int_equal(letter_of_byte(0), 0x100);
    assert_int_equal(letter_of_byte('\n'), 0x10A);
    assert_int_equal(letter_of_byte(' '), 0x120);
    assert_int_equal(letter_of_byte(0x7F), 0x121);
    assert_int_equal(letter_of_byte(0xA0), 0x142);
    assert_int_equal(letter_of_byte(0xAD), 0x143);
    assert_int_equal(letter_of_byte(0xFF), 0xFF);
    size_t bytes = 0;
    for (uint32_t point = 0; point < 0x110000; point++) {
        int byte = byte_of_letter(point);
        bytes += byte >= 0;
        assert_true(byte < 256 && (byte < 0 || letter_of_byte((unsigned char)byte) == point));
    }
    assert_int_equal(bytes, 256);
}

/* ---- the pattern --------------------------------------------------------------------------------- */
/* The pieces of a text with '|' between, in a buffer of its own. */
static const char *pieces_joined(Splitter *splitter, const char *text, size_t size)
{
    static char joined[400];
    const unsigned char *piece;
    size_t length, used = 0;
    Pieces pieces = pieces_of(splitter, (const unsigned char *)text, size);
    while (pieces_next(&pieces, &piece, &length)) {
        assert_true(used + length + 2 < sizeof joined);
        if (used > 0)
            joined[used++] = '|';
        memcpy(joined + used, piece, length);
        used += length;
    }
    joined[used] = '\0';
    return joined;
}

static const struct {
    const char *text, *pieces;
} split[] = {
    {"", ""},
    {" ", " "},
    {"Hello world", "Hello| world"},
    {"a  b", "a| | b"},
    {"a   ", "a|   "},
    {"a\n\nb", "a|\n|\n|b"},
    {"a \nb", "a| |\n|b"},
    {"  \tx", "  |\t|x"},
    {"it's we'll I'd you're we've I'm don't", "it|'s| we|'ll| I|'d| you|'re| we|'ve| I|'m| don|'t"},
    {"IT'S", "IT|'|S"},
    {"'sx'", "'s|x|'"},
    {" 's", " '|s"},
    {"x'rex", "x|'re|x"},
    {"12ab34", "12|ab|34"},
    {"a1_b!?", "a|1|_|b|!?"},
    {"price: $3.50", "price|:| $|3|.|50"},
    {"<|endoftext|>", "<||endoftext||>"}, /* "<|", "endoftext", "|>" */
    {"caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC \xC2\xBD", "caf\xC3\xA9| \xE6\x97\xA5\xE6\x9C\xAC| \xC2\xBD"},
    {"e\xCC\x81", "e|\xCC\x81"}, /* a combining accent is no letter */
    /* What is no UTF-8: alone, and what stands beside it as if at an end. */
    {"ab\xFF""cd", "ab|\xFF|cd"},
    {"a  \xFFz", "a|  |\xFF|z"},
    {"\xE2\x82", "\xE2|\x82"},
    {"\xF0\x9F\x98 x", "\xF0|\x9F|\x98| x"},
    {"\xED\xA0\x80", "\xED|\xA0|\x80"},
    {"\xC0\xAF", "\xC0|\xAF"},
    {"it\xFF's", "it|\xFF|'s"},
};

static void test_split(void **state)
{
    (void)state;
    Splitter *splitter = splitter_make();
    for (size_t i = 0; i < sizeof split / sizeof *split; i++)
        assert_string_equal(pieces_joined(splitter, split[i].text, strlen(split[i].text)),
                            split[i].pieces);
    assert_string_equal(pieces_joined(splitter, "a\0b", 3), "a|"); /* and "\0|b" behind the NUL */
    splitter_free(splitter);
}

/* Unicode's White_Space, all of it (PropList.txt, since version 6.3), and nothing else of the first
 * plane: between "a" and "b" two of it are two pieces, two of anything else are in one. */
static void test_split_white_space(void **state)
{
    (void)state;
    static const uint32_t white[] = {0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x20,   0x85,
                                     0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                     0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028,
                                     0x2029, 0x202F, 0x205F, 0x3000};
    size_t found = 0;
    Splitter *splitter = splitter_make();
    for (uint32_t point = 0; point < 0x10000; point++) {
        unsigned char text[10] = "a";
        int n = utf8_encode(point, text + 1);
        if (n == 0)
            continue;
        memcpy(text + 1 + n, text + 1, (size_t)n);
        text[1 + 2 * n] = 'b';
        const unsigned char *piece;
        size_t length, cuts = 0;
        Pieces pieces = pieces_of(splitter, text, 2 + 2 * (size_t)n);
        while (pieces_next(&pieces, &piece, &length))
            cuts += piece + length == text + 1 + n;
        bool is_white = found < sizeof white / sizeof *white && white[found] == point;
        if (cuts != is_white)
            fail_msg("U+%04X: expected it %s white space", (unsigned)point, is_white ? "as" : "not as");
        found += is_white;
    }
    assert_int_equal(found, sizeof white / sizeof *white);
    splitter_free(splitter);
}

/* ---- a small vocabulary --------------------------------------------------------------------------- */
/* JSON of the 256 bytes, ids 0 to 255, without its closing brace; and a text that goes behind it. */
static Contents vocabulary_with(const char *rest)
{
    static char json[8000];
    size_t used = 0;
    for (int byte = 0; byte < 256; byte++) {
        char letter[3];
        bytes_to_letters(&(unsigned char){(unsigned char)byte}, 1, letter);
        used += (size_t)snprintf(json + used, sizeof json - used, "%s\"%s%s\":%d", byte == 0 ? "{" : ",",
                                 *letter == '"' || *letter == '\\' ? "\\" : "", letter, byte);
    }
    used += (size_t)snprintf(json + used, sizeof json - used, "%s", rest);
    assert_true(used < sizeof json);
    return (Contents){(const unsigned char *)json, used, "V"};
}

static Contents merges_of(const char *text)
{
    return (Contents){(const unsigned char *)text, strlen(text), "M"};
}

static BytePairs *pairs_of(const char *rest, const char *merges)
{
    BytePairs *pairs;
    expect_none(byte_pairs_parse(&pairs, vocabulary_with(rest), merges_of(merges)));
    return pairs;
}

static void expect_ids(BytePairs *pairs, const char *text, bool special, size_t count, const int *ids)
{
    Ids found = round_trip(pairs, text, strlen(text), special);
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(found.ids[i], ids[i]);
    ids_free(&found);
}

#define EXPECT(pairs, text, ...) \
    expect_ids(pairs, text, false, sizeof((int[]){__VA_ARGS__}) / sizeof(int), (int[]){__VA_ARGS__})

/* Rank decides, not length and not order of reading. */
static void test_ranks(void **state)
{
    (void)state;
    BytePairs *pairs = pairs_of(",\"bc\":256,\"ab\":257,\"abc\":258,\"\xC4\xA0""a\":259}",
                                "#version: 0.2\nb c\na b\na bc\n\xC4\xA0 a\n");
    assert_int_equal(byte_pairs_size(pairs), 260);
    assert_int_equal(byte_pairs_end(pairs), -1);
    EXPECT(pairs, "abc", 258);       /* b c first, then a bc */
    EXPECT(pairs, "ab", 257);
    EXPECT(pairs, "abab", 257, 257);
    EXPECT(pairs, "abcbc", 258, 256);
    EXPECT(pairs, "x ab", 'x', ' ', 257); /* "a b" comes before " a" */
    EXPECT(pairs, "x ac", 'x', 259, 'c');
    EXPECT(pairs, "ab ab", 257, ' ', 257);
    byte_pairs_free(pairs);
}

/* Equal letters merge from the left: what is over stands at the end. */
static void test_runs(void **state)
{
    (void)state;
    BytePairs *pairs = pairs_of(",\"aa\":256,\"aaaa\":257,\"aaa\":258}", "a a\naa aa\naa a\n");
    EXPECT(pairs, "aa", 256);
    EXPECT(pairs, "aaa", 258);
    EXPECT(pairs, "aaaaa", 257, 'a');
    EXPECT(pairs, "aaaaaa", 257, 256);
    EXPECT(pairs, "aaaaaaa", 257, 258);
    byte_pairs_free(pairs);
}

/* A rank is merged everywhere before another is looked at, even where files, not made by training,
 * would let a new pair come first: "cd cd" of rank 1 both, though "cd c" has rank 0. */
static void test_ranks_out_of_order(void **state)
{
    (void)state;
    BytePairs *pairs = pairs_of(",\"cd\":256,\"cdc\":257}", "cd c\nc d\n");
    EXPECT(pairs, "cdcd", 256, 256);
    EXPECT(pairs, "cdc", 257);
    byte_pairs_free(pairs);
}

static void test_special(void **state)
{
    (void)state;
    static const char text[] = "a<|endoftext|><|endoftext|>b<|endoftext|";
    BytePairs *pairs = pairs_of(",\"<|endoftext|>\":256}", "#version: 0.2\n");
    assert_int_equal(byte_pairs_end(pairs), 256);
    Ids plain = round_trip(pairs, text, strlen(text), false);
    assert_int_equal(plain.count, strlen(text));
    ids_free(&plain);
    Ids special = round_trip(pairs, text, strlen(text), true);
    assert_int_equal(special.count, 4 + 12);
    assert_int_equal(special.ids[0], 'a');
    assert_int_equal(special.ids[1], 256);
    assert_int_equal(special.ids[2], 256);
    assert_int_equal(special.ids[3], 'b');
    ids_free(&special);
    expect_ids(pairs, "<|endoftext|>", true, 1, (int[]){256});
    byte_pairs_free(pairs);
    pairs = pairs_of("}", "#version: 0.2\n");
    Ids none = round_trip(pairs, "<|endoftext|>", 13, true); /* it has no such token */
    assert_int_equal(none.count, 13);
    ids_free(&none);
    byte_pairs_encode(pairs, NULL, 0, true, &none);
    assert_int_equal(none.count, 0);
    byte_pairs_free(pairs);
}

/* Tokens that no merge makes are decoded like others, and ids are appended, not begun anew. */
static void test_unreachable_and_appending(void **state)
{
    (void)state;
    BytePairs *pairs = pairs_of(",\"\xC4\xA0xyz\":256}", "#version: 0.2\n");
    size_t size;
    assert_memory_equal(byte_pairs_token(pairs, 256, &size), " xyz", 4);
    assert_int_equal(size, 4);
    Ids ids = {NULL, 0, 0};
    ids_add(&ids, 7);
    byte_pairs_encode(pairs, (const unsigned char *)"ab", 2, false, &ids);
    byte_pairs_encode(pairs, (const unsigned char *)"c", 1, false, &ids);
    assert_int_equal(ids.count, 4);
    assert_true(ids.ids[0] == 7 && ids.ids[1] == 'a' && ids.ids[3] == 'c');
    ids_free(&ids);
    assert_int_equal(ids.count, 0);
    byte_pairs_free(pairs);
}

static void ask_past_the_end(void *context)
{
    size_t size;
    byte_pairs_token(context, 256, &size);
}

static void test_token_contract(void **state)
{
    (void)state;
    BytePairs *pairs = pairs_of("}", "#version: 0.2\n");
    Child child = child_run(ask_past_the_end, pairs);
    assert_true(child_aborted(&child));
    assert_non_null(strstr(child.text, "expected an id in [0, 256), found 256"));
    byte_pairs_free(pairs);
}

/* More distinct words than are remembered at once: the ids are those of a fresh tokenizer. */
static void test_many_words(void **state)
{
    (void)state;
    enum { WORDS = 120000 };
    BytePairs *pairs = pairs_of(",\"ab\":256,\"ba\":257,\"abba\":258}", "a b\nb a\nab ba\n");
    Random random = random_make(16, 1);
    for (int i = 0; i < WORDS; i++) {
        unsigned char word[WORD_BYTES];
        size_t size = 2 + random_below(&random, WORD_BYTES - 1);
        for (size_t j = 0; j < size; j++)
            word[j] = (unsigned char)('a' + random_below(&random, 3));
        Ids first = round_trip(pairs, word, size, false), again = round_trip(pairs, word, size, false);
        Ids merged = {NULL, 0, 0};
        byte_pairs_merge(pairs, word, size, &merged);
        assert_int_equal(first.count, merged.count);
        assert_int_equal(again.count, merged.count);
        assert_memory_equal(first.ids, merged.ids, merged.count * sizeof(int));
        assert_memory_equal(again.ids, merged.ids, merged.count * sizeof(int));
        ids_free(&first);
        ids_free(&again);
        ids_free(&merged);
    }
    byte_pairs_free(pairs);
}

/* ---- what is refused ------------------------------------------------------------------------------ */
static void expect_refused(Contents vocabulary, Contents merges, const char *part)
{
    BytePairs *pairs;
    expect_error(byte_pairs_parse(&pairs, vocabulary, merges), part);
    assert_null(pairs);
}

static const struct {
    const char *rest, *part;
} refused_vocabularies[] = {
    {"", "V: expected a JSON object, found what is no JSON"},
    {",\"ab\":}", "V: expected a JSON object, found what is no JSON"},
    {",\"ab\":256} x", "found what is no JSON"},
    {",\"ab\":257}", "V: token \"ab\": expected an id from 0 to 256, one for each of the 257 tokens, found 257"},
    {",\"ab\":-1}", "token \"ab\": expected an id from 0 to 256, one for each of the 257 tokens, found -1"},
    {",\"ab\":2.5}", "found 2.5"},
    {",\"ab\":1e300}", "found 1.0000000000000001e+300"},
    {",\"ab\":\"256\"}", "found \"256\""},
    {",\"ab\":null}", "found null"},
    {",\"ab\":[256]}", "found [256]"},
    {",\"ab\":65}", "V: token \"ab\": expected an id of its own, found 65, which \"A\" has"},
    {",\"ab\":256,\"ab\":257}", "V: token \"ab\" is there twice, as id 256 and as id 257"},
    {",\"A\":256}", "token \"A\" is there twice, as id 65 and as id 256"},
    {",\"\":256}", "V: expected no empty token, found \"\" with the id 256"},
    {",\"a b\":256}", "V: token \"a b\": expected letters of GPT-2's byte map, found \" b\" at its byte 1"},
    {",\"a\\n\":256}", "token \"a?\": expected letters of GPT-2's byte map, found \"?\" at its byte 1"},
    {",\"\xE6\x97\xA5\":256}", "token \"\xE6\x97\xA5\": expected letters"},
    {",\"\xC2\xAD\":256}", "expected letters"},
    {",\"\xC5\x84\":256}", "expected letters"},
    {",\"a\xFF\":256}", "token \"a?\": expected letters"},
    {",\"a\xE2\x80\xA8\":256}", "token \"a?\": expected letters"},
    {",\"a\\u0000\":256}", "V: expected JSON text, found a NUL character"},
};

static void test_refused_vocabularies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_vocabularies / sizeof *refused_vocabularies; i++)
        expect_refused(vocabulary_with(refused_vocabularies[i].rest), merges_of("#version: 0.2\n"),
                       refused_vocabularies[i].part);
    expect_refused(merges_of(""), merges_of("a b\n"), "M: expected a JSON object, found nothing");
    expect_refused(merges_of("[]"), merges_of("a b\n"), "M: expected a JSON object, found other JSON");
    expect_refused(merges_of("{}"), merges_of("a b\n"),
                   "M: expected a token for each of the 256 bytes, found none for 0x00, \"\xC4\x80\"");
    expect_refused(merges_of("\x7F""ELF\x02\x01"), merges_of("a b\n"), "found what is no JSON");
}

static const struct {
    const char *merges, *part;
} refused_merges[] = {
    {"", "M: expected lines of merges, found an empty file"},
    {"#version: 0.2\n\n", "M: line 2: expected two tokens with one space between, found \"\""},
    {"a b\n\n", "M: line 2: expected two tokens with one space between, found \"\""},
    {"ab\n", "M: line 1: expected two tokens with one space between, found \"ab\""},
    {"a b c\n", "M: line 1: expected two tokens with one space between, found \"a b c\""},
    {"a  b\n", "expected two tokens with one space between"},
    {" a b\n", "expected two tokens with one space between"},
    {"a \n", "expected two tokens with one space between"},
    {" \n", "expected two tokens with one space between"},
    {"a\tb\n", "line 1: expected two tokens with one space between, found \"a?b\""},
    {"a b\nabc d\n", "M: line 2: expected tokens of the vocabulary, found \"abc\""},
    {"a b\nd abc", "M: line 2: expected tokens of the vocabulary, found \"abc\""},
    {"a b\r\n", "M: line 1: expected tokens of the vocabulary, found \"b?\""},
    {"a \xE6\x97\xA5\n", "expected tokens of the vocabulary, found \"\xE6\x97\xA5\""},
    {"a \xFF\n", "expected tokens of the vocabulary, found \"?\""},
    {"b a\n", "M: line 1: expected a vocabulary that has what \"b a\" merge to, found none"},
    {"a b\na b\n", "M: line 2: expected each merge once, found \"a b\" again"},
    {"a b\n#version: 0.2\n", "M: line 2: expected tokens of the vocabulary, found \"#version:\""},
};

static void test_refused_merges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_merges / sizeof *refused_merges; i++)
        expect_refused(vocabulary_with(",\"ab\":256}"), merges_of(refused_merges[i].merges),
                       refused_merges[i].part);
    const unsigned char binary[] = "a b\n\0\1\2\3";
    expect_refused(vocabulary_with(",\"ab\":256}"), (Contents){binary, 8, "M"},
                   "M: line 2: expected two tokens with one space between, found \"????\"");
    char *line = malloc(100000); /* a message stays one line, and short */
    memset(line, 'x', 99999);
    line[99999] = '\0';
    expect_refused(vocabulary_with(",\"ab\":256}"), merges_of(line), "xxx...\"");
    free(line);
}

/* A '#' that begins a later line is a token; the last line may lack its newline. */
static void test_merges_accepted(void **state)
{
    (void)state;
    BytePairs *pairs = pairs_of(",\"##\":256,\"ab\":257}", "#version: 0.2\n# #\na b");
    EXPECT(pairs, "##", 256);
    EXPECT(pairs, "ab", 257);
    byte_pairs_free(pairs);
    pairs = pairs_of(",\"##\":256}", "# #\n");
    EXPECT(pairs, "##", 256);
    byte_pairs_free(pairs);
}

/* Bytes of both files changed at random: an Error of one line, or a tokenizer that works. */
static void test_random_changes(void **state)
{
    (void)state;
    static const char merges[] = "#version: 0.2\na b\nab c\n# #\n";
    Random random = random_make(16, 2);
    Contents file = vocabulary_with(",\"ab\":256,\"abc\":257,\"##\":258}");
    size_t accepted = 0, total = file.size + strlen(merges), tries = 3000;
    unsigned char *copy = malloc(total);
    for (size_t i = 0; i < tries; i++) {
        memcpy(copy, file.bytes, file.size);
        memcpy(copy + file.size, merges, strlen(merges));
        /* Half of the changes to the merges, which are a small part. */
        size_t at = random_below(&random, 2) ? random_below(&random, total)
                                             : total - 1 - random_below(&random, strlen(merges));
        copy[at] = (unsigned char)random_below(&random, 256);
        BytePairs *pairs;
        Error error = byte_pairs_parse(&pairs, (Contents){copy, file.size, "V"},
                                       (Contents){copy + file.size, strlen(merges), "M"});
        assert_null(strchr(error.text, '\n'));
        assert_true(error.failed == (pairs == NULL));
        if (pairs != NULL) {
            Ids ids = round_trip(pairs, "abcab ##\xFF", 9, true);
            ids_free(&ids);
        }
        accepted += pairs != NULL;
        byte_pairs_free(pairs);
    }
    assert_true(accepted > 0 && accepted < tries);
    free(copy);
}

/* ---- files and folders ---------------------------------------------------------------------------- */
static void test_folders(void **state)
{
    (void)state;
    BytePairs *pairs;
    const char *folder = path_of("pairs"), *merges = "a b\n";
    char path[800];
    Contents vocabulary = vocabulary_with(",\"ab\":256}");
    expect_error(byte_pairs_read_folder(&pairs, folder),
                 "expected vocab.json and merges.txt, or encoder.json and vocab.bpe, found neither");
    assert_null(pairs);
    expect_none(folder_make(folder));
    snprintf(path, sizeof path, "%s/encoder.json", folder);
    write_file(path, vocabulary.bytes, vocabulary.size);
    expect_error(byte_pairs_read_folder(&pairs, folder), "vocab.bpe: cannot be read");
    snprintf(path, sizeof path, "%s/vocab.bpe", folder);
    write_file(path, merges, strlen(merges));
    expect_none(byte_pairs_read_folder(&pairs, folder));
    expect_none(byte_pairs_write(pairs, folder));
    byte_pairs_free(pairs);
    expect_none(byte_pairs_read_folder(&pairs, folder)); /* vocab.json and merges.txt come first */
    assert_int_equal(byte_pairs_size(pairs), 257);
    byte_pairs_free(pairs);
    snprintf(path, sizeof path, "%s/merges.txt", folder);
    remove(path);
    expect_error(byte_pairs_read_folder(&pairs, folder), "merges.txt: cannot be read");
    write_file(path, "", 0);
    expect_error(byte_pairs_read_folder(&pairs, folder), "expected lines of merges, found an empty file");
    write_file(path, "a c\n", 4);
    expect_error(byte_pairs_read_folder(&pairs, folder), "merges.txt: line 1: expected");
    expect_error(byte_pairs_read(&pairs, scratch, path), "expected a file, found a folder");
    assert_null(pairs);
}

static void expect_same_pairs(const BytePairs *a, const BytePairs *b)
{
    assert_int_equal(byte_pairs_size(a), byte_pairs_size(b));
    assert_int_equal(byte_pairs_end(a), byte_pairs_end(b));
    for (size_t id = 0; id < byte_pairs_size(a); id++) {
        size_t size, other;
        const unsigned char *token = byte_pairs_token(a, (int)id, &size);
        const unsigned char *twin = byte_pairs_token(b, (int)id, &other);
        assert_int_equal(size, other);
        assert_memory_equal(token, twin, size);
    }
    assert_int_equal(a->merge_count, b->merge_count);
    assert_memory_equal(a->merges, b->merges, a->merge_count * sizeof *a->merges);
}

/* Written and read back: the same tokens, merges, ids. */
static void expect_file_round_trip(const BytePairs *pairs)
{
    BytePairs *again;
    expect_none(folder_make(path_of("written")));
    expect_none(byte_pairs_write(pairs, path_of("written")));
    expect_none(byte_pairs_read_folder(&again, path_of("written")));
    expect_same_pairs(pairs, again);
    byte_pairs_free(again);
}

/* The published files, written by us, are the published files but for spaces in the JSON. */
static void test_gpt2_written(void **state)
{
    (void)state;
    BytePairs *pairs = gpt2_pairs();
    expect_file_round_trip(pairs);
    size_t size, published;
    unsigned char *ours = read_file(path_of("written/merges.txt"), &size);
    unsigned char *theirs = read_file(data_path("tokenizer/vocab.bpe"), &published);
    assert_int_equal(size, published);
    assert_memory_equal(ours, theirs, size);
    free(ours);
    free(theirs);
    byte_pairs_free(pairs);
}

/* ---- training ------------------------------------------------------------------------------------- */
static BytePairs *trained(const char *text, size_t size)
{
    BytePairs *pairs;
    expect_none(byte_pairs_train(&pairs, (const unsigned char *)text, strlen(text), size));
    return pairs;
}

static void expect_token(const BytePairs *pairs, int id, const char *expected)
{
    size_t size;
    const unsigned char *token = byte_pairs_token(pairs, id, &size);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(token, expected, size);
}

/* "low" five times, " lower" twice, " slow" once, all beside new lines, which are pieces alone:
 *     l o 8, o w 8, ...: of equal counts l o, because 'l' is below 'o'; then lo w 8;
 *     " " low 2 and e r 2: ' ' is below 'e'; er; " low" er 2; " s" 1, before "s" low 1; " s" low 1. */
static void test_train_by_hand(void **state)
{
    (void)state;
    static const char *const tokens[] = {"lo", "low", " low", "er", " lower", " s", " slow",
                                         "<|endoftext|>"};
    BytePairs *pairs = trained("low\nlow\nlow\nlow\nlow\n lower\n lower\n slow\n", 300);
    assert_int_equal(byte_pairs_size(pairs), 256 + 8);
    for (int i = 0; i < 8; i++)
        expect_token(pairs, 256 + i, tokens[i]);
    EXPECT(pairs, " lower", 260);
    EXPECT(pairs, "lower", 257, 259);
    EXPECT(pairs, " glow", ' ', 'g', 257);
    byte_pairs_free(pairs);
}

static void test_train_ties_and_ends(void **state)
{
    (void)state;
    BytePairs *pairs = trained("yz\nab\nmn", 259); /* each pair once: the lowest ids first */
    expect_token(pairs, 256, "ab");
    expect_token(pairs, 257, "mn");
    expect_token(pairs, 258, "<|endoftext|>");
    assert_int_equal(byte_pairs_end(pairs), 258);
    assert_int_equal(byte_pairs_size(pairs), 259);
    byte_pairs_free(pairs);
    pairs = trained("aaaa", 1000); /* aa, aaaa, and then there is no pair */
    assert_int_equal(byte_pairs_size(pairs), 259);
    expect_token(pairs, 257, "aaaa");
    byte_pairs_free(pairs);
    pairs = trained("", 1000);
    assert_int_equal(byte_pairs_size(pairs), 257);
    expect_file_round_trip(pairs);
    byte_pairs_free(pairs);
    expect_error(byte_pairs_train(&pairs, (const unsigned char *)"ab", 2, 256),
                 "expected a vocabulary of 257 to 2147483647 ids, found 256");
    assert_null(pairs);
}

/* Random texts of few letters, where merges overlap and different pairs make the same bytes: what was
 * trained is read back, and gives the text back. */
static void test_train_random(void **state)
{
    (void)state;
    Random random = random_make(16, 3);
    for (int i = 0; i < 40; i++) {
        char text[2000];
        uint64_t letters = 1 + random_below(&random, 3);
        for (size_t j = 0; j + 1 < sizeof text; j++)
            text[j] = random_below(&random, 12) == 0 ? ' ' : (char)('a' + random_below(&random, letters));
        text[sizeof text - 1] = '\0';
        BytePairs *pairs = trained(text, 257 + random_below(&random, 300));
        expect_file_round_trip(pairs);
        Ids ids = round_trip(pairs, text, strlen(text), false);
        assert_true(ids.count <= strlen(text));
        ids_free(&ids);
        byte_pairs_free(pairs);
    }
}

static void test_train_course(void **state)
{
    (void)state;
    size_t size;
    unsigned char *text = read_file("chapters/course.txt", &size);
    BytePairs *pairs, *again;
    expect_none(byte_pairs_train(&pairs, text, size, 1000));
    expect_none(byte_pairs_train(&again, text, size, 1000));
    assert_int_equal(byte_pairs_size(pairs), 1000);
    expect_same_pairs(pairs, again);
    expect_file_round_trip(pairs);
    Ids ids = round_trip(pairs, text, size, false);
    assert_true(ids.count < size / 2);
    ids_free(&ids);
    byte_pairs_free(pairs);
    byte_pairs_free(again);
    free(text);
}

/* ---- long pieces ----------------------------------------------------------------------------------- */
/* A million of the same sign, with something behind it, encoded and trained on. A quadratic step
 * anywhere would keep this test busy for an hour. */
static void expect_million(const char *sign, const char *behind)
{
    enum { MILLION = 1000000 };
    size_t length = strlen(sign), size = MILLION * length + strlen(behind);
    unsigned char *text = malloc(size + 1);
    for (size_t i = 0; i < MILLION; i++)
        memcpy(text + i * length, sign, length);
    memcpy(text + MILLION * length, behind, strlen(behind) + 1);
    BytePairs *pairs;
    expect_none(byte_pairs_train(&pairs, text, size, 270));
    Ids ids = round_trip(pairs, text, size, false);
    assert_true(ids.count < 300);
    ids_free(&ids);
    byte_pairs_free(pairs);
    free(text);
}

static void test_millions(void **state)
{
    (void)state;
    expect_million("a", "");
    expect_million(" ", "");
    expect_million(" ", "x");
    expect_million("\n", "x");
    expect_million("!", " ");
    expect_million("ab", "");
}

/* Each stretch of valid text is checked once: invalid bytes in between do not check it again. */
static void test_million_invalid(void **state)
{
    (void)state;
    enum { SIZE = 1000000 };
    unsigned char *text = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = i % 2 == 0 ? 0xFF : i % 3 == 0 ? 0xC3 : 'a';
    BytePairs *pairs = pairs_of("}", "#version: 0.2\n");
    Ids ids = round_trip(pairs, text, SIZE, true);
    assert_int_equal(ids.count, SIZE);
    ids_free(&ids);
    byte_pairs_free(pairs);
    free(text);
}

/* ---- GPT-2's own ids -------------------------------------------------------------------------------- */
/* A JSON text, at its opening quote, into out, which has room; returns what stands behind it. cJSON
 * would not do: some of the texts hold a NUL. */
static const char *read_text(const char *at, unsigned char *out, size_t *size)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    assert_int_equal(*at++, '"');
    for (*size = 0; *at != '"'; at++) {
        uint32_t point = 0;
        if (*at != '\\') {
            out[(*size)++] = (unsigned char)*at;
            continue;
        }
        const char *simple = strchr(escapes, *++at);
        if (*at != 'u') {
            assert_non_null(simple);
            out[(*size)++] = (unsigned char)meant[simple - escapes];
            continue;
        }
        unsigned first, second;
        assert_int_equal(sscanf(at + 1, "%4x", &first), 1);
        at += 4;
        point = first;
        if (first >= 0xD800 && first < 0xDC00) {
            assert_int_equal(sscanf(at + 1, "\\u%4x", &second), 1);
            point = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            at += 6;
        }
        *size += (size_t)utf8_encode(point, out + *size);
    }
    return at + 1;
}

/* A JSON list of numbers, at its opening bracket. */
static Ids read_ids(const char *at)
{
    Ids ids = {NULL, 0, 0};
    assert_int_equal(*at, '[');
    while (*at != ']') {
        char *end;
        long id = strtol(++at, &end, 10);
        if (end == at)
            break;
        ids_add(&ids, (int)id);
        at = end;
    }
    return ids;
}

static const char *behind(const char *line, const char *key)
{
    const char *at = strstr(line, key);
    assert_non_null(at);
    return at + strlen(key);
}

static void test_gpt2_vectors(void **state)
{
    (void)state;
    BytePairs *pairs = gpt2_pairs();
    size_t size, lines = 0;
    char *file = (char *)read_file(data_path("tokenizer/vectors.jsonl"), &size), *rest = file;
    unsigned char *text = malloc(size);
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0'; lines++) {
        size_t length;
        Ids wanted = read_ids(behind(read_text(behind(line, "\"text\": "), text, &length), "\"ids\": "));
        Ids found = round_trip(pairs, text, length, false);
        bool same = found.count == wanted.count &&
                    (wanted.count == 0 ||
                     memcmp(found.ids, wanted.ids, wanted.count * sizeof(int)) == 0);
        if (!same)
            fail_msg("line %zu: %.200s", lines + 1, line);
        ids_free(&wanted);
        ids_free(&found);
    }
    assert_int_equal(lines, 671);
    free(text);
    free(file);
    byte_pairs_free(pairs);
}

static void test_gpt2_decode_vectors(void **state)
{
    (void)state;
    BytePairs *pairs = gpt2_pairs();
    size_t size, lines = 0;
    char *file = (char *)read_file(data_path("tokenizer/decode_vectors.jsonl"), &size), *rest = file;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0'; lines++) {
        Ids ids = read_ids(behind(line, "\"ids\": "));
        const char *hex = behind(line, "\"hex\": \"");
        for (size_t i = 0; i < ids.count; i++) {
            size_t length;
            const unsigned char *bytes = byte_pairs_token(pairs, ids.ids[i], &length);
            for (size_t j = 0; j < length; j++, hex += 2) {
                unsigned byte;
                assert_int_equal(sscanf(hex, "%2x", &byte), 1);
                assert_int_equal(bytes[j], byte);
            }
        }
        assert_int_equal(*hex, '"');
        ids_free(&ids);
    }
    assert_int_equal(lines, 100);
    free(file);
    byte_pairs_free(pairs);
}

static void test_gpt2_single_bytes(void **state)
{
    (void)state;
    BytePairs *pairs = gpt2_pairs();
    size_t size;
    char *file = (char *)read_file(data_path("tokenizer/single_byte_ids.json"), &size);
    Ids wanted = read_ids(file);
    assert_int_equal(wanted.count, 256);
    for (int byte = 0; byte < 256; byte++) {
        Ids found = round_trip(pairs, &(unsigned char){(unsigned char)byte}, 1, false);
        assert_int_equal(found.count, 1);
        assert_int_equal(found.ids[0], wanted.ids[byte]);
        ids_free(&found);
    }
    assert_int_equal(byte_pairs_size(pairs), 50257);
    assert_int_equal(byte_pairs_end(pairs), 50256);
    ids_free(&wanted);
    free(file);
    byte_pairs_free(pairs);
}

static void expect_file_ids(const char *name, size_t count)
{
    BytePairs *pairs = gpt2_pairs();
    size_t size;
    unsigned char *text = read_file(data_path(name), &size);
    Ids ids = round_trip(pairs, text, size, false);
    assert_int_equal(ids.count, count);
    ids_free(&ids);
    free(text);
    byte_pairs_free(pairs);
}

static void test_gpt2_tinyshakespeare(void **state)
{
    (void)state;
    expect_file_ids("tinyshakespeare.txt", 338025);
}

static void test_gpt2_wikitext(void **state)
{
    (void)state;
    expect_file_ids("wiki.test.raw", 286221);
}

/* Whatever the bytes, they come back. */
static void test_gpt2_random_bytes(void **state)
{
    (void)state;
    BytePairs *pairs = gpt2_pairs();
    Random random = random_make(16, 4);
    for (int i = 0; i < 2000; i++) {
        unsigned char text[60];
        size_t size = random_below(&random, sizeof text + 1);
        for (size_t j = 0; j < size; j++) /* half ASCII, half of the rest beginnings of characters */
            text[j] = (unsigned char)(random_below(&random, 2) ? random_below(&random, 128)
                                                               : random_below(&random, 256) | 0x80);
        Ids ids = round_trip(pairs, text, size, true);
        ids_free(&ids);
    }
    byte_pairs_free(pairs);
}

/* ---- tokenizer -------------------------------------------------------------------------------------- */
static void expect_tokenizer(Tokenizer *tokenizer, const char *text, size_t count)
{
    Ids ids = {NULL, 0, 0};
    char again[100] = "";
    size_t used = 0;
    expect_none(tokenizer_encode(tokenizer, (const unsigned char *)text, strlen(text), "text", false,
                                 &ids));
    assert_int_equal(ids.count, count);
    for (size_t i = 0; i < count; i++) {
        unsigned char room[4];
        size_t size;
        const unsigned char *token = tokenizer_token(tokenizer, ids.ids[i], room, &size);
        memcpy(again + used, token, size);
        used += size;
    }
    assert_string_equal(again, text);
    ids_free(&ids);
}

static void test_tokenizer_kinds(void **state)
{
    (void)state;
    const char *text = "caf\xC3\xA9 ab";
    Tokenizer kinds[3] = {
        {.characters = vocabulary_make((const unsigned char *)text, strlen(text))},
        {.characters = vocabulary_bytes()},
        {.pairs = pairs_of(",\"ab\":256,\"<|endoftext|>\":257}", "a b\n")}};
    const size_t sizes[3] = {6, 256, 258}, counts[3] = {7, 8, 7};
    const int ends[3] = {-1, -1, 257};
    for (int i = 0; i < 3; i++) {
        char name[20];
        Tokenizer again;
        snprintf(name, sizeof name, "kind%d", i);
        expect_error(tokenizer_read(&again, path_of(name)), "expected a tokenizer");
        expect_none(folder_make(path_of(name)));
        expect_none(tokenizer_write(&kinds[i], path_of(name)));
        expect_none(tokenizer_read(&again, path_of(name)));
        assert_int_equal(tokenizer_size(&again), sizes[i]);
        assert_int_equal(tokenizer_end(&again), ends[i]);
        expect_tokenizer(&again, text, counts[i]);
        tokenizer_free(&again);
        tokenizer_free(&again); /* zeroed now */
    }
    expect_none(tokenizer_write(&kinds[2], path_of("kind0")));
    Tokenizer both;
    expect_error(tokenizer_read(&both, path_of("kind0")),
                 "expected vocabulary.txt or the files of byte pairs, found both");
    for (int i = 0; i < 3; i++)
        tokenizer_free(&kinds[i]);
}

/* What was there before an Error is there after it. */
static void test_tokenizer_unknown(void **state)
{
    (void)state;
    Tokenizer tokenizer = {.characters = vocabulary_make((const unsigned char *)"abc", 3)};
    Ids ids = {NULL, 0, 0};
    ids_add(&ids, 1);
    expect_error(tokenizer_encode(&tokenizer, (const unsigned char *)"abx", 3, "prompt", false, &ids),
                 "prompt: expected only the vocabulary's 3 characters, found \"x\" (U+0078) at byte 2");
    assert_int_equal(ids.count, 1);
    ids_free(&ids);
    tokenizer_free(&tokenizer);
}

static void expect_stream(Tokenizer *tokenizer, const char *text, int width, size_t count)
{
    Stream stream, mapped;
    int size = (int)tokenizer_size(tokenizer);
    write_file(path_of("text"), text, strlen(text));
    expect_none(tokenizer_stream(tokenizer, path_of("text"), &stream));
    assert_int_equal(stream.width, width);
    assert_int_equal(stream.count, count);
    expect_none(stream_write(&stream, path_of("ids")));
    expect_none(stream_map(&mapped, path_of("ids"), stream_width(size), size));
    assert_int_equal(mapped.count, count);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned char room[4];
        size_t length;
        const unsigned char *token = tokenizer_token(tokenizer, stream_get(&mapped, i), room, &length);
        assert_int_equal(stream_get(&stream, i), stream_get(&mapped, i));
        assert_memory_equal(token, text + at, length);
        at += length;
    }
    assert_int_equal(at, strlen(text));
    stream_free(&stream);
    stream_free(&mapped);
}

/* A vocabulary past 65536 ids: 256 bytes and many words that no merge makes, and one that does. */
static BytePairs *wide_pairs(void)
{
    enum { WORDS = 66000 };
    Contents head = vocabulary_with("");
    char *json = malloc(head.size + WORDS * 20 + 40);
    memcpy(json, head.bytes, head.size);
    size_t used = head.size;
    for (int i = 0; i < WORDS; i++)
        used += (size_t)sprintf(json + used, ",\"w%d\":%d", i, 256 + i);
    used += (size_t)sprintf(json + used, ",\"ab\":%d}", 256 + WORDS);
    BytePairs *pairs;
    expect_none(byte_pairs_parse(&pairs, (Contents){(unsigned char *)json, used, "V"},
                                 merges_of("a b\n")));
    free(json);
    return pairs;
}

static void test_tokenizer_streams(void **state)
{
    (void)state;
    Tokenizer characters = {.characters = vocabulary_make((const unsigned char *)"abc", 3)};
    expect_stream(&characters, "abcabc", 1, 6);
    write_file(path_of("text"), "abd", 3);
    Stream stream;
    expect_error(tokenizer_stream(&characters, path_of("text"), &stream), "found \"d\"");
    tokenizer_free(&characters);
    Tokenizer pairs = {.pairs = pairs_of(",\"ab\":256}", "a b\n")};
    expect_stream(&pairs, "abcabc", 2, 4);
    write_file(path_of("text"), "", 0);
    expect_error(tokenizer_stream(&pairs, path_of("text"), &stream), "expected text, found an empty file");
    write_file(path_of("text"), "ab\0c", 4);
    expect_error(tokenizer_stream(&pairs, path_of("text"), &stream), "found a NUL byte at byte 2");
    expect_error(tokenizer_stream(&pairs, path_of("no such"), &stream), "cannot be read");
    expect_error(tokenizer_stream(&pairs, scratch, &stream), "found a folder");
    tokenizer_free(&pairs);
    Tokenizer wide = {.pairs = wide_pairs()};
    expect_stream(&wide, "abcabc", 4, 4);
    tokenizer_free(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_split_white_space),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_ranks_out_of_order),
        cmocka_unit_test(test_special),
        cmocka_unit_test(test_unreachable_and_appending),
        cmocka_unit_test(test_token_contract),
        cmocka_unit_test(test_many_words),
        cmocka_unit_test(test_refused_vocabularies),
        cmocka_unit_test(test_refused_merges),
        cmocka_unit_test(test_merges_accepted),
        cmocka_unit_test(test_random_changes),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_gpt2_written),
        cmocka_unit_test(test_train_by_hand),
        cmocka_unit_test(test_train_ties_and_ends),
        cmocka_unit_test(test_train_random),
        cmocka_unit_test(test_train_course),
        cmocka_unit_test(test_millions),
        cmocka_unit_test(test_million_invalid),
        cmocka_unit_test(test_gpt2_vectors),
        cmocka_unit_test(test_gpt2_decode_vectors),
        cmocka_unit_test(test_gpt2_single_bytes),
        cmocka_unit_test(test_gpt2_tinyshakespeare),
        cmocka_unit_test(test_gpt2_wikitext),
        cmocka_unit_test(test_gpt2_random_bytes),
        cmocka_unit_test(test_tokenizer_kinds),
        cmocka_unit_test(test_tokenizer_unknown),
        cmocka_unit_test(test_tokenizer_streams),
    };
    return cmocka_run_group_tests_name("tokenizer", tests, scratch_make, scratch_remove);
}
