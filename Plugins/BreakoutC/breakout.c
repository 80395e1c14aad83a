/*
 * A breakout in plain C, against quantumedge_plugin.h alone: a sample of everything that a C plugin may need.
 *
 * Buys at market when a trade is above the highest price of the last `window` trades, takes profit with a resting limit
 * sell, and after `hold` seconds cancels that limit and sells at market. Long only, one position at a time.
 *
 * A trade costs O(1) on average: the window's maximum lives in a queue of falling prices, a ring sized at create.
 */
#include "quantumedge_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW, HOLD, TAKE_PROFIT, QUANTITY, PARAMETER_COUNT };

static const qe_parameter parameters[PARAMETER_COUNT] = {
    [WINDOW] = {"window", "trades whose highest price must be broken", QE_PARAMETER_INTEGER, 0, 500, 2, 1e6, NULL, 0},
    [HOLD] = {"hold", "seconds before a position is sold at market", QE_PARAMETER_INTEGER, 0, 60, 1, 86400, NULL, 0},
    [TAKE_PROFIT] = {"take_profit_bps", "gain at which a position is sold", QE_PARAMETER_REAL, 0, 15, 0.01, 9999, NULL, 0},
    [QUANTITY] = {"quantity", "size of an entry, above 0, in base currency", QE_PARAMETER_QUANTITY, 0, 0.001, 0, 1e9, NULL, 0},
};

/* An exit or a cancel that was refused is asked for again after this time, not at every trade. */
static const int64_t retry_ns = 1000000000;

enum phase {
    FLAT,       /* looking for a breakout */
    ENTERING,   /* the market buy is in flight */
    HOLDING,    /* a position without an order: place the limit, or sell when time is up */
    PROTECTED,  /* the limit rests */
    CANCELLING, /* time is up, the limit is being cancelled */
    EXITING,    /* the market sell is in flight */
    PHASE_COUNT,
};

/* A price of the window that no later one has reached. */
typedef struct peak {
    int64_t price;
    int64_t number; /* of its trade */
} peak;

/* What changes with events. No padding, so that it can be saved as it lies. */
typedef struct state {
    int64_t window; /* as configured: a state of another window is refused */
    int64_t trades; /* seen */
    int64_t entry_price;
    int64_t deadline_ns; /* when the position is sold at market */
    int64_t retry_ns;    /* nothing is asked for again before this time */
    uint64_t last_tag;
    uint64_t order_tag;  /* of the phase's order; 0 = none */
    uint64_t cancel_tag; /* 0 = none */
    uint32_t phase;
    uint32_t limit_refused; /* 1: no second limit for this position */
    uint64_t peak_count;
} state;

typedef struct instance {
    state now;
    int64_t hold_ns;
    int64_t quantity;
    int64_t tick;
    double take_profit; /* a fraction */
    uint64_t head;      /* index of the oldest peak */
    peak peaks[];       /* ring of now.window elements, prices falling from head */
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
    /* The host has checked the bounds; a plugin that sizes memory by them looks itself. */
    int64_t window = values[WINDOW].integer;
    if (window < 2 || window > 1000000) return refuse(error, capacity, "window is 2 to 1000000 trades");
    if (values[HOLD].integer < 1 || values[HOLD].integer > 86400) return refuse(error, capacity, "hold is 1 to 86400 seconds");
    if (!(values[TAKE_PROFIT].real > 0 && values[TAKE_PROFIT].real < 10000))
        return refuse(error, capacity, "take_profit_bps is above 0 and below 10000");
    if (values[QUANTITY].integer <= 0) return refuse(error, capacity, "quantity must be above 0");
    if (config->tick_size < 1) return refuse(error, capacity, "the tick must be above 0");
    instance *self = calloc(1, sizeof *self + (size_t)window * sizeof(peak));
    if (self == NULL) return QE_ERROR;
    self->now.window = window;
    self->hold_ns = values[HOLD].integer * 1000000000;
    self->quantity = values[QUANTITY].integer;
    self->tick = config->tick_size;
    self->take_profit = values[TAKE_PROFIT].real / 10000;
    *out = self;
    return QE_OK;
}

static qe_status accept(void *memory) {
    (void)memory;
    return QE_OK;
}

static qe_status reset(void *memory) {
    instance *self = memory;
    self->now = (state){.window = self->now.window};
    self->head = 0;
    return QE_OK;
}

static void destroy(void *memory) { free(memory); }

/* ------------------------------------------------------------------------------------------------ the window */

static peak *peak_at(instance *self, uint64_t index) { return &self->peaks[(self->head + index) % (uint64_t)self->now.window]; }

