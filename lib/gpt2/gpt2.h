/* gpt2/: the model, its files, its training and what it writes. The room's table of contents.
 *
 *   config.c      the model's sizes and variants; config.json
 *   model.c       GPT-2 made of layers: forward, loss, initial values
 *   safetensors_*.c named tensors in Hugging Face's file format
 *   load.c        a model out of a folder of such files, ours or another's
 *   checkpoint.c  a run's folder: written atomically, resumed exactly
 *   trainer.c     the training loop
 *   evaluate.c    loss over held-out text; what a model says of each id
 *   perplexity.c  perplexity over a stream by windows that overlap
 *   lambada.c     the last word of passages
 *   sample.c      one id from logits: temperature, top-k, top-p
 *   cache.c       keys and values kept, so that a new id costs one position
 *   speculative.c a small model guesses ahead, the large one checks
 *   generate.c    writing text
 *
 * Taught in chapters 15 and 17 to 19. Letters: B batch, T time, C width (n_embd), V vocabulary.
 * Source of the model: Radford et al. 2019, "Language models are unsupervised multitask learners".
 */
#ifndef WENGERT_GPT2_H
#define WENGERT_GPT2_H

#include <signal.h>

#include "nn/nn.h"
#include "optim/optim.h"
#include "text/text.h"

/* ---- config ------------------------------------------------------------------------------------ */
typedef struct {
    size_t n_layer, n_head, n_embd, vocab_size, n_positions;
    double layer_norm_epsilon;
    bool tanh_gelu; /* "gelu_new" when true (GPT-2's own), "gelu" when false */
    bool tied;      /* the head shares the embedding's table */
    bool bias;      /* linear layers have biases, as GPT-2's do */
} Config;

Config config_default(void); /* 4 layers, 4 heads, width 128, context 64; vocab_size 0 */
/* An Error naming the field, what was expected and what was found. */
Error config_check(const Config *config);
/* config.json in Hugging Face's names (n_layer, n_head, n_embd, vocab_size, n_positions,
 * layer_norm_epsilon, activation_function, tie_word_embeddings; our own "bias" when false). */
Error config_read(Config *config, const char *path);
Error config_write(const Config *config, const char *path);

/* ---- model ------------------------------------------------------------------------------------- */
typedef struct {
    Config config;
    Parameters parameters; /* owns every tensor below; in Hugging Face's names and order */
    Embedding tokens;      /* "wte" (V,C) */
    Embedding positions;   /* "wpe" (n_positions,C) */
    Block *blocks;         /* "h.0" ... */
    LayerNorm final_norm;  /* "ln_f" */
    Tensor *head;          /* tokens.table when tied, else "lm_head.weight" (V,C) */
    bool plain;            /* built from one-op files only, no fused operation */
    size_t segment;        /* blocks of a checkpointed segment; 0: no checkpointing */
} Gpt2;

/* A model with GPT-2's initial values: weights normal of deviation 0.02, those of residual
 * projections (c_proj) scaled by 1/sqrt(2 n_layer), biases 0, gains 1. The config must have passed
 * config_check. The caller frees with gpt2_free. */
Gpt2 *gpt2_make(const Config *config, uint64_t seed);
/* The same with nothing drawn, weights 0, for values that come from elsewhere. */
Gpt2 *gpt2_make_empty(const Config *config);
void gpt2_free(Gpt2 *model);
void gpt2_set_plain(Gpt2 *model, bool plain);
/* While recording, keep only what stands between segments of so many blocks and make the rest again in
 * backward (tensor_checkpoint): the same bits for less memory and more time. 0, as at first: keep all. */
void gpt2_set_segment(Gpt2 *model, size_t blocks);
/* The root of the number of blocks, rounded: the segment of Chen et al. 2016. */
size_t gpt2_segment_default(const Config *config);
size_t gpt2_parameter_count(const Config *config); /* by formula, without making it */

/* ids (B,T) give logits (B,T,V). T is at most n_positions. Dropout at `rate` after the embeddings
 * and each branch with masks from `dropout`; NULL means none. */
