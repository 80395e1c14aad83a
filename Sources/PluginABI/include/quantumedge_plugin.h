/*
 * QuantumEdge plugin ABI, version 1.1. This header is the whole contract between the host and a plugin.
 *
 * A plugin is a shared library with ONE exported symbol, quantumedge_plugin_entry(). Compile it as C99 or later
 * (gcc or clang), C++11 or later, or anything that can call C. Nothing else of QuantumEdge is needed.
 *
 * Rules that hold everywhere
 *   - Integers are little-endian, natural alignment, no bit-fields, no packed structs. 64-bit hosts only.
 *   - Every struct begins with struct_size, set by its giver. Read a field only if
 *     offsetof(field) + sizeof(field) <= struct_size: QE_HAS(pointer, type, field). Structs only ever grow at the end.
 *   - Structs that travel in arrays (qe_intent, qe_level, qe_prediction, qe_parameter, qe_parameter_value, qe_file)
 *     keep their size for the whole major version, so that an array's stride never changes; their reserved bytes are zero.
 *   - Who gives a pointer owns it. What the host lends to a call is valid until that call returns, except where a
 *     field says "until destroy". A plugin never frees host memory, the host never frees plugin memory.
 *   - Text is UTF-8, NUL-terminated.
 *   - Prices and quantities are integers: raw = value x 10^scale, with the scales in qe_config.
 *   - Money is qe_money: quote currency x 10^18, exact.
 *   - The hot path is pure: events in, intents out. No allocation, no system call, no lock, no clock (time comes with
 *     the event), no thread. That is what makes a replay equal to the live run.
 *
 * Thread tags: [control] host's control thread; [engine] the one engine thread; [any] any thread, so it must be
 * reentrant. The host never makes two calls on one instance at the same time.
 *
 * Life of an instance:
 *     create -> CREATED -> initialise -> INITIALISED -> activate -> ACTIVE (process / predict) -> deactivate
 *       -> INITIALISED -> ... -> destroy.  reset: INITIALISED or ACTIVE, state kept.
 */
#ifndef QUANTUMEDGE_PLUGIN_H
#define QUANTUMEDGE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define QE_NULLABLE _Nullable
#define QE_NONNULL _Nonnull
#else
#define QE_NULLABLE
#define QE_NONNULL
#endif

#if defined(__GNUC__)
#define QE_EXPORT __attribute__((visibility("default")))
#else
#define QE_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define QE_ABI_MAJOR ((uint32_t)1)
#define QE_ABI_MINOR ((uint32_t)1)

/* True when *pointer was given by a side that knows `field`. */
#define QE_HAS(pointer, type, field) \
    (offsetof(type, field) + sizeof(((type *)0)->field) <= (size_t)(pointer)->struct_size)

/* ------------------------------------------------------------------------------------------------ status */

typedef int32_t qe_status;
#define QE_OK ((int32_t)0)
/* The call could not be done; the instance is unchanged. */
#define QE_ERROR ((int32_t)1)
/* A parameter, configuration value or byte string is not acceptable. */
#define QE_INVALID ((int32_t)2)
/* The buffer that was lent is too small; nothing was written. */
#define QE_TOO_SMALL ((int32_t)3)

/* ------------------------------------------------------------------------------------------------ values */

/* Quote currency x 10^18 as a two's complement 128-bit integer: high * 2^64 + low. */
typedef struct qe_money {
    uint64_t low;
    int64_t high;
} qe_money;

/* For display and rough sizing; exact work stays in integers. */
static inline double qe_money_to_double(qe_money money) {
    return ((double)money.high * 18446744073709551616.0 + (double)money.low) / 1e18;
}

#define QE_SIDE_NONE ((uint32_t)0)
#define QE_SIDE_BUY ((uint32_t)1)
#define QE_SIDE_SELL ((uint32_t)2)

/* ------------------------------------------------------------------------------------------------ events */

#define QE_EVENT_TRADE ((uint32_t)1)
#define QE_EVENT_QUOTE ((uint32_t)2)
#define QE_EVENT_DEPTH ((uint32_t)3)
#define QE_EVENT_BAR ((uint32_t)4)
#define QE_EVENT_TIMER ((uint32_t)5)
#define QE_EVENT_PREDICTION ((uint32_t)6)
#define QE_EVENT_MARK_PRICE ((uint32_t)7)
/* Delivered always, subscribed or not. */
#define QE_EVENT_ORDER_UPDATE ((uint32_t)8)
#define QE_EVENT_RISK_STATE ((uint32_t)9)

