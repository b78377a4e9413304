/* attention: causal self-attention from packed queries, keys and values, in one op. Chapter 12.
 *
 *   For each sequence b and head h, with Q, K, V (T,D) standing in qkv at columns h D, C + h D and
 *   2C + h D: S = Q K^T / sqrt(D), P = softmax of each row over the keys s <= t, O = P V. S and P
 *   are never whole: they are made tile by tile, some queries against a block of keys.
 *   Forward. A row has met some keys: o is its mixture of their values, a the sum of their
 *   exp(score). The next block alone has the mixture o' and the sum a'. Over both the mixture is
 *   (a o + a' o') / (a + a'): mixtures mix by their shares of the sum. Sums are kept as logarithms,
 *   max + log(sum exp(score - max)), so that nothing overflows.
 *   Backward. P_ts = exp(S_ts - log-sum of row t) is made anew from the log-sum, all that is saved.
 *     dV = P^T dO, dP = dO V^T, dS_ts = P_ts (dP_ts - sum_u P_tu dP_tu),
 *     dQ = dS K / sqrt(D), dK = dS^T Q / sqrt(D).
 *   The mean of dP runs over all keys, but needs none of them: sum_u P_tu sum_d dO_td V_ud is
 *   sum_d dO_td O_td.
 *   Memory grows as T, not T^2; tiles in which no key is seen, nearly half of them, are skipped.
 *   Sources: the running softmax, Milakov and Gimelshein 2018; attention by it, Rabe and Staats
 *   2021, Dao et al. 2022. It equals split_heads, scores, mask, softmax, mix and merge_heads in a
 *   row; a test holds the two together. */
#include "ops/ops.h"
#include "base/vector.h"

#include <string.h>

enum { QUERIES = ATTENTION_QUERIES, KEYS = ATTENTION_KEYS };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- tiles ---------------------------------------------------------------------------------- */
/* Queries t to t + rows against keys s to s + keys, of which row i sees those before seen + i. */
typedef struct {
    size_t t, rows, s, keys, seen;
} Tile;

/* `rows` queries from t on against the block of keys at s, without the keys that the last query
 * does not see and without the queries that see none. */
static Tile tile_at(const AttentionRows *z, size_t t, size_t rows, size_t s)
{
    size_t first = z->past + t, blind = s > first ? s - first : 0;
    size_t keys = smaller(z->tiles.keys, first + rows - s);
    return (Tile){t + blind, rows - blind, s, keys, first + blind - s + 1};
}

static real scale_of(const AttentionRows *z)
{
    return 1 / sqrt((real)z->depth);
}

/* p (rows,KEYS) = Q K^T / sqrt(D). */
static void tile_scores(const AttentionRows *z, Tile tile, real *p)
{
    gemm(false, true, tile.rows, tile.keys, z->depth, scale_of(z), z->q + tile.t * z->q_row,
         z->q_row, z->k + tile.s * z->kv_row, z->kv_row, false, p, KEYS);
}

/* ---- forward -------------------------------------------------------------------------------- */
WIDE static void scale_all(real *x, size_t n, real by)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= by;
}

/* out is the mixture over the keys so far, p the probabilities within a block of more: both take
 * their share of what they are together. */
static void join(LogSum *sum, real *out, size_t depth, LogSum block, real *p, size_t keys)
{
    real max = block.max > sum->max ? block.max : sum->max;
    real before = exp(sum->max - max + sum->rest), more = exp(block.max - max + block.rest);
    scale_all(out, depth, before / (before + more));
    scale_all(p, keys, more / (before + more));
    *sum = (LogSum){max, log(before + more)};
}

static void forward_tile(const AttentionRows *z, Tile tile, real *p, LogSum *sums)
{
    tile_scores(z, tile, p);
    for (size_t i = 0; i < tile.rows; i++) {
        real *row = p + i * KEYS;
        size_t seen = smaller(tile.keys, tile.seen + i);
        LogSum block = softmax_row(row, row, seen);
        memset(row + seen, 0, (tile.keys - seen) * sizeof *row);
        if (tile.s == 0)
            sums[i] = block;
        else
            join(&sums[i], z->out + (tile.t + i) * z->out_row, z->depth, block, row, seen);
    }
    gemm(false, false, tile.rows, z->depth, tile.keys, 1, p, KEYS, z->v + tile.s * z->kv_row,
         z->kv_row, tile.s > 0, z->out + tile.t * z->out_row, z->out_row);
}

