/* pitfalls: what a chapter's pitfalls.c is made of. Each pitfall is a well-known mistake, run beside the
 * right thing, so that both results can be seen; `./learn break NAME` runs it.
 *
 *   static const Pitfall pitfalls[] = {{"order", "a parent passed on before all had added", order}, ...};
 *   int main(int argc, char **argv) { return pitfalls_main(argc, argv, pitfalls, COUNT); }
 *
 * With a name as its only argument the program runs that pitfall; without one it lists them. */
#ifndef WENGERT_PITFALLS_H
#define WENGERT_PITFALLS_H

#include "base/base.h"

#include <string.h>

typedef struct {
    const char *name;  /* as in ./learn break NAME: unique in the course */
    const char *title; /* the mistake in a few words */
    void (*run)(void); /* prints the wrong and the right result, at most about 20 lines of 80 columns */
} Pitfall;

static inline int pitfalls_main(int argc, char **argv, const Pitfall *pitfalls, size_t count)
{
    if (argc > 2)
        exit_with("expected at most one name of a pitfall, found %d", argc - 1);
    bool found = argc < 2;
    for (size_t i = 0; i < count; i++) {
        if (argc < 2)
            printf("%-16s %s\n", pitfalls[i].name, pitfalls[i].title);
        else if (strcmp(argv[1], pitfalls[i].name) == 0) {
            found = true;
            printf("%s\n\n", pitfalls[i].title);
            pitfalls[i].run();
        }
    }
    if (!found)
        exit_with("expected the name of a pitfall (none: lists them), found \"%s\"", argv[1]);
    exit_if_unwritten();
    return 0;
}

#endif
