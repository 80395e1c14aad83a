#ifndef QE_ASK_H
#define QE_ASK_H

#include <stddef.h>

/* Whether a person can be asked: standard input and standard error are a terminal, it is the process's own, and the process
 * is in its foreground (in the background, asking would stop it). */
int qe_may_ask(void);

/* Writes the prompt to the terminal and reads a line from it that is not shown. The bytes, without the end of the line; -1
 * and errno on failure: EMSGSIZE for a line over the limit (all of it is read), ENODATA at the end of input, EINTR after a
 * signal. The terminal is as it was whenever this returns, and before a signal takes its effect; a process that was stopped
 * and goes on asks again. For a process with one thread. */
long qe_ask(const char *prompt, char *bytes, size_t limit);

#endif
