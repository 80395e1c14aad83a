#define _GNU_SOURCE
#include "csandbox.h"

#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <unistd.h>

/* The kernel's own struct: glibc's wrapper would be a system call with arguments that the filter cannot know. */
typedef struct kernel_action {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
} kernel_action;

typedef struct range {
    uintptr_t first, end;
} range;

static qe_sandbox box;
static range environment_guard, clock_pages;
static const kernel_action default_action; /* SIG_DFL is 0 */
static volatile sig_atomic_t is_loader_waiting;
static const char library_path[] = "/proc/self/fd/4";
static _Alignas(64) unsigned char handler_stack[1 << 16];

static int is_inside(const range *place, const void *address) {
    return (uintptr_t)address >= place->first && (uintptr_t)address < place->end;
}

/* ------------------------------------------------------------------------------------------------ last words */

static void die(int number, unsigned breach, int system_call) {
    box.words->signal = number;
    box.words->breach = breach;
    box.words->system_call = system_call;
    __atomic_store_n(&box.answer->value, QE_WORD_ENDED, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &box.answer->value, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    /* SIGSYS alone keeps its handler, because the loader needs it; the others have their default back by now. */
    if (number == SIGSYS) syscall(SYS_rt_sigaction, SIGSYS, &default_action, NULL, sizeof default_action.mask);
    syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), number);
}

/* The loader opens its library by path, and no path can be opened here: it gets the descriptor that it means, once. */
static int serve_loader(const siginfo_t *info, ucontext_t *context) {
    if (!is_loader_waiting || info->si_syscall != SYS_openat) return 0;
#if defined(__x86_64__)
    const char *path = (const char *)context->uc_mcontext.gregs[REG_RSI];
    greg_t *result = &context->uc_mcontext.gregs[REG_RAX];
#else
    const char *path = (const char *)context->uc_mcontext.regs[1];
    __u64 *result = &context->uc_mcontext.regs[0];
#endif
    if (strncmp(path, library_path, sizeof library_path) != 0) return 0;
    is_loader_waiting = 0;
    long fd = syscall(SYS_dup3, QE_WORKER_LIBRARY, QE_WORKER_LOADER, O_CLOEXEC);
    /* The number shares its place in the file with whoever wrote it. */
    if (fd >= 0) syscall(SYS_lseek, fd, 0, SEEK_SET);
    *result = fd;
    return 1;
}

/* Whether the instruction that faulted reads the time-stamp counter. */
static int is_time_stamp(const siginfo_t *info, const ucontext_t *context) {
#if defined(__x86_64__)
    /* A forbidden instruction is told without an address; elsewhere the instruction itself may be what cannot be read. */
    if (info->si_code != SI_KERNEL) return 0;
    const unsigned char *code = (const unsigned char *)context->uc_mcontext.gregs[REG_RIP];
    return code[0] == 0x0F && (code[1] == 0x31 || (code[1] == 0x01 && code[2] == 0xF9));
#else
    (void)info, (void)context;
    return 0;
#endif
}

static void on_signal(int number, siginfo_t *info, void *memory) {
    ucontext_t *context = memory;
    if (number == SIGSYS) {
        if (serve_loader(info, context)) return;
        die(number, qe_filter_breach(info->si_syscall), info->si_syscall);
        return;
    }
    unsigned breach = QE_BREACH_NONE;
    if (number == SIGSEGV) {
        if (is_inside(&environment_guard, info->si_addr)) breach = QE_BREACH_ENVIRONMENT;
        else if (is_inside(&clock_pages, info->si_addr) || is_time_stamp(info, context)) breach = QE_BREACH_CLOCK;
    }
    die(number, breach, -1);
}

