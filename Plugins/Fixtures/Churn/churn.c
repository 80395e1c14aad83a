/*
 * A fixture that orders all the time, for counting and timing:
 *   mode trade         every `every` trades a market order: a buy when flat, else a sell of the position
 *   mode limit_cancel  every `every` trades a buy limit `distance_bps` below the price, cancelled on the next trade
 *   mode refused       every `every` trades an order that no host may accept: its price is off the tick grid
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY, MODE, QUANTITY, DISTANCE, PARAMETER_COUNT };
enum mode { TRADE, LIMIT_CANCEL, REFUSED };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [EVERY] = {"every", "trades between two orders", QE_PARAMETER_INTEGER, 0, 1, 1, 1e9, NULL, 0},
    [MODE] = {"mode", "trade, limit_cancel or refused", QE_PARAMETER_TEXT, 0, 0, 0, 0, "trade", 0},
    [QUANTITY] = {"quantity", "size of an order, above 0, in base currency", QE_PARAMETER_QUANTITY, 0, 0.001, 0, 1e9, NULL, 0},
    [DISTANCE] = {"distance_bps", "how far below the price a limit lies", QE_PARAMETER_REAL, 0, 50, 0, 9999, NULL, 0},
};

typedef struct instance {
    int64_t every;
    int64_t quantity;
    int64_t tick;
    double distance;
    enum mode mode;
    int64_t trades;
    uint64_t last_tag;
    uint64_t in_flight; /* trade and refused: one order at a time; 0 = none */
    uint64_t resting;   /* limit_cancel: the limit to be cancelled; 0 = none */
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
    const char *text = values[MODE].text == NULL ? "" : values[MODE].text;
    enum mode mode;
    if (strcmp(text, "trade") == 0)
        mode = TRADE;
    else if (strcmp(text, "limit_cancel") == 0)
        mode = LIMIT_CANCEL;
    else if (strcmp(text, "refused") == 0)
        mode = REFUSED;
    else
        return refuse(error, capacity, "mode is trade, limit_cancel or refused");
    if (values[EVERY].integer < 1) return refuse(error, capacity, "every must be above 0");
    if (values[QUANTITY].integer <= 0) return refuse(error, capacity, "quantity must be above 0");
    if (config->tick_size < 1) return refuse(error, capacity, "the tick must be above 0");
    if (!(values[DISTANCE].real >= 0 && values[DISTANCE].real < 10000)) return refuse(error, capacity, "distance_bps is 0 to below 10000");
    instance *self = calloc(1, sizeof *self);
    if (self == NULL) return QE_ERROR;
    self->every = values[EVERY].integer;
    self->quantity = values[QUANTITY].integer;
    self->tick = config->tick_size;
    self->distance = values[DISTANCE].real / 10000;
    self->mode = mode;
    *out = self;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static qe_status reset(void *memory) {
    instance *self = memory;
    self->trades = 0;
    self->last_tag = self->in_flight = self->resting = 0;
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

static void order(qe_intent *intent, uint32_t side, uint32_t type, int64_t quantity, int64_t price) {
    intent->side = side;
    intent->type = type;
    intent->quantity = quantity;
    intent->price = price;
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    instance *self = memory;
    qe_intent *intent;
    if (event->kind == QE_EVENT_ORDER_UPDATE) {
        const qe_order_update *update = &event->as.order_update;
        if (update->state >= QE_ORDER_REFUSED && update->tag == self->in_flight) self->in_flight = 0;
        if (update->state >= QE_ORDER_REFUSED && update->tag == self->resting) self->resting = 0;
        return QE_OK;
    }
    if (event->kind != QE_EVENT_TRADE) return QE_OK;
    int64_t price = event->as.trade.price;
    int64_t number = self->trades++;
    if (self->resting != 0) {
        intent = next(self, QE_INTENT_CANCEL, intents, capacity, count);
        if (intent == NULL) return QE_OK;
        intent->target_tag = self->resting;
        self->resting = 0; /* asked once; it leaves by itself or it is gone */
        if (self->every == 1) return QE_OK;
    }
    if (number % self->every != 0 || self->in_flight != 0) return QE_OK;
    if (self->mode == LIMIT_CANCEL) {
        int64_t limit = price - (int64_t)((double)price * self->distance);
        limit -= limit % self->tick;
        if (limit <= 0 || (intent = next(self, QE_INTENT_SUBMIT, intents, capacity, count)) == NULL) return QE_OK;
        order(intent, QE_SIDE_BUY, QE_TYPE_LIMIT, self->quantity, limit);
        self->resting = intent->tag;
        return QE_OK;
    }
    if ((intent = next(self, QE_INTENT_SUBMIT, intents, capacity, count)) == NULL) return QE_OK;
    self->in_flight = intent->tag;
    if (self->mode == REFUSED) /* with a tick of 1 every price is on the grid, but 0 is no price */
        order(intent, QE_SIDE_BUY, QE_TYPE_LIMIT, self->quantity, self->tick > 1 ? price - price % self->tick + 1 : 0);
    else if (context->position == 0)
        order(intent, QE_SIDE_BUY, QE_TYPE_MARKET, self->quantity, 0);
    else
        order(intent, context->position > 0 ? QE_SIDE_SELL : QE_SIDE_BUY, QE_TYPE_MARKET,
              context->position > 0 ? context->position : -context->position, 0);
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
        .name = "Churn",
        .version = "1.0.0",
        .summary = "Orders all the time: a fixture for counting",
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
