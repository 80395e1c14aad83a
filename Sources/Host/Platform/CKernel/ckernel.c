#define _GNU_SOURCE
#include "ckernel.h"

#include <fcntl.h>
#include <sys/mman.h>

int qe_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int qe_seal(int fd) { return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL); }

int qe_open(const char *path, int flags, int mode) { return open(path, flags | O_CLOEXEC, mode); }
