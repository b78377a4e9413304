/* program: what the chapters' short programs have in common, which is one option. A program that
 * trains writes the log of its run, a table of tab-separated values, to the FILE of `--tsv FILE`,
 * or to build/plots/NN-name.tsv below the current folder. `make plots` draws these tables. */
#ifndef WENGERT_PROGRAM_H
#define WENGERT_PROGRAM_H

#include "base/base.h"

/* The path that `--tsv` names, else `otherwise`. --help and mistakes end the program, as with
 * options_parse. */
static inline const char *program_tsv(int argc, char **argv, const char *otherwise)
{
    const char *path = otherwise;
    const Option options[] = {{"tsv", OPTION_TEXT, &path, 0, 0, "where the run's log goes"}};
    options_parse(argc, argv, "Trains what the chapter built, prints how it went and keeps a log.",
                  options, 1);
    return path;
}

#endif
