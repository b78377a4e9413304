/* utf8: one character to its bytes and back, by RFC 3629. Chapter 15 uses it, chapter 16 explains it.
 *
 *   bits   bytes
 *      7   0vvvvvvv
 *     11   110vvvvv 10vvvvvv
 *     16   1110vvvv 10vvvvvv 10vvvvvv
 *     21   11110vvv 10vvvvvv 10vvvvvv 10vvvvvv
 *
 * v are the bits of its number, the highest first. The first byte says how many follow. Each
 * character has one valid form, the shortest. */
#include "text/text.h"

/* Surrogates belong to UTF-16 and are no characters. */
static bool is_character(uint32_t point)
{
    return point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

static int length_of(uint32_t point)
{
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

int utf8_decode(const unsigned char *text, size_t size, uint32_t *point)
{
    if (size == 0)
        return 0;
    unsigned char first = text[0];
    if (first < 0x80) {
        *point = first;
        return 1;
    }
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC0 || first >= 0xF8 || size < (size_t)length)
        return 0;
    uint32_t value = first & (0x7Fu >> length);
    for (int i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3F);
    }
    if (!is_character(value) || length_of(value) != length)
        return 0;
    *point = value;
    return length;
}

int utf8_encode(uint32_t point, unsigned char out[4])
{
    static const unsigned char marks[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    if (!is_character(point))
        return 0;
    int length = length_of(point);
    for (int i = length - 1; i > 0; i--) {
        out[i] = (unsigned char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (unsigned char)(marks[length] | point);
    return length;
}
