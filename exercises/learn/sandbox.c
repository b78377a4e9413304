/* sandbox: the words of bubblewrap. What is not bound is not there. */
#include "sandbox.h"

#include "seccomp.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the words ------------------------------------------------------------------------------- */

/* The environment is ours alone: a teacher's may hold what is nobody's business. */
static void environment_add(Words *words)
{
    static const char *const kept[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "WENGERT_THREADS"};
    char *path = text_format("PATH=%s", getenv("PATH") == NULL ? "/usr/bin:/bin" : getenv("PATH"));
    words_split(words, "env -i LC_ALL=C TMPDIR=/tmp");
    words_add(words, path); /* for bwrap to be found; inside it is another */
    free(path);
    for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
        if (getenv(kept[k]) != NULL) {
            char *word = text_format("%s=%s", kept[k], getenv(kept[k]));
            words_add(words, word);
            free(word);
        }
}

static void bind_add(Words *words, const char *how, const char *from, const char *to)
{
    words_add(words, how);
    words_add(words, from);
    words_add(words, to);
}

/* /lib and the like are folders on one system and links into /usr on another. */
static void system_add(Words *words, const char *const *folders)
{
    for (; *folders != NULL; folders++) {
        char target[PATH_ROOM];
        struct stat status;
        if (lstat(*folders, &status) != 0)
            continue;
        ssize_t length =
            S_ISLNK(status.st_mode) ? readlink(*folders, target, sizeof target - 1) : 0;
        if (length > 0) {
            target[length] = '\0';
            bind_add(words, "--symlink", target, *folders);
        } else
            bind_add(words, "--ro-bind", *folders, *folders);
    }
}

static void begin(const SandboxPlan *plan, Words *words, bool filtered)
{
    *words = (Words){.count = 0};
    environment_add(words);
    if (filtered) { /* descriptor 5 is the filter: bwrap reads it, and closes it before the program
                     */
        words_split(words, "sh -c");
        words_add(words, "exec \"$@\" 5<\"$0\"");
        words_add(words, plan->filter);
    }
    words_split(words,
                "bwrap --unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts "
                "--unshare-cgroup-try --die-with-parent --new-session --cap-drop ALL --uid 65534 "
                "--gid 65534 --hostname sandbox --setenv PATH /usr/local/bin:/usr/bin:/bin "
                "--dev-bind /dev/null /dev/null --ro-bind /dev/urandom /dev/urandom "
                "--ro-bind-try /etc/ld.so.cache /etc/ld.so.cache");
}

static void tools_add(const SandboxPlan *plan, Words *words)
{
    static const char *const folders[] = {
        "/usr/bin",     "/usr/lib",       "/usr/lib64",     "/usr/lib32",         "/usr/libexec",
        "/usr/include", "/usr/local/bin", "/usr/local/lib", "/usr/local/include", "/bin",
        "/lib",         "/lib64",         "/lib32",         "/etc/alternatives",  NULL};
    system_add(words, folders);
    if (plan->sizes)
        words_split(words, "--size 134217728");
    words_split(words, "--tmpfs /tmp");
}

/* A program's sanitizer reads /proc/self. What else is in /proc is the machine's: whoever grades as
 * root would let it be written. Folders there become empty ones, and files that are not for
 * everyone to read and for nobody to write become nothing. */
static void proc_add(const SandboxPlan *plan, Words *words)
{
    char path[300];
    struct stat status;
    words_split(words, "--proc /proc");
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%.255s", entry->d_name);
        bool own = strspn(entry->d_name, "0123456789") > 0 || entry->d_name[0] == '.';
        if (own || lstat(path, &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode))
            bind_add(words, "--ro-bind", plan->empty, path);
        else if (S_ISREG(status.st_mode) && (status.st_mode & 0666) != 0444)
            bind_add(words, "--ro-bind", "/dev/null", path);
    }
    if (proc != NULL)
        closedir(proc);
}

static void end(Words *words) { words_split(words, "--remount-ro / --chdir /course --"); }

static void below(Words *words, const char *how, const char *tree, const char *name)
{
    char from[2 * PATH_ROOM], to[2 * PATH_ROOM];
    snprintf(from, sizeof from, "%s/%s", tree, name);
    snprintf(to, sizeof to, "/course/%s", name);
    bind_add(words, how, from, to);
}

