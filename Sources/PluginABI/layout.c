/*
 * The layout of ABI version 1, frozen. A failure here means the header changed in a way that breaks plugins that were
 * built before: undo it, or step the major version. Structs that may grow do so at the end, so their offsets stay.
 */
#include "quantumedge_plugin.h"

#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " changed its size")
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field " moved")

SIZE(void *, 8);

SIZE(qe_money, 16);
AT(qe_money, low, 0);
AT(qe_money, high, 8);

SIZE(qe_trade, 24);
AT(qe_trade, price, 0);
AT(qe_trade, quantity, 8);
AT(qe_trade, taker_side, 16);
AT(qe_trade, reserved, 20);

SIZE(qe_quote, 32);
AT(qe_quote, bid_price, 0);
AT(qe_quote, bid_quantity, 8);
AT(qe_quote, ask_price, 16);
AT(qe_quote, ask_quantity, 24);

SIZE(qe_level, 16);
AT(qe_level, price, 0);
AT(qe_level, quantity, 8);

SIZE(qe_depth, 24);
AT(qe_depth, bids, 0);
AT(qe_depth, asks, 8);
AT(qe_depth, bid_count, 16);
AT(qe_depth, ask_count, 20);

SIZE(qe_bar, 64);
AT(qe_bar, open_ms, 0);
AT(qe_bar, open, 8);
AT(qe_bar, high, 16);
AT(qe_bar, low, 24);
AT(qe_bar, close, 32);
AT(qe_bar, quantity, 40);
AT(qe_bar, buy_quantity, 48);
AT(qe_bar, trade_count, 56);
AT(qe_bar, reserved, 60);

SIZE(qe_timer, 8);
AT(qe_timer, scheduled_ms, 0);

SIZE(qe_prediction, 48);
AT(qe_prediction, horizon_s, 0);
AT(qe_prediction, p_up, 8);
AT(qe_prediction, p_down, 16);
AT(qe_prediction, edge, 24);
AT(qe_prediction, age_ns, 32);
AT(qe_prediction, state, 40);
AT(qe_prediction, reserved, 44);

SIZE(qe_mark_price, 24);
AT(qe_mark_price, price, 0);
AT(qe_mark_price, funding_rate, 8);
AT(qe_mark_price, next_funding_ms, 16);

SIZE(qe_order_update, 88);
AT(qe_order_update, tag, 0);
AT(qe_order_update, host_order_id, 8);
AT(qe_order_update, state, 16);
AT(qe_order_update, code, 20);
AT(qe_order_update, last_quantity, 24);
AT(qe_order_update, total_quantity, 32);
AT(qe_order_update, price, 40);
AT(qe_order_update, fee, 48);
AT(qe_order_update, fee_asset, 64);
AT(qe_order_update, side, 80);
AT(qe_order_update, maker, 84);

SIZE(qe_risk_state, 8);
AT(qe_risk_state, opening_allowed, 0);
AT(qe_risk_state, code, 4);

SIZE(qe_event, 136);
AT(qe_event, struct_size, 0);
AT(qe_event, kind, 4);
AT(qe_event, as, 8);

SIZE(qe_context, 200);
AT(qe_context, struct_size, 0);
AT(qe_context, flags, 4);
AT(qe_context, sequence, 8);
AT(qe_context, receive_ns, 16);
AT(qe_context, exchange_ms, 24);
AT(qe_context, position, 32);
AT(qe_context, average_price, 40);
AT(qe_context, working_buy, 48);
AT(qe_context, working_sell, 56);
AT(qe_context, pending_buy, 64);
AT(qe_context, pending_sell, 72);
AT(qe_context, equity, 80);
AT(qe_context, realized_pnl, 96);
AT(qe_context, last_price, 112);
AT(qe_context, bid_price, 120);
AT(qe_context, ask_price, 128);
AT(qe_context, mark_price, 136);
AT(qe_context, features, 144);
AT(qe_context, feature_count, 152);
AT(qe_context, prediction_count, 156);
AT(qe_context, feature_schema_hash, 160);
AT(qe_context, predictions, 192);

SIZE(qe_intent, 128);
AT(qe_intent, struct_size, 0);
AT(qe_intent, kind, 4);
AT(qe_intent, tag, 8);
AT(qe_intent, target_tag, 16);
AT(qe_intent, side, 24);
AT(qe_intent, type, 28);
AT(qe_intent, quantity, 32);
AT(qe_intent, price, 40);
AT(qe_intent, time_in_force, 48);
AT(qe_intent, flags, 52);
AT(qe_intent, time_in_force_ms, 56);
AT(qe_intent, stop_price, 64);
AT(qe_intent, take_profit_price, 72);
AT(qe_intent, time_stop_ms, 80);
AT(qe_intent, confidence, 88);
AT(qe_intent, edge, 96);
AT(qe_intent, reserved, 104);