/* The subscription bit of an event kind, for qe_descriptor.events. */
#define QE_SUBSCRIBE(kind) ((uint64_t)1 << (kind))

/* One public trade. */
typedef struct qe_trade {
    int64_t price;
    int64_t quantity;
    uint32_t taker_side; /* QE_SIDE_BUY: the buyer was the aggressor */
    uint32_t reserved;
} qe_trade;

/* Best bid and ask. A quantity of 0 means unknown (synthetic quotes have no size). */
typedef struct qe_quote {
    int64_t bid_price;
    int64_t bid_quantity;
    int64_t ask_price;
    int64_t ask_quantity;
} qe_quote;

/* One price level of a book. Array element: fixed size. */
typedef struct qe_level {
    int64_t price;
    int64_t quantity;
} qe_level;

/* Top of the book, best level first. */
typedef struct qe_depth {
    const qe_level *QE_NULLABLE bids;
    const qe_level *QE_NULLABLE asks;
    uint32_t bid_count;
    uint32_t ask_count;
} qe_depth;

/* One closed one-second bar. Empty seconds come as flat bars (quantities 0, all prices the last close). */
typedef struct qe_bar {
    int64_t open_ms; /* start of the second, epoch ms */
    int64_t open;
    int64_t high;
    int64_t low;
    int64_t close;
    int64_t quantity;
    int64_t buy_quantity; /* the part whose taker bought */
    uint32_t trade_count;
    uint32_t reserved;
} qe_bar;

/* Every descriptor.timer_period_ms of receive time. */
typedef struct qe_timer {
    int64_t scheduled_ms; /* epoch ms at which it was due */
} qe_timer;

#define QE_PREDICTION_NONE ((uint32_t)0)    /* no model configured */
#define QE_PREDICTION_FRESH ((uint32_t)1)
#define QE_PREDICTION_STALE ((uint32_t)2)   /* older than its horizon */
#define QE_PREDICTION_WARMING ((uint32_t)3) /* features not ready */
#define QE_PREDICTION_FAILED ((uint32_t)4)  /* the model returned an error, or what is no forecast */

/* What a model of one horizon said last; NaN but where it is fresh or stale. Array element: fixed size. */
typedef struct qe_prediction {
    int64_t horizon_s;
    double p_up;
    double p_down;
    double edge; /* p_up - 0.5, or what the model defines as its edge */
    int64_t age_ns; /* since its answer; -1 = it gave none */
    uint32_t state; /* QE_PREDICTION_... */
    uint32_t reserved;
} qe_prediction;

typedef struct qe_mark_price {
    int64_t price;
    double funding_rate; /* per funding interval, a fraction */
    int64_t next_funding_ms;
} qe_mark_price;

/*
 * States of an order, as told to its instance. From REFUSED on they are final: each intent gets exactly one of them.
 * Updates with tag 0 are about orders that no intent asked for: legs of a bracket, time stops, flattens of the host.
 */
#define QE_ORDER_WORKING ((uint32_t)1)
#define QE_ORDER_PARTIAL ((uint32_t)2)
#define QE_ORDER_UNKNOWN ((uint32_t)3) /* the venue has not said; blocks new exposure */
#define QE_ORDER_REFUSED ((uint32_t)16)
#define QE_ORDER_FILLED ((uint32_t)17)
#define QE_ORDER_CANCELLED ((uint32_t)18)
#define QE_ORDER_EXPIRED ((uint32_t)19)
#define QE_ORDER_REPLACED ((uint32_t)20) /* ends the old intent; the one that replaced it lives on under its own tag */
#define QE_ORDER_DONE ((uint32_t)21) /* a cancel that is over, or a target that needed no order */

typedef struct qe_order_update {
    uint64_t tag;           /* the intent's tag; 0: an order that the host made for you, told apart by host_order_id */
    uint64_t host_order_id; /* 0 if no order was made */
    uint32_t state;         /* QE_ORDER_... */
    uint32_t code;          /* reason of a refusal, 0 otherwise; qe_code_name lives in the host's docs */
    int64_t last_quantity;  /* of this fill, 0 otherwise */
    int64_t total_quantity; /* filled so far; of this order alone, so a replacement starts at 0 */
    int64_t price;          /* of this fill; 0 otherwise */
    qe_money fee;           /* of this fill, in fee_asset x 10^18; negative = rebate */
    char fee_asset[16];
    uint32_t side;
    uint32_t maker; /* 1: this fill added liquidity */
} qe_order_update;

