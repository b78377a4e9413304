/* grade_collect: what a student handed in may be anything: links to the teacher's files, pipes that
 * never end, folders without bottom. So nothing is walked: each exercise's one name is asked for,
 * folder by folder, links refused at every step, and only a regular file of a sensible size is
 * copied. */
#include "grade.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES_MAX = 2000 };

void submission_tree(const Class *class, size_t at, char tree[PATH_ROOM])
{
    snprintf(tree, PATH_ROOM, "%.300s/%04zu", class->place, at);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* A file's name as it may be printed: printable ASCII, what is not as "?". */
static void name_print(const char *entry, char *name, size_t room)
{
    size_t used = 0;
    for (; *entry != '\0' && used + 1 < room; entry++)
        name[used++] = isprint((unsigned char)*entry) ? *entry : '?';
    name[used] = '\0';
}

/* Adds a name to a line of them; after a few, only how many more there are would help nobody. */
static void line_add(char *line, size_t room, const char *entry)
{
    char name[60];
    size_t used = strlen(line);
    name_print(entry, name, sizeof name);
    if (used + strlen(name) + 8 < room / 2)
        snprintf(line + used, room - used, "%s%s", used == 0 ? "" : ", ", name);
    else if (used < 4 || strcmp(line + used - 4, " ...") != 0)
        snprintf(line + used, room - used, " ...");
}

/* ---- folders --------------------------------------------------------------------------------- */

static int folder_open(int parent, const char *name)
{
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static int submissions_compare(const void *a, const void *b)
{
    return strcmp(((const Submission *)a)->entry, ((const Submission *)b)->entry);
}

/* Odd names may print alike; the reports tell them apart by a number. */
static void names_part(Class *class)
{
    for (size_t i = 0; i < class->count; i++)
        for (size_t j = 0, same = 1; j < i; j++)
            if (strcmp(class->submissions[i].name, class->submissions[j].name) == 0) {
                char *end = strchr(class->submissions[i].name, '\0');
                size_t room = (size_t)(class->submissions[i].name + GRADE_NAME - end);
                snprintf(end, room, " (%zu)", ++same);
                j = (size_t)-1; /* the new name may be taken too */
            }
}

Error class_find(Class *class)
{
    size_t room = 0;
    DIR *folder = opendir(class->folder);
    if (folder == NULL)
        return error_make("%.300s: expected a folder of submissions: %s", class->folder,
                          strerror(errno));
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat status;
        if (entry->d_name[0] == '.')
            continue;
        if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISDIR(status.st_mode)) {
            line_add(class->aside, sizeof class->aside, entry->d_name);
            continue;
        }
        if (class->count == room)
            class->submissions =
                memory_realloc(class->submissions, (room = 2 * room + 16) * sizeof(Submission));
        Submission *submission = &class->submissions[class->count++];
        *submission = (Submission){.done = NULL};
        snprintf(submission->entry, sizeof submission->entry, "%s", entry->d_name);
        name_print(entry->d_name, submission->name, GRADE_NAME - 12);
    }
    closedir(folder);
    if (class->count == 0)
        return error_make("%.300s: expected a folder for each submission, found none",
                          class->folder);
    qsort(class->submissions, class->count, sizeof(Submission), submissions_compare);
    names_part(class);
    return no_error();
}

/* ---- one file -------------------------------------------------------------------------------- */

static void refuse(Grade *grade, const char *name, const char *what)
{
    grade->state = GRADE_ZERO;
    snprintf(grade->why, sizeof grade->why, "not taken");
    snprintf(grade->sentence, sizeof grade->sentence, "%s %s.", name, what);
}

/* What is wrong with a name that must be a regular file; NULL when nothing is. */
static const char *fault_of(const struct stat *status)
{
    if (S_ISLNK(status->st_mode))
        return "is a symbolic link, which is not followed";
    if (!S_ISREG(status->st_mode))
        return "is not a regular file";
    return status->st_size > GRADE_FILE_BYTES ? "is larger than 256 KiB" : NULL;
}

/* Opens a regular file of sensible size and no other, never waiting; -1 when it is not there, or
 * after saying why it is not taken. */
static int file_open(int folder, const char *name, Grade *grade)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
    const char *fault = fault_of(&status);
    int file =
        fault != NULL ? -1 : openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && (fstat(file, &status) != 0 || (fault = fault_of(&status)) != NULL)) {
        close(file); /* it was changed between the two looks */
        file = -1;
    }
    if (file < 0)
        refuse(grade, name, fault == NULL ? "cannot be read" : fault);
    return file;
}

