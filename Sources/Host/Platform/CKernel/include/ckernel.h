/* What Swift's Glibc module leaves out or cannot call: variadics and memory files. */
#ifndef QE_CKERNEL_H
#define QE_CKERNEL_H

#include <stddef.h>

/* A memory file that is closed on exec and may be sealed; -1 and errno on failure. */
int qe_memory_file(const char *name);

/* Seals a memory file for ever: no write, no change of size, no further seals. 0, or -1 and errno. */
int qe_seal(int fd);

/* open(2) with O_CLOEXEC and a mode; -1 and errno on failure. */
int qe_open(const char *path, int flags, int mode);

#endif
