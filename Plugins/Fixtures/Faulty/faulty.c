/*
 * A strategy that passes every case of the conformance harness, and fails exactly one of them for each `fault`: see the
 * table in Tests/ConformanceTests/MatrixTests.swift. It buys and sells by turns, and keeps its books in its own memory.
 */
#define _GNU_SOURCE
#include "quantumedge_plugin.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { FAULT, AFTER, LEVEL, SIZE, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [FAULT] = {"fault", "what goes wrong", QE_PARAMETER_TEXT, 0, 0, 0, 0, "none", 0},
    [AFTER] = {"after", "events before it does", QE_PARAMETER_INTEGER, 0, 0, 0, 1e9, NULL, 0},
    [LEVEL] = {"level", "a number that changes nothing", QE_PARAMETER_REAL, 0, 0, -1, 1, NULL, 0},
    [SIZE] = {"size", "of an order", QE_PARAMETER_QUANTITY, 0, 0.01, 0.01, 10, NULL, 0},
};

/* What a save writes, and nothing else: no padding, no pointer. */
typedef struct books {
    uint64_t events;
    uint64_t last_tag;
    uint64_t open_tag;
    double average;
    uint64_t check;
} books;

typedef struct instance {
    char fault[32];
    int64_t after;
    int64_t size;
    double level;
    books books;
    const qe_event *kept;
    void *leak;
} instance;

static uint64_t shared_events;
static int living;
static _Thread_local int own_thread;
static volatile unsigned char grown[256u << 20];

static int is(const instance *self, const char *fault) { return strcmp(self->fault, fault) == 0; }

static void say(char *error, size_t capacity, const char *text) {
    if (capacity > 0) snprintf(error, capacity, "%s", text);
}

static uint64_t checksum(const books *books) {
    const unsigned char *bytes = (const unsigned char *)books;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < offsetof(struct books, check); i++) hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static void *idle(void *unused) {
    (void)unused;
    for (;;) pause();
}

/* A name of the whole process, where two images of one plugin meet. */
static int is_second_image(void) {
    char name[16] = "", own[16];
    snprintf(own, sizeof own, "f%llx", (unsigned long long)(uintptr_t)&shared_events & 0xFFFFFFFFFF);
    prctl(PR_GET_NAME, name);
    if (name[0] == 'f' && strlen(name) > 6 && strcmp(name, own) != 0) return 1;
    prctl(PR_SET_NAME, own);
    return 0;
}

/* As a plugin reads a field of a later minor version. */
static void list_horizons(const qe_config *config, char *error, size_t capacity) {
    char text[256] = "predictions of";
    if (!QE_HAS(config, qe_config, prediction_horizon_count) || config->prediction_horizons_s == NULL) {
        say(error, capacity, "the host does not say");
        return;
    }
    for (uint32_t i = 0; i < config->prediction_horizon_count && i < 16; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, " %lld", (long long)config->prediction_horizons_s[i]);
    }
    say(error, capacity, text);
}

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    if (!QE_HAS(config, qe_config, parameter_count) || config->parameters == NULL || config->parameter_count != PARAMETER_COUNT) {
        const char *text = "the configuration is shorter than this plugin needs";
#ifdef FAULTY_TEXT
        memcpy(error, text, strlen(text) + 1); /* whatever the capacity */
#else
        say(error, capacity, text);
#endif
        return QE_INVALID;
    }
    instance local = {.after = config->parameters[AFTER].integer, .size = config->parameters[SIZE].integer, .level = config->parameters[LEVEL].real};
    strncpy(local.fault, config->parameters[FAULT].text, sizeof local.fault - 1);
    if (is(&local, "refuses")) return say(error, capacity, "it does not want to"), QE_INVALID;
    if (is(&local, "horizons")) return list_horizons(config, error, capacity), QE_INVALID;
    if (is(&local, "crash_create")) *(volatile int *)8 = 1;
    if (is(&local, "hang_create"))
        for (volatile int i = 0;; i++) {}
    if (is(&local, "bad_default") && local.level == 0) return say(error, capacity, "level must not be 0"), QE_INVALID;
    if (is(&local, "bad_bound") && local.level == 1) abort();
    if (is(&local, "bad_inside") && local.level != 0 && fabs(local.level) < 1) abort();
    if (is(&local, "perpetual_only") && strcmp(config->market, "spot") == 0) abort();
    if (is(&local, "calls_host")) (void)host->get_extension(host, "quantumedge.clock/1");
    if (is(&local, "mask")) umask(0);
    instance *self = malloc(sizeof *self);
    if (self == NULL) return QE_ERROR;
    *self = local;
    if (is(self, "leak")) self->leak = malloc(4096);
    if (is(self, "second_image") && is_second_image()) self->books.average = 1e9;
    own_thread = 1;
    living++;
    *out = self;
    return QE_OK;
}

