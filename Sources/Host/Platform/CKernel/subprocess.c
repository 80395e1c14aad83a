#define _GNU_SOURCE
#include "subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int attributes(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    /* A group of its own, so that what it starts dies with it; no signal is ignored or blocked because it is with us. */
    int code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (code == 0) code = posix_spawnattr_setpgroup(attributes, 0);
    if (code == 0) code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
    return code;
}

/* Descriptors above 4 first: dup2 onto 3 or 4 must not overwrite one that is still to be copied. */
static int actions(posix_spawn_file_actions_t *actions, const char *folder, qe_subprocess_files files) {
    int code = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (code == 0) code = posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
    if (code == 0) code = posix_spawn_file_actions_adddup2(actions, files.error, 2);
    if (code == 0) code = posix_spawn_file_actions_adddup2(actions, files.result, 3);
    if (code == 0 && files.lent >= 0) code = posix_spawn_file_actions_adddup2(actions, files.lent, 4);
    if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(actions, files.lent >= 0 ? 5 : 4);
    if (code == 0 && folder != NULL) code = posix_spawn_file_actions_addchdir_np(actions, folder);
    return code;
}

static int high(int *descriptor) {
    if (*descriptor < 0) return 0;
    *descriptor = fcntl(*descriptor, F_DUPFD_CLOEXEC, 16);
    return *descriptor < 0 ? errno : 0;
}

static int spawn(const char *path, char *const arguments[], char *const environment[], const char *folder, qe_subprocess_files files,
                 pid_t *process) {
    posix_spawn_file_actions_t list;
    posix_spawnattr_t rules;
    int code = posix_spawn_file_actions_init(&list);
    if (code != 0) return code;
    if ((code = posix_spawnattr_init(&rules)) == 0) {
        if ((code = attributes(&rules)) == 0 && (code = actions(&list, folder, files)) == 0)
            code = posix_spawn(process, path, &list, &rules, arguments, environment);
        posix_spawnattr_destroy(&rules);
    }
    posix_spawn_file_actions_destroy(&list);
    return code;
}

int qe_subprocess_start(const char *path, char *const arguments[], char *const environment[], const char *folder,
                        qe_subprocess_files files, int32_t *process, int32_t *descriptor) {
    qe_subprocess_files copies = files;
    int code = high(&copies.result);
    if (code != 0) return code;
    if ((code = high(&copies.error)) == 0) {
        if ((code = high(&copies.lent)) == 0) {
            pid_t id;
            code = spawn(path, arguments, environment, folder, copies, &id);
            if (code == 0) {
                *process = id;
                *descriptor = pidfd_open(id, 0);
                if (*descriptor < 0) { /* cannot be waited for with a deadline: better not at all */
                    code = errno;
                    kill(id, SIGKILL);
                    waitpid(id, NULL, 0);
                }
            }
            if (copies.lent >= 0) close(copies.lent);
        }
        close(copies.error);
    }
    close(copies.result);
    return code;
}

int qe_subprocess_end(int32_t process, int32_t descriptor, int kill_first, int32_t *code, int32_t *signalled) {
    siginfo_t info = {0};
    if (kill_first && pidfd_send_signal(descriptor, SIGKILL, NULL, 0) != 0 && errno != ESRCH) return errno;
    /* Not reaped yet, so its number, which is the group's, is nobody else's. */
    kill(-process, SIGKILL);
    while (waitid(P_PIDFD, (id_t)descriptor, &info, WEXITED) != 0)
        if (errno != EINTR) return errno;
    close(descriptor);
    *signalled = info.si_code != CLD_EXITED;
    *code = info.si_status;
    return 0;
}

int qe_subprocess_settle(int32_t parent, uint64_t memory_bytes, uint64_t file_bytes) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    if (getppid() != parent) return ESRCH; /* it died before we asked */
    struct rlimit none = {0, 0}, memory = {memory_bytes, memory_bytes}, file = {file_bytes, file_bytes};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_FSIZE, &file) != 0) return errno;
    return memory_bytes > 0 && setrlimit(RLIMIT_AS, &memory) != 0 ? errno : 0;
}
