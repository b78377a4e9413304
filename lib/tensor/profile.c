/* profile: where the time of a step goes, op by op.
 *
 * An op begins with tensor_result, or its backward with a call from the walk; the next one ends it.
 * So the time between two such moments belongs to the first: every moment is counted once, and what
 * stands between two ops (a shape's check, a layer's glue) is counted with the op before it. What is
 * no op, an optimizer's step say, calls profile_enter itself. Off, it costs one test an op. Chapter 21. */
#include "tensor/tensor.h"

#include <string.h>

enum { LINES = 64 };

typedef struct {
    const char *what;
    double seconds[2]; /* forward, backward */
    size_t calls[2];
} Line;

static _Thread_local struct {
    Line lines[LINES];
    int count;
    Line *current; /* what runs now; NULL: nothing that counts */
    bool on, backward;
    double since;
} profile;

static Line *line_of(const char *what)
{
    for (int i = 0; i < profile.count; i++)
        if (strcmp(profile.lines[i].what, what) == 0)
            return &profile.lines[i];
    require(profile.count < LINES, "profile: more than %d kinds of work", LINES);
    profile.lines[profile.count] = (Line){.what = what};
    return &profile.lines[profile.count++];
}

bool profile_set(bool on)
{
    bool before = profile.on;
    profile_enter(NULL, false);
    profile.on = on;
    return before;
}

void profile_enter(const char *what, bool backward)
{
    if (!profile.on)
        return;
    double now = seconds_now();
    if (profile.current != NULL)
        profile.current->seconds[profile.backward] += now - profile.since;
    profile.current = what == NULL ? NULL : line_of(what);
    profile.backward = backward;
    profile.since = now;
    if (what != NULL)
        profile.current->calls[backward]++;
}

bool profile_line(int i, const char **what, double seconds[2])
{
    if (i >= profile.count)
        return false;
    *what = profile.lines[i].what;
    memcpy(seconds, profile.lines[i].seconds, sizeof profile.lines[i].seconds);
    return true;
}

static double total_of(const Line *line)
{
    return line->seconds[0] + line->seconds[1];
}

/* The largest line not yet printed, whose place is given to the first of the rest. */
static Line take_largest(Line *lines, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (total_of(&lines[i]) > total_of(&lines[best]))
            best = i;
    Line largest = lines[best];
    lines[best] = lines[0];
    return largest;
}

void profile_print(FILE *stream, size_t steps)
{
    double whole = 0;
    profile_enter(NULL, false);
    for (int i = 0; i < profile.count; i++)
        whole += total_of(&profile.lines[i]);
    fprintf(stream, "%-24s %12s %12s %8s %8s\n", "ms a step", "forward", "backward", "share", "calls");
    for (int i = 0; i < profile.count; i++) {
        Line line = take_largest(profile.lines + i, profile.count - i);
        fprintf(stream, "%-24s %12.3f %12.3f %7.1f%% %8zu\n", line.what,
                1e3 * line.seconds[0] / (double)steps, 1e3 * line.seconds[1] / (double)steps,
                100 * total_of(&line) / whole, (line.calls[0] + line.calls[1]) / steps);
    }
    fprintf(stream, "%-24s %12.3f\n", "together", 1e3 * whole / (double)steps);
    profile.count = 0;
}