static qe_status initialise(void *memory) { return is(memory, "initialise_error") ? QE_ERROR : QE_OK; }

static qe_status activate(void *memory) {
    instance *self = memory;
    pthread_t thread;
    if (is(self, "thread") && pthread_create(&thread, NULL, idle, NULL) != 0) return QE_ERROR;
    return QE_OK;
}

static qe_status deactivate(void *memory) {
    instance *self = memory;
    if (is(self, "forgets")) self->books.average = 0;
    return is(self, "deactivate_error") ? QE_ERROR : QE_OK;
}

static qe_status reset(void *memory) {
    instance *self = memory;
    if (!is(self, "ignores_reset")) self->books = (books){0};
    return QE_OK;
}

static void destroy(void *memory) {
    if (is(memory, "crash_destroy")) *(volatile int *)8 = 1;
    living--;
    free(memory);
}

static void busy(int rounds) {
    for (volatile int i = 0; i < rounds; i++) {}
}

/* Whatever is done before the market is looked at. Returns a status. */
static qe_status misbehave(instance *self, const qe_context *context, const qe_event *event) {
    static uint64_t calls;
    if (is(self, "status")) return QE_ERROR;
    if (is(self, "crash")) *(volatile int *)8 = 1;
    if (is(self, "exit")) exit(0);
    if (is(self, "hang"))
        for (volatile int i = 0;; i++) {}
    if (is(self, "allocate")) {
        void *volatile memory = malloc(64);
        free(memory);
    }
    if (is(self, "system_call")) syscall(SYS_getppid);
    if (is(self, "clock")) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
    if (is(self, "slow")) busy(30000);
    if (is(self, "slow_p99") && self->books.events % 20 == 0) busy(300000);
    if (is(self, "grows")) grown[(++calls * 512) % sizeof grown] = 1;
    if (is(self, "nan") && event->kind == QE_EVENT_TRADE && event->as.trade.quantity == 0) abort();
    if (is(self, "unknown_kind") && event->kind > QE_EVENT_RISK_STATE) abort();
    if (is(self, "denormal"))
        for (volatile double small = 1e-300; small > 0 && event->kind == QE_EVENT_TRADE && event->as.trade.price == 0; small *= 0.5)
            busy(200);
    if (is(self, "keeps_pointer")) {
        if (self->kept != NULL && self->kept->kind == 99) return QE_ERROR;
        self->kept = event;
    }
    if (is(self, "writes_context")) ((qe_context *)(uintptr_t)context)->position = 77;
    return QE_OK;
}

