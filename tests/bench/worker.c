/* worker: a competitor in a process of its own, so that nobody inherits another's memory,
 * threads or environment. It does nothing but wait between two requests. See work.c for what is
 * said. */
#include "bench.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 16, SETTINGS_MAX = 12, MEGABYTES_512 = 1 << 29 };

/* How a program is started: its words, and what is put into its environment. */
typedef struct {
    const char *words[WORDS_MAX];
    int word_count;
    const char *settings[SETTINGS_MAX][2];
    int setting_count;
    char text[200]; /* what the words of the work point into */
} Command;

static void command_word(Command *command, const char *word)
{
    require(command->word_count < WORDS_MAX - 1, "worker: more than %d words", WORDS_MAX - 1);
    command->words[command->word_count++] = word;
}

static void command_work(Command *command, const char *work)
{
    snprintf(command->text, sizeof command->text, "%s", work);
    char *rest = command->text;
    for (char *word; (word = strsep(&rest, " ")) != NULL;)
        command_word(command, word);
}

static void command_set(Command *command, const char *name, const char *value)
{
    require(command->setting_count < SETTINGS_MAX, "worker: more than %d settings", SETTINGS_MAX);
    command->settings[command->setting_count][0] = name;
    command->settings[command->setting_count++][1] = value;
}

