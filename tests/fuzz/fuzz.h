/* fuzz.h: what the fuzzers share: a folder of their own, in memory where there is such a place, and
 * bytes as a file in it, for our readers take paths. A fuzzer that finds a promise broken aborts, as
 * a sanitizer does, so that libFuzzer keeps the input. */
#ifndef WENGERT_FUZZ_H
#define WENGERT_FUZZ_H

#include "base/base.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline const char *fuzz_folder(void)
{
    static char folder[64];
    if (folder[0] == '\0') {
        strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz-XXXXXX" : "/tmp/fuzz-XXXXXX");
        require(mkdtemp(folder) != NULL, "fuzz: %s cannot be made", folder);
    }
    return folder;
}

/* FOLDER/NAME in one of a few static buffers. */
static inline const char *fuzz_path(const char *name)
{
    static char paths[8][200];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", fuzz_folder(), name);
    return path;
}

static inline const char *fuzz_file(const char *name, const uint8_t *data, size_t size)
{
    const char *path = fuzz_path(name);
    FILE *file = fopen(path, "wb");
    require(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0,
            "fuzz: %s cannot be written", path);
    return path;
}

/* An error is one line that says something. */
static inline void fuzz_error(Error error)
{
    require(!error.failed || (error.text[0] != '\0' && strchr(error.text, '\n') == NULL),
            "fuzz: expected an error of one line, found \"%s\"", error.text);
}

#endif
