/* What Swift's Glibc module leaves out or cannot call: variadics, memory files, local sockets. */
#ifndef QE_CKERNEL_H
#define QE_CKERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "ask.h"
#include "cprocess.h"
#include "call_watch.h"
#include "crc32c.h"
#include "csandbox.h"
#include "machine.h"
#include "heap.h"
#include "subprocess.h"
#include "watch.h"

/* A memory file that is closed on exec and may be sealed; -1 and errno on failure. */
int qe_memory_file(const char *name);

/* Seals a memory file for ever: no write, no change of size, no further seals. 0, or -1 and errno. */
int qe_seal(int fd);

/* open(2) with O_CLOEXEC and a mode; -1 and errno on failure. */
int qe_open(const char *path, int flags, int mode);

/* What tells a file from every other one, past and to come: its inode, and when it was made (0 where the file system does not say), epoch
 * ns. Of an open file, or of a path where fd is -1 (a link itself); 0, or -1 and errno. */
int qe_identity(int fd, const char *path, uint64_t *inode, int64_t *born);

/* Renames to a name that must be free, also where two do it at once: 0, or -1 and errno, EEXIST when it is taken. */
int qe_rename_new(const char *from, const char *to);

/* Two names change places in one step: 0, or -1 and errno, EINVAL where the file system cannot. */
int qe_rename_exchange(const char *one, const char *other);

/* A stream socket that listens at a path, not blocking, closed on exec, with these permissions from its first moment on;
 * -1 and errno on failure: ENAMETOOLONG over 107 bytes. */
int qe_listen(const char *path, int mode, int backlog);

/* The next waiting client of a listener, not blocking, closed on exec; -1 and errno on failure. */
int qe_accept(int fd);

/* A blocking connection to the socket at a path, closed on exec; -1 and errno on failure. */
int qe_connect(const char *path);

/* Who connected, as the kernel knows: 0, or -1 and errno. */
int qe_peer(int fd, uint32_t *user, int32_t *process);

/* send(2) that reports a closed peer as EPIPE instead of a signal. */
long qe_send(int fd, const void *bytes, size_t count);

/* Bounds each later read and write of a blocking socket; 0, or -1 and errno. */
int qe_timeout(int fd, int64_t milliseconds);

/* A count that can be waited for, at zero, not blocking, closed on exec; -1 and errno on failure. */
int qe_event(void);

/* Columns and rows of a terminal: 0, or -1 and errno. */
int qe_terminal_size(int fd, int *columns, int *rows);

/* The process's own table of NAME=value, which Swift may not name; the last entry is NULL. */
char **qe_environment(void);

/* The path of the loaded library that has the symbol; NULL when none has. */
const char *qe_library_of(const char *symbol);

#endif
