/*
 * Watches what a call into foreign code does: system calls, reads of the clock, touches of memory that is not its own.
 * For a process of one thread that serves nothing else: handlers and filter stay until it ends.
 */
#ifndef QE_CALL_WATCH_H
#define QE_CALL_WATCH_H

#include <stddef.h>
#include <stdint.h>

/* From here on each system call of this process is trapped, done, and counted if a watch is on. 0, or an errno. */
int qe_watch_system_calls(void);

/* A read of the time-stamp counter, which is how the vDSO reads the clock, is counted if a watch is on. 0, or an errno:
 * ENOTSUP where the processor has no such trap. */
int qe_watch_clock(void);

/* The watched stretch begins and ends. */
void qe_watch_begin(void);
void qe_watch_end(void);

/* Calls of this number so far, on watched stretches; number -1: reads of the time-stamp counter. */
uint64_t qe_watched(int32_t number);

/* How many system call numbers qe_watched knows. */
int32_t qe_watched_limit(void);

/* NULL for a call that is not known by name. */
const char *qe_system_call_name(int32_t number);

/* A fault at an address in the region writes `record` to the descriptor and ends the process with 0. Up to 8 regions. */
int qe_watch_region(const void *base, size_t size, int descriptor, const char *record, size_t length);

#endif