/* A pipe whose ends no other worker inherits: each must see the end of its own stdin. */
static void pipe_make(int ends[2])
{
    require(pipe(ends) == 0, "worker: the system has no pipe left");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

/* In the child: becomes the program, or ends. */
static void become(const Command *command, int in, int out)
{
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    for (int i = 0; i < command->setting_count; i++)
        setenv(command->settings[i][0], command->settings[i][1], 1);
    char *words[WORDS_MAX] = {0};
    for (int i = 0; i < command->word_count; i++)
        words[i] = strdup(command->words[i]);
    execv(words[0], words);
    printf("absent %s cannot be run\n", words[0]);
    fflush(stdout);
    _exit(127);
}

static void end_process(Worker *worker, bool at_once)
{
    if (worker->process <= 0)
        return;
    if (at_once)
        kill(worker->process, SIGKILL);
    close(worker->to);
    close(worker->from);
    waitpid(worker->process, NULL, 0);
    worker->process = 0;
}

/* The next line it says, or false: it ended, or said nothing for so many seconds. */
static bool hear(Worker *worker, double seconds, char *line, size_t size)
{
    double until = seconds_now() + seconds;
    size_t used = 0;
    while (used < size - 1) {
        double left = until - seconds_now();
        struct pollfd source = {.fd = worker->from, .events = POLLIN};
        if (left <= 0 || poll(&source, 1, (int)(1000 * left) + 1) <= 0) {
            snprintf(worker->absent, sizeof worker->absent, "longer than %.0f s", seconds);
            break;
        }
        if (read(worker->from, line + used, 1) != 1) {
            snprintf(worker->absent, sizeof worker->absent, "%s ended without an answer",
                     worker->name);
            break;
        }
        if (line[used] == '\n') {
            line[used] = '\0';
            return true;
        }
        used++;
    }
    end_process(worker, true);
    return false;
}

static bool ask(Worker *worker, const char *question, double seconds, char *line, size_t size)
{
    if (worker->process <= 0)
        return false;
    if (write(worker->to, question, strlen(question)) != (ssize_t)strlen(question)) {
        snprintf(worker->absent, sizeof worker->absent, "%s ended", worker->name);
        end_process(worker, true);
        return false;
    }
    return hear(worker, seconds, line, size);
}

static double memory_of(const Bench *bench, Worker *worker)
{
    char line[80];
    bool heard = ask(worker, "memory\n", bench->patience, line, sizeof line);
    return heard ? strtod(line, NULL) : nan("");
}

static Worker start(const Bench *bench, const char *name, const Command *command)
{
    Worker worker = {.memory = nan(""), .memory_before = nan("")};
    char line[REMARK_MAX];
    int in[2], out[2], at = 0;
    snprintf(worker.name, sizeof worker.name, "%s", name);
    pipe_make(in);
    pipe_make(out);
    fflush(stdout);
    worker.process = fork();
    if (worker.process == 0)
        become(command, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    worker.to = in[1];
    worker.from = out[0];
    if (!hear(&worker, 60 + bench->patience, line, sizeof line))
        return worker;
    if (sscanf(line, "ready %lf %n", &worker.units, &at) == 1) {
        snprintf(worker.remark, sizeof worker.remark, "%s", line + at);
        worker.memory_before = memory_of(bench, &worker);
        return worker;
    }
    snprintf(worker.absent, sizeof worker.absent, "%s",
             strncmp(line, "absent ", 7) == 0 ? line + 7 : line);
    end_process(&worker, false);
    return worker;
}

Worker worker_ours(const Bench *bench, const char *precision, const char *work)
{
    Command command = {0};
    char program[1000];
    snprintf(program, sizeof program, "%s/%s/bench/work", bench->build, precision);
    command_word(&command, program);
    command_work(&command, work);
    return start(bench, "ours", &command);
}

/* OpenBLAS picks its kernel by model names and may miss a new processor: it is told. */
static void set_openblas(const Bench *bench, Command *command, const char *threads)
{
    if (*bench->openblas != '\0')
        command_set(command, "LD_LIBRARY_PATH", bench->openblas);
    command_set(command, "OMP_NUM_THREADS", threads);
    if (strcmp(gemm_kernel_name(), "avx512") == 0)
        command_set(command, "OPENBLAS_CORETYPE", "SkylakeX");
}

Worker worker_openblas(const Bench *bench, const char *precision, const char *work)
{
    Command command = {0};
    char program[1000], threads[20];
    snprintf(program, sizeof program, "%s/%s/bench/work", bench->build, precision);
    snprintf(threads, sizeof threads, "%d", threads_count());
    command_word(&command, program);
    command_work(&command, work);
    set_openblas(bench, &command, threads);
    return start(bench, "OpenBLAS", &command);
}

/* What was found to help PyTorch most: OpenBLAS with the threads of PyTorch's own OpenMP, the
 * widest vectors, and a malloc that keeps its pages, on huge pages. */
static void tune(const Bench *bench, Command *command, const char *threads, const char *keep)
{
    set_openblas(bench, command, threads);
    if (strcmp(gemm_kernel_name(), "avx512") == 0)
        command_set(command, "ATEN_CPU_CAPABILITY", "avx512");
    command_set(command, "MALLOC_MMAP_MAX_", "0");
    command_set(command, "MALLOC_TRIM_THRESHOLD_", "17179869184");
    command_set(command, "MALLOC_TOP_PAD_", keep);
    command_set(command, "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
}

Worker worker_torch(const Bench *bench, bool tuned, const char *precision, const char *work)
{
    Command command = {0};
    char threads[20], keep[20];
    const char *name = tuned ? "PyTorch tuned" : "PyTorch";
    if (tuned && *bench->openblas == '\0')
        return (Worker){.absent = "the OpenMP build of OpenBLAS is not installed"};
    snprintf(threads, sizeof threads, "%d", threads_count());
    snprintf(keep, sizeof keep, "%d", MEGABYTES_512);
    command_word(&command, bench->python);
    command_word(&command, "tests/bench/step.py");
    command_word(&command, precision);
    command_work(&command, work);
    if (tuned)
        tune(bench, &command, threads, keep);
    return start(bench, name, &command);
}

double worker_time(const Bench *bench, Worker *worker, size_t repeats)
{
    char question[40], line[80];
    snprintf(question, sizeof question, "%zu\n", repeats);
    if (!ask(worker, question, bench->patience, line, sizeof line))
        return -1;
    return strtod(line, NULL) / (double)repeats;
}

void worker_end(const Bench *bench, Worker *worker)
{
    if (worker->process <= 0)
        return;
    worker->memory = memory_of(bench, worker);
    end_process(worker, false);
}
