/* The gate of chapter 13: every layer of nn/, the blocks made of them, an encoder and a decoder.
 *
 * Each row's inputs are its data and every parameter of its layer, all of them drawn anew with a
 * deviation of 0.3. Forwards are held to the loops over single numbers of plain.h, gradients to
 * five-point differences. After these come what differences cannot tell: that fused and plain
 * attention agree, that nothing looks ahead, that silent branches let gradients pass unchanged, that
 * parameters have their names and layers their initial values, and the cases worked by hand.
 *
 * Letters: B batch, T steps, S steps of the memory, C width, H heads. */
#include "plain.h"

#include <string.h>

/* ---- a row ------------------------------------------------------------------------------------- */
/* What a row is about: some of these layers, and their circumstances. */
typedef struct {
    Parameters parameters;
    Linear linear, second;
    LayerNorm norm[3];
    Embedding embedding;
    Attention attention, cross;
    FeedForward mlp;
    Block blocks[2];
    Sight sight;
    const int *ids;
    Random dropout;
    real rate;
} Parts;

typedef Tensor *(*Forward)(Tensor *const *in, const void *context);
typedef void (*Reference)(real *out, Tensor *const *in, const void *context);

/* Every norm's: large, so that a row of small variance does not bend the loss more than a five-point
 * difference can follow, and so that another epsilon in its place would show. */
static const real EPSILON = (real)0.1;

/* Checks data[0..n) and every parameter of `parts`, which are freed. At this step truncation and
 * rounding weigh the same over the seeds that were tried. */
static void check_parts(const char *name, Parts *parts, int n, Tensor *const *data, Shape shape,
                        Forward forward, Reference reference)
{
    TensorCheck check = {.name = name, .forward = forward, .context = parts, .shape = shape,
                         .reference = reference, .step = (real)0x1p-10};
    plain_scramble(&parts->parameters);
    for (int i = 0; i < n; i++)
        check.in[check.n++] = data[i];
    for (int i = 0; i < parts->parameters.count; i++)
        check.in[check.n++] = parts->parameters.items[i].tensor;
    tensor_check(&check);
    parameters_free(&parts->parameters);
}

/* For layers' initial values, which plain_scramble overwrites. */
static Random *initial(void)
{
    static Random random = {13, 0, 0};
    return &random;
}

/* ---- linear, layer norm, embedding ------------------------------------------------------------- */
static Tensor *run_linear(Tensor *const *in, const void *context)
{
    return linear_forward(&((const Parts *)context)->linear, in[0]);
}

static void plain_run_linear(real *out, Tensor *const *in, const void *context)
{
    plain_linear(out, in[0]->data, 6, &((const Parts *)context)->linear);
}

static void check_linear(const char *name, bool bias)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.linear = linear_make(&parts.parameters, "linear", 5, 7, bias, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)}, shape3(2, 3, 7),
                run_linear, plain_run_linear);
    tape_release(mark);
}

static Tensor *run_layer_norm(Tensor *const *in, const void *context)
{
    return layer_norm_forward(&((const Parts *)context)->norm[0], in[0]);
}

static void plain_run_layer_norm(real *out, Tensor *const *in, const void *context)
{
    plain_layer_norm(out, in[0]->data, 6, &((const Parts *)context)->norm[0]);
}

static void check_layer_norm(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.norm[0] = layer_norm_make(&parts.parameters, "norm", 5, EPSILON);
    check_parts("layer_norm (2,3,5)", &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)},
                shape3(2, 3, 5), run_layer_norm, plain_run_layer_norm);
    tape_release(mark);
}

static Tensor *run_embedding(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    (void)in;
    return embedding_forward(&parts->embedding, parts->ids, shape2(2, 3));
}

static void plain_run_embedding(real *out, Tensor *const *in, const void *context)
{
    for (size_t i = 0; i < 30; i++)
        out[i] = in[0]->data[(size_t)((const Parts *)context)->ids[i / 5] * 5 + i % 5];
}

