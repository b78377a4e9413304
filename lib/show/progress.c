/* progress: the one line that moves while something trains.
 *
 * A person who waits wants to know four things: where the run is, whether it learns, how fast it
 * goes, and when it ends. They stand in one line that is written over in place. What does not fit
 * the window is left out, the least needed first, so that the line never wraps: a wrapped line
 * cannot be written over. Where a line cannot be written over at all, plain lines come instead,
 * twenty for a run, so that a log file stays readable. First used in chapter 04. */
#include "show/show.h"

#include <stdarg.h>
#include <string.h>

enum { BAR_MOST = 24, BAR_LEAST = 5, FIELD = 64 };
enum { STEP, LOSS, VALIDATION, SPEED, LEFT, FIELDS };

/* Losses are read by their first few decimals; very small and very large ones by their power. */
static void write_loss(char *text, const char *name, double value)
{
    double size = fabs(value);
    const char *format = size == 0 || (size >= 0.01 && size < 10000) ? "%s %.4f" : "%s %.2e";
    if (isnan(value))
        text[0] = '\0';
    else
        snprintf(text, FIELD, format, name, value);
}

static void write_speed(char *text, const char *unit, double per_second)
{
    if (isnan(per_second))
        text[0] = '\0';
    else if (per_second < 999.5)
        snprintf(text, FIELD, "%.0f %s", per_second, unit);
    else if (per_second < 999950)
        snprintf(text, FIELD, "%.1fk %s", per_second / 1e3, unit);
    else
        snprintf(text, FIELD, "%.2fM %s", per_second / 1e6, unit);
}

