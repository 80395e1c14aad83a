#define _GNU_SOURCE
#include "filter.h"

#include "csandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "no sandbox for this machine yet: name its audit architecture here"
#endif

enum { ROOM = 512 };

/* Both little-endian machines: the low half of an argument comes first. */
#define LOW(argument) ((uint32_t)(offsetof(struct seccomp_data, args) + 8 * (size_t)(argument)))

typedef enum { INT, POINTER, CLEAR, SET } test; /* equals as 32 bits, as 64 bits; bits that must be 0, or 1 */

typedef struct condition {
    int argument;
    test test;
    uint64_t value;
} condition;

typedef struct program {
    struct sock_filter code[ROOM];
    unsigned short count;
} program;

static program stages[2];
static struct sock_fprog second;

static void emit(program *p, uint16_t code, uint32_t value, uint8_t yes, uint8_t no) {
    if (p->count < ROOM) p->code[p->count] = (struct sock_filter)BPF_JUMP(code, value, yes, no);
    p->count++;
}

/* A test that goes on when it holds, and is told later where it goes when it does not. */
static void check(program *p, uint16_t comparison, uint32_t value, unsigned short *open, int *opened) {
    open[(*opened)++] = p->count;
    emit(p, BPF_JMP | BPF_K | comparison, value, 0, 0);
}

/* The call is allowed when all conditions hold; else the next rule is asked. */
static void allow(program *p, long number, const condition *conditions, int count) {
    unsigned short open[16];
    int opened = 0;
    emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    check(p, BPF_JEQ, (uint32_t)number, open, &opened);
    for (int i = 0; i < count; i++) {
        const condition *c = &conditions[i];
        emit(p, BPF_LD | BPF_W | BPF_ABS, LOW(c->argument), 0, 0);
        if (c->test == CLEAR || c->test == SET) emit(p, BPF_ALU | BPF_AND | BPF_K, (uint32_t)c->value, 0, 0);
        check(p, BPF_JEQ, c->test == CLEAR ? 0 : (uint32_t)c->value, open, &opened);
        if (c->test != POINTER) continue;
        emit(p, BPF_LD | BPF_W | BPF_ABS, LOW(c->argument) + 4, 0, 0);
        check(p, BPF_JEQ, (uint32_t)(c->value >> 32), open, &opened);
    }
    emit(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    for (int i = 0; i < opened; i++)
        if (open[i] < ROOM) p->code[open[i]].jf = (uint8_t)(p->count - open[i] - 1);
}

#define ALLOW(p, number, ...)                                                                     \
    do {                                                                                          \
        const condition list[] = {__VA_ARGS__};                                                   \
        allow(p, number, list, (int)(sizeof list / sizeof *list));                                \
    } while (0)

static void begin(program *p) {
    p->count = 0;
    emit(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0);
    /* Another architecture's numbers mean other calls. x32's have a bit of their own and so match no rule below. */
    emit(p, BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
}

/* What runs for each event first: a rule costs time only for those behind it. */
static void hot_path(program *p, const void *reset) {
    allow(p, SYS_futex, NULL, 0);
    allow(p, SYS_brk, NULL, 0);
    ALLOW(p, SYS_mmap, {2, CLEAR, PROT_EXEC}, {3, SET, MAP_PRIVATE | MAP_ANONYMOUS}, {3, CLEAR, MAP_SHARED | MAP_GROWSDOWN});
    allow(p, SYS_munmap, NULL, 0);
    allow(p, SYS_mremap, NULL, 0);
    allow(p, SYS_madvise, NULL, 0);
    ALLOW(p, SYS_mprotect, {2, CLEAR, PROT_EXEC});
    allow(p, SYS_exit, NULL, 0);
    allow(p, SYS_exit_group, NULL, 0);
    allow(p, SYS_rt_sigreturn, NULL, 0);
    allow(p, SYS_restart_syscall, NULL, 0);
    /* What a Swift trap, an assertion or abort() needs to end under its own name; standard error is /dev/null. */
    ALLOW(p, SYS_write, {0, INT, STDERR_FILENO});
    ALLOW(p, SYS_writev, {0, INT, STDERR_FILENO});
    allow(p, SYS_getpid, NULL, 0);
    allow(p, SYS_gettid, NULL, 0);
    ALLOW(p, SYS_tgkill, {0, INT, (uint64_t)getpid()});
    ALLOW(p, SYS_rt_sigprocmask, {0, INT, SIG_UNBLOCK});
    ALLOW(p, SYS_rt_sigaction, {0, INT, SIGSYS}, {1, POINTER, (uint64_t)(uintptr_t)reset});
}

/* The loader reads and maps the one file that the handler gives it, under a number that nothing else gets. */
static void loading(program *p) {
    const uint64_t file = QE_WORKER_LOADER;
    ALLOW(p, SYS_dup3, {0, INT, QE_WORKER_LIBRARY}, {1, INT, file});
    ALLOW(p, SYS_lseek, {0, INT, file});
    ALLOW(p, SYS_read, {0, INT, file});
    ALLOW(p, SYS_pread64, {0, INT, file});
    ALLOW(p, SYS_fstat, {0, INT, file});
    ALLOW(p, SYS_newfstatat, {0, INT, file}, {3, SET, AT_EMPTY_PATH});
    ALLOW(p, SYS_close, {0, INT, file});
    /* Its segments: never one that is written and run. */
    ALLOW(p, SYS_mmap, {4, INT, file}, {2, CLEAR, PROT_EXEC}, {3, SET, MAP_PRIVATE}, {3, CLEAR, MAP_SHARED});
    ALLOW(p, SYS_mmap, {4, INT, file}, {2, CLEAR, PROT_WRITE}, {3, SET, MAP_PRIVATE}, {3, CLEAR, MAP_SHARED});
    ALLOW(p, SYS_seccomp, {0, INT, SECCOMP_SET_MODE_FILTER}, {1, INT, 0}, {2, POINTER, (uint64_t)(uintptr_t)&second});
}

static int install(program *p, struct sock_fprog *fprog) {
    emit(p, BPF_RET | BPF_K, SECCOMP_RET_TRAP, 0, 0);
    if (p->count > ROOM) {
        errno = E2BIG;
        return -1;
    }
    *fprog = (struct sock_fprog){.len = p->count, .filter = p->code};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, fprog);
}

int qe_filter_stage1(const void *reset) {
    static struct sock_fprog first;
    begin(&stages[0]);
    hot_path(&stages[0], reset);
    loading(&stages[0]);
    return install(&stages[0], &first);
}

int qe_filter_stage2(const void *reset) {
    begin(&stages[1]);
    hot_path(&stages[1], reset);
    return install(&stages[1], &second);
}
