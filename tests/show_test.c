/* Tests of lib/show: the moving line in a pipe and on a terminal of every width, logs that come back
 * exactly and resume exactly, and figures: names of any kind, scripts that fail, gnuplot that is not
 * there. The terminal is a pseudo-terminal of the test's own. Runs where plots/ is. */
#include "show/show.h"

#include "child.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

static double unknown; /* NaN, as a double: the macro NAN is a float */

/* ---- the environment ---------------------------------------------------------------------------- */

/* Every test begins on a plain UTF-8 terminal without wishes. */
static int environment_reset(void **state)
{
    (void)state;
    static const char *const unset[] = {"COLUMNS", "LINES", "NO_COLOR", "LC_ALL", "LC_CTYPE"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    setenv("TERM", "xterm", 1);
    setenv("LANG", "en_US.UTF-8", 1);
    return 0;
}

/* ---- a terminal of one's own --------------------------------------------------------------------- */
typedef struct {
    int master;
    FILE *stream; /* what a program would call stdout */
} Terminal;

static Terminal terminal_open(int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    Terminal terminal = {posix_openpt(O_RDWR | O_NOCTTY), NULL};
    assert_true(terminal.master >= 0 && grantpt(terminal.master) == 0 && unlockpt(terminal.master) == 0);
    int slave = open(ptsname(terminal.master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
    terminal.stream = fdopen(slave, "w");
    assert_non_null(terminal.stream);
    return terminal;
}

/* What was written, with the terminal's own "\r\n" turned back into "\n". */
static void terminal_read(Terminal *terminal, char *text, size_t size)
{
    size_t used = 0;
    fflush(terminal->stream);
    fcntl(terminal->master, F_SETFL, O_NONBLOCK);
    for (ssize_t got; used < size - 1 && (got = read(terminal->master, text + used, size - 1 - used)) > 0;)
        used += (size_t)got;
    text[used] = '\0';
    for (char *c = text; (c = strstr(c, "\r\n")) != NULL;)
        memmove(c, c + 1, strlen(c));
}

static void terminal_close(Terminal *terminal)
{
    fclose(terminal->stream);
    close(terminal->master);
}

/* Columns that UTF-8 text covers: continuation bytes cover none. */
static int width_of(const char *text, size_t length)
{
    int width = 0;
    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

/* The widest stretch between two returns to the first column. */
static int widest(const char *text)
{
    int most = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");
        int width = width_of(text, length);
        most = width > most ? width : most;
        text += length + (text[length] != '\0');
    }
    return most;
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text != '\n' && (*text < ' ' || *text > '~'))
            return false;
    return true;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *c = text; (c = strstr(c, part)) != NULL; c += strlen(part))
        count++;
    return count;
}

static void test_terminal(void **state)
{
    (void)state;
    Terminal terminal = terminal_open(100, 40);
    assert_int_equal(terminal_columns(terminal.stream), 100);
    assert_int_equal(terminal_rows(terminal.stream), 40);
    setenv("COLUMNS", "60", 1);
    assert_int_equal(terminal_columns(terminal.stream), 60);
    setenv("COLUMNS", "500", 1); /* wider than the window: lines would wrap */
    assert_int_equal(terminal_columns(terminal.stream), 100);
    setenv("COLUMNS", "wide", 1);
    assert_int_equal(terminal_columns(terminal.stream), 100);
    assert_true(terminal_moves(terminal.stream) && terminal_has_colour(terminal.stream) &&
                terminal_has_unicode(terminal.stream));
    setenv("LC_ALL", "C", 1); /* counts before LANG */
    assert_false(terminal_has_unicode(terminal.stream));
    setenv("LC_ALL", "C.utf8", 1);
    assert_true(terminal_has_unicode(terminal.stream));
    setenv("NO_COLOR", "1", 1);
    assert_true(terminal_moves(terminal.stream));
    assert_false(terminal_has_colour(terminal.stream) || terminal_has_unicode(terminal.stream));
    setenv("TERM", "dumb", 1);
    assert_false(terminal_moves(terminal.stream));
    terminal_close(&terminal);
    FILE *file = tmpfile();
    unsetenv("COLUMNS");
    assert_true(terminal_columns(file) == 80 && terminal_rows(file) == 24 && !terminal_moves(file));
    fclose(file);
}

/* ---- progress -------------------------------------------------------------------------------------- */

/* A run of steps first+1 ... reached of `last`, an evaluation every tenth step. */
static void run_through(FILE *stream, size_t first, size_t reached, size_t last)
{
    Progress progress;
    progress_begin(&progress, stream, first, last);
    for (size_t step = first + 1; step <= reached; step++)
        progress_update(&progress, step, 4.0 - 3.0 * (double)step / (double)last,
                        step % 10 == 0 ? 4.1 - 3.0 * (double)step / (double)last : unknown, 12345.6);
    progress_end(&progress);
}

static void run_in_pipe(size_t first, size_t reached, size_t last, char *text, size_t size)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    run_through(file, first, reached, last);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void test_progress_in_pipe(void **state)
{
    (void)state;
    char text[8000];
    run_in_pipe(0, 2000, 2000, text, sizeof text);
    assert_true(is_plain(text));
    assert_int_equal(count_of(text, "\n"), 20);
    assert_true(widest(text) <= 80);
    assert_int_equal(strncmp(text, "step  100/2000    5%  loss 3.8500  validation 3.9500  12.3k tokens/s  0:0", 70), 0);
    assert_non_null(strstr(text, "step 2000/2000  100%  loss 1.0000  validation 1.1000  12.3k tokens/s  in 0:0"));
    run_in_pipe(1000, 2000, 2000, text, sizeof text);
    assert_int_equal(count_of(text, "\n"), 10);
    run_in_pipe(0, 3, 3, text, sizeof text);
    assert_int_equal(count_of(text, "\n"), 3);
    assert_null(strstr(text, "validation"));
    run_in_pipe(0, 130, 2000, text, sizeof text); /* stopped between two lines */
    assert_int_equal(count_of(text, "\n"), 2);
    assert_non_null(strstr(text, "\nstep  130/2000    6%"));
    run_in_pipe(0, 0, 0, text, sizeof text);
    assert_int_equal(count_of(text, "\n"), 0);
}

static void test_progress_on_terminal(void **state)
{
    (void)state;
    char text[8000];
    for (int columns = 1; columns <= 200; columns++) {
        Terminal terminal = terminal_open(columns, 24);
        run_through(terminal.stream, 0, 2000, 2000);
        terminal_read(&terminal, text, sizeof text);
        terminal_close(&terminal);
        assert_true(widest(text) < columns);
        assert_int_equal(count_of(text, "\n"), 1);
        assert_int_equal(text[strlen(text) - 1], '\n');
        if (columns >= 80) {
            assert_non_null(strstr(text, "step 2000/2000  \xe2\x96\x88"));
            assert_non_null(strstr(text, "loss 1.0000  val 1.1000  12.3k tok/s  in 0:0"));
        }
    }
}

static void test_progress_in_ascii(void **state)
{
    (void)state;
    char text[8000];
    setenv("NO_COLOR", "1", 1);
    Terminal terminal = terminal_open(80, 24);
    run_through(terminal.stream, 0, 1000, 2000);
    terminal_read(&terminal, text, sizeof text);
    terminal_close(&terminal);
    for (char *c = text; (c = strchr(c, '\r')) != NULL;)
        *c = '\n';
    assert_true(is_plain(text));
    assert_non_null(strstr(text, "step 1000/2000  #######-------  loss"));
    setenv("TERM", "dumb", 1);
    terminal = terminal_open(80, 24);
    run_through(terminal.stream, 0, 2000, 2000);
    terminal_read(&terminal, text, sizeof text);
    terminal_close(&terminal);
    assert_true(is_plain(text));
    assert_int_equal(count_of(text, "\n"), 20);
}

/* A message takes the line's place, and the line is drawn anew below it. */
static void test_progress_message(void **state)
{
    (void)state;
    char text[8000];
    Progress progress;
    Terminal terminal = terminal_open(80, 24);
    progress_begin(&progress, terminal.stream, 0, 10);
    progress_update(&progress, 5, 1, unknown, unknown);
    terminal_read(&terminal, text, sizeof text);
    int width = widest(text);
    progress_message(&progress, "saved %s", "here");
    terminal_read(&terminal, text, sizeof text);
    assert_true(text[0] == '\r' && strspn(text + 1, " ") == (size_t)width);
    assert_int_equal(strncmp(text + 1 + width, "\rsaved here\n\rstep", 17), 0);
    progress_end(&progress);
    terminal_close(&terminal);
}

static void step_too_far(void *context)
{
    (void)context;
    Progress progress;
    progress_begin(&progress, stdout, 0, 10);
    progress_update(&progress, 11, 1, unknown, unknown);
}

static void test_progress_contract(void **state)
{
    (void)state;
    Child child = child_run(step_too_far, NULL);
    assert_true(child_aborted(&child));
    assert_non_null(strstr(child.text, "expected a step from 0 to 10, found 11"));
}

/* ---- tables ---------------------------------------------------------------------------------------- */
static void expect_text(const char *path, const char *expected)
{
    size_t size;
    char *text = (char *)read_file(path, &size);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: expected\n%s\nfound\n%s", path, expected, text);
    free(text);
}

static void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

static void test_tsv_round_trip(void **state)
{
    (void)state;
    enum { ROWS = 2000 };
    const char *path = path_of("a folder/and another/log.tsv");
    static double written[ROWS];
    Random random = random_make(7, 7);
    TsvLog log;
    expect_none(tsv_create(&log, path, "step loss"));
    for (int i = 0; i < ROWS; i++) {
        /* Every scale that the type has, its smallest numbers among them. */
        real value = (real)ldexp(random_normal(&random), (int)random_below(&random, sizeof(real) == 4 ? 270 : 2090) -
                                                             (sizeof(real) == 4 ? 145 : 1070));
        written[i] = (double)value;
        expect_none(tsv_row(&log, 2, (double[]){i, written[i]}));
    }
    expect_none(tsv_row(&log, 2, (double[]){1e6, unknown}));
    expect_none(tsv_row(&log, 2, (double[]){123456789, copysign(unknown, -1)}));
    expect_none(tsv_row(&log, 2, (double[]){-HUGE_VAL, -0.0}));
    expect_none(tsv_sync(&log));
    expect_none(tsv_close(&log));
    expect_none(tsv_close(&log));
    size_t size;
    char *text = (char *)read_file(path, &size), *line = text + strlen("step\tloss\n");
    assert_int_equal(strncmp(text, "step\tloss\n", 10), 0);
    for (int i = 0; i < ROWS; i++) {
        char *end;
        assert_true(strtod(line, &end) == i && *end == '\t');
        assert_true((double)(real)strtod(end + 1, &end) == written[i] && *end == '\n');
        line = end + 1;
    }
    assert_string_equal(line, "1000000\tnan\n123456789\tnan\n-inf\t-0\n");
    free(text);
}

static void log_steps(TsvLog *log, size_t after, size_t last)
{
    for (size_t step = after + 1; step <= last; step++)
        expect_none(tsv_row(log, 3, (double[]){(double)step, 1 / (double)step, step % 4 == 0 ? 2.5 : unknown}));
}

static void test_tsv_resume(void **state)
{
    (void)state;
    const char *whole = path_of("whole.tsv"), *stopped = path_of("stopped.tsv");
    const char *columns = "step loss validation";
    size_t size;
    TsvLog log;
    expect_none(tsv_create(&log, whole, columns));
    log_steps(&log, 0, 20);
    expect_none(tsv_close(&log));
    char *expected = (char *)read_file(whole, &size);
    for (size_t saved = 0; saved <= 15; saved += 5) {
        expect_none(tsv_create(&log, stopped, columns));
        log_steps(&log, 0, 17);
        expect_none(tsv_close(&log));
        FILE *file = fopen(stopped, "a"); /* killed in the middle of a row */
        fputs("18\t0.0555", file);
        fclose(file);
        expect_none(tsv_resume(&log, stopped, columns, saved));
        log_steps(&log, saved, 20);
        expect_none(tsv_close(&log));
        expect_text(stopped, expected);
    }
    /* One that is missing is begun, with its folder. */
    expect_none(tsv_resume(&log, path_of("new/log.tsv"), columns, 0));
    log_steps(&log, 0, 20);
    expect_none(tsv_close(&log));
    expect_text(path_of("new/log.tsv"), expected);
    free(expected);
}

static void test_tsv_resume_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", ":1: expected the columns \"step loss\", found \"\""},
        {"step\tloss\tmore\n1\t2\t3\n", ":1: expected the columns \"step loss\", found \"step?loss?more\""},
        {"step\tloss\n1\t2\n2\n3\t4\n", ":3: expected 2 numbers with tabs between them, found \"2\""},
        {"step\tloss\n1\t2\t3\n", ":2: expected 2 numbers"},
        {"step\tloss\n1\t\n2\t2\n", ":2: expected 2 numbers"},
        {"step\tloss\none\t1\n", ":2: expected 2 numbers with tabs between them, found \"one?1\""},
    };
    const char *path = path_of("old.tsv");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TsvLog log;
        write_text(path, cases[i].text);
        expect_error(tsv_resume(&log, path, "step loss", 3), cases[i].error);
        expect_text(path, cases[i].text); /* nothing was changed */
        expect_none(tsv_close(&log));
    }
    TsvLog log;
    expect_error(tsv_resume(&log, scratch, "step loss", 3), "expected a file, found a folder");
    expect_error(tsv_create(&log, scratch, "step loss"), "cannot be written");
    write_text(path_of("file"), "");
    expect_error(tsv_create(&log, path_of("file/log.tsv"), "step"), "expected a folder, found a file");
}