Tensor *gpt2_forward(const Gpt2 *model, const int *ids, size_t b, size_t t, Random *dropout,
                     real rate);
/* The mean cross-entropy in nats of targets (B,T), IGNORED ones left out; a scalar. */
Tensor *gpt2_loss(const Gpt2 *model, const int *ids, const int *targets, size_t b, size_t t,
                  Random *dropout, real rate);

/* ---- safetensors ---------------------------------------------------------------------------------
 * Format: 8 bytes of header length (little-endian), a JSON header, then the tensors' bytes. */
/* Writes the list to path (whole or not at all), in the precision of this build: F64 or F32. The
 * metadata has "format": "pt", as other tools expect. */
Error safetensors_write(const Parameters *list, const char *path);
/* The same in F32, the precision that others expect, from either build; a double is rounded. */
Error safetensors_write_f32(const Parameters *list, const char *path);
/* Fills every tensor of the list from the file, converting F64, F32, F16 and BF16. Names may carry
 * the prefix "transformer."; mask buffers ("attn.bias", "attn.masked_bias") and, when the list has
 * none, a tied "lm_head.weight" are skipped. A tensor missing, extra, of another shape or twice
 * there, and every broken header, is an Error; then no tensor of the list has changed. */
Error safetensors_read(Parameters *list, const char *path);

/* ---- load ----------------------------------------------------------------------------------------
 * The model of a folder with config.json and model.safetensors, as Hugging Face's libraries and this
 * one write them, or of a run's latest checkpoint. In the precision of this build, whatever the
 * file's; a NaN or an infinity, among the weights or in the logits after id 0, is an Error. The
 * caller frees with gpt2_free; after an Error there is nothing to free. */
Error gpt2_load(Gpt2 **model, const char *folder);

/* ---- checkpoint ----------------------------------------------------------------------------------
 * RUN/step-00000500/ holds model.safetensors, config.json, optimizer.safetensors ("NAME.first",
 * "NAME.second"), the tokenizer's files and state.json; RUN/latest is a link to the newest. A new
 * folder is written under another name, synced and renamed, and then the link moves, so that a kill
 * at any moment leaves the last whole checkpoint. Older ones but `keep` are removed after that. */
typedef struct {
    size_t step;       /* optimizer steps taken */
    uint64_t seed;     /* of the run */
    Random dropout;    /* the dropout stream, where it stands */
    double best;       /* lowest held-out loss so far, NaN before the first */
    char settings[2000]; /* the run's settings as one line of text, held equal on resuming */
} RunState;

Error checkpoint_save(const char *run, const Gpt2 *model, const AdamW *optimizer,
                      const Tokenizer *tokenizer, const RunState *state, int keep);
/* Reads RUN/latest (or RUN itself when it holds config.json). Makes the model; `tokenizer` is
 * filled. The caller frees both. On an error nothing needs freeing. */
Error checkpoint_load_model(const char *run, Gpt2 **model, Tokenizer *tokenizer);
/* Then, to resume: the optimizer (made over the model's parameters) and the state. */
Error checkpoint_load_state(const char *run, const Gpt2 *model, AdamW *optimizer, RunState *state);
bool checkpoint_exists(const char *run);
/* The step of the latest checkpoint. */
Error checkpoint_step(const char *run, size_t *step);
/* Removes every checkpoint of a run, the link first: the folder is ready for a new one. */
Error checkpoint_clear(const char *run);

/* ---- trainer -------------------------------------------------------------------------------------
 * What the loop tells after every step, and once before the first (step as begun, loss NaN). */
typedef struct {
    size_t step;              /* steps taken, this one included */
    double loss;              /* mean over the step's windows, nats; before its update */
    double validation;        /* held-out loss when it was measured now, else NaN */
    double gradient_norm;     /* before clipping */
    double rate;
    double tokens_per_second; /* since the loop began, evaluation not counted */
    bool saving;              /* a checkpoint of this step follows: make what was logged durable */
} TrainReport;

