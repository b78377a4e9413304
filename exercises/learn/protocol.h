/* protocol: what ./learn and the programs that it starts say to each other. A program of an exercise
 * reads requests from descriptor 3 and answers on 4, so that what student code prints stays apart from
 * what it computed. Both sides are built from the same sources on one machine: plain structs do. */
#ifndef WENGERT_PROTOCOL_H
#define WENGERT_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

enum { REQUESTS = 3, ANSWERS = 4 };

/* Asked of the referee: COUNT, then INFO of each case, DRAW, PLAIN and JUDGE. Of the student: RUN. */
typedef enum { ASK_COUNT, ASK_INFO, ASK_DRAW, ASK_PLAIN, ASK_JUDGE, ASK_RUN } Ask;

/* What a RUN's gradients go into: buffers that hold something; leaves' buffers that nobody has written;
 * those of results, in the middle of a graph, where what is lent has to come back as it was. */
typedef enum { WAY_ADDED, WAY_FRESH, WAY_INSIDE } Way;

typedef struct {
    uint32_t ask, at; /* which case */
    uint64_t seed;    /* DRAW */
    uint32_t backward, way; /* RUN */
} Request; /* then doubles: PLAIN x; JUDGE x, y; RUN x, dy, dx */

enum { NAME_ROOM = 160 };
typedef struct {
    uint64_t inputs, outputs;
    uint32_t forward_only, judged;
    double forward_tolerance, gradient_tolerance;
    char name[NAME_ROOM], x[NAME_ROOM], y[NAME_ROOM];
} CaseInfo;

/* What answers JUDGE: empty when right. */
typedef struct {
    char text[NAME_ROOM];
} Judgement;

#endif
