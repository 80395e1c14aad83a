/*
 * __NAME__: buys when the price has risen by `threshold_bps` above a slow average, sells when it has fallen by as much.
 *
 * A sample to start from: replace the rule, keep the shape. quantumedge_plugin.h says who owns what and which thread
 * calls. process() runs for every event on the host's engine thread: no allocation, no I/O, no clock, no lock.
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUANTITY, THRESHOLD, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [QUANTITY] = {"quantity", "size of an entry, above 0, in base currency", QE_PARAMETER_QUANTITY, 0, 0.001, 0, 1e6, NULL, 0},
    [THRESHOLD] = {"threshold_bps", "move that is followed, in basis points", QE_PARAMETER_REAL, 0, 10, 0.1, 1000, NULL, 0},
};

typedef struct instance {
    int64_t quantity;
    double threshold;
    double price_unit;
    double reference;   /* what the move is measured from; 0 = none yet */
    uint64_t last_tag;
    uint64_t in_flight; /* tag of the order in flight, 0 = none: one order at a time */
} instance;

/* ------------------------------------------------------------------------------------------------ life */

static qe_status refuse(char *error, size_t capacity, const char *reason) {
    if (capacity > 0) snprintf(error, capacity, "%s", reason);
    return QE_INVALID;
}

static qe_status create(const qe_host *host, const qe_config *config, void **out, char *error, size_t capacity) {
    const qe_parameter_value *values = config->parameters;
    (void)host;
    if (!QE_HAS(config, qe_config, file_count)) return refuse(error, capacity, "the host's configuration is shorter than ABI 1.0's");
    if (values == NULL || config->parameter_count < PARAMETER_COUNT) return refuse(error, capacity, "the host gave too few parameters");
    if (values[QUANTITY].integer <= 0) return refuse(error, capacity, "quantity must be above 0");
    if (!(values[THRESHOLD].real > 0)) return refuse(error, capacity, "threshold_bps must be above 0");
    if (config->price_scale > 18) return refuse(error, capacity, "the price scale is over 18 decimals");
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    self->quantity = values[QUANTITY].integer;
    self->threshold = values[THRESHOLD].real / 10000;
    int64_t unit = 1;
    for (uint32_t i = 0; i < config->price_scale; i++) unit *= 10;
    self->price_unit = (double)unit;
    *out = self;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static qe_status reset(void *memory) {
    instance *self = memory;
    self->reference = 0;
    self->last_tag = self->in_flight = 0;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

/* ------------------------------------------------------------------------------------------------ decisions */

static void market(instance *self, uint32_t side, int64_t quantity, uint32_t flags, qe_intent *intents, uint32_t capacity,
                   uint32_t *count) {
    qe_intent *intent;
    if (*count >= capacity) return; /* the host takes no more wishes in this call; the next trade asks again */
    intent = &intents[(*count)++];
    *intent = (qe_intent){.struct_size = intent->struct_size,
                          .kind = QE_INTENT_SUBMIT,
                          .tag = ++self->last_tag,
                          .side = side,
                          .type = QE_TYPE_MARKET,
                          .quantity = quantity,
                          .flags = flags,
                          .confidence = NAN, /* none */
                          .edge = NAN};
    self->in_flight = self->last_tag;
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    instance *self = memory;
    if (event->kind == QE_EVENT_BAR) {
        double close = (double)event->as.bar.close / self->price_unit;
        self->reference = self->reference == 0 ? close : self->reference + (close - self->reference) / 16;
    } else if (event->kind == QE_EVENT_ORDER_UPDATE) {
        const qe_order_update *update = &event->as.order_update;
        if (update->state >= QE_ORDER_REFUSED && update->tag == self->in_flight) self->in_flight = 0;
    } else if (event->kind == QE_EVENT_TRADE) {
        double price = (double)event->as.trade.price / self->price_unit;
        if (!(price > 0 && self->reference > 0) || self->in_flight != 0) return QE_OK;
        double move = price / self->reference - 1;
        if (move > self->threshold && context->position == 0)
            market(self, QE_SIDE_BUY, self->quantity, 0, intents, capacity, count);
        else if (move < -self->threshold && context->position > 0)
            market(self, QE_SIDE_SELL, context->position, QE_INTENT_REDUCE_ONLY, intents, capacity, count);
    }
    return QE_OK;
}

/* ------------------------------------------------------------------------------------------------ descriptor */

/* QE_EXTENSION_STATE belongs here, for a strategy that shall not warm up again after a reload. */
static const void *get_extension(const char *id) {
    (void)id;
    return NULL;
}

const qe_descriptor *quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor, char *error, size_t capacity) {
    static const qe_strategy strategy = {sizeof strategy, 0, create, accept, accept, process, accept, reset, destroy};
    static const qe_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .abi_major = QE_ABI_MAJOR,
        .abi_minor = QE_ABI_MINOR,
        .kind = QE_KIND_STRATEGY,
        .name = "__NAME__",
        .version = "0.1.0",
        .summary = "Follows a move of threshold_bps",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE) | QE_SUBSCRIBE(QE_EVENT_BAR),
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