static void check_embedding(void)
{
    const int ids[6] = {3, 0, 3, 6, 3, 0};
    Parts parts = {.ids = ids};
    parts.embedding = embedding_make(&parts.parameters, "table", 7, 5, initial());
    check_parts("embedding (7,5), ids repeat", &parts, 0, NULL, shape3(2, 3, 5), run_embedding,
                plain_run_embedding);
}

/* ---- attention --------------------------------------------------------------------------------- */
/* The mask that a Sight stands for, as the library makes it; NULL when everything is allowed. */
static const bool *sight_mask(const Sight *sight)
{
    if (sight->lengths != NULL)
        return mask_padding(sight->batch, sight->steps, sight->keys, sight->lengths, sight->causal);
    return sight->causal ? mask_causal(sight->steps, sight->keys) : NULL;
}

static size_t sight_masks(const Sight *sight)
{
    return sight->lengths == NULL ? 1 : sight->batch;
}

static Tensor *run_attention(Tensor *const *in, const void *context)
{
    return attention_forward(&((const Parts *)context)->attention, in[0]);
}

static Tensor *run_attention_over_itself(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    return attention_over(&parts->attention, in[0], in[0], sight_mask(&parts->sight),
                          sight_masks(&parts->sight));
}

static Tensor *run_attention_over_memory(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    return attention_over(&parts->attention, in[0], in[1], sight_mask(&parts->sight),
                          sight_masks(&parts->sight));
}

static void plain_run_attention(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    plain_attention(out, in[0]->data, in[0]->data, &parts->sight, &parts->attention);
}

static void plain_run_attention_over_memory(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    plain_attention(out, in[0]->data, in[1]->data, &parts->sight, &parts->attention);
}

/* Causal self-attention over (4,5,6): C = 6 with H = 1, 2 or 3. */
static void check_attention(const char *name, size_t heads, bool plain, bool bias)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 5, .causal = true}};
    parts.attention = attention_make(&parts.parameters, "attn", 6, heads, bias, initial());
    parts.attention.plain = plain;
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_attention, plain_run_attention);
    tape_release(mark);
}

static void check_attention_masked(const char *name, bool causal, const int *lengths)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 5, .causal = causal,
                             .lengths = lengths}};
    parts.attention = attention_make(&parts.parameters, "attn", 6, 2, true, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_attention_over_itself, plain_run_attention);
    tape_release(mark);
}

/* T = 5 queries over S = 7 keys; B, C, H and D are 4, 6, 3 and 2. */
static void check_attention_over(const char *name, bool causal, const int *lengths)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 7, .causal = causal,
                             .lengths = lengths}};
    parts.attention = attention_make(&parts.parameters, "attn", 6, 3, true, initial());
    Tensor *data[2] = {check_normal(shape3(4, 5, 6), 1), check_normal(shape3(4, 7, 6), 1)};
    check_parts(name, &parts, 2, data, shape3(4, 5, 6), run_attention_over_memory,
                plain_run_attention_over_memory);
    tape_release(mark);
}

static void check_all_attention(void)
{
    check_attention("attention fused, 1 head", 1, false, true);
    check_attention("attention fused, 3 heads", 3, false, true);
    check_attention("attention fused, 2 heads, no biases", 2, false, false);
    check_attention("attention plain, 1 head", 1, true, true);
    check_attention("attention plain, 3 heads", 3, true, true);
    check_attention_masked("attention unmasked", false, NULL);
    check_attention_masked("attention padded, one sequence empty", false, (int[]){3, 5, 0, 1});
    check_attention_masked("attention padded and causal", true, (int[]){4, 2, 5, 3});
    check_attention_over("attention cross, T != S", false, NULL);
    check_attention_over("attention cross, padded memory", false, (int[]){3, 6, 1, 7});
    check_attention_over("attention cross, causal", true, NULL);
}

/* ---- feed-forward and residuals ---------------------------------------------------------------- */
static Tensor *run_feed_forward(Tensor *const *in, const void *context)
{
    return feed_forward(&((const Parts *)context)->mlp, in[0]);
}

static void plain_run_feed_forward(real *out, Tensor *const *in, const void *context)
{
    plain_feed_forward(out, in[0]->data, 6, &((const Parts *)context)->mlp);
}

