#define _GNU_SOURCE
#include "machine.h"

#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <unistd.h>

uint32_t qe_kernel_features(void) {
    uint32_t features = 0;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0) features |= 1;
    uint32_t action = SECCOMP_RET_TRAP;
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) features |= 2;
    int file = memfd_create("doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file >= 0) {
        if (fcntl(file, F_ADD_SEALS, F_SEAL_WRITE) == 0) features |= 4;
        close(file);
    }
    return features;
}

int qe_clock_is_synchronised(void) {
    struct timex state = {0};
    int code = adjtimex(&state);
    if (code < 0) return -1;
    return code != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

int qe_process_hide(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

void qe_open_standard_streams(void) {
    for (int stream = 0; stream <= 2; stream++) {
        /* The lowest free number is given: this one. The wrong way round, so that a use of it is an error still, and not silence. */
        if (fcntl(stream, F_GETFD) < 0) (void)!open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
    }
}

const char *qe_libc_version(void) { return gnu_get_libc_version(); }
