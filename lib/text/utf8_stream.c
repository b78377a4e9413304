/* utf8_stream: bytes that come in pieces, written on as whole characters. Taught in chapter 18.
 *
 * An id of a byte-level vocabulary may be half a character; a terminal that is shown the first half
 * alone draws a wrong sign. So the bytes of a character that is not complete yet are held back, at
 * most three. Bytes that can no longer become one are written as U+FFFD, one for each longest run
 * that was the beginning of a character, or for each other byte: as the Unicode Standard, section
 * 3.9, recommends and other decoders do.
 *
 *   after     the next byte is      after     the next byte is      (Unicode, table 3-7: the second
 *   C2..DF    80..BF                F0        90..BF                 byte keeps out overlong forms,
 *   E0        A0..BF                F1..F3    80..BF                 surrogates and what lies past
 *   ED        80..9F                F4        80..8F                 U+10FFFF; later bytes are
 *   E1..EF    80..BF otherwise                                       80..BF) */
#include "text/text.h"

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* How many bytes a character with this first byte has; 0 when none begins with it. */
static size_t length_after(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Whether `byte` may follow what is held, at least one byte. */
static bool may_follow(const Utf8Stream *stream, unsigned char byte)
{
    unsigned char first = stream->held[0], low = 0x80, high = 0xBF;
    if (stream->count == 1) {
        low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : low;
        high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : high;
    }
    return byte >= low && byte <= high;
}

static void put_byte(Utf8Stream *stream, unsigned char byte, FILE *out)
{
    if (stream->count > 0 && !may_follow(stream, byte))
        utf8_stream_end(stream, out);
    if (stream->count == 0 && length_after(byte) == 0) {
        fputs(REPLACEMENT, out);
        return;
    }
    stream->held[stream->count++] = byte;
    if (stream->count == length_after(stream->held[0])) {
        fwrite(stream->held, 1, stream->count, out);
        stream->count = 0;
    }
}

void utf8_stream_put(Utf8Stream *stream, const unsigned char *bytes, size_t size, FILE *out)
{
    for (size_t i = 0; i < size; i++)
        put_byte(stream, bytes[i], out);
}

void utf8_stream_end(Utf8Stream *stream, FILE *out)
{
    if (stream->count > 0)
        fputs(REPLACEMENT, out);
    stream->count = 0;
}