static void fill_the_disk(void *context)
{
    struct rlimit limit = {100, 100};
    TsvLog log;
    signal(SIGXFSZ, SIG_IGN);
    Error error = tsv_create(&log, context, "step loss");
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int step = 1; !error.failed && step < 1000; step++)
        error = tsv_row(&log, 2, (double[]){step, 1 / 3.0});
    tsv_close(&log);
    exit_if(error);
}

/* The file ends with a whole row, whatever part of the next one still went onto the disk. */
static void test_tsv_full_disk(void **state)
{
    (void)state;
    const char *path = path_of("full.tsv");
    char copy[400];
    snprintf(copy, sizeof copy, "%s", path);
    Child child = child_run(fill_the_disk, copy);
    assert_true(child_exited(&child, 2));
    assert_non_null(strstr(child.text, "full.tsv: cannot be written"));
    size_t size;
    char *text = (char *)read_file(path, &size);
    assert_true(size > 50 && size <= 100 && text[size - 1] == '\n');
    assert_true(count_of(text, "\t") == count_of(text, "\n"));
    free(text);
    if (access("/dev/full", W_OK) == 0) {
        TsvLog log;
        expect_error(tsv_create(&log, "/dev/full", "step loss"), "/dev/full: cannot be written");
    }
}

static void wrong_count(void *context)
{
    TsvLog log;
    exit_if(tsv_create(&log, context, "step loss"));
    exit_if(tsv_row(&log, 3, (double[]){1, 2, 3}));
}

