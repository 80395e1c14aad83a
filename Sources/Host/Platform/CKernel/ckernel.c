#define _GNU_SOURCE
#include "ckernel.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int qe_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int qe_seal(int fd) { return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL); }

int qe_open(const char *path, int flags, int mode) { return open(path, flags | O_CLOEXEC, mode); }

static int address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    if (length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length + 1);
    return 0;
}

/* Closes and fails with the errno of what went wrong before. */
static int failed(int fd) {
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int qe_listen(const char *path, int mode, int backlog) {
    struct sockaddr_un name;
    if (address(path, &name) != 0) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    /* Before bind: Linux makes the file with the socket's own mode, so that there is no moment with another one. */
    if (fchmod(fd, (mode_t)mode) != 0) return failed(fd);
    if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0) return failed(fd);
    if (listen(fd, backlog) != 0) return failed(fd);
    return fd;
}

int qe_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int qe_connect(const char *path) {
    struct sockaddr_un name;
    if (address(path, &name) != 0) return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    /* A full backlog must not hold the caller for ever. */
    if (qe_timeout(fd, 5000) != 0) return failed(fd);
    if (connect(fd, (struct sockaddr *)&name, sizeof name) != 0) return failed(fd);
    return fd;
}

int qe_identity(int fd, const char *path, uint64_t *inode, int64_t *born) {
    struct statx status;
    int flags = fd >= 0 ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
    if (statx(fd >= 0 ? fd : AT_FDCWD, fd >= 0 ? "" : path, flags, STATX_INO | STATX_BTIME, &status) != 0) return -1;
    *inode = status.stx_ino;
    *born = status.stx_mask & STATX_BTIME ? status.stx_btime.tv_sec * 1000000000LL + status.stx_btime.tv_nsec : 0;
    return 0;
}

int qe_rename_new(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    /* Not every file system knows it, and not every one knows links. */
    if (errno != EINVAL && errno != ENOSYS) return -1;
    if (link(from, to) != 0) return -1;
    unlink(from);
    return 0;
}

int qe_rename_exchange(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0 ? 0 : -1;
}

int qe_peer(int fd, uint32_t *user, int32_t *process) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
    *user = credentials.uid;
    *process = credentials.pid;
    return 0;
}

long qe_send(int fd, const void *bytes, size_t count) { return send(fd, bytes, count, MSG_NOSIGNAL); }

int qe_timeout(int fd, int64_t milliseconds) {
    struct timeval time = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0) return -1;
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

int qe_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int qe_terminal_size(int fd, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

char **qe_environment(void) { return environ; }

const char *qe_library_of(const char *symbol) {
    Dl_info info;
    void *address = dlsym(RTLD_DEFAULT, symbol);
    return address != NULL && dladdr(address, &info) != 0 ? info.dli_fname : NULL;
}
