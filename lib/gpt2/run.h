/* run: how checkpoint folders appear in a run's folder, are found, and go. Private to gpt2/; a
 * caller goes through checkpoint.c.
 *
 *   RUN/step-00000500      a whole checkpoint: nothing else ever has such a name
 *   RUN/latest             a link to the newest, by its name alone, so that RUN may be moved
 *   RUN/tmp-*              being written, or going: never read, removed at the next save
 *   RUN/step-00000500.old  what was step-00000500, in the moment between two renames
 */
#ifndef WENGERT_GPT2_RUN_H
#define WENGERT_GPT2_RUN_H

#include "gpt2/gpt2.h"

/* RUN may be so long; then every path below it fits here, and our own ones fit a NewFile. */
enum { RUN_LENGTH_MAX = 600 };
typedef struct {
    char text[2000];
} Path;

Path path_join(const char *folder, const char *name);

/* Makes RUN where it is missing, removes what killed saves left behind, and makes an empty folder
 * to write a checkpoint into. On an error `fresh` is not there. */
Error run_prepare(const char *run, size_t step, Path *fresh);
/* That folder was written and all its files synced: makes it RUN/step-STEP, replacing one of that
 * name, and moves `latest` to it. On an error everything is as before and `fresh` is still there;
 * but when only the last sync fails, the new checkpoint is in place, if perhaps not yet on disk. */
Error run_publish(const char *run, size_t step, const Path *fresh);
/* Removes a folder and the files in it. */
void run_discard(const char *folder);
/* Removes the checkpoints before `step` but the newest keep - 1. What cannot be removed is left for
 * another save to try: the checkpoint just written matters more. */
void run_prune(const char *run, size_t step, int keep);
/* Removes every checkpoint of RUN, the link first: a new run may begin there. */
Error run_clear(const char *run);

/* True when there is something to go on from: RUN/latest, or RUN/config.json. */
bool run_has_checkpoint(const char *run);
/* The folder to read: the one that RUN/latest names, else RUN itself. */
Error run_find(const char *run, Path *folder);
/* load.c: the model of the folder that run_find found. */
Error load_found(Gpt2 **model, const Path *folder);

#endif
