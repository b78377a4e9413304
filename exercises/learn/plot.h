/* plot: the figures of the lessons, for `./learn plot`. */
#ifndef LEARN_PLOT_H
#define LEARN_PLOT_H

/* ./learn plot lists the figures; ./learn plot NAME draws one in the terminal and into
 * build/plots/NAME.svg, after it has had the chapter's program run if its table is not there. A
 * part of a name will do where only one has it. Arguments begin after the command's name. Returns
 * the exit status: 0, 2 when the name fits no figure or several, when the table cannot be had, or
 * when gnuplot is missing. */
int plot_command(int argc, char **argv);

#endif
