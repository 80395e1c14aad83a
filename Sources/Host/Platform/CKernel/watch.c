#define _GNU_SOURCE
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int32_t qe_thread_number(void) { return gettid(); }

int32_t qe_start_again(char *const *arguments, char *const *environment) {
    posix_spawnattr_t attributes;
    sigset_t none, now;
    pid_t process = -1;
    sigemptyset(&none);
    /* One that means "read the settings again" must not end the child before it can. */
    if (sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, SIGHUP) == 1) sigaddset(&none, SIGHUP);
    int code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        /* Its own group: the terminal's Ctrl-C reaches the parent alone, which passes it on once. */
        code = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
        if (code == 0) code = posix_spawnattr_setsigmask(&attributes, &none);
        if (code == 0) code = posix_spawnattr_setpgroup(&attributes, 0);
        if (code == 0) code = posix_spawn(&process, "/proc/self/exe", NULL, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    if (code == 0) return process;
    errno = code;
    return -1;
}

int qe_end_with_parent(int32_t parent, int signal) {
    if (prctl(PR_SET_PDEATHSIG, signal) != 0) return -1;
    /* It may have ended before the request. */
    if (getppid() == parent) return 0;
    errno = ESRCH;
    return -1;
}

/* MARK: crashes */

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
enum { CRASH_SIGNALS = sizeof crash_signals / sizeof *crash_signals, STACK_BYTES = 1 << 16 };

static struct {
    int fd;
    pid_t thread;
    int32_t (*current)(void);
    char **texts;
    size_t count;
    struct sigaction before[CRASH_SIGNALS];
} notes;

/* Decimal digits, without the parts of libc that a signal handler may not use. */
static size_t digits(uint64_t value, char *out) {
    char reversed[20];
    size_t count = 0;
    do reversed[count++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    for (size_t i = 0; i < count; i++) out[i] = reversed[count - 1 - i];
    return count;
}

static void note(int signal) {
    int32_t call = gettid() == notes.thread ? notes.current() : -1;
    if (call < 0 || (size_t)call >= notes.count || notes.texts[call] == NULL) return;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    char head[48];
    size_t size = digits((uint64_t)signal, head);
    head[size++] = ' ';
    size += digits((uint64_t)now.tv_sec, head + size);
    head[size++] = '\n';
    /* Nobody could be told of a failure. */
    if (write(notes.fd, head, size) < 0 || write(notes.fd, notes.texts[call], strlen(notes.texts[call])) < 0) return;
}

static void crashed(int signal, siginfo_t *info, void *context) {
    (void)context;
    int code = errno;
    int is_sent = info->si_code <= 0;
    if (!is_sent || info->si_pid == getpid()) note(signal);
    for (size_t i = 0; i < CRASH_SIGNALS; i++)
        if (crash_signals[i] == signal) sigaction(signal, &notes.before[i], NULL);
    errno = code;
    /* A fault comes again by itself when this returns; what was sent does not. */
    if (is_sent) raise(signal);
}

int qe_note_crashes(int fd, int32_t (*current)(void), size_t count) {
    if (notes.texts != NULL && notes.thread != gettid()) {
        errno = EALREADY;
        return -1;
    }
    if (notes.texts != NULL) {
        char **texts = calloc(count + 1, sizeof *texts);
        if (texts == NULL) return -1;
        char **old = notes.texts;
        /* The thread that may crash is this one, and no call is under way. */
        size_t old_count = notes.count;
        close(notes.fd);
        notes.fd = fd;
        notes.current = current;
        notes.texts = texts;
        notes.count = count;
        for (size_t i = 0; i < old_count; i++) free(old[i]);
        free(old);
        return 0;
    }
    /* A stack of its own: the plugin's may be what has run out. */
    stack_t stack = {.ss_sp = malloc(STACK_BYTES), .ss_size = STACK_BYTES};
    char **texts = calloc(count + 1, sizeof *texts);
    if (stack.ss_sp == NULL || texts == NULL || sigaltstack(&stack, NULL) != 0) {
        free(stack.ss_sp);
        free(texts);
        return -1;
    }
    notes.fd = fd;
    notes.thread = gettid();
    notes.current = current;
    notes.texts = texts;
    notes.count = count;
    struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < CRASH_SIGNALS; i++)
        if (sigaction(crash_signals[i], &action, &notes.before[i]) != 0) return -1;
    return 0;
}

int qe_crash_text(size_t call, const char *text) {
    if (call >= notes.count) {
        errno = ERANGE;
        return -1;
    }
    char *copy = strdup(text);
    if (copy == NULL) return -1;
    char *old = notes.texts[call];
    notes.texts[call] = copy;
    free(old);
    return 0;
}