static void check_feed_forward(const char *name, bool tanh_gelu, bool bias)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.mlp = feed_forward_make(&parts.parameters, "mlp", 5, 7, tanh_gelu, bias, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)}, shape3(2, 3, 5),
                run_feed_forward, plain_run_feed_forward);
    tape_release(mark);
}

/* x + linear(x): x is used twice, and both uses add to its gradient. */
static Tensor *run_residual(Tensor *const *in, const void *context)
{
    return tensor_add(in[0], linear_forward(&((const Parts *)context)->linear, in[0]));
}

static void plain_run_residual(real *out, Tensor *const *in, const void *context)
{
    plain_linear(out, in[0]->data, 6, &((const Parts *)context)->linear);
    for (size_t i = 0; i < 30; i++)
        out[i] += in[0]->data[i];
}

static void check_residual(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.linear = linear_make(&parts.parameters, "linear", 5, 5, true, initial());
    check_parts("residual x + linear(x)", &parts, 1, (Tensor *[]){check_normal(shape3(2, 3, 5), 1)},
                shape3(2, 3, 5), run_residual, plain_run_residual);
    tape_release(mark);
}

/* x + W2 gelu(W1 norm(x) + b1) + b2, spelled out in layers: half a block, end to end. */
static Tensor *run_half_block(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Tensor *hidden = linear_forward(&parts->linear, layer_norm_forward(&parts->norm[0], in[0]));
    return tensor_add(in[0], linear_forward(&parts->second, tensor_gelu(hidden)));
}

static void plain_run_half_block(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    real *normed = plain_new(30), *hidden = plain_new(42);
    plain_layer_norm(normed, in[0]->data, 6, &parts->norm[0]);
    plain_linear(hidden, normed, 6, &parts->linear);
    for (size_t i = 0; i < 42; i++)
        hidden[i] = plain_gelu(hidden[i], false);
    plain_linear(out, hidden, 6, &parts->second);
    for (size_t i = 0; i < 30; i++)
        out[i] += in[0]->data[i];
}

static void check_half_block(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.norm[0] = layer_norm_make(&parts.parameters, "norm", 5, EPSILON);
    parts.linear = linear_make(&parts.parameters, "up", 5, 7, true, initial());
    parts.second = linear_make(&parts.parameters, "down", 7, 5, true, initial());
    check_parts("linear_gelu_linear with norm and residual", &parts, 1,
                (Tensor *[]){check_normal(shape3(2, 3, 5), 1)}, shape3(2, 3, 5), run_half_block,
                plain_run_half_block);
    tape_release(mark);
}

/* ---- blocks ------------------------------------------------------------------------------------ */
/* The rows' usual block: C = 6, H = 2; without biases when it is post-norm, so that both are seen. */
static BlockSettings block_settings(bool post_norm)
{
    return (BlockSettings){.width = 6, .heads = 2, .epsilon = EPSILON, .tanh_gelu = !post_norm,
                           .bias = !post_norm, .post_norm = post_norm};
}

/* The dropout stream is copied, so that every forward draws the same masks: a frozen mask. */
static Tensor *run_block(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Random replay = parts->dropout;
    return block_forward(&parts->blocks[0], in[0], &replay, parts->rate);
}

static Tensor *run_block_masked(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    return block_forward_masked(&parts->blocks[0], in[0], sight_mask(&parts->sight),
                                sight_masks(&parts->sight));
}

static void plain_run_block(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Random replay = parts->dropout;
    plain_block(out, in[0]->data, &parts->sight, &parts->blocks[0], &replay, parts->rate);
}

static void check_block(const char *name, BlockSettings settings, real rate)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = rate, .dropout = random_make(13, 1),
                   .sight = {.batch = 4, .steps = 5, .keys = 5, .causal = true}};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", settings, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_block, plain_run_block);
    tape_release(mark);
}

static void check_block_masked(const char *name, BlockSettings settings, const int *lengths)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 4, .steps = 5, .keys = 5, .lengths = lengths}};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", settings, initial());
    check_parts(name, &parts, 1, (Tensor *[]){check_normal(shape3(4, 5, 6), 1)}, shape3(4, 5, 6),
                run_block_masked, plain_run_block);
    tape_release(mark);
}

