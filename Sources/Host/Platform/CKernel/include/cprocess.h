/* A child of our own executable, and memory and words shared with it. */
#ifndef QE_CPROCESS_H
#define QE_CPROCESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Starts a program whose descriptors 0, 1 and 2 are /dev/null, whose descriptors from 3 on are those given, in order, and
 * which has no others. It leads a process group of its own (a terminal's Ctrl-C is not meant for it), blocks no signal and
 * has every signal's default. 0, or an errno.
 */
int qe_spawn(const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count, int32_t *process);

/* A descriptor that stands for a child which was not reaped yet; -1 and errno on failure. */
int qe_process_descriptor(int32_t process);

/* SIGKILL to exactly that process, ended or not: 0, or -1 and errno. */
int qe_process_kill(int descriptor);

/* 1 when it has ended, 0 when it has not after this time. */
int qe_process_ended(int descriptor, int32_t milliseconds);

/* Reaps it: 1 with how it ended (a signal's number, or 0 and a status); 0 when it has not ended; -1 and errno. */
int qe_process_reap(int descriptor, int32_t *signal, int32_t *status);

/* A memory file of a size that nobody can change any more; closed on exec; -1 and errno on failure. */
int qe_shared_file(const char *name, size_t bytes);

/* Both ends of a pipe, closed on exec: 0, or -1 and errno. */
int qe_pipe(int ends[2]);

/*
 * From now on the kernel kills this process as soon as nobody has the pipe's other end open. Unlike the parent-death signal
 * it does not fire when the thread ends that started us. 0, or -1 and errno.
 */
int qe_die_with(int pipe_end);

/* The CPUs that the calling thread may use. 0; -1 and errno. */
int qe_pinned(uint64_t mask[16]);

/* Keeps this thread on these of the first 1024 processors: 0, or -1 and errno. */
int qe_pin(const uint64_t mask[16]);

/*
 * A word in shared memory that one side raises and the other waits for. The flag tells the raiser whether a system call is
 * needed; both may be scribbled on by the other side, which costs a wake-up and nothing else.
 */
typedef struct qe_word {
    uint32_t value;
    uint32_t reserved[15]; /* the flag has a cache line of its own */
    uint32_t sleeping;
    uint32_t reserved_tail[15];
} qe_word;

uint32_t qe_word_load(const qe_word *word);
void qe_word_raise(qe_word *word, uint32_t value);
/* Looks again and again while the word is `old`; returns what it saw last. */
uint32_t qe_word_spin(const qe_word *word, uint32_t old, uint64_t times);
/* The same for a value that is waited for: ends too when the word has changed into another. */
uint32_t qe_word_spin_for(const qe_word *word, uint32_t wanted, uint64_t times);
/* Sleeps while the word is `old`, at most so long; below 0 = without end. May return early. */
void qe_word_sleep(qe_word *word, uint32_t old, int64_t nanoseconds);

#endif