/* Whether price breaks the last `window` trades; then it is one of them. */
static int breaks_out(instance *self, int64_t price) {
    state *now = &self->now;
    if (now->peak_count > 0 && peak_at(self, 0)->number < now->trades - now->window) {
        self->head = (self->head + 1) % (uint64_t)now->window;
        now->peak_count--;
    }
    int breakout = now->trades >= now->window && price > peak_at(self, 0)->price;
    while (now->peak_count > 0 && peak_at(self, now->peak_count - 1)->price <= price) now->peak_count--;
    /* Room for this one: the oldest leaves the window with the next trade anyway. */
    if (now->peak_count == (uint64_t)now->window) {
        self->head = (self->head + 1) % (uint64_t)now->window;
        now->peak_count--;
    }
    *peak_at(self, now->peak_count++) = (peak){price, now->trades++};
    return breakout;
}

/* ------------------------------------------------------------------------------------------------ intents */

typedef struct output {
    qe_intent *intents;
    uint32_t capacity;
    uint32_t *count;
} output;

/* The next wish with a tag of its own; NULL when there is no room, and a later event asks again. */
static qe_intent *next(instance *self, output out, uint32_t kind) {
    if (*out.count >= out.capacity) return NULL;
    qe_intent *intent = &out.intents[(*out.count)++];
    *intent = (qe_intent){
        .struct_size = intent->struct_size, .kind = kind, .tag = ++self->now.last_tag, .confidence = NAN, .edge = NAN};
    return intent;
}

static int market(instance *self, output out, uint32_t side, int64_t quantity) {
    qe_intent *intent = next(self, out, QE_INTENT_SUBMIT);
    if (intent == NULL) return 0;
    intent->side = side;
    intent->type = QE_TYPE_MARKET;
    intent->quantity = quantity;
    self->now.order_tag = intent->tag;
    return 1;
}

/* The take-profit price: the gain added to the entry, up to the next tick, at least one; 0 if it does not fit. */
static int64_t take_profit_price(const instance *self) {
    double gain = (double)self->now.entry_price * self->take_profit;
    if (!(gain >= 0 && gain < 4e18) || self->now.entry_price > INT64_MAX / 2) return 0;
    int64_t price = self->now.entry_price + (int64_t)gain + 1;
    int64_t rest = price % self->tick;
    if (rest == 0) return price;
    return price > INT64_MAX - self->tick ? 0 : price - rest + self->tick;
}

/* Asks for what the phase needs next. Called at every event, so that a wish without room is only late. */
static void advance(instance *self, const qe_context *context, output out) {
    state *now = &self->now;
    int over = context->receive_ns >= now->deadline_ns;
    qe_intent *intent;
    if (now->phase == HOLDING && context->position <= 0) now->phase = FLAT;
    if (context->receive_ns < now->retry_ns) return;
    if (now->phase == HOLDING && over) {
        if (market(self, out, QE_SIDE_SELL, context->position)) now->phase = EXITING;
    } else if (now->phase == HOLDING && !now->limit_refused) {
        int64_t price = take_profit_price(self);
        if (price == 0) {
            now->limit_refused = 1;
            return;
        }
        if ((intent = next(self, out, QE_INTENT_SUBMIT)) == NULL) return;
        intent->side = QE_SIDE_SELL;
        intent->type = QE_TYPE_LIMIT;
        intent->quantity = context->position;
        intent->price = price;
        now->order_tag = intent->tag;
        now->phase = PROTECTED;
    } else if (now->phase == PROTECTED && over) {
        if ((intent = next(self, out, QE_INTENT_CANCEL)) == NULL) return;
        intent->target_tag = now->order_tag;
        now->cancel_tag = intent->tag;
        now->phase = CANCELLING;
    }
}

static void on_order_update(instance *self, const qe_context *context, const qe_order_update *update) {
    state *now = &self->now;
    if (now->phase == ENTERING && update->tag == now->order_tag && update->last_quantity > 0) now->entry_price = update->price;
    if (update->state < QE_ORDER_REFUSED) return;
    if (update->tag == now->cancel_tag && now->cancel_tag != 0) {
        now->cancel_tag = 0;
        if (now->phase == CANCELLING && update->state == QE_ORDER_REFUSED) {
            now->phase = PROTECTED; /* the limit still stands, as far as we know */
            now->retry_ns = context->receive_ns + retry_ns;
        }
        return;
    }
    if (update->tag != now->order_tag || now->order_tag == 0) return;
    now->order_tag = 0;
    switch (now->phase) {
    case ENTERING:
        now->phase = update->total_quantity > 0 ? HOLDING : FLAT;
        now->deadline_ns = context->receive_ns + self->hold_ns;
        now->limit_refused = 0;
        break;
    case PROTECTED:
    case CANCELLING:
        if (update->state == QE_ORDER_REFUSED) now->limit_refused = 1;
        now->phase = HOLDING;
        break;
    case EXITING:
        now->phase = HOLDING;
        if (update->state == QE_ORDER_REFUSED) now->retry_ns = context->receive_ns + retry_ns;
        break;
    default: break;
    }
}