static void check_all_blocks(void)
{
    const real rate = (real)0.25;
    BlockSettings plain = block_settings(false);
    plain.plain = true;
    plain.tanh_gelu = false;
    check_block("block pre-norm", block_settings(false), 0);
    check_block("block pre-norm, plain, exact GELU", plain, 0);
    check_block("block post-norm, no biases", block_settings(true), 0);
    check_block("block pre-norm, dropout of a frozen mask", block_settings(false), rate);
    check_block("block post-norm, dropout of a frozen mask", block_settings(true), rate);
    check_block_masked("block padded, post-norm", block_settings(true), (int[]){5, 2, 4, 1});
}

/* ---- encoder and decoder ----------------------------------------------------------------------- */
/* Two unmasked blocks and a closing norm, over (3,4,6) with H = 2. */
static Tensor *run_encoder(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Tensor *x = in[0];
    for (int i = 0; i < 2; i++)
        x = block_forward_masked(&parts->blocks[i], x, NULL, 0);
    return layer_norm_forward(&parts->norm[0], x);
}

static void plain_run_encoder(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    real *first = plain_new(72), *second = plain_new(72);
    plain_block(first, in[0]->data, &parts->sight, &parts->blocks[0], NULL, 0);
    plain_block(second, first, &parts->sight, &parts->blocks[1], NULL, 0);
    plain_layer_norm(out, second, 12, &parts->norm[0]);
}

static void check_encoder(void)
{
    TapeMark mark = tape_mark();
    BlockSettings settings = block_settings(false);
    Parts parts = {.sight = {.batch = 3, .steps = 4, .keys = 4}};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", settings, initial());
    parts.blocks[1] = block_make(&parts.parameters, "h.1", settings, initial());
    parts.norm[0] = layer_norm_make(&parts.parameters, "ln_f", settings.width, settings.epsilon);
    check_parts("encoder of 2 blocks, unmasked", &parts, 1,
                (Tensor *[]){check_normal(shape3(3, 4, 6), 1)}, shape3(3, 4, 6), run_encoder,
                plain_run_encoder);
    tape_release(mark);
}

/* A decoder's block: causal self-attention, attention over the encoder's output, feed-forward; a
 * norm before each and a residual around each. x (3,4,6), memory (3,5,6). */
static Tensor *run_decoder(Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    Tensor *x = in[0], *memory = in[1];
    x = tensor_add(x, attention_forward(&parts->attention, layer_norm_forward(&parts->norm[0], x)));
    x = tensor_add(x, attention_over(&parts->cross, layer_norm_forward(&parts->norm[1], x), memory,
                                     sight_mask(&parts->sight), sight_masks(&parts->sight)));
    return tensor_add(x, feed_forward(&parts->mlp, layer_norm_forward(&parts->norm[2], x)));
}

static void plain_add(real *x, const real *branch, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] += branch[i];
}

static void plain_run_decoder(real *out, Tensor *const *in, const void *context)
{
    const Parts *parts = context;
    const Sight self = {.batch = 3, .steps = 4, .keys = 4, .causal = true};
    real *normed = plain_new(72), *branch = plain_new(72);
    memcpy(out, in[0]->data, 72 * sizeof *out);
    plain_layer_norm(normed, out, 12, &parts->norm[0]);
    plain_attention(branch, normed, normed, &self, &parts->attention);
    plain_add(out, branch, 72);
    plain_layer_norm(normed, out, 12, &parts->norm[1]);
    plain_attention(branch, normed, in[1]->data, &parts->sight, &parts->cross);
    plain_add(out, branch, 72);
    plain_layer_norm(normed, out, 12, &parts->norm[2]);
    plain_feed_forward(branch, normed, 12, &parts->mlp);
    plain_add(out, branch, 72);
}

