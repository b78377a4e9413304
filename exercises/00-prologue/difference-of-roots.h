/* What exercise 00-prologue/difference-of-roots asks for. */
#ifndef EXERCISE_DIFFERENCE_OF_ROOTS_H
#define EXERCISE_DIFFERENCE_OF_ROOTS_H

/* sqrt(x + 1) - sqrt(x) for x >= 0, with a relative error of at most 1e-13. */
double difference_of_roots(double x);

#endif