typedef struct qe_risk_state {
    uint32_t opening_allowed; /* 1 or 0 */
    uint32_t code;            /* why not; 0 when allowed */
} qe_risk_state;

/* Exactly one member is valid, chosen by `kind`. */
typedef struct qe_event {
    uint32_t struct_size;
    uint32_t kind; /* QE_EVENT_... */
    union {
        qe_trade trade;
        qe_quote quote;
        qe_depth depth;
        qe_bar bar;
        qe_timer timer;
        qe_prediction prediction;
        qe_mark_price mark_price;
        qe_order_update order_update;
        qe_risk_state risk_state;
        uint64_t reserved[16];
    } as;
} qe_event;

/* ------------------------------------------------------------------------------------------------ context */

#define QE_CONTEXT_SYNTHETIC_QUOTE ((uint32_t)0x1) /* bid and ask were made from trades */
#define QE_CONTEXT_STALE ((uint32_t)0x2)           /* the feed is stale */
#define QE_CONTEXT_WARMING ((uint32_t)0x4)         /* opening intents are dropped and counted */

/* Lent with each call. */
typedef struct qe_context {
    uint32_t struct_size;
    uint32_t flags;    /* QE_CONTEXT_... */
    uint64_t sequence; /* of the engine input that caused this call; rises by at least 1 between inputs */
    int64_t receive_ns;  /* receive time, ns since epoch UTC */
    int64_t exchange_ms; /* the venue's time, ms since epoch UTC; -1 = none */

    /* This instance's book on its instrument, in raw quantity; signed, short is negative. */
    int64_t position;
    double average_price;    /* entry price in quote currency per base unit (not on the price grid); 0 when flat */
    int64_t working_buy;     /* resting or sent, not yet filled */
    int64_t working_sell;
    int64_t pending_buy;     /* waiting for an approval */
    int64_t pending_sell;
    qe_money equity;         /* of the whole account */
    qe_money realized_pnl;   /* of this instance, net of fees */

    /* Newest known prices of the instrument; 0 = none yet. */
    int64_t last_price;
    int64_t bid_price;
    int64_t ask_price;
    int64_t mark_price;

    /* Features of the last closed bar, a copy; NULL unless the instance asked for them and they are warm. */
    const double *QE_NULLABLE features;
    uint32_t feature_count;
    uint32_t prediction_count;
    uint8_t feature_schema_hash[32];
    const qe_prediction *QE_NULLABLE predictions;
} qe_context;

/* ------------------------------------------------------------------------------------------------ intents */

#define QE_INTENT_SUBMIT ((uint32_t)1)
#define QE_INTENT_CANCEL ((uint32_t)2)          /* target_tag */
/*
 * target_tag, and all of the new order's fields. A new order to the host, checked like one; old and new both count until
 * the old one is gone. quantity is the new order's own: what the old one filled is not taken off.
 */
#define QE_INTENT_REPLACE ((uint32_t)3)
/*
 * quantity is the signed target; 0 leaves the position. The host cancels what protects the position, waits until that is
 * confirmed, sizes to what remains and sends. Exactly one final update for the whole; a newer target ends an older one
 * with REPLACED.
 */
#define QE_INTENT_TARGET_POSITION ((uint32_t)4)

#define QE_TYPE_MARKET ((uint32_t)1)
#define QE_TYPE_LIMIT ((uint32_t)2)

#define QE_TIF_GTC ((uint32_t)0)
#define QE_TIF_IOC ((uint32_t)1)
#define QE_TIF_FOK ((uint32_t)2)
#define QE_TIF_MS ((uint32_t)3) /* lives time_in_force_ms, on receive time */

#define QE_INTENT_POST_ONLY ((uint32_t)0x1)
/* Only asks the host to refuse (WOULD_OPEN) what it cannot prove reducing. It never relaxes a check. */
#define QE_INTENT_REDUCE_ONLY ((uint32_t)0x2)

/*
 * A wish. Array element: fixed size, reserved bytes zero. The host lends an array of zeroed elements whose struct_size
 * is set. Whatever cannot be read as a valid wish is refused with a code; nothing is guessed, rounded up or clamped.
 */