static void test_tsv_contract(void **state)
{
    (void)state;
    char path[400];
    snprintf(path, sizeof path, "%s", path_of("count.tsv"));
    Child child = child_run(wrong_count, path);
    assert_true(child_aborted(&child));
    assert_non_null(strstr(child.text, "has 2 columns, found 3 values"));
}

/* ---- figures --------------------------------------------------------------------------------------- */
static void need_gnuplot(void)
{
    if (!figure_available())
        skip();
}

static void write_run(const char *path)
{
    TsvLog log;
    expect_none(tsv_create(&log, path, "step loss validation gradient_norm rate tokens_per_second"));
    for (int step = 1; step <= 400; step++)
        expect_none(tsv_row(&log, 6, (double[]){step, 1 + 3.0 / step, step % 50 == 0 ? 1.2 + 3.0 / step : unknown,
                                                1.0 / step, 1e-3, 1000}));
    expect_none(tsv_close(&log));
}

static void test_figure_svg(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const scripts[] = {"loss.gp", "curves.gp", "training.gp", "plots/loss.gp", "./plots/loss.gp"};
    const char *tsv = path_of("run.tsv"), *out = path_of("run.svg");
    write_run(tsv);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        size_t size;
        expect_none(figure_draw(scripts[i], tsv, out));
        char *text = (char *)read_file(out, &size);
        assert_non_null(strstr(text, "<svg"));
        assert_non_null(strstr(text, "validation"));
        assert_non_null(strstr(text, "</svg>"));
        free(text);
        remove(out);
    }
}

