/* gpt2/: the model, its files, its training and what it writes. The room's table of contents.
 *
 *   config.c      the model's sizes and variants; config.json
 *   model.c       GPT-2 made of layers: forward, loss, initial values
 *   safetensors_*.c named tensors in Hugging Face's file format
 *   load.c        a model out of a folder of such files, ours or another's
 *   checkpoint.c  a run's folder: written atomically, resumed exactly
 *   trainer.c     the training loop
 *   evaluate.c    loss over held-out text
 *   generate.c    writing text: temperature and top-k
 *
 * Taught in chapters 15, 17 and 18. Letters: B batch, T time, C width (n_embd), V vocabulary.
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
} Gpt2;

/* A model with GPT-2's initial values: weights normal of deviation 0.02, those of residual
 * projections (c_proj) scaled by 1/sqrt(2 n_layer), biases 0, gains 1. The config must have passed
 * config_check. The caller frees with gpt2_free. */
Gpt2 *gpt2_make(const Config *config, uint64_t seed);
/* The same with nothing drawn, weights 0, for values that come from elsewhere. */
Gpt2 *gpt2_make_empty(const Config *config);
void gpt2_free(Gpt2 *model);
void gpt2_set_plain(Gpt2 *model, bool plain);
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
 * one write them, or of a run's latest checkpoint. In the precision of this build, whatever the file's.
 * The caller frees with gpt2_free; after an Error there is nothing to free. */
Error gpt2_load(Gpt2 **model, const char *folder);

/* ---- checkpoint ----------------------------------------------------------------------------------
 * RUN/step-00000500/ holds model.safetensors, config.json, optimizer.safetensors ("NAME.first",
 * "NAME.second"), the tokenizer's files and state.json; RUN/latest is a link to the newest. A new folder is
 * written under another name, synced and renamed, and then the link moves, so that a kill at any
 * moment leaves the last whole checkpoint. Older ones but `keep` are removed after that. */
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
    double rate, floor;                 /* warm-up to rate, then a cosine down to floor */
    size_t warm_up;
    double beta1, beta2, decay, clip;   /* clip 0: none */
    double dropout;
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
Error train_settings_check(const TrainSettings *settings);

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
 * Mean loss in nats over the span in windows of the model's context that do not overlap, `batch` at
 * a time: every id but the first is predicted once. With `windows` not 0, over that many of them,
 * evenly spread. */
double gpt2_evaluate(const Gpt2 *model, Span span, size_t batch, size_t windows);

/* ---- generate ------------------------------------------------------------------------------------ */
typedef struct {
    double temperature; /* 0: always the most likely */
    size_t top_k;       /* 0: all */
} SampleSettings;

/* The next id, drawn from softmax(logits / temperature) over the top_k largest. logits has n. */
int sample_id(const real *logits, size_t n, SampleSettings settings, Random *random);

/* Calls emit(id, context) for each of `count` new ids after the `n` of `ids`; a prompt longer than
 * the model's context slides. n is at least 1. */
void gpt2_generate(const Gpt2 *model, const int *ids, size_t n, size_t count,
                   SampleSettings settings, Random *random, void (*emit)(int id, void *context),
                   void *context);

#endif
