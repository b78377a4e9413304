/* The rows of the fused op: by its own tiles, which hold all of these short sequences, and by tiles
 * so small that there are many: rows that end within a tile, blocks that begin within one, and
 * tiles skipped. */
#include "gate.h"

#include <string.h>

typedef struct {
    size_t heads;
    Tiles tiles;
} Fused;
static const Tiles OWN = {ATTENTION_QUERIES, ATTENTION_KEYS};

static Tensor *attention_forward(Tensor *const *in, const void *context)
{
    const Fused *fused = context;
    return fused->tiles.queries == OWN.queries
               ? tensor_attention(in[0], fused->heads)
               : tensor_attention_tiled(in[0], fused->heads, fused->tiles);
}

/* The lower triangle, without the library's mask. */
static bool *triangle(size_t steps)
{
    bool *allowed = tape_alloc(steps * steps * sizeof *allowed);
    for (size_t i = 0; i < steps * steps; i++)
        allowed[i] = i % steps <= i / steps;
    return allowed;
}

static void attention_reference(real *out, Tensor *const *in, const void *context)
{
    size_t heads = ((const Fused *)context)->heads, steps = tensor_dim(in[0], 1);
    size_t row = tensor_dim(in[0], 2), width = row / 3;
    TapeMark mark = tape_mark();
    for (size_t b = 0; b < tensor_dim(in[0], 0); b++) {
        const real *qkv = in[0]->data + b * steps * row;
        plain_attention(out + b * steps * width, (Rows){qkv, row}, (Rows){qkv + width, row},
                        (Rows){qkv + 2 * width, row}, (Sizes){steps, steps, heads, width / heads},
                        triangle(steps));
    }
    tape_release(mark);
}

static void check_attention(Shape shape, size_t heads, Tiles tiles)
{
    char row[80];
    const Fused fused = {heads, tiles};
    TapeMark mark = tape_mark();
    int used = snprintf(row, sizeof row, "attention %s heads %zu", shape_text(shape), heads);
    if (tiles.queries != OWN.queries)
        snprintf(row + used, sizeof row - (size_t)used, ", tiles %zu x %zu", tiles.queries,
                 tiles.keys);
    tensor_check(&(TensorCheck){.name = row,
                                .forward = attention_forward,
                                .context = &fused,
                                .n = 1,
                                .reference = attention_reference,
                                .in = {check_normal(shape, 1)},
                                .shape = shape_with(shape, 2, shape.dim[2] / 3)});
    tape_release(mark);
}

void check_attentions(void)
{
    check_attention(shape3(2, 5, 18), 3, OWN);
    check_attention(shape3(3, 7, 12), 2, OWN);
    check_attention(shape3(2, 3, 15), 1, OWN);
    check_attention(shape3(5, 1, 12), 2, OWN);
    check_attention(shape3(2, 11, 12), 2, (Tiles){3, 5});
    check_attention(shape3(2, 13, 18), 3, (Tiles){5, 3});
    check_attention(shape3(1, 7, 15), 1, (Tiles){4, 2});
    check_attention(shape3(3, 5, 6), 2, (Tiles){1, 1});
    check_attention(shape3(2, 8, 12), 2, (Tiles){2, 4});
}

/* Rows of one head, `piece` queries at a time: each piece has those before it as its past. */
static void attend_in_pieces(const Tensor *qkv, size_t piece, Tiles tiles, real *out, LogSum *sums)
{
    size_t steps = tensor_dim(qkv, 1), row = tensor_dim(qkv, 2), depth = row / 3;
    for (size_t t = 0; t < steps; t += piece)
        attention_rows(&(AttentionRows){.q = qkv->data + t * row, .k = qkv->data + depth,
                                        .v = qkv->data + 2 * depth, .q_row = row, .kv_row = row,
                                        .out_row = depth, .past = t, .depth = depth,
                                        .queries = steps - t < piece ? steps - t : piece,
                                        .tiles = tiles, .out = out + t * depth,
                                        .log_sums = sums + t});
}

/* However the queries are cut, into pieces or tiles, a row has the same bits, and so has its
 * log-sum: what keeps keys and values from call to call builds on that. */
void check_rows_alone(void)
{
    enum { ROWS = 13, DEPTH = 4 };
    TapeMark mark = tape_mark();
    Tensor *qkv = check_normal(shape3(1, ROWS, 3 * DEPTH), 1);
    real alone[ROWS * DEPTH], out[ROWS * DEPTH];
    LogSum sums_alone[ROWS], sums[ROWS];
    attend_in_pieces(qkv, 1, (Tiles){1, 3}, alone, sums_alone);
    const Tensor *whole = tensor_attention_tiled(qkv, 1, (Tiles){5, 3});
    bool same = memcmp(alone, whole->data, sizeof alone) == 0;
    for (size_t piece = 2; piece <= ROWS; piece++)
        for (size_t queries = 1; queries <= 8; queries++) {
            attend_in_pieces(qkv, piece, (Tiles){queries, 3}, out, sums);
            same = same && memcmp(out, alone, sizeof alone) == 0 &&
                   memcmp(sums, sums_alone, sizeof sums) == 0;
        }
    gate_check("attention rows in pieces", same, "the same bits as one by one");
    tape_release(mark);
}