/* Whatever a file is called, it is only a name: the figure is the same, byte for byte. */
static void test_figure_names(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const names[] = {
        "two words", "it's", "say \"so\"", "back\\slash", "line\nbreak", "`touch broken`", "$(touch broken)",
        "<touch broken", "|touch broken", "-e", "@tsv", "#no comment", "%d%s", "a;b", "{x}^2_3", "\xc3\xa9t\xc3\xa9", "~"};
    char here[1024];
    size_t size;
    assert_non_null(getcwd(here, sizeof here));
    write_run(path_of("run.tsv"));
    expect_none(figure_draw("loss.gp", path_of("run.tsv"), path_of("run.svg")));
    char *expected = (char *)read_file(path_of("run.svg"), &size);
    char script[1100];
    snprintf(script, sizeof script, "%s/plots/loss.gp", here);
    assert_int_equal(chdir(scratch), 0); /* so that a name may begin with what is dangerous */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char tsv[100], out[100];
        snprintf(tsv, sizeof tsv, "%s", names[i]);
        snprintf(out, sizeof out, "%s.svg", names[i]);
        write_run(tsv);
        expect_none(figure_draw(script, tsv, out));
        expect_text(out, expected);
    }
    assert_int_equal(access("broken", F_OK), -1);
    assert_int_equal(chdir(here), 0);
    free(expected);
}

