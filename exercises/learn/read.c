/* read: `./learn read 01`, the lesson in the terminal. It finds chapters/01-.../README.md, begins
 * at the heading that was asked for, lays the page out for the terminal's width and hands it to a
 * pager: $PAGER, or less; in a pipe the text goes straight out. */
#include "read.h"

#include "scratch.h"
#include "show/show.h"
#include "terminal.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* ---- finding the lesson ------------------------------------------------------------------ */

/* "1", "01", "01-derivatives" or "derivatives", of which only the first `size` bytes count. */
static bool is_chapter(const char *folder, const char *name, size_t size)
{
    if (!isdigit((unsigned char)folder[0]) || !isdigit((unsigned char)folder[1]) ||
        folder[2] != '-')
        return false;
    if (isdigit((unsigned char)*name) && strtol(name, NULL, 10) != strtol(folder, NULL, 10))
        return false;
    size_t digits = strspn(name, "0123456789");
    if (digits > 0 && digits == size)
        return true;
    const char *rest = digits > 0 ? folder : folder + 3;
    return strlen(rest) == size && strncmp(rest, name, size) == 0;
}

/* The names of chapters/, in order. The caller frees them with free_names. */
static int list_chapters(struct dirent ***names)
{
    int count = scandir("chapters", names, NULL, alphasort);
    return count > 0 ? count : 0;
}

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    if (count > 0)
        free(names);
}

/* The folder of the chapter called so, "chapters/01-derivatives"; empty if there is none. */
static void find_chapter(const char *name, size_t size, char *folder, size_t room)
{
    struct dirent **names = NULL;
    int count = list_chapters(&names);
    *folder = '\0';
    for (int i = 0; i < count && *folder == '\0'; i++)
        if (is_chapter(names[i]->d_name, name, size))
            snprintf(folder, room, "chapters/%s", names[i]->d_name);
    free_names(names, count);
}

/* The whole file as a string that the caller frees. */
static Error read_page(const char *path, char **text)
{
    MappedFile file;
    Error error = file_map(&file, path);
    if (error.failed)
        return error;
    *text = text_format("%.*s", (int)file.size, file.size > 0 ? (const char *)file.bytes : "");
    file_unmap(&file);
    return no_error();
}

/* ---- finding the heading ----------------------------------------------------------------- */

/* A heading's words as GitHub makes an anchor of them: small letters and digits, - for spaces; and
 * here for _ too, for who types log-softmax means the heading log_softmax. */
static const char *anchor_of(const char *words, size_t size)
{
    char *anchor = scratch_alloc(size + 1), *to = anchor;
    for (size_t i = 0; i < size; i++)
        if (words[i] == ' ' || words[i] == '_')
            *to++ = '-';
        else if (isalnum((unsigned char)words[i]) || words[i] == '-' || (words[i] & 0x80) != 0)
            *to++ = (char)tolower((unsigned char)words[i]);
    *to = '\0';
    return anchor;
}

/* Calls `found` for each heading outside of fences until it returns true; the place of that
 * heading. */
static const char *each_heading(const char *text,
                                bool (*found)(const char *anchor, const char *line, void *context),
                                void *context)
{
    bool fenced = false;
    for (const char *line = text; *line != '\0';) {
        size_t size = strcspn(line, "\n"), level = strspn(line, "#");
        fenced ^= strncmp(line, "```", 3) == 0;
        if (!fenced && level > 0 && line[level] == ' ') {
            const char *anchor = anchor_of(line + level + 1, size - level - 1);
            if (found(anchor, scratch_format("%.*s", (int)(size - level - 1), line + level + 1),
                      context))
                return line;
        }
        line += size + (line[size] == '\n');
    }
    return NULL;
}

static bool is_anchor(const char *anchor, const char *line, void *context)
{
    (void)line;
    return strcmp(anchor, context) == 0;
}

static bool holds_anchor(const char *anchor, const char *line, void *context)
{
    (void)line;
    return strstr(anchor, context) != NULL;
}

static bool print_heading(const char *anchor, const char *line, void *context)
{
    (void)anchor;
    fprintf(context, "  %s\n", line);
    return false;
}

/* The heading with this anchor, or else the first that has these words in it. */
static const char *find_heading(const char *text, const char *words)
{
    char *wanted = (char *)(uintptr_t)anchor_of(words, strlen(words));
    const char *heading = each_heading(text, is_anchor, wanted);
    return heading != NULL ? heading : each_heading(text, holds_anchor, wanted);
}

/* ---- showing ----------------------------------------------------------------------------- */

/* PAGER, less, or nothing at all, as a command for the shell. */
static const char *pager_command(void)
{
    const char *wished = getenv("PAGER");
    if (wished != NULL && *wished != '\0')
        return wished;
    return "if command -v less > /dev/null 2>&1; then exec less -R; else exec cat; fi";
}

