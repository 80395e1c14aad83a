#define _GNU_SOURCE
#include "cprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST = 3, MOST = 16, ABOVE = 64 };

static int arrange(posix_spawn_file_actions_t *actions, const int *descriptors, int count) {
    int code = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    for (int target = 1; code == 0 && target < FIRST; target++) code = posix_spawn_file_actions_addopen(actions, target, "/dev/null", O_WRONLY, 0);
    for (int i = 0; code == 0 && i < count; i++) code = posix_spawn_file_actions_adddup2(actions, descriptors[i], FIRST + i);
    if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(actions, FIRST + count);
    return code;
}

static int start(const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count, int32_t *process) {
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    posix_spawnattr_t attributes;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        code = arrange(&actions, descriptors, count);
        if (code == 0) code = posix_spawnattr_setsigmask(&attributes, &none);
        if (code == 0) code = posix_spawnattr_setsigdefault(&attributes, &all);
        if (code == 0) code = posix_spawnattr_setpgroup(&attributes, 0);
        if (code == 0) code = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        pid_t number = 0;
        if (code == 0) code = posix_spawn(&number, path, &actions, &attributes, arguments, environment);
        *process = number;
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

int qe_spawn(const char *path, char *const arguments[], char *const environment[], const int *descriptors, int count, int32_t *process) {
    int copies[MOST], made = 0, code = 0;
    if (count > MOST) return EINVAL;
    /* Copies far above the targets: a target must not overwrite a source that is yet to be copied. */
    while (code == 0 && made < count) {
        copies[made] = fcntl(descriptors[made], F_DUPFD_CLOEXEC, ABOVE);
        if (copies[made] < 0) code = errno;
        else made++;
    }
    if (code == 0) code = start(path, arguments, environment, copies, count, process);
    while (made > 0) close(copies[--made]);
    return code;
}

int qe_process_descriptor(int32_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int qe_process_kill(int descriptor) { return (int)syscall(SYS_pidfd_send_signal, descriptor, SIGKILL, NULL, 0); }

int qe_process_ended(int descriptor, int32_t milliseconds) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    return poll(&entry, 1, milliseconds) == 1;
}

int qe_process_reap(int descriptor, int32_t *signal, int32_t *status) {
    siginfo_t info = {0};
    while (waitid(P_PIDFD, (id_t)descriptor, &info, WEXITED | WNOHANG) != 0)
        if (errno != EINTR) return -1;
    if (info.si_pid == 0) return 0;
    int exited = info.si_code == CLD_EXITED;
    *signal = exited ? 0 : info.si_status;
    *status = exited ? info.si_status : 0;
    return 1;
}

int qe_shared_file(const char *name, size_t bytes) {
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) return -1;
    /* Without a fixed size one side could shrink it, and the other would die at its next look. */
    if (ftruncate(fd, (off_t)bytes) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int qe_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int qe_die_with(int pipe_end) {
    if (fcntl(pipe_end, F_SETSIG, SIGKILL) != 0 || fcntl(pipe_end, F_SETOWN, getpid()) != 0) return -1;
    if (fcntl(pipe_end, F_SETFL, O_ASYNC | O_NONBLOCK) != 0) return -1;
    /* It may have been closed before we listened. */
    char byte;
    if (read(pipe_end, &byte, 1) == 0) {
        errno = EPIPE;
        return -1;
    }
    return 0;
}

int qe_pinned(uint64_t mask[16]) { return sched_getaffinity(0, 16 * sizeof *mask, (cpu_set_t *)mask); }

int qe_pin(const uint64_t mask[16]) { return sched_setaffinity(0, 16 * sizeof *mask, (const cpu_set_t *)mask); }