/* Draws with stdout going to a file, whose text the caller frees. */
static char *draw_in_file(const char *script, const char *tsv)
{
    const char *path = path_of("stdout.txt");
    size_t size;
    fflush(stdout);
    int kept = dup(STDOUT_FILENO), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_true(kept >= 0 && file >= 0);
    dup2(file, STDOUT_FILENO);
    close(file);
    printf("before\n");
    Error error = figure_draw(script, tsv, NULL);
    printf("after\n");
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    expect_none(error);
    return (char *)read_file(path, &size);
}

static void test_figure_in_characters(void **state)
{
    (void)state;
    need_gnuplot();
    write_run(path_of("run.tsv"));
    for (int columns = 40; columns <= 120; columns += 40) {
        char wish[20];
        snprintf(wish, sizeof wish, "%d", columns);
        setenv("COLUMNS", wish, 1);
        char *text = draw_in_file("training.gp", path_of("run.tsv"));
        assert_true(is_plain(text)); /* no colours in a file, and no form feed */
        assert_true(widest(text) > columns / 2 && widest(text) < columns);
        assert_null(strstr(text, " \n"));
        assert_int_equal(count_of(text, "\n"), 2 + 22);
        assert_int_equal(strncmp(text, "before\n", 7), 0);
        assert_string_equal(text + strlen(text) - 7, "\nafter\n"); /* it waited for the whole drawing */
        assert_non_null(strstr(text, "|# validation"));
        assert_non_null(strstr(text, "loss (nats per token)"));
        free(text);
    }
}

