/*
 * A fixture for `quantumedge benchmark workload`: takes trades, quotes, bars and mark prices, and on every `every`th trade
 * sends one wish, in turn an entry with a bracket (a market order, a marketable limit, a post-only one at the touch) and a
 * target of 0, so that it never accumulates. Long and short in turn; long alone on spot.
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY, QUANTITY, DISTANCE, TIME_STOP, LIFE, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [EVERY] = {"every", "trades between two wishes", QE_PARAMETER_INTEGER, 0, 10, 1, 1e9, NULL, 0},
    [QUANTITY] = {"quantity", "size of an entry, above 0, in base currency", QE_PARAMETER_QUANTITY, 0, 0.001, 0, 1e9, NULL, 0},
    [DISTANCE] = {"distance_ticks", "from an entry to its stop and its take profit", QE_PARAMETER_INTEGER, 0, 100, 1, 1e9, NULL, 0},
    [TIME_STOP] = {"time_stop_ms", "longest time in a position", QE_PARAMETER_INTEGER, 0, 60000, 1, 1e9, NULL, 0},
    [LIFE] = {"life_ms", "life of a post-only entry", QE_PARAMETER_INTEGER, 0, 100, 1, 1e9, NULL, 0},
};

typedef struct instance {
    int64_t every, quantity, distance, time_stop_ms, life_ms, is_spot;
    int64_t trades, entries;
    int64_t events; /* quotes, bars and mark prices, so that reading them is not optimised away */
    uint64_t last_tag;
    uint64_t entry_tag;  /* 0 = none is open */
    uint64_t target_tag; /* likewise */
    uint64_t cancel_tag; /* likewise */
} instance;

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
    if (values[QUANTITY].integer <= 0) return refuse(error, capacity, "quantity must be above 0");
    for (int i = 0; i < PARAMETER_COUNT; i++)
        if (i != QUANTITY && (values[i].integer < 1 || values[i].integer > 1000000000))
            return refuse(error, capacity, "a number is out of its bounds");
    if (config->tick_size < 1 || config->tick_size > INT64_MAX / 4000000000) return refuse(error, capacity, "the tick is out of bounds");
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    self->every = values[EVERY].integer;
    self->quantity = values[QUANTITY].integer;
    self->distance = values[DISTANCE].integer * config->tick_size;
    self->time_stop_ms = values[TIME_STOP].integer;
    self->life_ms = values[LIFE].integer;
    self->is_spot = strcmp(config->market, "spot") == 0;
    *out = self;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static qe_status reset(void *memory) {
    instance *self = memory;
    self->trades = self->entries = self->events = 0;
    self->last_tag = self->entry_tag = self->target_tag = self->cancel_tag = 0;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

static qe_intent *next(instance *self, uint32_t kind, qe_intent *intents, uint32_t capacity, uint32_t *count) {
    if (*count >= capacity) return NULL;
    qe_intent *intent = &intents[(*count)++];
    *intent = (qe_intent){
        .struct_size = intent->struct_size, .kind = kind, .tag = ++self->last_tag, .confidence = NAN, .edge = NAN};
    return intent;
}

static void enter(instance *self, const qe_context *context, qe_intent *intents, uint32_t capacity, uint32_t *count) {
    int64_t bid = context->bid_price, ask = context->ask_price;
    int buys = self->is_spot || self->entries % 2 == 0;
    int64_t taken = buys ? ask : bid, rested = buys ? bid : ask;
    if (bid <= self->distance || ask < bid || ask > INT64_MAX - self->distance) return;
    qe_intent *intent = next(self, QE_INTENT_SUBMIT, intents, capacity, count);
    if (intent == NULL) return;
    int64_t price = taken;
    intent->side = buys ? QE_SIDE_BUY : QE_SIDE_SELL;
    intent->quantity = self->quantity;
    intent->type = QE_TYPE_LIMIT;
    switch (self->entries % 3) {
    case 0: intent->type = QE_TYPE_MARKET; break;
    case 1: intent->price = price; break;
    default: /* post-only; where bid = ask it would take, and is refused */
        intent->price = price = rested;
        intent->flags = QE_INTENT_POST_ONLY;
        intent->time_in_force = QE_TIF_MS;
        intent->time_in_force_ms = self->life_ms;
    }
    intent->stop_price = buys ? price - self->distance : price + self->distance;
    intent->take_profit_price = buys ? price + self->distance : price - self->distance;
    intent->time_stop_ms = self->time_stop_ms;
    intent->confidence = 0.5;
    intent->edge = 0.0001;
    self->entries++;
    self->entry_tag = intent->tag;
}

static void on_trade(instance *self, const qe_context *context, qe_intent *intents, uint32_t capacity, uint32_t *count) {
    if (self->trades++ % self->every != 0 || self->target_tag != 0 || self->cancel_tag != 0) return;
    qe_intent *intent;
    if (self->entry_tag != 0) {
        if ((intent = next(self, QE_INTENT_CANCEL, intents, capacity, count)) == NULL) return;
        intent->target_tag = self->entry_tag;
        self->cancel_tag = intent->tag;
    } else if (context->position != 0) {
        if ((intent = next(self, QE_INTENT_TARGET_POSITION, intents, capacity, count)) == NULL) return;
        intent->type = QE_TYPE_MARKET;
        self->target_tag = intent->tag;
    } else {
        enter(self, context, intents, capacity, count);
    }
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    instance *self = memory;
    switch (event->kind) {
    case QE_EVENT_TRADE: on_trade(self, context, intents, capacity, count); break;
    case QE_EVENT_QUOTE: self->events += event->as.quote.bid_price > 0; break;
    case QE_EVENT_BAR: self->events += event->as.bar.close > 0; break;
    case QE_EVENT_MARK_PRICE: self->events += event->as.mark_price.price > 0; break;
    case QE_EVENT_ORDER_UPDATE: {
        const qe_order_update *update = &event->as.order_update;
        if (update->tag == 0 || update->state < QE_ORDER_REFUSED) break; /* 0: the host's own, of the bracket */
        if (update->tag == self->entry_tag) self->entry_tag = 0;
        if (update->tag == self->target_tag) self->target_tag = 0;
        if (update->tag == self->cancel_tag) self->cancel_tag = 0;
        break;
    }
    default: break;
    }
    return QE_OK;
}

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
        .name = "Workload",
        .version = "1.0.0",
        .summary = "Orders with brackets on every tenth trade: a fixture for measuring",
        .events = QE_SUBSCRIBE(QE_EVENT_TRADE) | QE_SUBSCRIBE(QE_EVENT_QUOTE) | QE_SUBSCRIBE(QE_EVENT_BAR) |
                  QE_SUBSCRIBE(QE_EVENT_MARK_PRICE),
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