static int listen_for_signals(void) {
    const stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    if (sigaltstack(&stack, NULL) != 0) return -1;
    static const int fatal[] = {SIGSYS, SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
        if (fatal[i] != SIGSYS) action.sa_flags |= (int)SA_RESETHAND;
        if (sigaction(fatal[i], &action, NULL) != 0) return -1;
    }
    /* Whoever stops the host stops the host: it ends its workers in its own order. */
    static const int others[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (signal(others[i], SIG_IGN) == SIG_ERR) return -1;
    /* The host survives a file that reaches its bound; a plugin that writes one does not. */
    if (signal(SIGXFSZ, SIG_DFL) == SIG_ERR) return -1;
    return 0;
}

/* ------------------------------------------------------------------------------------------------ walls */

static int limit(void) {
    const struct {
        int resource;
        rlim_t most;
    } limits[] = {
        {RLIMIT_DATA, box.memory_bytes}, {RLIMIT_STACK, 8 << 20},  {RLIMIT_CORE, 0},    {RLIMIT_NOFILE, QE_WORKER_LOADER + 1},
        {RLIMIT_NPROC, 0},               {RLIMIT_FSIZE, 0},        {RLIMIT_MEMLOCK, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct rlimit value = {limits[i].most, limits[i].most};
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &value) != 0) return -1;
    }
    return 0;
}

static int drop_privileges(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_capset, &header, none);
}

/* No file, no port, no abstract socket, no signal to outside. 1, 0 where the kernel has no Landlock, or -1 and errno. */
static int landlock(void) {
    /* The kernel's struct and numbers, which grow: the machine's header may be older than its kernel. */
    const struct {
        uint64_t files, ports, scopes;
    } everything[] = {{0x1FFF, 0, 0}, {0x3FFF, 0, 0}, {0x7FFF, 0, 0}, {0x7FFF, 3, 0}, {0xFFFF, 3, 0}, {0xFFFF, 3, 3}};
    const long create = 444, restrict_self = 446, version = 1;
    long abi = syscall(create, NULL, 0, version);
    if (abi < 1) return 0;
    if (abi > 6) abi = 6;
    const size_t size = abi < 4 ? 8 : abi < 6 ? 16 : 24;
    int rules = (int)syscall(create, &everything[abi - 1], size, 0);
    if (rules < 0) return -1;
    long result = syscall(restrict_self, rules, 0);
    int code = errno;
    close(rules);
    errno = code;
    return result == 0 ? 1 : -1;
}

/* getenv() walks from `environ`, and falls over its first step. */
static int guard_environment(void) {
    const size_t size = 1 << 16;
    void *guard = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard == MAP_FAILED) return -1;
    environment_guard = (range){(uintptr_t)guard, (uintptr_t)guard + size};
    environ = guard;
    return 0;
}

/* Time without a system call comes from the counter, and from pages that the kernel keeps current. 1, or 0: not here. */
static int guard_clocks(void) {
    int pages = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) return 0;
    char line[512];
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long first, end;
        if (strstr(line, "[vvar") == NULL || sscanf(line, "%lx-%lx", &first, &end) != 2) continue;
        if (mprotect((void *)first, end - first, PROT_NONE) != 0) {
            pages = 0;
            break;
        }
        /* They lie side by side. */
        if (clock_pages.first == 0 || first < clock_pages.first) clock_pages.first = first;
        if (end > clock_pages.end) clock_pages.end = end;
        pages = 1;
    }
    fclose(maps);
#if defined(PR_SET_TSC)
    if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) != 0) return 0;
    return pages;
#else
    return 0;
#endif
}

/* A plugin that calls exit() ends with its status: what the libraries of the host have to do at an exit (some look into the
 * environment) is no business of a worker's, and would be told as a breach of the plugin's. */
static void end_at_once(int status, void *unused) {
    (void)unused;
    _exit(status);
}

int qe_sandbox_enter(const qe_sandbox *sandbox, uint32_t *parts, const char **step) {
    if (*step = "end at once", on_exit(end_at_once, NULL) != 0) return -1;
    box = *sandbox;
    *parts = 0;
    if (*step = "handle signals", listen_for_signals() != 0) return -1;
    if (guard_clocks()) *parts |= QE_SANDBOX_CLOCKS;
    if (*step = "hide the environment", guard_environment() != 0) return -1;
    if (*step = "drop privileges", drop_privileges() != 0) return -1;
    *step = "shut the files off (Landlock)";
    int files = landlock();
    if (files < 0) return -1;
    if (files > 0) *parts |= QE_SANDBOX_LANDLOCK;
    if (*step = "set limits", limit() != 0) return -1;
    is_loader_waiting = 1;
    if (*step = "filter system calls (seccomp)", qe_filter_stage1(&default_action) != 0) return -1;
    return 0;
}

int qe_sandbox_close(void) { return qe_filter_stage2(&default_action); }