static void write_duration(char *text, const char *format, double seconds)
{
    char clock[32];
    unsigned long whole = (unsigned long)fmin(seconds + 0.5, 1e9);
    if (whole < 3600)
        snprintf(clock, sizeof clock, "%lu:%02lu", whole / 60, whole % 60);
    else
        snprintf(clock, sizeof clock, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
    snprintf(text, FIELD, format, clock);
}

/* What is left is estimated from the mean speed since the beginning: it includes evaluations, and
 * it does not jump about. At the end, the time the whole took. */
static void write_left(char *text, const Progress *p)
{
    double elapsed = seconds_now() - p->began;
    if (p->step >= p->last)
        write_duration(text, "in %s", elapsed);
    else if (p->step == p->first)
        snprintf(text, FIELD, "-:-- left");
    else
        write_duration(text, "%s left", elapsed * (double)(p->last - p->step) / (double)(p->step - p->first));
}

static double fraction_of(const Progress *p)
{
    return p->last == 0 ? 1 : (double)p->step / (double)p->last;
}

static void write_fields(char fields[FIELDS][FIELD], const Progress *p)
{
    int digits = snprintf(NULL, 0, "%zu", p->last);
    snprintf(fields[STEP], FIELD, "%.20s %*zu/%zu", p->what, digits, p->step, p->last);
    write_loss(fields[LOSS], "loss", p->loss);
    write_loss(fields[VALIDATION], p->moving ? "val" : "validation", p->validation);
    write_speed(fields[SPEED], p->moving ? "tok/s" : "tokens/s", p->tokens_per_second);
    write_left(fields[LEFT], p);
}

static int width_of(char fields[FIELDS][FIELD])
{
    int width = (int)strlen(fields[STEP]);
    for (int i = STEP + 1; i < FIELDS; i++)
        if (fields[i][0] != '\0')
            width += 2 + (int)strlen(fields[i]);
    return width;
}

static void print_bar(const Progress *p, int bar)
{
    int full = (int)(fraction_of(p) * bar);
    fputs("  ", p->stream);
    for (int i = 0; i < bar; i++)
        if (p->unicode)
            fputs(i < full ? "\xe2\x96\x88" : "\xe2\x96\x91", p->stream); /* full block, light shade */
        else
            fputc(i < full ? '#' : '-', p->stream);
}

/* Writes the moving line over the old one, at most one column less than the window has, for some
 * terminals go to the next line as soon as the last column is filled. */
static void draw_moving(Progress *p)
{
    static const int expendable[] = {SPEED, VALIDATION, LEFT, LOSS};
    char fields[FIELDS][FIELD];
    int limit = terminal_columns(p->stream) - 1;
    write_fields(fields, p);
    for (size_t i = 0; i < 4 && width_of(fields) > limit; i++)
        fields[expendable[i]][0] = '\0';
    int width = width_of(fields);
    int bar = limit - width - 2 < BAR_MOST ? limit - width - 2 : BAR_MOST;
    if (bar < BAR_LEAST)
        bar = 0;
    fprintf(p->stream, "\r%.*s", limit, fields[STEP]);
    if (bar > 0)
        print_bar(p, bar);
    for (int i = STEP + 1; i < FIELDS; i++)
        if (fields[i][0] != '\0')
            fprintf(p->stream, "  %s", fields[i]);
    width += bar > 0 ? bar + 2 : 0;
    int rest = (p->width < limit ? p->width : limit) - width; /* of a longer line before */
    fprintf(p->stream, "%*s", rest > 0 ? rest : 0, "");
    fflush(p->stream);
    p->width = width;
    p->drawn = seconds_now();
}

static void erase(Progress *p)
{
    int limit = terminal_columns(p->stream) - 1;
    fprintf(p->stream, "\r%*s\r", p->width < limit ? p->width : limit, "");
    p->width = 0;
}

static void print_plain(Progress *p)
{
    char fields[FIELDS][FIELD];
    write_fields(fields, p);
    fprintf(p->stream, "%s  %3.0f%%", fields[STEP], floor(100 * fraction_of(p)));
    for (int i = STEP + 1; i < FIELDS; i++)
        if (fields[i][0] != '\0')
            fprintf(p->stream, "  %s", fields[i]);
    fputc('\n', p->stream);
    fflush(p->stream);
    p->reported = p->step;
}

void progress_begin(Progress *progress, FILE *stream, size_t first, size_t last)
{
    require(first <= last, "progress_begin: expected first <= last, found %zu and %zu", first, last);
    *progress = (Progress){
        .stream = stream, .what = "step", .first = first, .step = first, .last = last, .reported = first,
        .loss = nan(""), .validation = nan(""), .tokens_per_second = nan(""),
        .began = seconds_now(), .drawn = -1,
        .moving = terminal_moves(stream), .unicode = terminal_has_unicode(stream),
    };
}

void progress_name(Progress *progress, const char *what)
{
    progress->what = what;
}

/* The twentieth of the run that a step has completed: 20 * step / last, without overflow. */
static size_t twentieth(const Progress *p, size_t step)
{
    return p->last == 0 ? 20 : (size_t)(20.0 * (double)step / (double)p->last);
}

void progress_update(Progress *progress, size_t step, double loss, double validation,
                     double tokens_per_second)
{
    require(step >= progress->first && step <= progress->last,
            "progress_update: expected a step from %zu to %zu, found %zu", progress->first, progress->last, step);
    progress->step = step;
    progress->loss = loss;
    progress->tokens_per_second = tokens_per_second;
    if (!isnan(validation))
        progress->validation = validation;
    if (!progress->moving) {
        if (twentieth(progress, step) > twentieth(progress, progress->reported))
            print_plain(progress);
    } else if (progress->drawn < 0 || seconds_now() - progress->drawn >= 0.1)
        draw_moving(progress);
}

void progress_message(Progress *progress, const char *format, ...)
{
    va_list arguments;
    if (progress->moving)
        erase(progress);
    va_start(arguments, format);
    vfprintf(progress->stream, format, arguments);
    va_end(arguments);
    fputc('\n', progress->stream);
    if (progress->moving && progress->drawn >= 0)
        draw_moving(progress);
    fflush(progress->stream);
}

void progress_end(Progress *progress)
{
    if (progress->moving) {
        draw_moving(progress);
        fputc('\n', progress->stream);
        fflush(progress->stream);
        progress->width = 0;
    } else if (progress->step != progress->reported)
        print_plain(progress);
}
