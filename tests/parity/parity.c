/* parity: compares the engine with what PyTorch wrote. One command for each level; `make parity` runs
 * them all, tests/parity/run.sh says in which order. Exit status: 0 when all is within bounds, 1 when
 * something is not, 2 for what cannot be read. */
#include "parity.h"

#include <string.h>

static const struct {
    const char *name;
    void (*run)(const Arguments *a);
    bool compares; /* ends with a verdict */
    const char *needs;
} commands[] = {
    {"ops", ops_command, true, "reference"},
    {"layers", layers_command, true, "reference"},
    {"adamw", adamw_command, true, "reference"},
    {"model", model_command, true, "in name"},
    {"folder", folder_command, true, "in name bound"},
    {"export", export_command, false, "out text"},
    {"step", step_command, true, "in reference text"},
    {"train", train_command, true, "in reference text"},
    {"curves", curves_command, false, "in out"},
    {"same", same_command, true, "in reference"},
    {"hurt", hurt_command, false, "in out name"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void check_needs(const Arguments *a, int c)
{
    const struct {
        const char *name;
        bool given;
    } all[] = {{"in", a->in != NULL}, {"reference", a->reference != NULL}, {"out", a->out != NULL},
               {"text", a->text != NULL}, {"name", a->name != NULL}, {"bound", a->bound > 0}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strstr(commands[c].needs, all[i].name) != NULL && !all[i].given)
            exit_with("%s: expected --%s", commands[c].name, all[i].name);
}

int main(int argc, char **argv)
{
    Arguments a = {.at = SIZE_MAX};
    const Option options[] = {
        {"in", OPTION_TEXT, &a.in, 0, 0, "the folder or file to look at"},
        {"reference", OPTION_TEXT, &a.reference, 0, 0, "the fixture that PyTorch wrote"},
        {"out", OPTION_TEXT, &a.out, 0, 0, "what to write"},
        {"text", OPTION_TEXT, &a.text, 0, 0, "the text to train on"},
        {"name", OPTION_TEXT, &a.name, 0, 0, "what to call it; hurt: the tensor"},
        {"at", OPTION_SIZE, &a.at, 0, 1e15, "hurt: the element"},
        {"bound", OPTION_NUMBER, &a.bound, 0, 1, "folder: the largest difference"},
    };
    int c = 0;
    while (argc > 1 && c < COMMANDS && strcmp(argv[1], commands[c].name) != 0)
        c++;
    if (argc < 2 || c == COMMANDS)
        exit_with("expected a command: ops, layers, adamw, model, folder, export, step, train, "
                  "curves, same or hurt");
    options_parse(argc - 1, argv + 1, "parity COMMAND [options]: our engine held to PyTorch", options,
                  sizeof options / sizeof *options);
    check_needs(&a, c);
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    commands[c].run(&a);
    tape_free();
    gemm_free_buffers();
    return commands[c].compares ? parity_end() : 0;
}