static void wish(instance *self, const qe_context *context, qe_intent *intents, uint32_t capacity, uint32_t *count) {
    if (capacity == 0) return;
    intents[0].kind = QE_INTENT_SUBMIT;
    intents[0].tag = ++self->books.last_tag;
    intents[0].side = context->position > 0 ? QE_SIDE_SELL : QE_SIDE_BUY;
    intents[0].type = QE_TYPE_MARKET;
    intents[0].quantity = context->position > 0 ? context->position : self->size;
    intents[0].confidence = NAN;
    intents[0].edge = is(self, "infinite_edge") ? INFINITY : NAN;
    *count = 1;
    self->books.open_tag = intents[0].tag;
    if (is(self, "same_tag") && capacity > 1) {
        intents[1] = intents[0];
        *count = 2;
    }
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    instance *self = memory;
    if (is(self, "thread_local") && !own_thread) return QE_ERROR;
    uint64_t number = self->books.events++;
    if (number >= (uint64_t)self->after) {
        qe_status status = misbehave(self, context, event);
        if (status != QE_OK) return status;
    }
    if (is(self, "write_past") && intents != NULL) intents[capacity].tag = 1;
    if (event->kind == QE_EVENT_ORDER_UPDATE) {
        int is_final = event->as.order_update.state >= QE_ORDER_REFUSED;
        if (is_final && event->as.order_update.tag == self->books.open_tag) self->books.open_tag = 0;
        return QE_OK;
    }
    if (event->kind != QE_EVENT_TRADE) return QE_OK;
    self->books.average += ((double)event->as.trade.price - self->books.average) / 64;
    int low = (double)event->as.trade.price < self->books.average;
    if (is(self, "nondeterministic")) low ^= (int)(++shared_events / 3 & 1);
    if (is(self, "environment")) low ^= getenv("TZ") != NULL && strcmp(getenv("TZ"), "UTC") != 0;
    if (is(self, "shared") && living > 1) low ^= 1;
    if (is(self, "over_capacity")) *count = capacity + 1;
    if (is(self, "flood")) {
        for (*count = 0; *count < capacity; ++*count)
            intents[*count] = (qe_intent){.struct_size = sizeof *intents, .kind = QE_INTENT_SUBMIT, .tag = ++self->books.last_tag,
                                          .side = QE_SIDE_BUY, .type = QE_TYPE_MARKET, .quantity = self->size, .confidence = NAN, .edge = NAN};
        return QE_OK;
    }
    if (low && number % 16 == 0 && self->books.open_tag == 0) wish(self, context, intents, capacity, count);
    return QE_OK;
}

static uint64_t state_size(void *memory) {
    (void)memory;
    return sizeof(books);
}

static qe_status save(void *memory, uint8_t *bytes, uint64_t capacity, uint64_t *written) {
    instance *self = memory;
    if (capacity < sizeof(books) && !is(self, "small_state")) return QE_TOO_SMALL;
    books saved = self->books;
    if (is(self, "state_lies")) saved.average = 0;
    saved.check = checksum(&saved);
    memcpy(bytes, &saved, capacity < sizeof saved ? capacity : sizeof saved);
    *written = sizeof saved;
    return QE_OK;
}

static qe_status restore(void *memory, const uint8_t *bytes, uint64_t size) {
    instance *self = memory;
    books saved;
    if (size != sizeof saved || bytes == NULL) return QE_INVALID;
    memcpy(&saved, bytes, sizeof saved);
    if (saved.check != checksum(&saved) && !is(self, "takes_garbage")) return QE_INVALID;
    saved.check = 0;
    self->books = saved;
    return QE_OK;
}

static const void *get_extension(const char *id) {
    static const qe_state_extension state = {sizeof state, 0, state_size, save, restore};
    static const qe_state_extension short_state = {8, 0, state_size, save, restore};
    (void)short_state;
#ifdef FAULTY_EXTENSION_ANY
    if (strcmp(id, QE_EXTENSION_STATE) != 0) return &state;
#endif
#ifdef FAULTY_EXTENSION_SHORT
    if (strcmp(id, QE_EXTENSION_STATE) == 0) return &short_state;
#endif
    return strcmp(id, QE_EXTENSION_STATE) == 0 ? &state : NULL;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_strategy strategy = {sizeof strategy, 0, create, initialise, activate, process, deactivate, reset, destroy};
    static qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "Faulty",
        .version = "1.0.0",
        .summary = "Fails one case of the harness, as it is told.",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE) | QE_SUBSCRIBE(QE_EVENT_QUOTE),
        .parameters = parameters,
        .parameter_count = PARAMETER_COUNT,
        .strategy = &strategy,
        .get_extension = get_extension,
    };
    (void)host_minor;
    (void)strategy;
#ifdef FAULTY_CONSTRUCTOR
    *(volatile int *)8 = 1;
#endif
#ifdef FAULTY_UNSTABLE
    static int asked;
    descriptor.timer_period_ms = asked++;
#endif
#ifdef FAULTY_NULL_TABLE
    descriptor.strategy = NULL;
#endif
#ifndef FAULTY_ANY_ABI
    if (host_major != QE_ABI_MAJOR) {
        say(error, capacity, "it supports plugin ABI 1.0...1.x");
        return NULL;
    }
#endif
    return &descriptor;
}

#ifdef FAULTY_TWO_SYMBOLS
QE_EXPORT int quantumedge_second_symbol(void);
QE_EXPORT int quantumedge_second_symbol(void) { return 1; }
#endif
