/* The rows of speculative decoding without drawing: exactly on tables, and by hand. */
#include "exact.h"
#include "gate.h"

static void draw_tables(Toy *toy, SampleSettings sampling, bool same)
{
    for (size_t t = 0; t < toy->length; t++)
        for (size_t last = 0; last < toy->classes; last++)
            for (int which = 0; which < 2; which++) {
                real logits[TOY_CLASSES];
                double *row = (which == 0 ? toy->p : toy->q)[t][last];
                draw_logits(logits, toy->classes);
                double total = sample_weights(row, logits, toy->classes, sampling);
                for (size_t i = 0; i < toy->classes; i++)
                    row[i] = which == 1 && same ? toy->p[t][last][i] : row[i] / total;
            }
}

static void check_exactly(const char *name, size_t classes, size_t proposed, size_t length,
                          SampleSettings sampling, bool same)
{
    double worst = 0, accepted = 0;
    for (int trial = 0; trial < 4; trial++) {
        Toy toy = {.classes = classes, .proposed = proposed, .length = length};
        draw_tables(&toy, sampling, same);
        worst = fmax(worst, toy_worst_difference(&toy));
        accepted += toy_round_accepted(&toy) / 4;
    }
    bool as_expected = !same || fabs(accepted - (double)proposed) < 1e-12;
    gate_check(name, worst < 1e-13 && as_expected, "worst %.1g, %.2f accepted", worst, accepted);
}

void check_all_exactly(void)
{
    const SampleSettings all = {.temperature = 1}, greedy = {.temperature = 0};
    check_exactly("speculative exact, V 3, k 1", 3, 1, 3, all, false);
    check_exactly("speculative exact, V 3, k 3", 3, 3, 4, all, false);
    check_exactly("speculative exact, V 5, k 2", 5, 2, 3, all, false);
    check_exactly("speculative exact, V 5, k 3, top 3", 5, 3, 4,
                  (SampleSettings){.temperature = 1, .top_k = 3}, false);
    check_exactly("speculative exact, V 4, k 2, top-p 0.7", 4, 2, 3,
                  (SampleSettings){.temperature = 1.5, .top_p = 0.7}, false);
    check_exactly("speculative exact, V 5, k 2, greedy", 5, 2, 3, greedy, false);
    check_exactly("speculative exact, draft is target", 4, 3, 4, all, true);
}

/* p = (1/4, 3/8, 3/8), q = (1/2, 1/4, 1/4): id 0 stays half the time, 1 and 2 always; in place of 0
 * come 1 and 2, one as often as the other. After all: p again. */
void check_judge_by_hand(void)
{
    const double p[6] = {0.25, 0.375, 0.375, 0.25, 0.375, 0.375}, q[3] = {0.5, 0.25, 0.25};
    const struct {
        int proposed;
        double u, v;
        Verdict verdict;
    } cases[] = {{0, 0.49, 0.9, {1, 2}}, {0, 0.5, 0.49, {0, 1}}, {0, 0.99, 0.51, {0, 2}},
                 {1, 0.99, 0.1, {1, 0}}, {2, 0.99, 0.3, {1, 1}}};
    int right = 0, count = sizeof cases / sizeof *cases;
    for (int i = 0; i < count; i++) {
        double uniforms[2] = {cases[i].u, cases[i].v};
        Verdict found = speculative_judge(p, q, 3, &cases[i].proposed, 1, uniforms);
        right += found.accepted == cases[i].verdict.accepted && found.next == cases[i].verdict.next;
    }
    gate_check("speculative by hand", right == count, "%d of %d", right, count);
}
