/* profile: where the time of one training step of GPT-2 124M goes, op by op. The table it writes
 * has one column an op; its rows are forward and backward, in milliseconds a step. */
#include "model.h"
#include "show/show.h"

#include <string.h>

enum { OPS_MAX = 64 };

static void write_table(const char *path, size_t steps)
{
    char columns[3000] = "backward", *space;
    const char *what;
    double rows[2][OPS_MAX + 1] = {{0}, {1}}, seconds[2];
    int count = 0;
    while (count < OPS_MAX && profile_line(count, &what, seconds)) {
        size_t used = strlen(columns);
        snprintf(columns + used, sizeof columns - used, " %s", what);
        while ((space = strchr(columns + used + 1, ' ')) != NULL)
            *space = '_';
        count++;
        for (int pass = 0; pass < 2; pass++)
            rows[pass][count] = 1e3 * seconds[pass] / (double)steps;
    }
    TsvLog log;
    exit_if(tsv_create(&log, path, columns));
    for (int pass = 0; pass < 2; pass++)
        exit_if(tsv_row(&log, (size_t)count + 1, rows[pass]));
    exit_if(tsv_close(&log));
}

int main(int argc, char **argv)
{
    const char *path = "build/bench/profile.tsv";
    size_t steps = 5, batch = 4, length = 64;
    const Option options[] = {{"steps", OPTION_SIZE, &steps, 1, 1000, "that are counted"},
                              {"batch", OPTION_SIZE, &batch, 1, 64, "windows in a step"},
                              {"length", OPTION_SIZE, &length, 1, 1024, "ids in a window"},
                              {"tsv", OPTION_TEXT, &path, 0, 0, "where the table goes"}};
    options_parse(argc, argv, "Where the time of a training step of GPT-2 124M goes.", options, 4);
    Subject subject = subject_make((size_t[]){12, 12, 768, 50304, batch, length});
    subject_step(&subject);
    profile_set(true);
    for (size_t i = 0; i < steps; i++)
        subject_step(&subject);
    write_table(path, steps);
    profile_print(stdout, steps);
    return 0;
}