static qe_status process(void *memory, const qe_context *context, const qe_event *event, qe_intent *intents, uint32_t capacity,
                         uint32_t *count) {
    instance *self = memory;
    output out = {intents, capacity, count};
    if (event->kind == QE_EVENT_TRADE) {
        int breakout = breaks_out(self, event->as.trade.price);
        advance(self, context, out);
        if (breakout && self->now.phase == FLAT && context->position == 0 && *count == 0 &&
            market(self, out, QE_SIDE_BUY, self->quantity))
            self->now.phase = ENTERING;
    } else if (event->kind == QE_EVENT_ORDER_UPDATE) {
        on_order_update(self, context, &event->as.order_update);
        advance(self, context, out);
    }
    return QE_OK;
}

/* ------------------------------------------------------------------------------------------------ state */

#define STATE_MAGIC 0x31544B5242514551ull

/* In front of the peaks, oldest first. */
typedef struct saved_header {
    uint64_t magic;
    uint64_t size;     /* of all bytes */
    uint64_t checksum; /* FNV-1a of what follows */
    state now;
} saved_header;

static uint64_t checksum(const uint8_t *bytes, uint64_t size) {
    uint64_t hash = 0xCBF29CE484222325ull;
    for (uint64_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 0x100000001B3ull;
    return hash;
}

static uint64_t state_size(void *memory) {
    const instance *self = memory;
    return sizeof(saved_header) + self->now.peak_count * sizeof(peak);
}

static qe_status state_save(void *memory, uint8_t *bytes, uint64_t capacity, uint64_t *written) {
    instance *self = memory;
    uint64_t size = state_size(memory);
    if (capacity < size) return QE_TOO_SMALL;
    saved_header header = {STATE_MAGIC, size, 0, self->now};
    memcpy(bytes, &header, sizeof header);
    for (uint64_t i = 0; i < self->now.peak_count; i++)
        memcpy(bytes + sizeof header + i * sizeof(peak), peak_at(self, i), sizeof(peak));
    header.checksum = checksum(bytes + offsetof(saved_header, now), size - offsetof(saved_header, now));
    memcpy(bytes, &header, sizeof header);
    *written = size;
    return QE_OK;
}

/* What breaks_out and advance rely on. */
static int is_sound(const state *now, const uint8_t *peaks) {
    if (now->trades < 0 || now->phase >= PHASE_COUNT || now->limit_refused > 1) return 0;
    if (now->order_tag > now->last_tag || now->cancel_tag > now->last_tag) return 0;
    if (now->peak_count > (uint64_t)now->window || (now->trades > 0) != (now->peak_count > 0)) return 0;
    /* The oldest may be one trade out of the window: it leaves with the next one. */
    peak before = {0, now->trades - now->window - 2};
    for (uint64_t i = 0; i < now->peak_count; i++) {
        peak one;
        memcpy(&one, peaks + i * sizeof one, sizeof one);
        if (one.number <= before.number || one.number < 0 || one.number >= now->trades) return 0;
        if (i > 0 && one.price >= before.price) return 0;
        before = one;
    }
    return 1;
}

static qe_status state_restore(void *memory, const uint8_t *bytes, uint64_t size) {
    instance *self = memory;
    saved_header header;
    if (bytes == NULL || size < sizeof header) return QE_INVALID;
    memcpy(&header, bytes, sizeof header);
    if (header.magic != STATE_MAGIC || header.size != size) return QE_INVALID;
    if (header.checksum != checksum(bytes + offsetof(saved_header, now), size - offsetof(saved_header, now))) return QE_INVALID;
    if (header.now.window != self->now.window || header.now.peak_count != (size - sizeof header) / sizeof(peak) ||
        (size - sizeof header) % sizeof(peak) != 0 || !is_sound(&header.now, bytes + sizeof header))
        return QE_INVALID;
    self->now = header.now;
    self->head = 0;
    memcpy(self->peaks, bytes + sizeof header, size - sizeof header);
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
        .name = "BreakoutC",
        .version = "1.0.0",
        .summary = "Buys what breaks the high of a window, sells with a gain or after a time",
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
