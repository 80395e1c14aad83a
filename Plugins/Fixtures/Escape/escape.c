/*
 * A fixture that tries to get out of its sandbox, in the way and at the moment that its parameters say.
 *   attempt  none, open, read_environ, getenv, connect, fork, exec, thread, kill, clock, rdtsc, clock_call, signal, write_code
 *   at       process, create, state
 */
#define _GNU_SOURCE
#include "quantumedge_plugin.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ATTEMPT, AT, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [ATTEMPT] = {"attempt", "what is tried", QE_PARAMETER_TEXT, 0, 0, 0, 0, "none", 0},
    [AT] = {"at", "in which function", QE_PARAMETER_TEXT, 0, 0, 0, 0, "process", 0},
};

typedef struct instance {
    char attempt[32];
    char at[16];
    volatile int sink;
} instance;

static void *nothing(void *unused) { return unused; }
static void on_signal(int number) { (void)number; }

static void escape(instance *self, const char *at) {
    if (strcmp(self->at, at) != 0) return;
    const char *attempt = self->attempt;
    if (strcmp(attempt, "open") == 0) self->sink = open("/etc/hostname", O_RDONLY);
    if (strcmp(attempt, "read_environ") == 0) self->sink = open("/proc/self/environ", O_RDONLY);
    if (strcmp(attempt, "getenv") == 0) self->sink = getenv("HOME") != NULL;
    if (strcmp(attempt, "connect") == 0) self->sink = socket(AF_INET, SOCK_STREAM, 0);
    if (strcmp(attempt, "fork") == 0) self->sink = fork();
    if (strcmp(attempt, "exec") == 0) self->sink = execl("/bin/true", "true", (char *)NULL);
    if (strcmp(attempt, "thread") == 0) {
        pthread_t thread;
        self->sink = pthread_create(&thread, NULL, nothing, NULL);
    }
    if (strcmp(attempt, "kill") == 0) self->sink = kill(getppid(), 0);
    if (strcmp(attempt, "clock") == 0) {
        struct timespec now;
        self->sink = clock_gettime(CLOCK_MONOTONIC, &now);
    }
#if defined(__x86_64__)
    if (strcmp(attempt, "rdtsc") == 0) self->sink = (int)__builtin_ia32_rdtsc();
#endif
    if (strcmp(attempt, "clock_call") == 0) {
        struct timespec now;
        self->sink = (int)syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    }
    if (strcmp(attempt, "signal") == 0) self->sink = signal(SIGSEGV, on_signal) == SIG_ERR;
    if (strcmp(attempt, "write_code") == 0) {
        void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        self->sink = code == MAP_FAILED;
    }
}

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    (void)host;
    (void)error;
    (void)capacity;
    if (config->parameter_count != PARAMETER_COUNT) return QE_INVALID;
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    strncpy(self->attempt, config->parameters[ATTEMPT].text, sizeof self->attempt - 1);
    strncpy(self->at, config->parameters[AT].text, sizeof self->at - 1);
    escape(self, "create");
    *out = self;
    return QE_OK;
}

static qe_status accept_step(void *memory) {
    (void)memory;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    (void)context;
    (void)intents;
    (void)capacity;
    (void)count;
    /* Memory is no way out: it may be asked for. */
    void *volatile memory_of_its_own = malloc(100000);
    free(memory_of_its_own);
    if (event->kind == QE_EVENT_TRADE) escape(memory, "process");
    return QE_OK;
}

static uint64_t state_size(void *memory) {
    escape(memory, "state");
    return 0;
}

static qe_status save(void *memory, uint8_t *bytes, uint64_t capacity, uint64_t *written) {
    (void)memory;
    (void)bytes;
    (void)capacity;
    *written = 0;
    return QE_OK;
}

static qe_status restore(void *memory, const uint8_t *bytes, uint64_t size) {
    (void)memory;
    (void)bytes;
    return size == 0 ? QE_OK : QE_INVALID;
}

static const void *get_extension(const char *id) {
    static const qe_state_extension state = {sizeof state, 0, state_size, save, restore};
    return strcmp(id, QE_EXTENSION_STATE) == 0 ? &state : NULL;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_strategy strategy = {sizeof strategy, 0, create, accept_step, accept_step, process, accept_step, accept_step, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "Escape",
        .version = "1.0.0",
        .summary = "Tries to get out of its sandbox.",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE),
        .parameters = parameters,
        .parameter_count = PARAMETER_COUNT,
        .strategy = &strategy,
        .get_extension = get_extension,
    };
    (void)host_minor;
    (void)error;
    (void)capacity;
    return host_major == QE_ABI_MAJOR ? &descriptor : NULL;
}
