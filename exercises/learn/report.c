/* report: facts first, then the likely cause as a question. */
#include "report.h"

#include "terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PRINTED_LINES = 12, COMPILER_LINES = 30 };

void mark_print(Mark mark, const char *format, ...)
{
    static const char *const words[] = {"ok  ", "FAIL", "--  "};
    static const Style styles[] = {STYLE_OK, STYLE_BAD, STYLE_NOTE};
    printf("%s ", style(styles[mark], words[mark]));
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

/* The first lines of what a program printed. */
static void lines_print(const char *text, int most)
{
    int count = 0;
    for (const char *at = text; *at != '\0' && count < most; count++) {
        size_t length = strcspn(at, "\n");
        printf("    %.*s\n", (int)length, at);
        at += length + (at[length] == '\n');
        if (*at != '\0' && count == most - 1)
            printf("    ...\n");
    }
}

/* The line of the source that a crash or a wrong half stands in. */
static void source_line_print(const char *place)
{
    char path[PATH_ROOM], *text;
    snprintf(path, sizeof path, "%s", place);
    char *colon = strrchr(path, ':');
    if (colon == NULL)
        return;
    *colon = '\0';
    long line = strtol(colon + 1, NULL, 10);
    if (text_read(path, &text).failed)
        return;
    const char *at = text;
    for (long k = 1; k < line && *at != '\0'; k++)
        at += strcspn(at, "\n") + (at[strcspn(at, "\n")] == '\n');
    at += strspn(at, " \t");
    printf("    %ld | %.*s\n", line, (int)strcspn(at, "\n"), at);
    free(text);
}

/* Whether a line begins a function's definition: the one whose name has "backward" or "vjp" in it, or
 * one that other files see. */
static bool defines(const char *line, size_t length, bool backward)
{
    const char *open = memchr(line, '(', length);
    if (open == NULL || strchr(" /*#}", *line) != NULL || line[length - 1] == ';')
        return false;
    const char *half = strstr(line, "backward");
    half = half == NULL || half > open ? strstr(line, "vjp") : half;
    return backward ? half != NULL && half < open : strncmp(line, "static", 6) != 0;
}

/* Where to look first. */
static void place_find(const char *source, bool backward, char place[PATH_ROOM])
{
    char *text;
    snprintf(place, PATH_ROOM, "%s", source);
    if (text_read(source, &text).failed)
        return;
    long line = 1;
    for (const char *at = text; *at != '\0'; line++) {
        size_t length = strcspn(at, "\n");
        if (length > 0 && defines(at, length, backward)) {
            snprintf(place, PATH_ROOM, "%s:%ld", source, line);
            break;
        }
        at += length + (at[length] == '\n');
    }
    free(text);
}

/* The upstream that belongs to one element: its own where y has x's shape, the only one of a single
 * output; otherwise there is no one number to show. */
static bool upstream_of(const Sitting *sitting, size_t i, double *upstream)
{
    const CaseInfo *info = sitting->info;
    bool one = info->outputs == 1, same = info->inputs == info->outputs;
    *upstream = one ? sitting->dy[0] : same ? sitting->dy[i] : 0;
    return one || same;
}

static void rows_print(const Sitting *sitting, const Diagnosis *d)
{
    bool upstream_known = false;
    double upstream;
    if (d->gradient)
        upstream_known = upstream_of(sitting, 0, &upstream);
    printf("  %-14s", "");
    if (d->gradient)
        printf("%-11s%s", "x", upstream_known ? "upstream   " : "");
    printf("%-15s%-15s%s\n", "yours", d->gradient ? "measured" : "right", "rel. err");
    for (size_t k = 0; k < d->n_shown; k++) {
        size_t i = d->shown[k];
        double right = d->gradient ? sitting->measured[i] : sitting->right[i];
        double yours = sitting->y[i];
        if (d->gradient)
            yours = gradient_agrees(sitting->info, sitting->fresh[i], right) ? sitting->added[i]
                                                                             : sitting->fresh[i];
        yours = isnan(yours) ? (double)NAN : yours; /* its sign means nothing */
        char name[90];
        snprintf(name, sizeof name, "%s%s", d->gradient ? "d" : "", element_name(d->names, i));
        printf("  %-13s ", name);
        if (d->gradient)
            printf("%-+11.4f", sitting->x[i]);
        if (upstream_known && upstream_of(sitting, i, &upstream))
            printf("%-+11.4f", upstream);
        printf("%-+14.8g %-+14.8g %.2g\n", yours, right, relative_error(yours, right));
    }
}

/* Where no column could hold it: the upstream gradient of a few outputs, so that one can follow by hand. */
static void upstream_print(const Sitting *sitting)
{
    enum { FEW = 6 };
    double upstream;
    size_t count = sitting->info->outputs;
    if (upstream_of(sitting, 0, &upstream) || count > FEW)
        return;
    printf("  upstream:");
    for (size_t j = 0; j < count; j++)
        printf(" %+.4f", sitting->dy[j]);
    putchar('\n');
}

/* Of a few inputs each number, so that one can follow by hand. */
static void inputs_print(const Sitting *sitting)
{
    enum { FEW = 8, WIDTH = 78 };
    if (sitting->info->inputs > FEW)
        return;
    int column = printf("  for");
    for (size_t i = 0; i < sitting->info->inputs; i++) {
        char text[120];
        int length = snprintf(text, sizeof text, " %s = %.6g%s", element_name(sitting->info->x, i),
                              sitting->x[i], i + 1 < sitting->info->inputs ? "," : "");
        if (column + length > WIDTH)
            column = printf("\n     ") - 1;
        column += printf("%s", text);
    }
    putchar('\n');
}

/* Where a gradient was added to what a buffer held: that is not what the student's code left there. */
static void held_print(const Sitting *sitting, const Diagnosis *d)
{
    size_t i = d->shown[0];
    if (!gradient_agrees(sitting->info, sitting->fresh[i], sitting->measured[i]))
        return;
    printf("  d%s held %+.6g before and %+.6g after: yours is what was added\n",
           element_name(d->names, i), sitting->before[i], sitting->before[i] + sitting->added[i]);
}

static void case_print(const Sitting *sitting)
{
    printf("  case: %s\n", sitting->info->name);
    if (sitting->inside)
        screen_print("in the middle of a graph: where the operands are results of other operations, the "
                     "result's gradient is kept, and backward runs twice", 2);
}

static void numbers_print(const Finding *finding, const Diagnosis *d)
{
    const Sitting *sitting = &finding->sitting;
    case_print(sitting);
    printf("  %zu of %zu %s wrong; the worst is %s%s\n", d->wrong, d->of,
           d->gradient ? "derivatives are" : "outputs are", d->gradient ? "d" : "",
           element_name(d->names, d->shown[0]));
    if (!d->gradient)
        inputs_print(sitting);
    rows_print(sitting, d);
    if (d->gradient) {
        held_print(sitting, d);
        upstream_print(sitting);
    }
    if (d->trust[0] != '\0')
        screen_print(d->trust, 2);
    if (d->nothing && (d->slip != NULL || d->of == 1))
        return; /* the slip says more, or there is nothing to compare with */
    char pattern[420];
    snprintf(pattern, sizeof pattern, "pattern: %s", d->pattern);
    screen_print(pattern, 2);
}

static void cause_print(const Finding *finding, const Diagnosis *d)
{
    if (d->as_given)
        screen_print("These are the numbers of the file as it was given.", 2);
    else if (d->slip != NULL) {
        char text[400];
        snprintf(text, sizeof text, "Your numbers match a known slip: \"%s\".", d->slip->name);
        screen_print(text, 2);
        screen_print(d->slip->asks, 4);
    } else if (d->question[0] != '\0')
        screen_print(d->question, 4);
    else if (finding->verdict == VERDICT_GRADIENT || finding->verdict == VERDICT_FORWARD)
        screen_print("None of the slips known for this exercise gives these numbers.", 2);
}

/* A file that was built may have made the compiler suspicious. */
static void warnings_print(const Finding *finding)
{
    if (finding->build.state != BUILT || finding->build.text[0] == '\0')
        return;
    printf("  the compiler warns:\n");
    lines_print(finding->build.text, PRINTED_LINES);
}

static void print_built(const char *source, const Finding *finding, const Diagnosis *d)
{
    char place[PATH_ROOM] = "";
    switch (finding->verdict) {
    case VERDICT_FORWARD:
    case VERDICT_GRADIENT:
        numbers_print(finding, d);
        break;
    case VERDICT_CRASHED:
        screen_print(finding->sentence, 2);
        case_print(&finding->sitting);
        if (finding->where[0] != '\0') {
            printf("  at %s\n", finding->where);
            source_line_print(finding->where);
        } else if (strstr(finding->printed, "broken contract: ") == NULL) /* the sentence has it */
            lines_print(finding->printed, PRINTED_LINES);
        break;
    case VERDICT_JUDGED:
        case_print(&finding->sitting);
        screen_print(finding->sentence, 2);
        break;
    default:
        screen_print(finding->sentence, 2);
        if (finding->where[0] != '\0') {
            printf("  it was at %s\n", finding->where);
            source_line_print(finding->where);
        }
        break;
    }
    warnings_print(finding);
    if (finding->printed[0] != '\0' && finding->where[0] == '\0' &&
        finding->verdict != VERDICT_CRASHED) {
        printf("  your code printed:\n");
        lines_print(finding->printed, PRINTED_LINES);
    }
    cause_print(finding, d);
    if (finding->where[0] != '\0')
        return;
    place_find(source, finding->verdict == VERDICT_GRADIENT || finding->sitting.inside, place);
    printf("  %s\n", place);
}

static void title_print(const Exercise *exercise, const Finding *finding)
{
    const char *halves = finding->verdict == VERDICT_GRADIENT  ? "forward right    backward WRONG"
                         : finding->verdict == VERDICT_FORWARD ? "forward WRONG    backward not judged"
                                                               : verdict_words(finding->verdict);
    if (finding->verdict == VERDICT_FORWARD && finding->sitting.info->forward_only)
        halves = "result WRONG"; /* there is no other half */
    if (finding->verdict == VERDICT_CRASHED && strncmp(finding->sentence, "It was stopped", 14) == 0)
        halves = "stopped";
    mark_print(MARK_BAD, "%-30s %s\n", exercise->id, halves);
}

static void print_failure(const Exercise *exercise, const char *source, const Finding *finding,
                          const Diagnosis *diagnosis, int hints)
{
    title_print(exercise, finding);
    if (finding->verdict == VERDICT_NOT_BUILT || finding->verdict == VERDICT_NO_COURSE) {
        lines_print(finding->build.text, COMPILER_LINES);
        screen_print(finding->sentence, 2);
    } else
        print_built(source, finding, diagnosis);
    int next = hints < HINTS ? hints + 1 : HINTS;
    printf("  ./learn hint %s (%d of %d)\n", exercise->call, next, HINTS);
    if (finding->verdict == VERDICT_GRADIENT || finding->verdict == VERDICT_FORWARD)
        printf("  these numbers again: ./learn check %s --seed %llu\n", exercise->call,
               (unsigned long long)finding->sitting.seed);
}

static void not_started_print(const Exercise *exercise, const char *source)
{
    mark_print(MARK_OPEN, "%-30s not started\n", exercise->id);
    if (file_exists(source))
        printf("  %s is as it was given: your code goes there\n", source);
    else
        printf("  ./learn start %s makes your copy\n", exercise->call);
}

void report_print(const Exercise *exercise, const char *source, const Finding *finding,
                  const Diagnosis *diagnosis, int hints)
{
    if (finding->verdict == VERDICT_NOT_STARTED)
        not_started_print(exercise, source);
    else if (finding->verdict == VERDICT_PASSED) {
        mark_print(MARK_GOOD, "%-30s passed\n", exercise->id);
        warnings_print(finding);
        printf("  %zu case%s at %zu seeds", finding->cases, finding->cases == 1 ? "" : "s",
               finding->seeds);
    } else
        print_failure(exercise, source, finding, diagnosis, hints);
}
