/* doctor: what is installed, for `./learn doctor`. */
#ifndef LEARN_DOCTOR_H
#define LEARN_DOCTOR_H

/* ./learn doctor tries everything that the course uses, says in one line each whether it works, and
 * ends with the one command that mends what does not. Takes no arguments. Returns the exit status:
 * 0 when all that the chapters up to 15 need is there, 1 when not. */
int doctor_command(int argc, char **argv);

#endif
