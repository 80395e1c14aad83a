/* The box around a worker's plugin. For a process with one thread; there is no way out of it. */
#ifndef QE_CSANDBOX_H
#define QE_CSANDBOX_H

#include "cprocess.h"

/* The worker's descriptors. */
enum { QE_WORKER_MEMORY = 3, QE_WORKER_LIBRARY = 4, QE_WORKER_LIFELINE = 5, QE_WORKER_LOADER = 6 };

/* What was tried; the numbers are WorkerEnd.Breach's. */
enum { QE_BREACH_NONE, QE_BREACH_FILE, QE_BREACH_NETWORK, QE_BREACH_PROCESS, QE_BREACH_ENVIRONMENT, QE_BREACH_CLOCK, QE_BREACH_OTHER };

/* Left in shared memory by a dying worker. A plugin can write here too: it is read as a hint, within bounds. */
typedef struct qe_last_words {
    int32_t signal; /* 0 = none */
    uint32_t breach;
    int32_t system_call; /* -1 = none */
    uint32_t reserved;
} qe_last_words;

/* The value of the answer's word that says: there are last words. */
#define QE_WORD_ENDED ((uint32_t)0xFFFFFFFF)

typedef struct qe_sandbox {
    qe_word *answer;
    qe_last_words *words;
    uint64_t memory_bytes; /* data the process may have in all */
} qe_sandbox;

/* Parts that not every kernel has. */
#define QE_SANDBOX_LANDLOCK ((uint32_t)1)
#define QE_SANDBOX_CLOCKS ((uint32_t)2) /* time that needs no system call is refused too */

/*
 * Stage 1: limits, no privileges, no files, no clock, no environment, last words for fatal signals, and of the system calls
 * those that loading QE_WORKER_LIBRARY and the hot path need. 0 and the parts that are there, or -1, errno and the step.
 */
int qe_sandbox_enter(const qe_sandbox *sandbox, uint32_t *parts, const char **step);

/* Stage 2: the hot path alone. 0, or -1 and errno. */
int qe_sandbox_close(void);

#endif