typedef struct qe_intent {
    uint32_t struct_size;
    uint32_t kind;            /* QE_INTENT_... */
    uint64_t tag;             /* yours, not 0; unique among your open intents */
    uint64_t target_tag;      /* cancel, replace */
    uint32_t side;            /* QE_SIDE_... ; ignored by target_position */
    uint32_t type;            /* QE_TYPE_... */
    int64_t quantity;         /* raw; floored to the step, never rounded up */
    int64_t price;            /* raw, on the tick grid; limit only, else 0 */
    uint32_t time_in_force;   /* QE_TIF_... */
    uint32_t flags;           /* QE_INTENT_POST_ONLY | QE_INTENT_REDUCE_ONLY */
    int64_t time_in_force_ms; /* QE_TIF_MS only, else 0 */
    /*
     * The bracket of an entry. The host makes its orders as the entry fills, for what has filled; one leg cancels the other.
     * While it protects the position, other exits by submit are refused (EXIT_WORKING): leave by target_position.
     */
    int64_t stop_price;        /* raw, on the tick grid; the last trade triggers it; 0 = none */
    int64_t take_profit_price; /* raw, on the tick grid; 0 = none */
    int64_t time_stop_ms;      /* longest time in the position, on receive time; 0 = none */
    double confidence;         /* 0...1; NaN = none */
    double edge;               /* expected gain as a fraction of price; NaN = none */
    uint64_t reserved[3];
} qe_intent;

/* ------------------------------------------------------------------------------------------------ parameters */

#define QE_PARAMETER_INTEGER ((uint32_t)1)
#define QE_PARAMETER_REAL ((uint32_t)2)
#define QE_PARAMETER_BOOLEAN ((uint32_t)3)  /* 0 or 1 in integer */
#define QE_PARAMETER_QUANTITY ((uint32_t)4) /* decimal base units in settings; raw in the value's integer */
#define QE_PARAMETER_PRICE ((uint32_t)5)    /* decimal quote per base in settings; raw in the value's integer */
#define QE_PARAMETER_TEXT ((uint32_t)6)

/*
 * One row of a descriptor's table, [any], static memory. Bounds and default are in decimal units (QUANTITY and PRICE
 * too) and are checked by the host before create. Array element: fixed size.
 */
typedef struct qe_parameter {
    const char *QE_NONNULL name; /* [a-z][a-z0-9_]*, unique */
    const char *QE_NULLABLE summary;
    uint32_t type; /* QE_PARAMETER_... */
    uint32_t reserved;
    double default_value; /* TEXT: ignored */
    double minimum;
    double maximum;
    const char *QE_NULLABLE default_text; /* TEXT only */
    uint64_t reserved_tail;
} qe_parameter;

/* A validated value, in the order of the descriptor's table. Array element: fixed size. */
typedef struct qe_parameter_value {
    const char *QE_NONNULL name;
    uint32_t type;
    uint32_t reserved;
    int64_t integer; /* INTEGER, BOOLEAN, QUANTITY (raw), PRICE (raw) */
    double real;     /* REAL; for the numeric types their decimal value too */
    const char *QE_NULLABLE text;
    uint64_t reserved_tail;
} qe_parameter_value;

/* ------------------------------------------------------------------------------------------------ configuration */

/* A file of the manifest, lent at create. bytes are valid until destroy. Array element: fixed size. */
typedef struct qe_file {
    const char *QE_NONNULL name; /* "model", or as in the manifest's files.runtime[] */
    const uint8_t *QE_NULLABLE bytes;
    uint64_t size;
    int32_t fd; /* a sealed memory file for files.runtime[] only (dlopen it as /proc/self/fd/N), else -1 */
    uint32_t reserved;
    uint64_t reserved_tail;
} qe_file;

#define QE_CONTRACT_LINEAR ((uint32_t)1)
#define QE_CONTRACT_INVERSE ((uint32_t)2)