typedef struct {
    size_t steps, batch, micro_batches; /* a step sees batch * micro_batches windows */
    size_t window;                      /* of so many ids; 0: as many as the model has positions */
    double rate, floor;                 /* warm-up to rate, then a cosine down to floor */
    size_t warm_up;
    double beta1, beta2, decay, clip;   /* clip 0: none */
    double dropout;
    bool checkpointing;                 /* make activations again in backward: the same numbers */
    size_t segment;                     /* of so many blocks; 0: gpt2_segment_default */
    uint64_t seed;
    size_t evaluate_every, evaluate_windows; /* windows while training, evenly spread; 0: all */
    const char *run;   /* the folder of checkpoints, or NULL: nothing is written */
    size_t save_every;
    bool resume;       /* go on from run's latest checkpoint */
    const volatile sig_atomic_t *stop; /* not 0: save and return; NULL: never */
    Error (*report)(const TrainReport *report, void *context); /* may be NULL */
    void *context;
} TrainSettings;

TrainSettings train_settings_default(void); /* those of `make start` */
/* An Error says what cannot be, by itself or with a model of this config. */
Error train_settings_check(const TrainSettings *settings, const Config *config);

typedef struct {
    size_t first_step, step; /* began after, ended at */
    double loss;             /* of the last step */
    double validation;       /* over the whole held-out part, at the end; NaN when stopped */
    double seconds;          /* of the loop */
} TrainResult;

/* Trains the model on `train`. A loss that is not finite, a full disk, a checkpoint that cannot be
 * read or was made under other settings is an Error; the last whole checkpoint stays. The numbers
 * depend on the settings and the seed alone: not on threads, and not on where a run was stopped. The
 * tokenizer goes into each checkpoint; NULL where none is saved. */
Error gpt2_train(Gpt2 *model, const Tokenizer *tokenizer, Span train, Span held_out,
                 const TrainSettings *settings, TrainResult *result);

/* ---- evaluate ------------------------------------------------------------------------------------
 * Mean loss in nats over the span in windows of `context` ids that do not overlap, `batch` at a
 * time: every id but the first is predicted once. With `windows` not 0, over that many of them,
 * evenly spread. */
double gpt2_evaluate(const Gpt2 *model, Span span, size_t context, size_t batch, size_t windows);

/* What the model says of one id: -log p in nats, and whether it is the likeliest (of equally likely
 * ids the lowest counts, as an argmax takes it). */
typedef struct {
    double nats;
    bool likeliest;
} Score;

/* Scores every target of a batch (B,T) that is not IGNORED; the other scores are left as they are.
 * What a row says depends on the ids up to it alone, and not on how many rows there are. */
void gpt2_score(const Gpt2 *model, const int *ids, const int *targets, size_t b, size_t t,
                Score *scores);

/* How many windows of `context` rows go through the model at once: a few hundred rows keep every
 * thread busy, and more would only take memory. */
size_t evaluation_batch(size_t context);

/* Called after each batch: `done` of `total` windows or passages; the ids scored so far and the sum
 * of their nats. `report` may be NULL. */
typedef struct {
    void (*report)(size_t done, size_t total, size_t scored, double nats, void *context);
    void *context;
} Watch;

/* exp(nats / count): the inverse geometric mean of the probabilities. NaN when nothing counts. */
double perplexity_of(double nats, size_t count);
/* nats / (ln 2 bytes), whatever the bytes were cut into. NaN when there are none. */
double bits_per_byte(double nats, size_t bytes);
/* sqrt(a (1 - a) / n): the standard error of an accuracy a over n independent passages. */
double accuracy_error(size_t right, size_t count);

/* ---- perplexity ---------------------------------------------------------------------------------
 * Window w has the ids [w stride, w stride + context), cut off at the end of the stream; in it are
 * scored those ids that no window before has scored. The last window is the first that reaches the
 * end. So every id from the second on is scored exactly once, and from the second window on with at
 * least context - stride ids before it. Where stride = context that would be none for a window's
 * first id: then the window begins one id earlier. 1 <= stride <= context, context >= 2. With
 * stride < context this is the protocol of Hugging Face's guide "Perplexity of fixed-length models". */