/* Whether a pager took the page: a shell that does not find it ends with 127. */
static bool page_through(const char *page)
{
    FILE *pager = popen(pager_command(), "w");
    if (pager == NULL)
        return false;
    fputs(page, pager);
    int status = pclose(pager);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 127;
}

static void show(const char *page)
{
    if (!terminal_moves(stdout)) {
        fputs(page, stdout);
        return;
    }
    setenv("LESS", "R", 0); /* so that less, where PAGER names it, lets colours through */
    fflush(stdout);
    void (*before)(int) = signal(SIGPIPE, SIG_IGN); /* who leaves the pager early has read enough */
    bool shown = page_through(page);
    signal(SIGPIPE, before);
    if (!shown)
        fputs(page, stdout);
}

static void show_markdown(const char *text, const char *folder, bool unfold)
{
    char *page = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&page, &size);
    if (out == NULL)
        exit_with("out of memory: the lesson could not be laid out");
    PageLook look = {screen_width(), screen_has_colour(), screen_has_unicode(), unfold};
    markdown_write(out, text, folder, look);
    fclose(out);
    show(page);
    free(page);
}

/* ---- the command ------------------------------------------------------------------------- */
static int list_lessons(void)
{
    struct dirent **names = NULL;
    int count = list_chapters(&names);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        char path[400], *text;
        if (!is_chapter(name, name, strlen(name)) ||
            snprintf(path, sizeof path, "chapters/%s/README.md", name) < 0)
            continue;
        Error error = read_page(path, &text);
        if (error.failed)
            continue;
        printf("  ./learn read %.2s   %.*s\n", name, (int)strcspn(text + 2, "\n"),
               strlen(text) > 2 ? text + 2 : "");
        free(text);
    }
    free_names(names, count);
    return 0;
}

/* What was asked for, taken apart: "01#the-chain-rule", "01 chain rule", "00/words". */
typedef struct {
    char path[400], folder[300], heading[300];
    bool unfold;
} Wish;

/* Takes --unfold out of the words; returns how many are left. */
static int take_unfold(int argc, char **argv, bool *unfold)
{
    int left = 0;
    *unfold = false;
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--unfold") == 0)
            *unfold = true;
        else
            argv[left++] = argv[i];
    return left;
}

static Error wish_read(Wish *wish, int argc, char **argv)
{
    size_t size = strcspn(argv[0], "#/");
    const char *rest = argv[0] + size;
    find_chapter(argv[0], size, wish->folder, sizeof wish->folder);
    if (wish->folder[0] == '\0')
        return error_make("expected a chapter, as in ./learn read 01; found \"%s\"; "
                          "./learn read lists them", argv[0]);
    size_t page = *rest == '/' ? strcspn(rest + 1, "#") : 0;
    const char *name = page > 0 ? scratch_format("%.*s.md", (int)page, rest + 1) : "README.md";
    snprintf(wish->path, sizeof wish->path, "%s/%s", wish->folder, name);
    const char *anchor = strchr(rest, '#'), *heading = anchor != NULL ? anchor + 1 : "";
    for (int i = 1; i < argc; i++)
        heading = scratch_format("%s%s%s", heading, *heading != '\0' ? " " : "", argv[i]);
    snprintf(wish->heading, sizeof wish->heading, "%s", heading);
    return no_error();
}

/* From where in the page to show; NULL: the heading is not there. */
static const char *wish_place(const Wish *wish, const char *text)
{
    return wish->heading[0] != '\0' ? find_heading(text, wish->heading) : text;
}

static Error no_heading(const Wish *wish)
{
    return error_make("%s has no heading with \"%s\" in it; it has", wish->path, wish->heading);
}

/* Shows what was asked for; a heading that is not there is an error that lists those that are. */
static int wish_show(const Wish *wish, const char *text)
{
    const char *from = wish_place(wish, text);
    if (from != NULL) {
        show_markdown(from, wish->folder, wish->unfold);
        return 0;
    }
    Error error = no_heading(wish);
    int status = screen_complain(&error);
    each_heading(text, print_heading, stderr);
    return status;
}

Error read_finds(const char *what)
{
    Wish wish = {.unfold = false};
    char *text = NULL, *words = (char *)(uintptr_t)what;
    ArenaMark mark = scratch_mark();
    Error error = wish_read(&wish, 1, &words);
    if (!error.failed)
        error = read_page(wish.path, &text);
    if (!error.failed && wish_place(&wish, text) == NULL)
        error = no_heading(&wish);
    free(text);
    scratch_release(mark);
    return error;
}

int read_command(int argc, char **argv)
{
    Wish wish;
    char *text = NULL;
    argc = take_unfold(argc, argv, &wish.unfold);
    if (argc == 0)
        return list_lessons();
    ArenaMark mark = scratch_mark();
    Error error = wish_read(&wish, argc, argv);
    if (!error.failed)
        error = read_page(wish.path, &text);
    int status = error.failed ? screen_complain(&error) : wish_show(&wish, text);
    free(text);
    scratch_release(mark);
    return status;
}