SIZE(qe_parameter, 64);
AT(qe_parameter, name, 0);
AT(qe_parameter, summary, 8);
AT(qe_parameter, type, 16);
AT(qe_parameter, reserved, 20);
AT(qe_parameter, default_value, 24);
AT(qe_parameter, minimum, 32);
AT(qe_parameter, maximum, 40);
AT(qe_parameter, default_text, 48);
AT(qe_parameter, reserved_tail, 56);

SIZE(qe_parameter_value, 48);
AT(qe_parameter_value, name, 0);
AT(qe_parameter_value, type, 8);
AT(qe_parameter_value, reserved, 12);
AT(qe_parameter_value, integer, 16);
AT(qe_parameter_value, real, 24);
AT(qe_parameter_value, text, 32);
AT(qe_parameter_value, reserved_tail, 40);

SIZE(qe_file, 40);
AT(qe_file, name, 0);
AT(qe_file, bytes, 8);
AT(qe_file, size, 16);
AT(qe_file, fd, 24);
AT(qe_file, reserved, 28);
AT(qe_file, reserved_tail, 32);

SIZE(qe_config, 168);
AT(qe_config, struct_size, 0);
AT(qe_config, contract, 4);
AT(qe_config, instance_id, 8);
AT(qe_config, venue, 16);
AT(qe_config, market, 24);
AT(qe_config, symbol, 32);
AT(qe_config, base_asset, 40);
AT(qe_config, quote_asset, 48);
AT(qe_config, horizon_s, 56);
AT(qe_config, price_scale, 64);
AT(qe_config, quantity_scale, 68);
AT(qe_config, tick_size, 72);
AT(qe_config, step_size, 80);
AT(qe_config, minimum_quantity, 88);
AT(qe_config, maximum_quantity, 96);
AT(qe_config, minimum_notional, 104);
AT(qe_config, leverage, 120);
AT(qe_config, parameters, 128);
AT(qe_config, files, 136);
AT(qe_config, parameter_count, 144);
AT(qe_config, file_count, 148);
/* 1.0 ended here, at 152. */
AT(qe_config, prediction_horizons_s, 152);
AT(qe_config, prediction_horizon_count, 160);
AT(qe_config, reserved, 164);

SIZE(qe_host, 32);
AT(qe_host, struct_size, 0);
AT(qe_host, abi_major, 4);
AT(qe_host, abi_minor, 8);
AT(qe_host, reserved, 12);
AT(qe_host, host_data, 16);
AT(qe_host, get_extension, 24);

SIZE(qe_strategy, 64);
AT(qe_strategy, struct_size, 0);
AT(qe_strategy, reserved, 4);
AT(qe_strategy, create, 8);
AT(qe_strategy, initialise, 16);
AT(qe_strategy, activate, 24);
AT(qe_strategy, process, 32);
AT(qe_strategy, deactivate, 40);
AT(qe_strategy, reset, 48);
AT(qe_strategy, destroy, 56);

SIZE(qe_model, 64);
AT(qe_model, struct_size, 0);
AT(qe_model, reserved, 4);
AT(qe_model, create, 8);
AT(qe_model, initialise, 16);
AT(qe_model, activate, 24);
AT(qe_model, predict, 32);
AT(qe_model, deactivate, 40);
AT(qe_model, reset, 48);
AT(qe_model, destroy, 56);

SIZE(qe_state_extension, 32);
AT(qe_state_extension, struct_size, 0);
AT(qe_state_extension, reserved, 4);
AT(qe_state_extension, size, 8);
AT(qe_state_extension, save, 16);
AT(qe_state_extension, restore, 24);

SIZE(qe_predict_batch_extension, 16);
AT(qe_predict_batch_extension, struct_size, 0);
AT(qe_predict_batch_extension, reserved, 4);
AT(qe_predict_batch_extension, predict_batch, 8);

SIZE(qe_native_runtime_extension, 8);
AT(qe_native_runtime_extension, struct_size, 0);
AT(qe_native_runtime_extension, reserved, 4);

SIZE(qe_descriptor, 128);
AT(qe_descriptor, struct_size, 0);
AT(qe_descriptor, abi_major, 4);
AT(qe_descriptor, abi_minor, 8);
AT(qe_descriptor, kind, 12);
AT(qe_descriptor, name, 16);
AT(qe_descriptor, version, 24);
AT(qe_descriptor, summary, 32);
AT(qe_descriptor, events, 40);
AT(qe_descriptor, timer_period_ms, 48);
AT(qe_descriptor, parameters, 56);
AT(qe_descriptor, parameter_count, 64);
AT(qe_descriptor, uses_features, 68);
AT(qe_descriptor, feature_schema_hash, 72);
AT(qe_descriptor, strategy, 104);
AT(qe_descriptor, model, 112);
AT(qe_descriptor, get_extension, 120);
