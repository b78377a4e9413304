/* run: how checkpoint folders appear in a run's folder, are found, and go. Taught in chapter 15.
 *
 * A save may be killed, or find the disk full, between any two system calls, and the last whole
 * checkpoint must still be there and be found. So a folder is written and synced under a name that
 * no reader looks at, then renamed, and then the link moves: each a single step that happens or
 * does not. A folder that is replaced (a run resumed and saved again at the same step) steps aside
 * to NAME.old first; a reader that finds NAME missing in that moment takes NAME.old, and the next
 * save puts it back. One process at a time saves to a run. */
#include "gpt2/run.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- names ------------------------------------------------------------------------------------- */
static Error check_length(const char *run)
{
    size_t length = strlen(run);
    if (length >= 1 && length <= RUN_LENGTH_MAX)
        return no_error();
    return error_make("%.100s: expected a run's folder with a path of 1 to %d bytes, found %zu",
                      run, RUN_LENGTH_MAX, length);
}

Path path_join(const char *folder, const char *name)
{
    Path path;
    int length = snprintf(path.text, sizeof path.text, "%s/%s", folder, name);
    require(length >= 0 && (size_t)length < sizeof path.text, "path_join: %s/%s is too long",
            folder, name);
    return path;
}

static Path path_old(const Path *path)
{
    Path old;
    int length = snprintf(old.text, sizeof old.text, "%s.old", path->text);
    require(length >= 0 && (size_t)length < sizeof old.text, "path_old: %s is too long",
            path->text);
    return old;
}

/* RUN/step-00000500. */
static Path path_step(const char *run, size_t step)
{
    char name[40];
    snprintf(name, sizeof name, "step-%08zu", step);
    return path_join(run, name);
}

/* RUN/tmp-step-00000500-PROCESS: two processes never write to the same one. */
static Path path_temporary(const char *run, size_t step)
{
    char name[80];
    snprintf(name, sizeof name, "tmp-step-%08zu-%ld", step, (long)getpid());
    return path_join(run, name);
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* "step-00000500" and then `end`. */
static bool is_step(const char *name, const char *end, size_t *step)
{
    if (strncmp(name, "step-", 5) != 0)
        return false;
    size_t digits = strspn(name + 5, "0123456789");
    *step = (size_t)strtoull(name + 5, NULL, 10);
    return digits >= 8 && digits <= 19 && strcmp(name + 5 + digits, end) == 0;
}

static Error cannot(const char *path, const char *what)
{
    return error_make("%s: cannot be %s: %s", path, what, strerror(errno));
}

/* ---- going ------------------------------------------------------------------------------------- */
void run_discard(const char *folder)
{
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(path_join(folder, entry->d_name).text);
    closedir(listing);
    rmdir(folder);
}

static int newest_first(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x > y ? -1 : x < y;
}

/* The steps before `step` that RUN has, newest first; the caller frees. */
static size_t *steps_before(const char *run, size_t step, size_t *count)
{
    size_t *steps = NULL, room = 0, found;
    DIR *listing = opendir(run);
    *count = 0;
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        if (!is_step(entry->d_name, "", &found) || found >= step)
            continue;
        if (*count == room) {
            room = 2 * room + 8;
            steps = memory_realloc(steps, room * sizeof *steps);
        }
        steps[(*count)++] = found;
    }
    if (listing != NULL)
        closedir(listing);
    if (*count > 1)
        qsort(steps, *count, sizeof *steps, newest_first);
    return steps;
}

/* Half a checkpoint must not bear a checkpoint's name, not even while it goes. */
static void remove_checkpoint(const char *run, size_t step, const Path *path)
{
    Path going = path_temporary(run, step);
    if (rename(path->text, going.text) == 0)
        run_discard(going.text);
}

void run_prune(const char *run, size_t step, int keep)
{
    size_t count, *steps = steps_before(run, step, &count);
    require(keep >= 1, "run_prune: expected at least 1 checkpoint to keep, found %d", keep);
    for (size_t i = (size_t)keep - 1; i < count; i++) {
        Path path = path_step(run, steps[i]);
        remove_checkpoint(run, steps[i], &path);
    }
    free(steps);
}

Error run_clear(const char *run)
{
    Error error = check_length(run);
    if (error.failed)
        return error;
    /* The link goes first: a kill in between leaves checkpoints that nothing points at. */
    Path latest = path_join(run, "latest");
    if (is_there(latest.text) && unlink(latest.text) != 0)
        return cannot(latest.text, "removed");
    size_t count, *steps = steps_before(run, SIZE_MAX, &count);
    for (size_t i = 0; i < count; i++) {
        Path path = path_step(run, steps[i]);
        remove_checkpoint(run, steps[i], &path);
    }
    free(steps);
    return no_error();
}