void attention_rows(const AttentionRows *z)
{
    real p[QUERIES * KEYS];
    LogSum own[QUERIES];
    for (size_t t = 0; t < z->queries; t += z->tiles.queries) {
        size_t rows = smaller(z->tiles.queries, z->queries - t);
        LogSum *sums = z->log_sums != NULL ? z->log_sums + t : own;
        for (size_t s = 0; s < z->past + t + rows; s += z->tiles.keys) {
            Tile tile = tile_at(z, t, rows, s);
            forward_tile(z, tile, p, sums + (tile.t - t));
        }
    }
}

/* ---- the op --------------------------------------------------------------------------------- */
typedef struct {
    size_t t, c, heads;
    Tiles tiles;
    LogSum *log_sums; /* (B,H,T) */
} Saved;

/* One head of one sequence. */
static AttentionRows head_of(const Tensor *out, size_t head)
{
    const Saved *z = out->saved;
    size_t b = head / z->heads, h = head % z->heads, depth = z->c / z->heads, row = 3 * z->c;
    const real *q = out->parents[0]->data + b * z->t * row + h * depth;
    return (AttentionRows){.q = q, .k = q + z->c, .v = q + 2 * z->c, .q_row = row, .kv_row = row,
                           .out = out->data + b * z->t * z->c + h * depth, .out_row = z->c,
                           .queries = z->t, .depth = depth, .tiles = z->tiles,
                           .log_sums = z->log_sums + head * z->t};
}

/* Pieces are tiles of queries, so that one long sequence of few heads has work for many threads. */
static void forward_pieces(size_t begin, size_t end, void *context)
{
    const Tensor *out = context;
    const Saved *z = out->saved;
    size_t tiles = (z->t + z->tiles.queries - 1) / z->tiles.queries;
    for (size_t i = begin; i < end; i++) {
        AttentionRows rows = head_of(out, i / tiles);
        size_t t = i % tiles * z->tiles.queries;
        rows.q += t * rows.q_row;
        rows.out += t * rows.out_row;
        rows.log_sums += t;
        rows.past = t;
        rows.queries = smaller(z->tiles.queries, z->t - t);
        attention_rows(&rows);
    }
}

/* ---- backward ------------------------------------------------------------------------------- */
/* Of one head; rows of dq, dk and dv are as far apart as those of q. */
typedef struct {
    AttentionRows rows;
    const real *dout; /* as out */
    real *dq, *dk, *dv;
    bool add;
} Gradients;

/* mean[i] = sum_d dO_td O_td, which is sum_u P_tu dP_tu, for the queries from t on. */
WIDE static void row_means(const Gradients *g, size_t t, size_t rows, real *mean)
{
    const AttentionRows *z = &g->rows;
    for (size_t i = 0; i < rows; i++)
        mean[i] = loop_dot(g->dout + (t + i) * z->out_row, z->out + (t + i) * z->out_row, z->depth);
}

/* In place: scores become P, and dP becomes dS. */
WIDE static void row_gradients(real *restrict p, real *restrict ds, size_t seen, size_t keys,
                               LogSum sum, real mean)
{
    memset(p + seen, 0, (keys - seen) * sizeof *p);
    memset(ds + seen, 0, (keys - seen) * sizeof *ds);
    for (size_t s = 0; s < seen; s++) {
        p[s] = loop_exp(p[s] - sum.max - sum.rest);
        ds[s] = p[s] * (ds[s] - mean);
    }
}