typedef struct {
    size_t begin, from, end; /* ids [from, end) are scored; [begin, end - 1) go into the model */
} StridedWindow;

/* How many windows: 0 for fewer than 2 ids. */
size_t strided_count(size_t ids, size_t context, size_t stride);
StridedWindow strided_window(size_t ids, size_t context, size_t stride, size_t w);

typedef struct {
    size_t windows, scored;
    double nats; /* their sum */
} Perplexity;

/* Over the ids of a span, which must be below V; context is at most n_positions. */
Perplexity gpt2_perplexity(const Gpt2 *model, Span span, size_t context, size_t stride,
                           Watch watch);

/* The text that Hugging Face's guide makes of a WikiText file: lines, of which blank ones become
 * empty and the others keep their line break, joined with two line breaks. What comes after the last
 * line break is a line only if there is something. The caller frees. */
unsigned char *wikitext_join(const unsigned char *text, size_t size, size_t *joined);

/* ---- lambada -------------------------------------------------------------------------------------
 * The LAMBADA task (Paperno et al. 2016): the last word of a passage, given all before it. The file
 * has one JSON object a line with the passage under "text". The last word is what follows the last
 * space; the passage without it and " WORD", with its space, become ids each on its own. */
typedef struct {
    size_t begin, word, end; /* ids [begin, end) of the list; from `word` on, the last word */
} Passage;

/* Starts as {0}; freed by passages_free. */
typedef struct {
    Ids ids;
    Passage *items;
    size_t count, capacity;
} Passages;

/* One more, of `count` ids whose last `word` are the last word. */
void passages_add(Passages *passages, const int *ids, size_t count, size_t word);
void passages_free(Passages *passages);

/* The first `limit` passages of a file, or all when 0. An Error names the file and the line: no
 * JSON object, no "text", no space in it, nothing before or after the last one, a character that is
 * not in the vocabulary, a last word of more ids than `context`, which a model could not be asked
 * for; or a file without a passage. Then there is nothing to free. */
Error lambada_read(Passages *passages, const char *path, Tokenizer *tokenizer, size_t context,
                   size_t limit);

typedef struct {
    size_t passages, shortened; /* of these so many were longer than the context */
    size_t scored;              /* ids of last words */
    size_t right, last_right;   /* words whose every id is the likeliest; whose last id is */
    double nats, last_nats;     /* summed over all ids of last words; over the last ids alone */
} Lambada;

/* Each id of a last word is predicted from the ids before it, the word's own earlier ones included;
 * from the last n_positions of them where there are more. */
Lambada gpt2_lambada(const Gpt2 *model, const Passages *passages, Watch watch);

/* ---- sample ---------------------------------------------------------------------------------- */
typedef struct {
    double temperature; /* 0: always the most likely */
    size_t top_k;       /* 0: all */
    double top_p;       /* 0 or 1: all */
} SampleSettings;

/* What the next id is drawn from: id i has the probability weights[i] / total, and the total is
 * returned. Weights are exp(logit / temperature) up to a common factor, for the top_k largest; then
 * of those the largest, as many as it takes to reach top_p of their sum (Holtzman et al. 2020): the
 * one that reaches it stays. Ids with the same logit as the last one that stays do too. Temperature
 * 0 gives the first of the largest all. logits and weights have n, at least 1. A largest logit that
 * is not finite comes of weights that no reader could see through: like memory that ran out, it ends
 * the program with one line and status 2. */
double sample_weights(double *weights, const real *logits, size_t n, SampleSettings settings);
/* Id i with probability weights[i] / total, from one uniform number in [0, 1). */
int sample_from(const double *weights, size_t n, double total, double uniform);
/* Both in one. Takes one random number, at temperature 0 none. */
int sample_id(const real *logits, size_t n, SampleSettings settings, Random *random);