static void check_decoder(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.sight = {.batch = 3, .steps = 4, .keys = 5, .lengths = (int[]){2, 5, 3}}};
    const char *norms[3] = {"ln_1", "ln_2", "ln_3"};
    for (int i = 0; i < 3; i++)
        parts.norm[i] = layer_norm_make(&parts.parameters, norms[i], 6, EPSILON);
    parts.attention = attention_make(&parts.parameters, "attn", 6, 2, true, initial());
    parts.cross = attention_make(&parts.parameters, "cross", 6, 3, true, initial());
    parts.mlp = feed_forward_make(&parts.parameters, "mlp", 6, 11, true, true, initial());
    Tensor *data[2] = {check_normal(shape3(3, 4, 6), 1), check_normal(shape3(3, 5, 6), 1)};
    check_parts("decoder over a padded memory", &parts, 2, data, shape3(3, 4, 6),
                run_decoder, plain_run_decoder);
    tape_release(mark);
}

/* ---- what differences cannot tell -------------------------------------------------------------- */
/* For what is exact but for rounding. */
static double rounding(void)
{
    return gate_is_float() ? 1e-5 : 1e-12;
}

static void backward_randomly(Tensor *out, uint64_t seed)
{
    Random random = random_make(seed, 13);
    real *upstream = tape_alloc(out->size * sizeof *upstream);
    for (size_t i = 0; i < out->size; i++)
        upstream[i] = (real)random_normal(&random);
    tensor_backward_from(out, upstream);
}

/* The worst |a - b| so far, by the largest |a| of the array. */
static double apart(double worst, const real *a, const real *b, size_t count)
{
    double largest = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)a[i]));
        difference = fmax(difference, fabs((double)(a[i] - b[i])));
    }
    return fmax(worst, difference / largest);
}

/* One pass of attention_forward; the result, and a copy of the gradient of x and of each parameter. */
static void attention_pass(Parts *parts, bool plain, Tensor *x, real **kept)
{
    parts->attention.plain = plain;
    parameters_zero_grad(&parts->parameters);
    tensor_zero_grad(x);
    Tensor *out = attention_forward(&parts->attention, x);
    backward_randomly(out, 13);
    *kept++ = out->data;
    *kept++ = tensor_from(x->shape, x->grad)->data;
    for (int i = 0; i < parts->parameters.count; i++) {
        Tensor *p = parts->parameters.items[i].tensor;
        *kept++ = tensor_from(p->shape, p->grad)->data;
    }
}

/* The two agree to the bit, so values cannot tell which of them ran; the tape can. */
static bool attends_by(const Parts *parts, bool plain, Tensor *x, const char *op)
{
    Attention attention = parts->attention;
    attention.plain = plain;
    const Tensor *projected = attention_forward(&attention, x);
    return strcmp(projected->parents[0]->op, op) == 0;
}

static void check_fused_against_plain(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.attention = attention_make(&parts.parameters, "attn", 12, 3, true, initial());
    plain_scramble(&parts.parameters);
    Tensor *x = check_normal(shape3(2, 5, 12), 1);
    tensor_want_grad(x);
    real *plain[6], *fused[6];
    attention_pass(&parts, true, x, plain);
    attention_pass(&parts, false, x, fused);
    double worst = apart(apart(0, plain[0], fused[0], x->size), plain[1], fused[1], x->size);
    for (int i = 0; i < 4; i++)
        worst = apart(worst, plain[2 + i], fused[2 + i], parts.parameters.items[i].tensor->size);
    bool told = attends_by(&parts, false, x, "attention") &&
                attends_by(&parts, true, x, "merge_heads");
    gate_check("attention fused = plain, and every gradient", worst <= rounding(), "off by %.0e",
               worst);
    gate_check("attention fused is one op, plain is several", told, "as the tape says");
    parameters_free(&parts.parameters);
    tape_release(mark);
}

static size_t count_op(const Tensor *from, const char *op)
{
    size_t count = 0;
    for (const Tensor *node = from; node != NULL; node = node->previous)
        count += strcmp(node->op, op) == 0;
    return count;
}

/* A block keeps to its settings. The rows above read the made block, so they cannot tell; and the
 * plain and the fused way only differ on the tape. */
