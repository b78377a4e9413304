/* show/: what a person sees of a run. This header is the room's table of contents.
 *
 *   terminal.c   what the screen can do: its size, colour, Unicode, a line that moves
 *   progress.c   the one line that moves while something trains
 *   table.c      the log of a run: tab-separated values, cut back exactly when a run is resumed
 *   figure.c     gnuplot figures from those logs, in the terminal and as SVG
 *
 * show/ calls base/ and, for figures, the program gnuplot. Nothing here changes a number of a run.
 */
#ifndef WENGERT_SHOW_H
#define WENGERT_SHOW_H

#include "base/base.h"

/* ---- terminal --------------------------------------------------------------------------------
 * The size in characters: COLUMNS and LINES where set, but never more than the terminal says it has;
 * 80 by 24 where nothing says. Asked anew at each call, for windows change their size. */
int terminal_columns(FILE *stream);
int terminal_rows(FILE *stream);

/* Whether `stream` is a terminal on which a line can be written over: not a pipe, not TERM=dumb. */
bool terminal_moves(FILE *stream);

/* Whether colour, and characters beyond ASCII, are wanted there: the terminal moves and NO_COLOR is
 * unset or empty; Unicode also needs a UTF-8 locale (LC_ALL, else LC_CTYPE, else LANG). */
bool terminal_has_colour(FILE *stream);
bool terminal_has_unicode(FILE *stream);

/* That locale alone: what a text may hold that someone asked for, wherever it goes. */
bool terminal_locale_is_utf8(void);

/* ---- progress --------------------------------------------------------------------------------
 * On a terminal, one line written over at most ten times a second and never wider than the window:
 *     step  500/2000  ######--------------  loss 2.1034  val 2.1177  12.3k tok/s  0:48 left
 * In a pipe or under TERM=dumb, one plain line for every five per cent. The fields of Progress are
 * its own. It allocates nothing; progress_end is needed for the closing newline only. */
typedef struct {
    FILE *stream;
    const char *what;         /* "step", unless progress_name says otherwise */
    size_t first, step, last; /* the step it began after, the one it is at, the one it ends with */
    double loss, validation, tokens_per_second; /* NaN: not shown */
    double began, drawn;                        /* seconds of a clock that is never set back */
    size_t reported;                            /* the step last printed as a plain line */
    int width;                                  /* columns that the moving line now covers */
    bool moving, unicode;
} Progress;

/* Begins a run of steps first+1 ... last; `first` is 0, or the step a run is resumed after. */
void progress_begin(Progress *progress, FILE *stream, size_t first, size_t last);

/* What is counted, where it is not steps: "window", "passage". The text must outlive the progress. */
void progress_name(Progress *progress, const char *what);

/* Step `step` (at most `last`) is done. NaN stands for what is not known: a NaN validation loss
 * leaves the last one shown; a NaN speed is not shown. */
void progress_update(Progress *progress, size_t step, double loss, double validation,
                     double tokens_per_second);

/* Prints a line (printf's way, without the newline) above the moving one. */
void progress_message(Progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Shows the state reached, whether or not it is the last step, and ends the line. */
void progress_end(Progress *progress);

/* ---- table -----------------------------------------------------------------------------------
 * A run's log: one header line of column names, then one line of numbers a row, separated by tabs.
 * Numbers have the digits that bring them back exactly (17 in double builds, 9 in float builds,
 * where the step, a whole number, is exact up to 999,999,999); NaN is written "nan". A row is
 * handed to the system when tsv_row returns, so that a killed run loses none; after a failed write
 * the file still ends with a whole row. */
typedef struct {
    int descriptor; /* -1 when closed */
    size_t columns;
    char path[1024];
} TsvLog;

/* Begins a new log, replacing an old one; makes the folder it lies in. `columns` are names with
 * single spaces between them, "step loss validation". On an error the log is closed. */
Error tsv_create(TsvLog *log, const char *path, const char *columns);

/* The same for a second table of one run, beside the first: with "run.tsv" and "map", "run-map.tsv". */
Error tsv_create_beside(TsvLog *log, const char *path, const char *what, const char *columns);

/* Goes on with a log after `step`: keeps the header and the rows whose first column is at most
 * `step`, drops later rows and a last line without its end, and appends from there. The old file is
 * replaced whole or not at all. A missing file is begun anew; another header, or a row that is
 * not numbers of that many columns, is an error and changes nothing. */
Error tsv_resume(TsvLog *log, const char *path, const char *columns, size_t step);

/* Appends one row. `count` must be the number of columns (a contract). */
Error tsv_row(TsvLog *log, size_t count, const double *values);

/* Waits until the rows are on disk: call it before a checkpoint that a later resume relies on. */
Error tsv_sync(TsvLog *log);

/* Closes the log; a closed log may be closed again. */
Error tsv_close(TsvLog *log);

/* ---- figure ----------------------------------------------------------------------------------
 * Whether the program gnuplot is to be found on PATH. */
bool figure_available(void);

/* Draws the table `tsv` by a script of plots/, in the terminal on stdout when `out` is NULL, else as
 * an SVG file that is written whole or not at all. `script` is a name, "loss.gp", looked up in plots/
 * of the current folder, or a path with a slash, "../plots/loss.gp". Names may hold any characters;
 * no shell sees them. Errors: gnuplot missing (the text says how to get it), a script or table that
 * cannot be read, and gnuplot's own complaints, in one line. The contract of the scripts stands in
 * plots/style.gp. */
Error figure_draw(const char *script, const char *tsv, const char *out);

#endif
