/* Trains a three-layer network to read digits: 64 pixels, 48 and 24 hidden units, 10 scores.
 *
 * The digits are drawn here: a 5 by 7 pattern for each, put somewhere in an 8 by 8 image, in ink of
 * varying strength, on grainy paper. 8000 are for training, 2000 others are held out. The
 * activation is chapter 06's and the loss chapter 08's, as a tool. Plain gradient descent, 50
 * images a step.
 * Columns: step, loss and held_out_loss (over all images of either kind), wrong and held_out_wrong
 * (per cent of the images that are misread).
 *
 * Two more tables beside it: -digits has the pixels of two images of each digit, for a picture
 * (column, row, ink); -confusion counts, at the end, how often each held-out digit was read as each
 * (digit, read_as, images). */
#include "../program.h"
#include "ops/ops.h"
#include "show/show.h"

enum { SIDE = 8, PIXELS = SIDE * SIDE, DIGITS = 10, LAYERS = 3 };
enum { TRAIN = 8000, HELD_OUT = 2000, BATCH = 50, STEPS = 4000, EVERY = 40 };
static const real RATE = 0.1;
static const size_t widths[LAYERS + 1] = {PIXELS, 48, 24, DIGITS};

/* ---- the images ---- */
static const char *const patterns[DIGITS][7] = {
    {" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "},
    {"  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "},
    {" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"},
    {" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "},
    {"   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "},
    {"#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "},
    {"  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "},
    {"#####", "    #", "   # ", "  #  ", " #   ", " #   ", " #   "},
    {" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "},
    {" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "}};

typedef struct {
    real pixels[TRAIN + HELD_OUT][PIXELS]; /* about 0 on paper, 1 in ink */
    int digit[TRAIN + HELD_OUT];
} Images;

static void image_draw(real *pixels, int digit, Random *random)
{
    size_t left = (size_t)random_below(random, SIDE - 5 + 1),
           top = (size_t)random_below(random, SIDE - 7 + 1);
    double ink = 0.6 + 0.4 * random_uniform(random);
    for (size_t i = 0; i < PIXELS; i++) {
        /* Beyond the pattern when negative, which a size_t shows as very large. */
        size_t row = i / SIDE - top, column = i % SIDE - left;
        bool drawn = row < 7 && column < 5 && patterns[digit][row][column] == '#';
        pixels[i] = (real)((drawn ? ink : 0) + 0.2 * random_normal(random));
    }
}

static void images_draw(Images *images, uint64_t seed)
{
    Random random = random_make(seed, 0);
    for (int i = 0; i < TRAIN + HELD_OUT; i++) {
        images->digit[i] = (int)random_below(&random, DIGITS);
        image_draw(images->pixels[i], images->digit[i], &random);
    }
}

/* Puts the images to learn from in another order, so that each pass over them has other batches. */
static void images_shuffle(Images *images, Random *random)
{
    for (size_t i = TRAIN - 1; i > 0; i--) {
        size_t j = (size_t)random_below(random, i + 1);
        int digit = images->digit[i];
        images->digit[i] = images->digit[j];
        images->digit[j] = digit;
        for (size_t p = 0; p < PIXELS; p++) {
            real pixel = images->pixels[i][p];
            images->pixels[i][p] = images->pixels[j][p];
            images->pixels[j][p] = pixel;
        }
    }
}

/* ---- the network ---- */
typedef struct {
    Tensor *weight[LAYERS], *bias[LAYERS]; /* (in,out) and (out) */
} Network;

static Network network_make(uint64_t seed)
{
    Network network;
    Random random = random_make(seed, 1);
    for (int l = 0; l < LAYERS; l++) {
        network.weight[l] = tensor_parameter(shape2(widths[l], widths[l + 1]));
        network.bias[l] = tensor_parameter(shape1(widths[l + 1]));
        double deviation = sqrt(2.0 / (double)widths[l]); /* relu halves the variance */
        for (size_t i = 0; i < network.weight[l]->size; i++)
            network.weight[l]->data[i] = (real)(deviation * random_normal(&random));
    }
    return network;
}

static void network_free(Network *network)
{
    for (int l = 0; l < LAYERS; l++) {
        tensor_free(network->weight[l]);
        tensor_free(network->bias[l]);
    }
}

static Tensor *network_scores(const Network *network, const real *pixels, size_t count)
{
    Tensor *h = tensor_from(shape2(count, PIXELS), pixels); /* (N,64) */
    for (int l = 0; l < LAYERS; l++) {
        h = tensor_linear(h, network->weight[l], network->bias[l]);
        h = l + 1 < LAYERS ? tensor_relu(h) : h;
    }
    return h; /* (N,10) */
}

static void descend(Tensor *parameter)
{
    for (size_t i = 0; i < parameter->size; i++)
        parameter->data[i] -= RATE * parameter->grad[i];
}