static void test_figure_errors(void **state)
{
    (void)state;
    need_gnuplot();
    const char *tsv = path_of("run.tsv"), *out = path_of("kept.svg");
    write_run(tsv);
    write_text(out, "the old figure");
    expect_error(figure_draw("no-such.gp", tsv, out), "plots/no-such.gp: a gnuplot script cannot be read");
    expect_error(figure_draw("loss.gp", path_of("none.tsv"), out), "none.tsv: a table cannot be read");
    expect_error(figure_draw("loss.gp", scratch, out), "expected a table, found a folder");
    expect_error(figure_draw("loss.gp", tsv, path_of("no folder/x.svg")), "loss.gp");
    write_text(path_of("broken.gp"), "plot 1 2 3\n");
    expect_error(figure_draw(path_of("broken.gp"), tsv, out), "broken.gp: ");
    write_text(path_of("empty.tsv"), "");
    expect_error(figure_draw("loss.gp", path_of("empty.tsv"), out), "expected a header line and numbers");
    write_text(path_of("header.tsv"), "step\tloss\n");
    expect_error(figure_draw("loss.gp", path_of("header.tsv"), out), "no numbers to draw in the columns loss");
    write_text(path_of("other.tsv"), "a\tb\n1\t2\n2\t3\n");
    expect_error(figure_draw("loss.gp", path_of("other.tsv"), out), "expected columns named step and loss, found a b");
    write_text(path_of("nothing.gp"), "x = 1\n"); /* succeeds, and writes no file */
    expect_error(figure_draw(path_of("nothing.gp"), tsv, out), "cannot be written whole");
    expect_text(out, "the old figure");
    assert_int_equal(access(path_of("kept.svg.tmp"), F_OK), -1);
}

/* A gnuplot of the test's own, before the real one on PATH. */
static void fake_gnuplot(const char *text)
{
    char path[1000];
    write_text(path_of("gnuplot"), text);
    assert_int_equal(chmod(path_of("gnuplot"), 0755), 0);
    snprintf(path, sizeof path, "/nonexistent:%s:/bin:/usr/bin", scratch);
    setenv("PATH", path, 1);
}

static void test_figure_without_gnuplot(void **state)
{
    (void)state;
    const char *tsv = path_of("run.tsv"), *out = path_of("kept.svg");
    char *kept = strdup(getenv("PATH"));
    write_run(tsv);
    write_text(out, "the old figure");
    setenv("PATH", "/nonexistent", 1);
    assert_false(figure_available());
    expect_error(figure_draw("loss.gp", tsv, out), "gnuplot is not installed: ");
    unsetenv("PATH");
    assert_false(figure_available());
    fake_gnuplot("#!/bin/sh\nkill -9 $$");
    assert_true(figure_available());
    expect_error(figure_draw("loss.gp", tsv, out), "gnuplot was stopped by signal 9");
    fake_gnuplot("#!/bin/sh\nexit 3");
    expect_error(figure_draw("loss.gp", tsv, out), "gnuplot could not draw ./plots/loss.gp: it did not say why");
    fake_gnuplot("#!/bin/sh\necho '<svg>half a figure and no more' > \"$(echo \"$3\" | sed 's/.*out=\"\\([^\"]*\\)\".*/\\1/')\"");
    expect_error(figure_draw("loss.gp", tsv, out), "cannot be written whole");
    fake_gnuplot("\x7f" "ELF not a program");
    expect_error(figure_draw("loss.gp", tsv, out), "gnuplot"); /* at the start or just after: systems differ */
    expect_text(out, "the old figure");
    assert_int_equal(access(path_of("kept.svg.tmp"), F_OK), -1);
    setenv("PATH", kept, 1);
    free(kept);
}

int main(void)
{
    unknown = nan("");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_terminal, environment_reset),
        cmocka_unit_test_setup(test_progress_in_pipe, environment_reset),
        cmocka_unit_test_setup(test_progress_on_terminal, environment_reset),
        cmocka_unit_test_setup(test_progress_in_ascii, environment_reset),
        cmocka_unit_test_setup(test_progress_message, environment_reset),
        cmocka_unit_test_setup(test_progress_contract, environment_reset),
        cmocka_unit_test_setup(test_tsv_round_trip, environment_reset),
        cmocka_unit_test_setup(test_tsv_resume, environment_reset),
        cmocka_unit_test_setup(test_tsv_resume_refuses, environment_reset),
        cmocka_unit_test_setup(test_tsv_full_disk, environment_reset),
        cmocka_unit_test_setup(test_tsv_contract, environment_reset),
        cmocka_unit_test_setup(test_figure_svg, environment_reset),
        cmocka_unit_test_setup(test_figure_names, environment_reset),
        cmocka_unit_test_setup(test_figure_in_characters, environment_reset),
        cmocka_unit_test_setup(test_figure_errors, environment_reset),
        cmocka_unit_test_setup(test_figure_without_gnuplot, environment_reset),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