static void check_settings(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    bool kept = true;
    for (int variant = 0; variant < 2; variant++) {
        BlockSettings settings = block_settings(variant == 1);
        settings.plain = variant == 1;
        Block block = block_make(&parts.parameters, variant == 1 ? "post" : "pre", settings, initial());
        Tensor *out = block_forward(&block, check_normal(shape3(4, 5, 6), 1), NULL, 0);
        kept = kept && block.post_norm == settings.post_norm && block.norm1.epsilon == EPSILON &&
               block.norm2.epsilon == EPSILON && block.mlp.tanh_gelu == settings.tanh_gelu &&
               block.attention.heads == settings.heads &&
               (block.mlp.up.bias != NULL) == settings.bias &&
               (block.attention.qkv.bias != NULL) == settings.bias &&
               count_op(out, "gelu_tanh") == (settings.tanh_gelu ? 1 : 0) &&
               count_op(out, "attention") == (settings.plain ? 0 : 1);
        parameters_free(&parts.parameters);
        tape_release(mark);
    }
    gate_check("block keeps to its settings", kept, "2 variants");
}

/* Everything at step 3 and after is changed: what came out before must stay, to the last bit. */
static void check_looks_not_ahead(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.blocks[0] = block_make(&parts.parameters, "h.0", block_settings(false), initial());
    plain_scramble(&parts.parameters);
    Tensor *x = check_normal(shape3(1, 5, 6), 1);
    Tensor *before = block_forward(&parts.blocks[0], x, NULL, 0);
    for (size_t i = 18; i < 30; i++)
        x->data[i] += 1;
    Tensor *after = block_forward(&parts.blocks[0], x, NULL, 0);
    size_t same = 0, changed = 0;
    for (size_t i = 0; i < 30; i++) {
        same += i < 18 && before->data[i] == after->data[i];
        changed += i >= 18 && before->data[i] != after->data[i];
    }
    gate_check("block causal: steps 0 to 2 do not see step 3", same == 18 && changed == 12,
               "%zu of 18 stay, %zu of 12 change", same, changed);
    parameters_free(&parts.parameters);
    tape_release(mark);
}

/* Both output projections zero: a pre-norm block is the identity and its gradient the upstream, to
 * the last bit. A post-norm block has a norm on the road: what arrives has lost its mean. */
static void check_highway(void)
{
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.blocks[0] = block_make(&parts.parameters, "pre", block_settings(false), initial());
    parts.blocks[1] = block_make(&parts.parameters, "post", block_settings(true), initial());
    for (int i = 0; i < 2; i++) {
        parameter_fill(parts.blocks[i].attention.output.weight, 0);
        parameter_fill(parts.blocks[i].mlp.down.weight, 0);
    }
    Tensor *x = check_normal(shape3(1, 5, 6), 1);
    tensor_want_grad(x);
    Tensor *out = block_forward(&parts.blocks[0], x, NULL, 0);
    tensor_retain_grad(out);
    backward_randomly(out, 13);
    bool same = memcmp(out->data, x->data, 30 * sizeof(real)) == 0 &&
                memcmp(out->grad, x->grad, 30 * sizeof(real)) == 0;
    gate_check("block pre-norm, silent: the identity", same, "to the bit, both ways");
    tensor_zero_grad(x);
    backward_randomly(block_forward(&parts.blocks[1], x, NULL, 0), 13);
    double sum = 0;
    for (size_t i = 0; i < 6; i++)
        sum += (double)x->grad[i];
    gate_check("block post-norm, silent: rows sum to 0", fabs(sum) <= 10 * rounding(),
               "sum %.0e", fabs(sum));
    parameters_free(&parts.parameters);
    tape_release(mark);
}

