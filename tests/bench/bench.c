/* bench: the program of make bench. It starts every competitor as a process, measures them in turn,
 * prints medians and spread, writes tables to build/bench/ and draws figures into build/plots/. */
#include "bench.h"

#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    const char *name;
    void (*run)(const Bench *bench);
} Part;

static const Part parts[] = {{"peak", part_peak}, {"ladder", part_ladder},
                             {"roofline", part_roofline}, {"gemm", part_gemm},
                             {"steps", part_steps}, {"profile", part_profile},
                             {"generation", part_generation},
                             {"values", part_values}, {"attention", part_attention},
                             {"checkpointing", part_checkpointing},
                             {"gates", part_gates}};
enum { PARTS = sizeof parts / sizeof parts[0] };

void bench_table(TsvLog *log, const char *name, const char *columns)
{
    char path[200];
    snprintf(path, sizeof path, "build/bench/%s.tsv", name);
    exit_if(tsv_create(log, path, columns));
}

void bench_table_end(TsvLog *log, const char *name)
{
    char table[200], script[200], path[240], out[200];
    snprintf(table, sizeof table, "build/bench/%s.tsv", name);
    snprintf(script, sizeof script, "bench-%s.gp", name);
    snprintf(path, sizeof path, "plots/%s", script);
    snprintf(out, sizeof out, "build/plots/bench-%s.svg", name);
    exit_if(tsv_close(log));
    printf("  %s", table);
    if (access(path, R_OK) == 0) {
        exit_if(folder_make("build/plots"));
        Error error = figure_draw(script, table, out);
        printf(error.failed ? ", no figure: %s" : ", %s", error.failed ? error.text : out);
    }
    printf("\n");
    fflush(stdout);
}

int bench_run(const char *const *words, bool quiet)
{
    int status;
    fflush(stdout);
    pid_t process = fork();
    if (process == 0) {
        char *copies[16] = {0};
        for (int i = 0; i < 15 && words[i] != NULL; i++)
            copies[i] = strdup(words[i]);
        if (quiet)
            dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execv(copies[0], copies);
        _exit(127);
    }
    if (process < 0 || waitpid(process, &status, 0) < 0 || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

/* Where Debian puts OpenBLAS's OpenMP build; "" where it is not. */
static const char *find_openblas(char *folder, size_t size)
{
    glob_t found;
    *folder = '\0';
    if (glob("/usr/lib/*/openblas-openmp", 0, NULL, &found) == 0)
        snprintf(folder, size, "%s", found.gl_pathv[0]);
    globfree(&found);
    return folder;
}

/* "peak, ladder ... or gates", for messages. */
static const char *part_names(void)
{
    static char names[200];
    *names = '\0';
    for (size_t i = 0; i < PARTS && strlen(names) < sizeof names - 20; i++) {
        strcat(names, i == 0 ? "" : i + 1 < PARTS ? ", " : " or ");
        strcat(names, parts[i].name);
    }
    return names;
}

static void run_parts(const Bench *bench, const char *only)
{
    size_t ran = 0;
    for (size_t i = 0; i < PARTS; i++)
        if (*only == '\0' || strcmp(only, parts[i].name) == 0) {
            parts[i].run(bench);
            ran++;
        }
    if (ran == 0)
        exit_with("--only: expected %s, found \"%s\"", part_names(), only);
}

int main(int argc, char **argv)
{
    char folder[1000];
    const char *only = "";
    Bench bench = {.build = "build/cc", .python = "/usr/bin/python3", .rounds = 5, .patience = 40,
                   .least = 0.1, .openblas = find_openblas(folder, sizeof folder)};
    char one_part[240];
    snprintf(one_part, sizeof one_part, "one part: %s", part_names());
    const Option options[] = {
        {"only", OPTION_TEXT, &only, 0, 0, one_part},
        {"rounds", OPTION_SIZE, &bench.rounds, 1, ROUNDS_MAX, "measurements of each competitor"},
        {"patience", OPTION_NUMBER, &bench.patience, 1, 3600, "seconds that one answer may take"},
        {"least", OPTION_NUMBER, &bench.least, 0.001, 10, "seconds of one measurement at least"},
        {"build", OPTION_TEXT, &bench.build, 0, 0, "the folder of the programs"},
        {"python", OPTION_TEXT, &bench.python, 0, 0, "the interpreter that may have PyTorch"},
        {"openblas", OPTION_TEXT, &bench.openblas, 0, 0, "the folder of OpenBLAS's OpenMP build"}};
    options_parse(argc, argv, "Measures this machine, the engine, and PyTorch and OpenBLAS where "
                  "they are installed. Judges nothing.", options,
                  sizeof options / sizeof options[0]);
    signal(SIGPIPE, SIG_IGN); /* a worker that died is an answer, not the end */
    exit_if(threads_check_environment());
    exit_if(gemm_check_environment());
    printf("kernel %s, threads: %d, rounds: %zu\n", gemm_kernel_name(), threads_count(),
           bench.rounds);
    run_parts(&bench, only);
    return 0;
}
