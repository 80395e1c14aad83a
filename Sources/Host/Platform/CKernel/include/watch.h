/* What a host needs to be watched and kept alive: its threads' numbers, itself once more, a last word when it crashes. */
#ifndef QE_WATCH_H
#define QE_WATCH_H

#include <stddef.h>
#include <stdint.h>

/* The kernel's number of the calling thread. */
int32_t qe_thread_number(void);

/* Starts this executable once more with these arguments (NULL-terminated, the first is the program's name) and this environment, in a process
 * group of its own and with no signal blocked: its process number, or -1 and errno. */
int32_t qe_start_again(char *const *arguments, char *const *environment);

/* Has the kernel send a signal when the process that started this one ends. 0; -1 and errno, ESRCH when it has ended or
 * is another one than `parent`. */
int qe_end_with_parent(int32_t parent, int signal);

/* From now on a crash of the calling thread (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT) inside call `n`, as
 * `current` then says, writes "<signal> <seconds since the epoch>\n<text n>" to `fd`; then it goes on as before. `current`
 * must be fit for a signal handler; below 0 = no call, and nothing is written. A signal from another process is no crash.
 * Again for the same thread: what was to be noted before is not any more, and its `fd` is closed. 0, or -1 and errno. */
int qe_note_crashes(int fd, int32_t (*current)(void), size_t count);

/* The text of a call, copied. For the thread that may crash. 0, or -1 and errno. */
int qe_crash_text(size_t call, const char *text);

#endif