/* ---- cache ----------------------------------------------------------------------------------- */
/* Keys and values of the positions that a model has read. Positions count from 0 to `length`; as a
 * part of a longer text, position 0 is the text's id `begin`. */
typedef struct {
    const Gpt2 *model;
    size_t begin, length;
    real *keys, *values; /* (n_layer,H,n_positions,D) each; owned */
} Cache;

/* For this model, whose parameters must outlive it and not change while it holds positions. The
 * caller frees with cache_free; NULL is no error. */
Cache *cache_make(const Gpt2 *model);
void cache_free(Cache *cache);
/* Forgets all but the first `length` positions; 0 empties it. */
void cache_truncate(Cache *cache, size_t length);
/* Reads n more ids, at least 1 and no more than there is room for. Returns the logits of the last
 * `last` of them, (last,V), on the tape, without recording. They are those of gpt2_forward over all
 * ids, to the bit for heads of at most 768 elements. */
Tensor *gpt2_extend(Cache *cache, const int *ids, size_t n, size_t last);

/* Where the window over a text of n ids begins. Up to n_positions ids it is 0; then the window
 * moves on by half of n_positions whenever it would be too long: what is seen of the text are the
 * last n_positions/2 + 1 to n_positions ids, and it depends on n alone. */
size_t window_begin(size_t n, size_t positions);
/* Reads what the cache does not hold yet of the window over the text ids[0..n), all of it when the
 * window has moved; logits as gpt2_extend gives them. The text must be the one read before with
 * more ids behind it. cache_forget makes it a text of n ids again. */
Tensor *cache_follow(Cache *cache, const int *ids, size_t n, size_t last);
void cache_forget(Cache *cache, size_t n);

/* ---- speculative ----------------------------------------------------------------------------- */
typedef struct {
    size_t accepted; /* of the proposed ids, from the first on */
    int next;        /* the id after them */
} Verdict;

/* The decision on `count` proposed ids. p (count+1,V) and q (count,V) are probabilities, the
 * target's and those that each id was drawn from; uniforms are count + 1 numbers in [0, 1). */
Verdict speculative_judge(const double *p, const double *q, size_t classes, const int *proposed,
                          size_t count, const double *uniforms);

/* A target and a draft of the same vocabulary, with a cache each; a round proposes up to `tokens`
 * ids. The caller frees; NULL is no error. */
typedef struct Speculative Speculative;
Speculative *speculative_make(const Gpt2 *model, const Gpt2 *draft, size_t tokens);
void speculative_free(Speculative *speculative);

typedef struct {
    size_t written, proposed, accepted;
} Round;

/* Writes 1 to `most` ids behind the n of ids, distributed as the model's own under this sampling.
 * The text must be what the last round left. */
Round speculative_round(Speculative *speculative, int *ids, size_t n, size_t most,
                        SampleSettings sampling, Random *random);

/* ---- generate -------------------------------------------------------------------------------- */
typedef struct {
    size_t proposed, accepted; /* ids of the draft */
} Proposals;

typedef struct {
    size_t count;            /* ids to write at most */
    SampleSettings sampling;
    int end;                 /* this id ends the text and is not written; -1: none does */
    bool no_cache;           /* run the whole window for each id: the same ids, slower */
    const Gpt2 *draft;       /* NULL: none. Not together with no_cache */
    size_t draft_tokens;     /* ids that it proposes in a round */
    Proposals *proposals;    /* added to, when not NULL */
    bool (*emit)(int id, void *context); /* called for each id; false: stop */
    void *context;
} GenerateSettings;

GenerateSettings generate_settings_default(void); /* no emit: the caller sets it */

/* Goes on from the n ids of a prompt, at least 1; returns how many ids were written. A text longer
 * than the model's context is seen through window_begin's window. The ids are a function of the
 * prompt, the settings and `random`; with and without the cache they are the same. */
size_t gpt2_generate(const Gpt2 *model, const int *ids, size_t n, const GenerateSettings *settings,
                     Random *random);

#endif