Sandbox sandbox_make(const SandboxPlan *plan, const char *tree)
{
    static const char *const libraries[] = {"/usr/lib", "/usr/lib64", "/lib", "/lib64", NULL};
    Sandbox sandbox;
    begin(plan, &sandbox.compile, false);
    tools_add(plan, &sandbox.compile);
    below(&sandbox.compile, "--ro-bind", tree, "work");
    below(&sandbox.compile, "--ro-bind", plan->headers, "lib");
    below(&sandbox.compile, "--ro-bind", plan->headers, "exercises");
    below(&sandbox.compile, "--ro-bind", plan->headers, "chapters");
    below(&sandbox.compile, "--bind", tree, "built");
    end(&sandbox.compile);

    begin(plan, &sandbox.link, false);
    tools_add(plan, &sandbox.link);
    below(&sandbox.link, "--bind", tree, "built");
    below(&sandbox.link, "--ro-bind", plan->course, LEARN_BUILD "/double/libwengert.a");
    below(&sandbox.link, "--ro-bind", plan->course, LEARN_BUILD "/learn/harness_blind.o");
    below(&sandbox.link, "--ro-bind", plan->course, LEARN_BUILD "/learn/blind");
    end(&sandbox.link);

    begin(plan, &sandbox.run, plan->filters);
    proc_add(plan, &sandbox.run);
    system_add(&sandbox.run, libraries);
    below(&sandbox.run, "--ro-bind", tree, "built");
    if (plan->filters)
        words_split(&sandbox.run, "--seccomp 5");
    end(&sandbox.run);
    return sandbox;
}

void sandbox_free(Sandbox *sandbox)
{
    words_free(&sandbox->compile);
    words_free(&sandbox->link);
    words_free(&sandbox->run);
}

/* ---- the plan -------------------------------------------------------------------------------- */

static Error header_copy(const char *folder, const char *name, const char *to)
{
    char from[PATH_ROOM], copy[2 * PATH_ROOM], *text;
    size_t length = strlen(name);
    if (length < 2 || strcmp(name + length - 2, ".h") != 0)
        return no_error();
    snprintf(from, sizeof from, "%.150s/%.150s", folder, name);
    snprintf(copy, sizeof copy, "%s/%s", to, from);
    Error error = text_read(from, &text);
    if (!error.failed)
        error = text_write(copy, text);
    free(text);
    return error;
}

/* The headers of one folder, into `to`: the sources beside them are answers. */
static Error headers_copy(const char *folder, const char *to)
{
    DIR *entries = opendir(folder);
    Error error = no_error();
    if (entries == NULL) /* a file beside the folders */
        return error;
    for (struct dirent *entry; !error.failed && (entry = readdir(entries)) != NULL;)
        error = header_copy(folder, entry->d_name, to);
    closedir(entries);
    return error;
}

static bool bwrap_has(const char *option)
{
    static ChildProgram child;
    char *const words[] = {"bwrap", "--help", NULL};
    return !child_run_words(&child, words, 10, 0).failed && strstr(child.text, option) != NULL;
}

/* The headers of all folders of lib/, of exercises/ or of chapters/. */
static Error rooms_copy(const char *house, const char *to)
{
    char folder[PATH_ROOM];
    DIR *rooms = opendir(house);
    if (rooms == NULL)
        return error_make("%s: cannot be read", house);
    Error error = no_error();
    for (struct dirent *entry; !error.failed && (entry = readdir(rooms)) != NULL;) {
        snprintf(folder, sizeof folder, "%.20s/%.300s", house, entry->d_name);
        if (entry->d_name[0] != '.' && strcmp(folder, "exercises/learn") != 0)
            error = headers_copy(folder, to);
    }
    closedir(rooms);
    return error;
}

Error sandbox_plan(SandboxPlan *plan, const char *folder)
{
    static const char *const houses[] = {"lib", "exercises", "chapters"};
    char path[PATH_ROOM];
    *plan = (SandboxPlan){.sizes = bwrap_has("--size ")};
    if (getcwd(plan->course, sizeof plan->course) == NULL)
        return error_make("the course's folder has too long a name");
    snprintf(plan->headers, sizeof plan->headers, "%.300s/headers", folder);
    snprintf(plan->empty, sizeof plan->empty, "%.300s/empty", folder);
    snprintf(plan->filter, sizeof plan->filter, "%.300s/filter", folder);
    Error error = folder_make(plan->empty);
    for (size_t k = 0; k < sizeof houses / sizeof *houses && !error.failed; k++) {
        snprintf(path, sizeof path, "%.300s/headers/%s", folder, houses[k]);
        error = folder_make(path); /* there may be nothing to copy into it */
        if (!error.failed)
            error = rooms_copy(houses[k], plan->headers);
    }
    return error.failed ? error : seccomp_write(plan->filter, &plan->filters);
}

/* ---- the trial ------------------------------------------------------------------------------- */

static Error one_try(const Words *before, const char *words, const char *what)
{
    static ChildProgram child;
    Words all = {.count = 0};
    words_append(&all, before);
    words_split(&all, words);
    Error error = child_run_words(&child, all.items, 60, 0);
    words_free(&all);
    if (error.failed)
        return error;
    if (!child_succeeded(&child))
        return error_make("%s: %.*s", what, (int)strcspn(child.text, "\n"), child.text);
    return no_error();
}

Error sandbox_try(const Sandbox *sandbox)
{
    Error error =
        one_try(&sandbox->compile, LEARN_CC " -Ilib work/try.c -o built/try", "a compiler");
    return error.failed ? error : one_try(&sandbox->run, "built/try", "a program");
}
