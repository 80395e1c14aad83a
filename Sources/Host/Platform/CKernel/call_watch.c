#define _GNU_SOURCE
#include "call_watch.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { NUMBER_LIMIT = 512, REGION_LIMIT = 8 };

static volatile uint64_t counts[NUMBER_LIMIT + 1]; /* the last: reads of the time-stamp counter */
static volatile int is_watching, has_clock_trap;

/*
 * The one place from which system calls are let through: the filter knows its address, the handler does there what was
 * trapped elsewhere.
 */
extern long qe_raw_system_call(long number, long a, long b, long c, long d, long e, long f);
extern const char qe_raw_system_call_done[];

#if defined(__x86_64__)
#define EXPECTED_ARCH AUDIT_ARCH_X86_64
__asm__(".text\n.globl qe_raw_system_call\n.hidden qe_raw_system_call\n.type qe_raw_system_call,@function\n"
        "qe_raw_system_call:\n mov %rdi,%rax\n mov %rsi,%rdi\n mov %rdx,%rsi\n mov %rcx,%rdx\n mov %r8,%r10\n mov %r9,%r8\n"
        " mov 8(%rsp),%r9\n syscall\n.globl qe_raw_system_call_done\n.hidden qe_raw_system_call_done\nqe_raw_system_call_done:\n ret\n"
        ".size qe_raw_system_call,.-qe_raw_system_call\n");
#define NUMBER(m) ((m).gregs[REG_RAX])
#define RESULT(m) ((m).gregs[REG_RAX])
#define ARGUMENTS(m) (m).gregs[REG_RDI], (m).gregs[REG_RSI], (m).gregs[REG_RDX], (m).gregs[REG_R10], (m).gregs[REG_R8], (m).gregs[REG_R9]
#define FIRST(m) ((m).gregs[REG_RDI])
#elif defined(__aarch64__)
#define EXPECTED_ARCH AUDIT_ARCH_AARCH64
__asm__(".text\n.globl qe_raw_system_call\n.hidden qe_raw_system_call\n.type qe_raw_system_call,%function\n"
        "qe_raw_system_call:\n mov x8,x0\n mov x0,x1\n mov x1,x2\n mov x2,x3\n mov x3,x4\n mov x4,x5\n mov x5,x6\n svc #0\n"
        ".globl qe_raw_system_call_done\n.hidden qe_raw_system_call_done\nqe_raw_system_call_done:\n ret\n"
        ".size qe_raw_system_call,.-qe_raw_system_call\n");
#define NUMBER(m) ((m).regs[8])
#define RESULT(m) ((m).regs[0])
#define ARGUMENTS(m) (m).regs[0], (m).regs[1], (m).regs[2], (m).regs[3], (m).regs[4], (m).regs[5]
#define FIRST(m) ((m).regs[0])
#else
#error "the watch knows x86-64 and arm64"
#endif

static void note(int number) {
    if (is_watching && number >= 0 && number <= NUMBER_LIMIT) counts[number]++;
}

/* A child on our stack, or a thread: its first steps would be in the handler. */
static int shares_memory(int number, long first) {
#ifdef SYS_vfork
    if (number == SYS_vfork) return 1;
#endif
    return number == SYS_clone3 || (number == SYS_clone && (first & CLONE_VM) != 0);
}

static void trapped(int signal, siginfo_t *info, void *memory) {
    (void)signal;
    mcontext_t *machine = &((ucontext_t *)memory)->uc_mcontext;
    int number = info->si_syscall;
    int kept = errno;
    note(number);
    long result = shares_memory(number, (long)FIRST(*machine)) ? -EAGAIN : qe_raw_system_call(number, ARGUMENTS(*machine));
    errno = kept;
    RESULT(*machine) = result;
}

static int handle(int signal, void (*handler)(int, siginfo_t *, void *)) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    return sigaction(signal, &action, NULL) == 0 ? 0 : errno;
}

int qe_watch_system_calls(void) {
    uint64_t done = (uint64_t)(uintptr_t)qe_raw_system_call_done;
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, EXPECTED_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        /* The return from the handler itself. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)done, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(done >> 32), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
    int code = handle(SIGSYS, trapped);
    if (code != 0) return code;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

/* ------------------------------------------------------------------------------------------------ faults */

static struct region {
    uintptr_t base, end;
    int descriptor;
    const char *record;
    size_t length;
} regions[REGION_LIMIT];
static int region_count;

/* An rdtsc or rdtscp that was denied is counted and then allowed until the stretch ends. */
static int is_clock_read(const mcontext_t *machine) {
#if defined(__x86_64__)
    const uint8_t *code = (const uint8_t *)machine->gregs[REG_RIP];
    return (code[0] == 0x0F && code[1] == 0x31) || (code[0] == 0x0F && code[1] == 0x01 && code[2] == 0xF9);
#else
    (void)machine;
    return 0;
#endif
}

static void faulted(int number, siginfo_t *info, void *memory) {
    const mcontext_t *machine = &((ucontext_t *)memory)->uc_mcontext;
    uintptr_t address = (uintptr_t)info->si_addr;
    /* A denied instruction is a general protection fault: the kernel gives it no address. */
    if (has_clock_trap && info->si_code == SI_KERNEL && is_clock_read(machine)) {
        note(NUMBER_LIMIT);
        prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0);
        return;
    }
    for (int i = 0; i < region_count; i++) {
        if (address < regions[i].base || address >= regions[i].end) continue;
        ssize_t written = write(regions[i].descriptor, regions[i].record, regions[i].length);
        _exit(written == (ssize_t)regions[i].length ? 0 : 70);
    }
    signal(number, SIG_DFL); /* happens again on return, and then ends the process as it should */
}

int qe_watch_clock(void) {
#if defined(__x86_64__)
    int code = handle(SIGSEGV, faulted);
    if (code != 0) return code;
    has_clock_trap = 1;
    /* Once, to know that it can be done. */
    if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) != 0) return errno;
    return prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0) == 0 ? 0 : errno;
#else
    return ENOTSUP;
#endif
}

void qe_watch_begin(void) {
    if (has_clock_trap) prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0);
    is_watching = 1;
}

void qe_watch_end(void) {
    is_watching = 0;
    if (has_clock_trap) prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0);
}

uint64_t qe_watched(int32_t number) {
    if (number < 0) return counts[NUMBER_LIMIT];
    return number < NUMBER_LIMIT ? counts[number] : 0;
}

int32_t qe_watched_limit(void) { return NUMBER_LIMIT; }

int qe_watch_region(const void *base, size_t size, int descriptor, const char *record, size_t length) {
    if (region_count == REGION_LIMIT) return ENOSPC;
    int code = handle(SIGSEGV, faulted);
    if (code == 0) code = handle(SIGBUS, faulted);
    if (code != 0) return code;
    regions[region_count++] = (struct region){(uintptr_t)base, (uintptr_t)base + size, descriptor, record, length};
    return 0;
}
