/* byte_pairs_split: a text into pieces, inside which pairs are merged and never across. Chapter 16.
 *
 * The pattern is GPT-2's (Radford et al. 2019, encoder.py): contractions; a run of letters, of numbers
 * or of other signs, each with one space before it; white space, of which the last one before
 * something else is left over for it. Every character is in some piece, so the pieces joined are the
 * text.
 *
 * GPT-2's \s is Unicode's White_Space, which is written out here: what PCRE2 calls \s has U+180E in
 * it as well. The runs are possessive (++): what follows them can never want a character back, so
 * they match the same and keep nothing to go back to.
 *
 * What is not UTF-8 has no characters to look at. Such a byte is a piece of its own, and the valid
 * text on each side of it is split as if it stood alone. */
#include "text/byte_pairs.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#define WHITE "\\t-\\r \\x85\\xA0\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}"
static const char PATTERN[] = "'s|'t|'re|'ve|'m|'ll|'d"
                              "| ?\\p{L}++"
                              "| ?\\p{N}++"
                              "| ?[^\\p{L}\\p{N}" WHITE "]++"
                              "|[" WHITE "]+(?![^" WHITE "])"
                              "|[" WHITE "]++";

struct Splitter {
    pcre2_code *code;
    pcre2_match_data *match;
};

Splitter *splitter_make(void)
{
    int number;
    PCRE2_SIZE at;
    Splitter *splitter = memory_alloc(sizeof *splitter);
    splitter->code = pcre2_compile((PCRE2_SPTR)PATTERN, sizeof PATTERN - 1,
                                   PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &number, &at, NULL);
    require(splitter->code != NULL, "splitter_make: PCRE2 refuses the pattern at %zu, error %d", at,
            number);
    /* Where PCRE2 was built without a compiler of its own, or may not use it, matching is slower. */
    pcre2_jit_compile(splitter->code, PCRE2_JIT_COMPLETE);
    splitter->match = pcre2_match_data_create(1, NULL);
    require(splitter->match != NULL, "splitter_make: PCRE2 has no memory");
    return splitter;
}

void splitter_free(Splitter *splitter)
{
    if (splitter == NULL)
        return;
    pcre2_match_data_free(splitter->match);
    pcre2_code_free(splitter->code);
    free(splitter);
}

/* The end of the UTF-8 that begins at `at`, at most `size`. */
static size_t valid_until(const unsigned char *text, size_t at, size_t size)
{
    uint32_t point;
    while (at < size) {
        int length = utf8_decode(text + at, size - at, &point);
        if (length == 0)
            break;
        at += (size_t)length;
    }
    return at;
}

Pieces pieces_of(Splitter *splitter, const unsigned char *text, size_t size)
{
    return (Pieces){.splitter = splitter, .text = text, .size = size};
}

bool pieces_next(Pieces *pieces, const unsigned char **piece, size_t *length)
{
    const Splitter *splitter = pieces->splitter;
    if (pieces->at == pieces->size)
        return false;
    *piece = pieces->text + pieces->at;
    if (pieces->at == pieces->valid) /* each stretch is checked once, not at each match */
        pieces->valid = valid_until(pieces->text, pieces->at, pieces->size);
    if (pieces->at == pieces->valid) {
        *length = 1;
        pieces->valid++;
    } else {
        int found = pcre2_match(splitter->code, *piece, pieces->valid - pieces->at, 0,
                                PCRE2_NO_UTF_CHECK, splitter->match, NULL);
        *length = found > 0 ? pcre2_get_ovector_pointer(splitter->match)[1] : 0;
        require(*length > 0, "pieces_next: expected a piece at byte %zu, found PCRE2's error %d",
                pieces->at, found);
    }
    pieces->at += *length;
    return true;
}
