/*
 * EMACross once more, in plain C against the header alone: the same parameters, tags and intents, and arithmetic in the
 * same order, so that both give one decision hash. See Plugins/EMACross for the rule.
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAST, SLOW, QUANTITY, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [FAST] = {"fast", "trades of the fast average", QE_PARAMETER_INTEGER, 0, 20, 1, 1e6, NULL, 0},
    [SLOW] = {"slow", "trades of the slow average, above fast", QE_PARAMETER_INTEGER, 0, 100, 2, 1e6, NULL, 0},
    [QUANTITY] = {"quantity", "size of an entry, above 0, in base currency", QE_PARAMETER_QUANTITY, 0, 0.001, 0, 1e9, NULL, 0},
};

/* What changes with events. No padding, so that it can be saved as it lies. */
typedef struct state {
    int64_t fast_length;
    int64_t slow_length;
    double fast;
    double slow;
    int64_t seen;
    uint64_t last_tag;
    uint64_t in_flight;
} state;

typedef struct instance {
    state now;
    double fast_alpha;
    double slow_alpha;
    double price_unit;
    int64_t quantity;
} instance;

/* ------------------------------------------------------------------------------------------------ life */

static qe_status refuse(char *error, size_t capacity, const char *reason) {
    if (capacity > 0) snprintf(error, capacity, "%s", reason);
    return QE_INVALID;
}

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    (void)host;
    const qe_parameter_value *values = config->parameters;
    if (!QE_HAS(config, qe_config, file_count)) return refuse(error, capacity, "the host's configuration is shorter than ABI 1.0's");
    if (values == NULL || config->parameter_count < PARAMETER_COUNT) return refuse(error, capacity, "the host gave too few parameters");
    for (int i = 0; i < PARAMETER_COUNT; i++)
        if (strcmp(values[i].name, parameters[i].name) != 0 || values[i].type != parameters[i].type)
            return refuse(error, capacity, "the host's parameters are not in the table's order");
    if (values[FAST].integer < 1 || values[FAST].integer >= values[SLOW].integer)
        return refuse(error, capacity, "fast must be below slow");
    if (values[QUANTITY].integer <= 0) return refuse(error, capacity, "quantity must be above 0");
    if (config->price_scale > 18) return refuse(error, capacity, "the price scale is over 18 decimals");
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    self->now.fast_length = values[FAST].integer;
    self->now.slow_length = values[SLOW].integer;
    self->fast_alpha = 2 / ((double)values[FAST].integer + 1);
    self->slow_alpha = 2 / ((double)values[SLOW].integer + 1);
    int64_t unit = 1;
    for (uint32_t i = 0; i < config->price_scale; i++) unit *= 10;
    self->price_unit = (double)unit;
    self->quantity = values[QUANTITY].integer;
    *out = self;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static qe_status reset(void *memory) {
    instance *self = memory;
    self->now = (state){.fast_length = self->now.fast_length, .slow_length = self->now.slow_length};
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

/* ------------------------------------------------------------------------------------------------ decisions */

static void market(instance *self, uint32_t side, int64_t quantity, qe_intent *intents, uint32_t capacity, uint32_t *count) {
    if (*count >= capacity) return; /* no room: the next trade asks again */
    uint32_t size = intents[*count].struct_size;
    self->now.last_tag++;
    self->now.in_flight = self->now.last_tag;
    intents[(*count)++] = (qe_intent){
        .struct_size = size,
        .kind = QE_INTENT_SUBMIT,
        .tag = self->now.last_tag,
        .side = side,
        .type = QE_TYPE_MARKET,
        .quantity = quantity,
        .confidence = NAN,
        .edge = NAN,
    };
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    instance *self = memory;
    state *now = &self->now;
    if (event->kind == QE_EVENT_ORDER_UPDATE) {
        const qe_order_update *update = &event->as.order_update;
        if (update->state >= QE_ORDER_REFUSED && update->tag == now->in_flight) now->in_flight = 0;
        return QE_OK;
    }
    if (event->kind != QE_EVENT_TRADE) return QE_OK;
    double price = (double)event->as.trade.price / self->price_unit;
    if (!(price > 0)) return QE_OK;
    if (now->seen == 0) {
        now->fast = price;
        now->slow = price;
    } else {
        now->fast = self->fast_alpha * price + (1 - self->fast_alpha) * now->fast;
        now->slow = self->slow_alpha * price + (1 - self->slow_alpha) * now->slow;
    }
    if (now->seen < now->slow_length) now->seen++;
    if (now->seen < now->slow_length || now->in_flight != 0) return QE_OK;
    if (now->fast > now->slow && context->position == 0)
        market(self, QE_SIDE_BUY, self->quantity, intents, capacity, count);
    else if (now->fast < now->slow && context->position > 0)
        market(self, QE_SIDE_SELL, context->position, intents, capacity, count);
    return QE_OK;
}

/* ------------------------------------------------------------------------------------------------ state */

#define STATE_MAGIC 0x3143414D45454551ull

typedef struct saved_state {
    uint64_t magic;
    uint64_t size;
    state now;
    uint64_t checksum; /* FNV-1a of all before it */
} saved_state;

static uint64_t checksum(const void *bytes, size_t size) {
    uint64_t hash = 0xCBF29CE484222325ull;
    for (size_t i = 0; i < size; i++) hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001B3ull;
    return hash;
}

static uint64_t state_size(void *memory) {
    (void)memory;
    return sizeof(saved_state);
}

static qe_status state_save(void *memory, uint8_t *bytes, uint64_t capacity, uint64_t *written) {
    const instance *self = memory;
    saved_state saved = {STATE_MAGIC, sizeof saved, self->now, 0};
    if (capacity < sizeof saved) return QE_TOO_SMALL;
    saved.checksum = checksum(&saved, offsetof(saved_state, checksum));
    memcpy(bytes, &saved, sizeof saved);
    *written = sizeof saved;
    return QE_OK;
}

static qe_status state_restore(void *memory, const uint8_t *bytes, uint64_t size) {
    instance *self = memory;
    saved_state saved;
    if (bytes == NULL || size != sizeof saved) return QE_INVALID;
    memcpy(&saved, bytes, sizeof saved);
    const state *now = &saved.now;
    if (saved.magic != STATE_MAGIC || saved.size != sizeof saved) return QE_INVALID;
    if (saved.checksum != checksum(&saved, offsetof(saved_state, checksum))) return QE_INVALID;
    /* Averages of other lengths are other numbers: better to warm up again. */
    if (now->fast_length != self->now.fast_length || now->slow_length != self->now.slow_length) return QE_INVALID;
    if (!isfinite(now->fast) || !isfinite(now->slow)) return QE_INVALID;
    if (now->seen < 0 || now->seen > now->slow_length || now->in_flight > now->last_tag) return QE_INVALID;
    self->now = *now;
    return QE_OK;
}

/* ------------------------------------------------------------------------------------------------ descriptor */

static const void *get_extension(const char *id) {
    static const qe_state_extension extension = {sizeof extension, 0, state_size, state_save, state_restore};
    return strcmp(id, QE_EXTENSION_STATE) == 0 ? &extension : NULL;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_strategy strategy = {sizeof strategy, 0, create, accept, accept, process, accept, reset, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "EMACrossC",
        .version = "1.0.0",
        .summary = "EMACross in C: the same decisions, bit for bit",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE),
        .parameters = parameters,
        .parameter_count = PARAMETER_COUNT,
        .strategy = &strategy,
        .get_extension = get_extension,
    };
    (void)host_minor;
    if (host_major == QE_ABI_MAJOR) return &descriptor;
    if (capacity > 0) snprintf(error, capacity, "supports plugin ABI 1.0 to 1.x, the host asked for %u", (unsigned)host_major);
    return NULL;
}
