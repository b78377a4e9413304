/* byte_pairs_letter: GPT-2's byte map (Radford et al. 2019, encoder.py). Chapter 16.
 *
 * The vocabulary's files are text, but a token is any bytes: a space, half of a character. So each
 * byte is written as one character that can be seen. 188 bytes show in Latin-1: 0x21 to 0x7E, 0xA1
 * to 0xAC, 0xAE to 0xFF. They stand for themselves. The other 68, counted from 0 upwards, are
 * U+0100, U+0101, ...: the space, the 33rd of them, is U+0120. */
#include "text/byte_pairs.h"

enum { SHIFTED = 0x100, SHIFTED_COUNT = 68 };

static bool shows(uint32_t point)
{
    return (point >= 0x21 && point <= 0x7E) || (point >= 0xA1 && point <= 0xAC) ||
           (point >= 0xAE && point <= 0xFF);
}

uint32_t letter_of_byte(unsigned char byte)
{
    uint32_t hidden = 0; /* bytes below this one that do not show */
    for (uint32_t b = 0; b < byte; b++)
        hidden += !shows(b);
    return shows(byte) ? byte : SHIFTED + hidden;
}

int byte_of_letter(uint32_t point)
{
    if (shows(point))
        return (int)point;
    if (point < SHIFTED || point >= SHIFTED + SHIFTED_COUNT)
        return -1;
    uint32_t before = point - SHIFTED; /* of the hidden bytes, this many come first */
    for (uint32_t b = 0;; b++)
        if (!shows(b) && before-- == 0)
            return (int)b;
}

bool letters_to_bytes(const unsigned char *letters, size_t size, unsigned char *out, size_t *count,
                      size_t *at)
{
    *count = 0;
    for (*at = 0; *at < size;) {
        uint32_t point;
        int length = utf8_decode(letters + *at, size - *at, &point);
        int byte = length == 0 ? -1 : byte_of_letter(point);
        if (byte < 0)
            return false;
        out[(*count)++] = (unsigned char)byte;
        *at += (size_t)length;
    }
    return true;
}

void bytes_to_letters(const unsigned char *bytes, size_t size, char *out)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char letter[4];
        int n = utf8_encode(letter_of_byte(bytes[i]), letter);
        for (int j = 0; j < n; j++)
            out[length++] = (char)letter[j];
    }
    out[length] = '\0';
}
