/* programs: what other programs measure by themselves, started one after another: chapter 21's
 * ladder and roofline, and where the time of a training step goes. */
#include "bench.h"

#include <stdio.h>

/* Runs a program of BUILD/float/ with up to 8 more words; false, with a line, when it failed. */
static bool run_program(const Bench *bench, const char *name, const char *const words[8])
{
    char program[1000];
    const char *all[10] = {program};
    snprintf(program, sizeof program, "%s/float/%s", bench->build, name);
    for (int i = 0; i < 8; i++)
        all[i + 1] = words[i];
    int status = bench_run(all, false);
    if (status != 0)
        printf("  %s: ended with status %d\n", program, status);
    return status == 0;
}

static const char *rounds_text(const Bench *bench)
{
    static char text[40];
    snprintf(text, sizeof text, "%zu", bench->rounds);
    return text;
}

void part_ladder(const Bench *bench)
{
    printf("\nladder: one matrix product, from the triple loop to all threads (chapter 21)\n");
    run_program(bench, "programs/21-speed/train",
                (const char *[8]){"--rounds", rounds_text(bench), "--tsv", "build/bench/ladder.tsv",
                                  "--figure", "build/plots/bench-ladder.svg"});
}

/* Arrays of 1 GiB: caches that many virtual machines share are large. */
void part_roofline(const Bench *bench)
{
    printf("\nroofline: what GPT-2's work reaches, by its operations a byte (chapter 21)\n");
    run_program(bench, "programs/21-speed/roofline",
                (const char *[8]){"--rounds", rounds_text(bench), "--tsv",
                                  "build/bench/roofline.tsv", "--figure",
                                  "build/plots/bench-roofline.svg", "--megabytes", "1024"});
}

/* A step of 124M at `batch` x `length`, op by op; the program writes its table itself, and it is
 * only drawn here. */
static void profile_of(const Bench *bench, const char *name, const char *batch, const char *length)
{
    TsvLog log = {.descriptor = -1};
    char path[100];
    snprintf(path, sizeof path, "build/bench/%s.tsv", name);
    printf("\nprofile: a step of 124M, %s x %s, f32, mean of %zu\n", batch, length, bench->rounds);
    if (run_program(bench, "bench/profile",
                    (const char *[8]){"--steps", rounds_text(bench), "--tsv", path, "--batch",
                                      batch, "--length", length}))
        bench_table_end(&log, name);
}

void part_profile(const Bench *bench)
{
    profile_of(bench, "profile", "4", "64");
    profile_of(bench, "profile-1024", "1", "1024");
}
