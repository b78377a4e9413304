/* The row of a text that comes out in pieces cut anywhere: whole characters, and U+FFFD for broken
 * ones. */
#include "gate.h"

#include <stdlib.h>
#include <string.h>

/* What comes out of a text cut at the bits of `cuts`; owned. */
static char *streamed(const char *bytes, size_t size, unsigned cuts)
{
    char *out = NULL;
    size_t length = 0, from = 0;
    FILE *file = open_memstream(&out, &length);
    Utf8Stream stream = {.count = 0};
    for (size_t i = 1; i <= size; i++)
        if (i == size || cuts >> (i - 1) & 1) {
            utf8_stream_put(&stream, (const unsigned char *)bytes + from, i - from, file);
            from = i;
        }
    utf8_stream_end(&stream, file);
    fclose(file);
    return out;
}

/* Characters of 1 to 4 bytes come back whole however they are cut; broken ones become U+FFFD. */
void check_stream(void)
{
#define R "\xEF\xBF\xBD"
    static const char *const pairs[][2] = {
        {"aé€\U0001F600z", "aé€\U0001F600z"},   /* all lengths */
        {"\x80" "b", R "b"},                    /* a follower alone */
        {"\xE2\x82" "c", R "c"},                /* cut short by another character */
        {"\xC0\xAF", R R},                      /* overlong */
        {"\xE0\x80\xAF", R R R},                /* the same in three bytes */
        {"\xED\xA0\x80", R R R},                /* a surrogate */
        {"\xF4\x90\x80\x80", R R R R},          /* past U+10FFFF */
        {"\xF0\x9F\x98\xC3\xA9", R "é"},        /* one byte missing, then a whole one */
        {"\xE2\x82", R},                        /* the end comes too soon */
        {"\xEF\xBB\xBF\xFF", "\xEF\xBB\xBF" R}};
#undef R
    size_t right = 0, tried = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t size = strlen(pairs[i][0]);
        for (unsigned cuts = 0; cuts < 1u << (size - 1); cuts++, tried++) {
            char *out = streamed(pairs[i][0], size, cuts);
            right += strcmp(out, pairs[i][1]) == 0;
            free(out);
        }
    }
    gate_check("utf8_stream every cut of 10 texts", right == tried, "%zu of %zu", right, tried);
}