/* All of the instance's configuration; lent to create alone: copy what you keep. */
typedef struct qe_config {
    uint32_t struct_size;
    uint32_t contract; /* QE_CONTRACT_... */
    const char *QE_NONNULL instance_id;
    const char *QE_NONNULL venue;  /* "binance" */
    const char *QE_NONNULL market; /* "spot", "usdm" */
    const char *QE_NONNULL symbol; /* "BTCUSDT" */
    const char *QE_NONNULL base_asset;
    const char *QE_NONNULL quote_asset;
    int64_t horizon_s; /* 0 = every event */
    uint32_t price_scale; /* decimals: price = raw / 10^price_scale */
    uint32_t quantity_scale;
    int64_t tick_size; /* raw */
    int64_t step_size; /* raw */
    int64_t minimum_quantity;
    int64_t maximum_quantity;
    qe_money minimum_notional;
    int64_t leverage; /* 1 on spot */
    const qe_parameter_value *QE_NULLABLE parameters;
    const qe_file *QE_NULLABLE files;
    uint32_t parameter_count;
    uint32_t file_count;
    /* Since 1.1. Horizons that the host lends predictions of, rising; NULL and 0 where it does not say. */
    const int64_t *QE_NULLABLE prediction_horizons_s;
    uint32_t prediction_horizon_count;
    uint32_t reserved;
} qe_config;

/* ------------------------------------------------------------------------------------------------ host */

/* Lent to create, valid until destroy. Not to be called inside create; from initialise on, as each extension says. */
typedef struct qe_host {
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved;
    void *QE_NULLABLE host_data;
    /* [control] NULL for an id the host does not know. */
    const void *QE_NULLABLE (*QE_NONNULL get_extension)(const struct qe_host *QE_NONNULL host, const char *QE_NONNULL id);
} qe_host;

/* ------------------------------------------------------------------------------------------------ strategies */

/* All functions are required. Static memory, valid for the life of the process. */
typedef struct qe_strategy {
    uint32_t struct_size;
    uint32_t reserved;
    /* [control] -> CREATED. On failure: not QE_OK, *instance untouched, a reason in error (at most capacity bytes with NUL). */
    qe_status (*QE_NONNULL create)(const qe_host *QE_NONNULL host, const qe_config *QE_NONNULL config,
                                   void *QE_NULLABLE *QE_NONNULL instance, char *QE_NONNULL error, size_t capacity);
    /* [control] CREATED -> INITIALISED. */
    qe_status (*QE_NONNULL initialise)(void *QE_NONNULL instance);
    /* [control] INITIALISED -> ACTIVE. */
    qe_status (*QE_NONNULL activate)(void *QE_NONNULL instance);
    /*
     * [engine] ACTIVE. Reads the event, writes at most `capacity` intents from intents[0] on and their number to *count
     * (0 on entry). capacity may be 0: then nothing can be wished in this call. Anything but QE_OK: the intents of
     * the call are ignored and the failure is counted against the plugin.
     */
    qe_status (*QE_NONNULL process)(void *QE_NONNULL instance, const qe_context *QE_NONNULL context,
                                    const qe_event *QE_NONNULL event, qe_intent *QE_NULLABLE intents, uint32_t capacity,
                                    uint32_t *QE_NONNULL count);
    /* [control] ACTIVE -> INITIALISED. */
    qe_status (*QE_NONNULL deactivate)(void *QE_NONNULL instance);
    /* [control] INITIALISED or ACTIVE: as if no event had ever come. */
    qe_status (*QE_NONNULL reset)(void *QE_NONNULL instance);
    /* [control] CREATED or INITIALISED; the instance is gone. */
    void (*QE_NONNULL destroy)(void *QE_NONNULL instance);
} qe_strategy;

/* ------------------------------------------------------------------------------------------------ models */

/* As qe_strategy, with predict in the place of process. */
typedef struct qe_model {
    uint32_t struct_size;
    uint32_t reserved;
    qe_status (*QE_NONNULL create)(const qe_host *QE_NONNULL host, const qe_config *QE_NONNULL config,
                                   void *QE_NULLABLE *QE_NONNULL instance, char *QE_NONNULL error, size_t capacity);
    qe_status (*QE_NONNULL initialise)(void *QE_NONNULL instance);
    qe_status (*QE_NONNULL activate)(void *QE_NONNULL instance);
    /*
     * [engine] ACTIVE. Fills p_up, p_down (each 0...1) and edge (finite) of *out from one feature vector of the declared schema;
     * NaN is a missing value. Anything but QE_OK, or other numbers, and the prediction has failed: nothing is repaired.
     */
    qe_status (*QE_NONNULL predict)(void *QE_NONNULL instance, const double *QE_NONNULL features, uint32_t count,
                                    qe_prediction *QE_NONNULL out);
    qe_status (*QE_NONNULL deactivate)(void *QE_NONNULL instance);
    qe_status (*QE_NONNULL reset)(void *QE_NONNULL instance);
    void (*QE_NONNULL destroy)(void *QE_NONNULL instance);
} qe_model;

