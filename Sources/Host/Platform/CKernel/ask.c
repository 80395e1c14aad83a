#define _GNU_SOURCE
#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* All that would end or stop the process and leave its terminal mute. */
static const int signals[] = {SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU};
enum { signal_count = sizeof signals / sizeof signals[0] };

static volatile sig_atomic_t caught[NSIG];

static void note(int number) { caught[number] = 1; }

static int put(int fd, const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t count = write(fd, text, left);
        if (count < 0) return -1;
        text += count;
        left -= (size_t)count;
    }
    return 0;
}

/* One line; -1 and errno. Signals come only while it waits, with the mask, and end it with EINTR. */
static long read_line(int fd, char *bytes, size_t limit, const sigset_t *mask) {
    size_t count = 0;
    for (;;) {
        char byte;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (ppoll(&wait, 1, NULL, mask) < 0) return -1;
        ssize_t got = read(fd, &byte, 1);
        if (got < 0) return -1;
        if (got == 0 && count == 0) {
            errno = ENODATA;
            return -1;
        }
        if (got == 0 || byte == '\n') break;
        if (count < limit) bytes[count] = byte;
        count++;
    }
    if (count <= limit) return (long)count;
    errno = EMSGSIZE;
    return -1;
}

int qe_may_ask(void) {
    if (!isatty(0) || !isatty(2)) return 0;
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return 0;
    int is_foreground = tcgetpgrp(fd) == getpgrp();
    close(fd);
    return is_foreground;
}

/* The question once: the count, or -1 and errno. The terminal is muted between the two calls of tcsetattr only. */
static long ask(int fd, const char *prompt, char *bytes, size_t limit, const sigset_t *mask) {
    struct termios shown, hidden;
    if (tcgetattr(fd, &shown) != 0) return -1;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    hidden.c_lflag |= ICANON | ISIG;
    /* Flushing: what was typed before the question is no answer to it. */
    if (tcsetattr(fd, TCSAFLUSH, &hidden) != 0) return -1;
    long count = put(fd, prompt) == 0 ? read_line(fd, bytes, limit, mask) : -1;
    int code = errno;
    tcsetattr(fd, TCSAFLUSH, &shown);
    put(fd, "\n");
    errno = code;
    return count;
}

long qe_ask(const char *prompt, char *bytes, size_t limit) {
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return -1;
    for (;;) {
        /* Blocked while the terminal is mute, save where it waits; what comes meanwhile takes effect at the end. */
        sigset_t held, mask;
        sigemptyset(&held);
        struct sigaction action, before[signal_count];
        memset(&action, 0, sizeof action);
        sigemptyset(&action.sa_mask);
        action.sa_handler = note;
        for (int i = 0; i < signal_count; i++) {
            sigaddset(&held, signals[i]);
            caught[signals[i]] = 0;
        }
        pthread_sigmask(SIG_BLOCK, &held, &mask);
        for (int i = 0; i < signal_count; i++) sigaction(signals[i], &action, &before[i]);
        long count = ask(fd, prompt, bytes, limit, &mask);
        int code = errno, is_stopped = 0;
        for (int i = 0; i < signal_count; i++) {
            sigaction(signals[i], &before[i], NULL);
            if (!caught[signals[i]]) continue;
            kill(getpid(), signals[i]);
            is_stopped |= signals[i] == SIGTSTP || signals[i] == SIGTTIN || signals[i] == SIGTTOU;
        }
        pthread_sigmask(SIG_SETMASK, &mask, NULL);
        if (is_stopped && count < 0) continue;
        close(fd);
        errno = code;
        return count;
    }
}
