/* error: what readers of files, arguments and the environment return.
 *
 * An Error is a value, so a reader can return it from any depth without owning memory; only a main
 * prints it, in one line, and exits with status 2. */
#include "base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

Error no_error(void)
{
    return (Error){.failed = false};
}

/* One line means one line, whatever a file's name or an argument holds. */
static void keep_one_line(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = '?';
}

Error error_make(const char *format, ...)
{
    Error error = {.failed = true};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error.text, sizeof error.text, format, arguments);
    va_end(arguments);
    keep_one_line(error.text);
    return error;
}

static _Noreturn void print_and_exit(const char *text)
{
    fflush(stdout);
    fprintf(stderr, "wengert: %s\n", text);
    exit(2);
}

void exit_if(Error error)
{
    if (error.failed)
        print_and_exit(error.text);
}

_Noreturn void exit_with(const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    keep_one_line(text);
    print_and_exit(text);
}

void exit_if_unwritten(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        exit_with("standard output cannot be written");
}