/* `first`: nothing was written yet to these keys' gradients. */
static void backward_tile(const Gradients *g, Tile tile, bool first, const real *mean)
{
    const AttentionRows *z = &g->rows;
    real p[QUERIES * KEYS], ds[QUERIES * KEYS], scale = scale_of(z);
    size_t rows = tile.rows, keys = tile.keys, depth = z->depth, row = z->q_row;
    const real *q = z->q + tile.t * row, *k = z->k + tile.s * row, *v = z->v + tile.s * row;
    const real *dout = g->dout + tile.t * z->out_row;
    bool add = g->add || !first, add_q = g->add || tile.s > 0;
    tile_scores(z, tile, p);
    gemm(false, true, rows, keys, depth, 1, dout, z->out_row, v, row, false, ds, KEYS);
    for (size_t i = 0; i < rows; i++)
        row_gradients(p + i * KEYS, ds + i * KEYS, smaller(keys, tile.seen + i), keys,
                      z->log_sums[tile.t + i], mean[i]);
    gemm(true, false, keys, depth, rows, 1, p, KEYS, dout, z->out_row, add,
         g->dv + tile.s * row, row);
    gemm(false, false, rows, depth, keys, scale, ds, KEYS, k, row, add_q,
         g->dq + tile.t * row, row);
    gemm(true, false, keys, depth, rows, scale, ds, KEYS, q, row, add, g->dk + tile.s * row, row);
}

/* Queries from the last to the first: the last ones see every key, so they are the first to write
 * to each. */
static void backward_head(const Gradients *g)
{
    const AttentionRows *z = &g->rows;
    real mean[QUERIES];
    size_t tiles = (z->queries + z->tiles.queries - 1) / z->tiles.queries;
    for (size_t left = tiles; left > 0; left--) {
        size_t t = (left - 1) * z->tiles.queries, rows = smaller(z->tiles.queries, z->queries - t);
        row_means(g, t, rows, mean);
        for (size_t s = 0; s < t + rows; s += z->tiles.keys) {
            Tile tile = tile_at(z, t, rows, s);
            backward_tile(g, tile, left == tiles, mean + (tile.t - t));
        }
    }
}

typedef struct {
    const Tensor *out;
    GradWrite dqkv;
} Backwards;

/* Heads are independent, and each is one thread's piece: its keys hear all of its queries. */
static void backward_heads(size_t begin, size_t end, void *context)
{
    const Backwards *all = context;
    const Tensor *out = all->out;
    for (size_t head = begin; head < end; head++) {
        AttentionRows rows = head_of(out, head);
        size_t c = rows.out_row;
        real *dq = all->dqkv.at + (rows.q - out->parents[0]->data);
        Gradients g = {rows, out->grad + (rows.out - out->data), dq, dq + c, dq + 2 * c,
                       all->dqkv.add};
        backward_head(&g);
    }
}

static void attention_backward(Tensor *out)
{
    const Saved *z = out->saved;
    Backwards all = {out, grad_write(out->parents[0])};
    parallel_for(out->shape.dim[0] * z->heads, 1, backward_heads, &all);
}

Tensor *tensor_attention_tiled(Tensor *qkv, size_t heads, Tiles tiles)
{
    if (qkv->shape.rank != 3 || heads == 0 || qkv->shape.dim[2] % (3 * heads) != 0)
        broken_contract("tensor_attention: expected qkv (B,T,3C) with C divisible by %zu heads, "
                        "found %s", heads, shape_text(qkv->shape));
    require(tiles.queries - 1 < QUERIES && tiles.keys - 1 < KEYS,
            "tensor_attention: expected tiles of 1 to %d queries and 1 to %d keys, found %zu and "
            "%zu", QUERIES, KEYS, tiles.queries, tiles.keys);
    size_t b = qkv->shape.dim[0], t = qkv->shape.dim[1], c = qkv->shape.dim[2] / 3;
    Tensor *out = tensor_result("attention", shape3(b, t, c), attention_backward, 1, &qkv);
    Saved *saved = out->saved = tape_alloc(sizeof *saved);
    *saved = (Saved){t, c, heads, tiles, tape_alloc(b * heads * t * sizeof(LogSum))};
    parallel_for(b * heads * ((t + tiles.queries - 1) / tiles.queries), 1, forward_pieces, out);
    return out;
}

Tensor *tensor_attention(Tensor *qkv, size_t heads)
{
    return tensor_attention_tiled(qkv, heads, (Tiles){QUERIES, KEYS});
}