/* ---- names and initial values ------------------------------------------------------------------ */
static void check_names(void)
{
    const char *names[12] = {"h.0.ln_1.weight", "h.0.ln_1.bias", "h.0.attn.c_attn.weight",
                             "h.0.attn.c_attn.bias", "h.0.attn.c_proj.weight",
                             "h.0.attn.c_proj.bias", "h.0.ln_2.weight", "h.0.ln_2.bias",
                             "h.0.mlp.c_fc.weight", "h.0.mlp.c_fc.bias", "h.0.mlp.c_proj.weight",
                             "h.0.mlp.c_proj.bias"};
    Parameters list = {NULL, 0, 0};
    Block block = block_make(&list, "h.0", block_settings(false), initial());
    int right = 0;
    for (int i = 0; i < 12 && i < list.count; i++)
        right += strcmp(list.items[i].name, names[i]) == 0;
    bool placed = parameters_find(&list, names[0]) == block.norm1.gain &&
                  parameters_find(&list, names[7]) == block.norm2.bias &&
                  parameters_find(&list, names[3]) == block.attention.qkv.bias &&
                  parameters_find(&list, names[11]) == block.mlp.down.bias;
    gate_check("parameters named and ordered as GPT-2's",
               right == 12 && list.count == 12 && placed, "%d of %d", right, list.count);
    /* 12 C^2 + 13 C for C = 6 */
    gate_check("parameters of a block number 12 C^2 + 13 C", parameters_elements(&list) == 510, "%zu",
               parameters_elements(&list));
    gate_check("parameters not found under another name", parameters_find(&list, "h.0.mlp") == NULL, "NULL");
    parameters_free(&list);
}

static bool all_equal(const Tensor *t, real value)
{
    for (size_t i = 0; i < t->size; i++)
        if (t->data[i] != value)
            return false;
    return true;
}

/* The sample's deviation within five standard errors of the one promised: for n normals that error is
 * deviation / sqrt(2n). */
static void check_deviation(const char *name, const Tensor *t, double expected)
{
    double squares = 0;
    for (size_t i = 0; i < t->size; i++)
        squares += (double)t->data[i] * (double)t->data[i];
    double found = sqrt(squares / (double)t->size);
    gate_check(name, fabs(found - expected) <= 5 * expected / sqrt(2.0 * (double)t->size),
               "expected %.4f, found %.4f", expected, found);
}

static void check_initial_values(void)
{
    Parameters list = {NULL, 0, 0};
    Linear linear = linear_make(&list, "linear", 64, 25, true, initial());
    Embedding embedding = embedding_make(&list, "table", 40, 50, initial());
    LayerNorm norm = layer_norm_make(&list, "norm", 7, (real)1e-5);
    check_deviation("linear begins with deviation 1/sqrt(I)", linear.weight, 0.125);
    check_deviation("embedding begins with deviation 0.02", embedding.table, 0.02);
    bool plain = all_equal(norm.gain, 1) && all_equal(norm.bias, 0) && all_equal(linear.bias, 0);
    gate_check("layer_norm begins as the plain one", plain, "gain 1, biases 0");
    parameters_free(&list);
}

/* ---- by hand ----------------------------------------------------------------------------------- */
/* The lesson's case: width 2, one step, so that attention only looks at itself. x = [1, 3] normalises
 * to [-1, 1] (epsilon 0); values are 2 n, the output projection halves: x becomes [0, 4]. The second
 * branch sees [-1, 1] again and multiplies by 0: the block's output is [0, 4]. */
static void check_by_hand(void)
{
    TapeMark mark = tape_mark();
    Parameters list = {NULL, 0, 0};
    Block block = block_make(&list, "h.0", (BlockSettings){.width = 2, .heads = 1, .bias = true},
                             initial());
    for (int i = 0; i < list.count; i++)
        if (list.items[i].tensor->shape.rank == 2)
            parameter_fill(list.items[i].tensor, 0);
    for (size_t i = 0; i < 2; i++) {
        block.attention.qkv.weight->data[i * 6 + 4 + i] = 2;       /* values: 2 I */
        block.attention.output.weight->data[i * 2 + i] = (real)0.5; /* output: I / 2 */
    }
    Tensor *x = tensor_from(shape3(1, 1, 2), (real[]){1, 3});
    tensor_want_grad(x);
    Tensor *out = block_forward(&block, x, NULL, 0);
    tensor_backward_from(out, (real[]){1, 0});
    /* A norm over two numbers gives [-1, 1] whatever they are: the branch's slope is 0, and what
     * arrives is what the highway carried, [1, 0]. */
    const real expected[4] = {0, 4, 1, 0};
    real found[4] = {out->data[0], out->data[1], x->grad[0], x->grad[1]};
    double worst = 0;
    for (int i = 0; i < 4; i++)
        worst = fmax(worst, fabs((double)(found[i] - expected[i])));
    gate_check("block by hand: [1,3] to [0,4]", worst <= rounding(), "off by %.0e", worst);
    parameters_free(&list);
    tape_release(mark);
}

