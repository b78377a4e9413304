/* signature: all numbers that a program answers at one seed, fresh and added to: what two answers are
 * recognised by, a student's and a seeded bug's. */
#include "probes.h"

#include <stdlib.h>
#include <string.h>

static const double SIGNATURE_SECONDS = 3;

static void signature_add(Signature *signature, const double *numbers, size_t count)
{
    signature->numbers = memory_realloc(signature->numbers,
                                        (signature->count + count + 1) * sizeof(double));
    memcpy(signature->numbers + signature->count, numbers, count * sizeof *numbers);
    signature->count += count;
}

Signature signature_of(Referee *referee, const char *program, uint64_t seed)
{
    static Sitting sitting;
    Signature signature = {.numbers = NULL};
    Program asked = {.seconds = SIGNATURE_SECONDS, .bounded = true};
    snprintf(asked.program, PATH_ROOM, "%s", program);
    if (!program_start(&asked))
        return signature;
    for (size_t at = 0; at < referee->count; at++, signature.cases++) {
        if (!sitting_prepare(referee, at, seed, &sitting))
            break;
        bool backward = !sitting.info->forward_only;
        double y[CHECK_OUTPUTS];
        if (!program_run(&asked, &sitting, sitting.x, sitting.dy, backward, WAY_FRESH, y, sitting.fresh))
            break;
        signature_add(&signature, y, sitting.info->outputs);
        if (!backward)
            continue;
        if (!program_run(&asked, &sitting, sitting.x, sitting.dy, true, WAY_ADDED, y, sitting.added))
            break;
        signature_add(&signature, sitting.fresh, sitting.info->inputs);
        signature_add(&signature, sitting.added, sitting.info->inputs);
    }
    program_stop(&asked);
    return signature;
}

static bool same_number(double a, double b)
{
    if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
        return (isnan(a) && isnan(b)) || a == b;
    return relative_error(a, b) <= 1e-9;
}

bool signature_equal(const Signature *a, const Signature *b)
{
    if (a->cases != b->cases || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_number(a->numbers[i], b->numbers[i]))
            return false;
    return true;
}

void signature_free(Signature *signature)
{
    free(signature->numbers);
    *signature = (Signature){.numbers = NULL};
}
