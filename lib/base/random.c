/* random: numbers that look random and are a function of (seed, stream, counter).
 *
 * A generator with a hidden state must be replayed from the start to resume a run; a counter-based
 * one is resumed by writing down three integers. Philox multiplies and swaps 32-bit halves ten times
 * (Salmon et al., SC 2011); tests hold it to the vectors that its authors published. */
#include "base/base.h"

void philox(uint32_t block[4], const uint32_t key[2])
{
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t low = (uint64_t)0xD2511F53u * block[0];
        uint64_t high = (uint64_t)0xCD9E8D57u * block[2];
        uint32_t b1 = block[1], b3 = block[3];
        block[0] = (uint32_t)(high >> 32) ^ b1 ^ k0;
        block[1] = (uint32_t)high;
        block[2] = (uint32_t)(low >> 32) ^ b3 ^ k1;
        block[3] = (uint32_t)low;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

Random random_make(uint64_t seed, uint64_t stream)
{
    return (Random){seed, stream, 0};
}

/* One draw: the block (counter, stream) encrypted under the key `seed`. */
static void draw(Random *random, uint64_t out[2])
{
    uint32_t block[4] = {(uint32_t)random->counter, (uint32_t)(random->counter >> 32),
                         (uint32_t)random->stream, (uint32_t)(random->stream >> 32)};
    uint32_t key[2] = {(uint32_t)random->seed, (uint32_t)(random->seed >> 32)};
    random->counter++;
    philox(block, key);
    out[0] = (uint64_t)block[1] << 32 | block[0];
    out[1] = (uint64_t)block[3] << 32 | block[2];
}

/* The top 53 bits as a double in [0, 1). */
static double to_unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

uint64_t random_bits(Random *random)
{
    uint64_t bits[2];
    draw(random, bits);
    return bits[0];
}

double random_uniform(Random *random)
{
    return to_unit(random_bits(random));
}

double random_normal(Random *random)
{
    uint64_t bits[2];
    draw(random, bits);
    /* Box-Muller: 1 - u is in (0, 1], so that the logarithm is finite. */
    const double two_pi = 6.283185307179586476925;
    return sqrt(-2.0 * log(1.0 - to_unit(bits[0]))) * cos(two_pi * to_unit(bits[1]));
}

uint64_t random_below(Random *random, uint64_t bound)
{
    require(bound > 0, "random_below: the bound must be at least 1");
    /* Values past the last whole multiple of bound would favour small results: draw again. */
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t bits;
    do
        bits = random_bits(random);
    while (bits >= limit);
    return bits % bound;
}