/* ---- coming ------------------------------------------------------------------------------------ */
/* One entry of RUN that a killed save may have left. */
static void clear_entry(const char *run, const char *name)
{
    size_t step;
    Path path = path_join(run, name);
    if (strcmp(name, "tmp-latest") == 0)
        unlink(path.text);
    else if (strncmp(name, "tmp-step-", 9) == 0)
        run_discard(path.text);
    else if (is_step(name, ".old", &step)) {
        Path replaced = path_step(run, step);
        if (is_there(replaced.text))
            remove_checkpoint(run, step, &path);
        else /* killed before the new one came: this is still the checkpoint */
            rename(path.text, replaced.text);
    }
}

Error run_prepare(const char *run, size_t step, Path *fresh)
{
    Error error = check_length(run);
    if (!error.failed)
        error = folder_make(run);
    if (error.failed)
        return error;
    DIR *listing = opendir(run);
    if (listing == NULL)
        return cannot(run, "read");
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        clear_entry(run, entry->d_name);
    closedir(listing);
    *fresh = path_temporary(run, step);
    return mkdir(fresh->text, 0777) == 0 ? no_error() : cannot(fresh->text, "made");
}

/* Points RUN/latest at a name, in one step. */
static Error move_latest(const char *run, size_t step)
{
    char name[40];
    Path latest = path_join(run, "latest"), fresh = path_join(run, "tmp-latest");
    snprintf(name, sizeof name, "step-%08zu", step);
    if (symlink(name, fresh.text) != 0)
        return cannot(fresh.text, "made");
    if (rename(fresh.text, latest.text) == 0)
        return no_error();
    Error error = cannot(latest.text, "moved");
    unlink(fresh.text);
    return error;
}

Error run_publish(const char *run, size_t step, const Path *fresh)
{
    Path path = path_step(run, step), old = path_old(&path);
    bool replaces = rename(path.text, old.text) == 0;
    if (!replaces && errno != ENOENT)
        return cannot(path.text, "replaced");
    Error error = rename(fresh->text, path.text) == 0 ? no_error() : cannot(path.text, "made");
    if (!error.failed) {
        error = folder_sync(run); /* the link must not come to disk before what it names */
        if (!error.failed)
            error = move_latest(run, step);
        if (error.failed)
            rename(path.text, fresh->text);
    }
    if (error.failed && replaces)
        rename(old.text, path.text);
    if (error.failed)
        return error;
    if (replaces)
        remove_checkpoint(run, step, &old);
    return folder_sync(run);
}

/* ---- finding ----------------------------------------------------------------------------------- */
bool run_has_checkpoint(const char *run)
{
    return !check_length(run).failed && (is_there(path_join(run, "latest").text) ||
                                         is_there(path_join(run, "config.json").text));
}

/* The folder that the link names, or, in the moment of its replacement, that folder's old self. */
static Error follow(const char *run, const Path *latest, const char *name, Path *folder)
{
    if (name[0] == '/')
        snprintf(folder->text, sizeof folder->text, "%s", name);
    else
        *folder = path_join(run, name);
    if (is_there(folder->text))
        return no_error();
    Path old = path_old(folder);
    if (!is_there(old.text))
        return error_make("%s: expected a link to a checkpoint, found \"%.200s\", which is not "
                          "there", latest->text, name);
    *folder = old;
    return no_error();
}

Error run_find(const char *run, Path *folder)
{
    char name[1000];
    Error error = check_length(run);
    if (error.failed)
        return error;
    Path latest = path_join(run, "latest");
    ssize_t length = readlink(latest.text, name, sizeof name);
    if (length >= (ssize_t)sizeof name)
        return error_make("%s: expected a link to a checkpoint, found a name of %zu bytes or more",
                          latest.text, sizeof name);
    if (length >= 0) {
        name[length] = '\0';
        return follow(run, &latest, name, folder);
    }
    if (is_there(latest.text)) { /* a folder, where links were lost in copying */
        *folder = latest;
        return no_error();
    }
    if (!is_there(path_join(run, "config.json").text))
        return error_make("%s: expected a checkpoint (latest or config.json), found none", run);
    snprintf(folder->text, sizeof folder->text, "%s", run);
    return no_error();
}
