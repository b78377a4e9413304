/* The gate of chapter 10: embedding and its scatter, the tied head, rotary and sinusoidal
 * positions.
 *
 * Gathers are held to a product with one-hot rows, the head and the language models to plain sums,
 * rotations and sinusoids to repeated complex multiplication, which never asks for a large angle.
 * ids repeat, ids are missing, and one table serves as embedding and head at once.
 * B batch, T time, C width, V vocabulary, N characters of context.
 *
 * Here stand the rows in their order; gate.h says which file beside it has which. */
#include "gate.h"

double farthest(const real *a, const real *b, size_t count)
{
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        worst = isnan(difference) ? HUGE_VAL : fmax(worst, difference);
    }
    return worst;
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "10-embeddings");
    check_embeddings();
    check_tokens();
    check_heads();
    check_tied();
    check_table_sanity();
    check_rope("", shape2(5, 6));
    check_rope("more than one batch axis", shape4(2, 3, 7, 4));
    check_rope("farther along", shape2(31, 2));
    check_rope_beside(shape3(2, 2, 2));
    check_rope_inside(shape3(2, 5, 4));
    check_rope_sanity();
    check_relative();
    check_sinusoid_sanity();
    check_sinusoid_table(211, 10);
    check_sinusoid_table(53, 7);
    check_sinusoid_table(7, 12);
    check_models();
    tape_free();
    return gate_end();
}
