/* program: what the chapters' short programs have in common, which is one option. A program that
 * trains writes the log of its run, a table of tab-separated values, to the FILE of `--tsv FILE`, or
 * to build/plots/NN-name.tsv below the current folder. `make plots` draws these tables. */
#ifndef WENGERT_PROGRAM_H
#define WENGERT_PROGRAM_H

#include "base/base.h"

#include <string.h>

/* The path that `--tsv` names, else `otherwise`; exits with status 2 on any other argument. */
static inline const char *program_tsv(int argc, char **argv, const char *otherwise)
{
    if (argc == 1)
        return otherwise;
    if (argc != 3 || strcmp(argv[1], "--tsv") != 0)
        exit_with("%s: expected no argument or --tsv FILE, found \"%s\"", argv[0],
                  argc > 3 ? argv[3] : argv[1]);
    return argv[2];
}

#endif