/* One step on BATCH images from `first` on. */
static void step_down(const Network *network, const Images *images, size_t first)
{
    TapeMark mark = tape_mark();
    Tensor *scores = network_scores(network, images->pixels[first], BATCH);
    Tensor *loss = tensor_softmax_cross_entropy(scores, images->digit + first);
    for (int l = 0; l < LAYERS; l++) {
        tensor_zero_grad(network->weight[l]);
        tensor_zero_grad(network->bias[l]);
    }
    tensor_backward(loss);
    for (int l = 0; l < LAYERS; l++) {
        descend(network->weight[l]);
        descend(network->bias[l]);
    }
    tape_release(mark);
}

typedef struct {
    double loss;
    int wrong;
    int read_as[DIGITS][DIGITS]; /* how often a digit was read as each */
} Score;

static Score evaluate(const Network *network, const Images *images, size_t first, size_t count)
{
    TapeMark mark = tape_mark();
    bool recording = tape_set_recording(false);
    Tensor *scores = network_scores(network, images->pixels[first], count);
    Tensor *loss = tensor_softmax_cross_entropy(scores, images->digit + first);
    Score score = {(double)tensor_item(loss), 0, {{0}}};
    for (size_t i = 0; i < count; i++) {
        const real *row = scores->data + i * DIGITS;
        int best = 0, digit = images->digit[first + i];
        for (int d = 1; d < DIGITS; d++)
            best = row[d] > row[best] ? d : best;
        score.wrong += best != digit;
        score.read_as[digit][best]++;
    }
    tape_set_recording(recording);
    tape_release(mark);
    return score;
}

static void confusion_write(const Score *score, const char *path)
{
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "confusion", "digit read_as images"));
    for (int digit = 0; digit < DIGITS; digit++)
        for (int best = 0; best < DIGITS; best++)
            exit_if(tsv_row(&log, 3,
                            (double[]){digit, best, (double)score->read_as[digit][best]}));
    exit_if(tsv_close(&log));
}

/* Two rows of ten images, 0 to 9, with a free pixel between them. */
static void digits_write(const char *path, uint64_t seed)
{
    enum { ACROSS = DIGITS * (SIDE + 1) - 1, DOWN = 2 * (SIDE + 1) - 1 };
    TsvLog log;
    exit_if(tsv_create_beside(&log, path, "digits", "column row ink"));
    Random random = random_make(seed, 3);
    real pixels[2 * DIGITS][PIXELS];
    for (int image = 0; image < 2 * DIGITS; image++)
        image_draw(pixels[image], image % DIGITS, &random);
    for (int row = 0; row < DOWN; row++)
        for (int column = 0; column < ACROSS; column++) {
            int image = row / (SIDE + 1) * DIGITS + column / (SIDE + 1);
            int y = row % (SIDE + 1), x = column % (SIDE + 1);
            bool between = y == SIDE || x == SIDE;
            double ink = between ? 0 : (double)pixels[image][y * SIDE + x];
            exit_if(tsv_row(&log, 3, (double[]){column, row, ink}));
        }
    exit_if(tsv_close(&log));
}

static void print_score(size_t step, Score seen, Score held_out)
{
    printf("  step %4zu: loss %.2f, %4.1f %% misread; held out: loss %.2f, %4.1f %% misread\n",
           step, seen.loss, 100.0 * seen.wrong / TRAIN, held_out.loss,
           100.0 * held_out.wrong / HELD_OUT);
}

static void train(const Network *network, Images *images, uint64_t seed, const char *path)
{
    TsvLog log;
    exit_if(tsv_create(&log, path, "step loss held_out_loss wrong held_out_wrong"));
    Random random = random_make(seed, 2);
    printf("digits of %d by %d pixels, %d to learn from, %d held out, %d steps of %d images\n",
           SIDE, SIDE, TRAIN, HELD_OUT, STEPS, BATCH);
    for (size_t step = 0; step <= STEPS; step++) {
        if (step % EVERY == 0) {
            Score seen = evaluate(network, images, 0, TRAIN);
            Score held_out = evaluate(network, images, TRAIN, HELD_OUT);
            exit_if(
                tsv_row(&log, 5,
                        (double[]){(double)step, seen.loss, held_out.loss,
                                   100.0 * seen.wrong / TRAIN, 100.0 * held_out.wrong / HELD_OUT}));
            if (step == 0 || step == STEPS)
                print_score(step, seen, held_out);
            if (step == STEPS)
                confusion_write(&held_out, path);
        }
        size_t first = step * BATCH % TRAIN;
        if (first == 0)
            images_shuffle(images, &random);
        step_down(network, images, first);
    }
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    static Images images;
    const char *path = "build/plots/07-linear-algebra.tsv";
    uint64_t seed = 7;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"},
                              {"seed", OPTION_SEED, &seed, 0, 0, "of images, weights and order"}};
    options_parse(argc, argv, "Trains a three-layer network to read digits that it draws.", options,
                  2);
    images_draw(&images, seed);
    digits_write(path, seed);
    Network network = network_make(seed);
    train(&network, &images, seed, path);
    network_free(&network);
    tape_free();
    gemm_free_buffers();
    return 0;
}
