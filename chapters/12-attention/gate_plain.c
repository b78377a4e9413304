/* Attention by plain loops over the definition: the fused op and its parts are both held to it. */
#include "gate.h"

static double plain_score(const real *q, const real *k, size_t depth)
{
    double sum = 0;
    for (size_t d = 0; d < depth; d++)
        sum += (double)q[d] * (double)k[d];
    return sum / sqrt((double)depth);
}

void plain_attention(real *out, Rows q, Rows k, Rows v, Sizes z, const bool *allowed)
{
    for (size_t t = 0; t < z.queries; t++)
        for (size_t c = 0; c < z.heads * z.depth; c++) {
            size_t head = c / z.depth * z.depth; /* the head's first column */
            double total = 0, mixed = 0;
            for (size_t s = 0; s < z.keys; s++) {
                if (allowed != NULL && !allowed[t * z.keys + s])
                    continue;
                double e =
                    exp(plain_score(q.at + t * q.row + head, k.at + s * k.row + head, z.depth));
                total += e;
                mixed += e * (double)v.at[s * v.row + c];
            }
            *out++ = total == 0 ? 0 : (real)(mixed / total);
        }
}
