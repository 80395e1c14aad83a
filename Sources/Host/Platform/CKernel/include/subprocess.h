/* Children by posix_spawn that hand their result over in a memory file, and are always killed and reaped. */
#ifndef QE_SUBPROCESS_H
#define QE_SUBPROCESS_H

#include <stdint.h>

/* What the child finds at descriptors 3 and 4; everything above is closed. */
typedef struct qe_subprocess_files {
    int result; /* 3 */
    int lent;   /* 4; -1 = none */
    int error;  /* standard error; standard input and output are /dev/null */
} qe_subprocess_files;

/*
 * Starts a program as the leader of a process group of its own, in `folder` (NULL: ours). 0 with its id and a descriptor
 * that becomes readable when it ends, else an errno.
 */
int qe_subprocess_start(const char *path, char *const arguments[], char *const environment[], const char *folder,
                        qe_subprocess_files files, int32_t *process, int32_t *descriptor);

/* Kills the child and whatever it started, reaps it and closes the descriptor. `code` is an exit code, or a signal if
 * *signalled is 1. `kill` 0: it has ended, only what it left behind is killed. 0, or an errno. */
int qe_subprocess_end(int32_t process, int32_t descriptor, int kill_first, int32_t *code, int32_t *signalled);

/* For the child: dies with the thread that started it, and is held to these bounds. */
int qe_subprocess_settle(int32_t parent, uint64_t memory_bytes, uint64_t file_bytes);

#endif