/* Cross-attention by hand: width 1, queries and keys 0, values 2 m, output 1. Every query takes the
 * mean of [2, 8]; an upstream of 1 sends 1/2 to each value, 1 to each place of the memory, 0 to x. */
static void check_attention_by_hand(void)
{
    TapeMark mark = tape_mark();
    Parameters list = {NULL, 0, 0};
    Attention layer = attention_make(&list, "attn", 1, 1, true, initial());
    parameter_fill(layer.qkv.weight, 0);
    layer.qkv.weight->data[2] = 2;
    parameter_fill(layer.output.weight, 1);
    Tensor *x = tensor_from(shape3(1, 1, 1), (real[]){7});
    Tensor *memory = tensor_from(shape3(1, 2, 1), (real[]){1, 4});
    tensor_want_grad(x);
    tensor_want_grad(memory);
    Tensor *y = attention_over(&layer, x, memory, NULL, 0);
    tensor_backward_from(y, (real[]){1});
    bool right = y->data[0] == 5 && memory->grad[0] == 1 && memory->grad[1] == 1 && x->grad[0] == 0;
    gate_check("attention by hand: the mean of 2 and 8", right, "%g", (double)y->data[0]);
    parameters_free(&list);
    tape_release(mark);
}

/* Half a block by hand: x = [1, 3], epsilon 3, so n = [-1/2, 1/2]; both matrices are the identity.
 * y = x + gelu(n), and an upstream of [1, 0] gives [1.0248447, -0.0248447]. */
static void check_half_block_by_hand(void)
{
    const real one = 1, epsilon = 3;
    TapeMark mark = tape_mark();
    Parts parts = {.rate = 0};
    parts.norm[0] = layer_norm_make(&parts.parameters, "norm", 2, epsilon);
    parts.linear = linear_make(&parts.parameters, "up", 2, 2, true, initial());
    parts.second = linear_make(&parts.parameters, "down", 2, 2, true, initial());
    for (size_t i = 0; i < 4; i++)
        parts.linear.weight->data[i] = parts.second.weight->data[i] = i % 3 == 0 ? one : 0;
    Tensor *x = tensor_from(shape2(1, 2), (real[]){1, 3});
    tensor_want_grad(x);
    Tensor *y = run_half_block(&x, &parts);
    tensor_backward_from(y, (real[]){1, 0});
    const double expected[4] = {0.8457312, 3.3457312, 1.0248447, -0.0248447};
    const real found[4] = {y->data[0], y->data[1], x->grad[0], x->grad[1]};
    double worst = 0;
    for (int i = 0; i < 4; i++)
        worst = fmax(worst, fabs((double)found[i] - expected[i]));
    gate_check("linear_gelu_linear by hand: [1,3]", worst < 1e-6, "off by %.0e", worst);
    parameters_free(&parts.parameters);
    tape_release(mark);
}

int main(int argc, char **argv)
{
    gate_begin(argc, argv, "13-transformer");
    check_linear("linear (2,3,5) to 7", true);
    check_linear("linear (2,3,5) to 7, no bias", false);
    check_layer_norm();
    check_embedding();
    check_all_attention();
    check_feed_forward("feed_forward exact GELU", false, true);
    check_feed_forward("feed_forward tanh GELU", true, true);
    check_feed_forward("feed_forward no biases", true, false);
    check_residual();
    check_half_block();
    check_all_blocks();
    check_encoder();
    check_decoder();
    check_fused_against_plain();
    check_settings();
    check_looks_not_ahead();
    check_highway();
    check_names();
    check_initial_values();
    check_by_hand();
    check_attention_by_hand();
    check_half_block_by_hand();
    tape_free();
    return gate_end();
}