static Error file_copy(int file, const char *path)
{
    static char text[GRADE_FILE_BYTES + 1];
    size_t size = 0;
    ssize_t got;
    while (size < sizeof text - 1 && (got = read(file, text + size, sizeof text - 1 - size)) > 0)
        size += (size_t)got;
    NewFile copy;
    Error error = file_create(&copy, path);
    if (error.failed)
        return error;
    fwrite(text, 1, size, copy.stream);
    return file_commit(&copy);
}

static Error exercise_collect(int work, const Exercise *exercise, const char *tree, Grade *grade)
{
    char path[2 * PATH_ROOM], name[ID_ROOM + 8];
    int chapter = folder_open(work, exercise->chapter);
    if (chapter < 0)
        return no_error();
    snprintf(name, sizeof name, "%s%s", exercise->name, exercise->paper ? ".txt" : ".c");
    int file = file_open(chapter, name, grade);
    close(chapter);
    if (file < 0)
        return no_error();
    snprintf(path, sizeof path, "%s/work/%s", tree, exercise->chapter);
    Error error = folder_make(path);
    snprintf(path, sizeof path, "%s/work/%s/%s", tree, exercise->chapter, name);
    if (!error.failed)
        error = file_copy(file, path);
    close(file);
    grade->taken = !error.failed;
    return error;
}

/* ---- what is left out ------------------------------------------------------------------------ */

/* The course's own files in work/: progress, and the backups that ./learn reset makes. */
static bool is_expected(const Class *class, const char *chapter, const char *name)
{
    if (name[0] == '.' || strcmp(name, "progress.txt") == 0)
        return true;
    for (int e = 0; e < class->course->count; e++) {
        const Exercise *exercise = &class->course->items[e];
        size_t length = strlen(exercise->name);
        if (chapter == NULL ? strcmp(name, exercise->chapter) == 0
                            : strcmp(chapter, exercise->chapter) == 0 &&
                                  strncmp(name, exercise->name, length) == 0 && name[length] == '.')
            return true;
    }
    return false;
}

static void others_note(const Class *class, int parent, const char *chapter, Submission *submission)
{
    int descriptor = folder_open(parent, chapter == NULL ? "." : chapter);
    DIR *folder = descriptor < 0 ? NULL : fdopendir(descriptor);
    if (folder == NULL)
        return;
    int seen = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && seen < ENTRIES_MAX; seen++)
        if (!is_expected(class, chapter, entry->d_name))
            line_add(submission->note, sizeof submission->note, entry->d_name);
    closedir(folder);
}

/* A chapter's folder that is a link is not gone into; that is said. */
static void link_note(int work, const char *chapter, Submission *submission)
{
    struct stat status;
    if (fstatat(work, chapter, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(status.st_mode))
        line_add(submission->note, sizeof submission->note, chapter);
}

static Error work_collect(const Class *class, int work, const char *tree, Submission *submission)
{
    Error error = no_error();
    const char *chapter = "";
    others_note(class, work, NULL, submission);
    for (size_t e = 0; e < class->n_exercises && !error.failed; e++) {
        const Exercise *exercise = class->exercises[e];
        if (strcmp(chapter, exercise->chapter) != 0) {
            chapter = exercise->chapter;
            link_note(work, chapter, submission);
            others_note(class, work, chapter, submission);
        }
        error = exercise_collect(work, exercise, tree, &submission->grades[e]);
    }
    return error;
}

Error submission_collect(const Class *class, size_t at)
{
    Submission *submission = &class->submissions[at];
    char tree[PATH_ROOM], path[2 * PATH_ROOM];
    submission_tree(class, at, tree);
    snprintf(path, sizeof path, "%s/work", tree);
    Error error = folder_make(path);
    snprintf(path, sizeof path, "%s/built", tree);
    if (!error.failed)
        error = folder_make(path);
    int folder = open(class->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int mine = folder < 0 ? -1 : folder_open(folder, submission->entry);
    if (folder >= 0)
        close(folder);
    if (mine < 0 || error.failed) {
        snprintf(submission->note, sizeof submission->note, "the folder cannot be read");
        return error;
    }
    int work = folder_open(mine, "work");
    error = work_collect(class, work >= 0 ? work : mine, tree, submission);
    if (work >= 0)
        close(work);
    close(mine);
    return error;
}

/* ---- removing -------------------------------------------------------------------------------- */

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)walk;
    if (kind == FTW_DP)
        rmdir(path);
    else
        unlink(path);
    return 0;
}

/* A sandbox that was told to stop may still write a last file: then once more. */
void folder_remove(const char *path)
{
    struct stat status;
    for (int tries = 0; tries < 100 && lstat(path, &status) == 0; tries++) {
        if (tries > 0)
            poll(NULL, 0, 20);
        nftw(path, entry_remove, 20, FTW_DEPTH | FTW_PHYS);
    }
}