/* ------------------------------------------------------------------------------------------------ extensions */

/* Plugin side, strategy or model: state as bytes, for reload and recovery. A round trip is byte-identical. */
#define QE_EXTENSION_STATE "quantumedge.state/1"
typedef struct qe_state_extension {
    uint32_t struct_size;
    uint32_t reserved;
    /* [control] INITIALISED or ACTIVE. Bytes that save would write now. */
    uint64_t (*QE_NONNULL size)(void *QE_NONNULL instance);
    /* [control] INITIALISED or ACTIVE. QE_TOO_SMALL when capacity is below size(). */
    qe_status (*QE_NONNULL save)(void *QE_NONNULL instance, uint8_t *QE_NONNULL bytes, uint64_t capacity,
                                 uint64_t *QE_NONNULL written);
    /* [control] INITIALISED. QE_INVALID for bytes that save did not write (cut, altered, of another version): unchanged. */
    qe_status (*QE_NONNULL restore)(void *QE_NONNULL instance, const uint8_t *QE_NULLABLE bytes, uint64_t size);
} qe_state_extension;

/* Plugin side, model: rows of features at once; each row's answer equals predict's. */
#define QE_EXTENSION_PREDICT_BATCH "quantumedge.predict_batch/1"
typedef struct qe_predict_batch_extension {
    uint32_t struct_size;
    uint32_t reserved;
    /* [engine] ACTIVE. features is row-major, rows x columns; out has rows elements. */
    qe_status (*QE_NONNULL predict_batch)(void *QE_NONNULL instance, const double *QE_NONNULL features, uint32_t rows,
                                          uint32_t columns, qe_prediction *QE_NONNULL out);
} qe_predict_batch_extension;

/*
 * Plugin side, any kind: it hands its work to a runtime library that is lent in files.runtime[]. Host and harness then know
 * that its calls may allocate, take locks or start threads, and do not hold it to the purity of the hot path. A mark: the
 * table has no function.
 */
#define QE_EXTENSION_NATIVE_RUNTIME "quantumedge.native_runtime/1"
typedef struct qe_native_runtime_extension {
    uint32_t struct_size;
    uint32_t reserved;
} qe_native_runtime_extension;

/* ------------------------------------------------------------------------------------------------ descriptor */

#define QE_KIND_STRATEGY ((uint32_t)1)
#define QE_KIND_MODEL ((uint32_t)2)

/* Static memory, the same on every call of the entry. */
typedef struct qe_descriptor {
    uint32_t struct_size;
    uint32_t abi_major; /* QE_ABI_MAJOR it was built with */
    uint32_t abi_minor;
    uint32_t kind; /* QE_KIND_... */
    const char *QE_NONNULL name;    /* [A-Za-z][A-Za-z0-9_]*, at most 64 */
    const char *QE_NONNULL version; /* of the plugin, as its author counts */
    const char *QE_NULLABLE summary;
    uint64_t events;         /* QE_SUBSCRIBE(kind) | ... ; strategies */
    int64_t timer_period_ms; /* > 0 when QE_EVENT_TIMER is subscribed */
    const qe_parameter *QE_NULLABLE parameters;
    uint32_t parameter_count;
    uint32_t uses_features; /* strategies: 1 = lend features in the context */
    /* Models, and strategies that use features; else zero. A model's zeros: an adapter, for the schema of its model's manifest. */
    uint8_t feature_schema_hash[32];
    const qe_strategy *QE_NULLABLE strategy; /* for its kind, else NULL */
    const qe_model *QE_NULLABLE model;
    /* [any] NULL for an id this plugin does not know. */
    const void *QE_NULLABLE (*QE_NULLABLE get_extension)(const char *QE_NONNULL id);
} qe_descriptor;

/*
 * [control] The one exported symbol. Returns the descriptor if host_major is supported, else NULL with a text that
 * names the supported range in error (at most capacity bytes with NUL).
 */
QE_EXPORT const qe_descriptor *QE_NULLABLE quantumedge_plugin_entry(uint32_t host_major, uint32_t host_minor,
                                                                    char *QE_NONNULL error, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
