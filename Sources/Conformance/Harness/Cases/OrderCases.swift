import Market
import PluginABI

extension Catalogue {
  /// What a strategy may wish, and how often.
  static let orderCases: [Case] = [
    Case("capacity-respected", "writes no more intents than there is room, none where there is none", .strategy, isSeeded: true) { trial in
      try trial.plugin().require(.strategy)
      let instance = try trial.active()
      var player = try trial.player(instance)
      player.capacity = { [0, 0, 1, 2, 16][Int($0.below(5))] }
      player.inspect = { intents, room in if room < 0 { throw Finding.fails("says that it wrote more intents than there was room for") } }
      try player.play(trial.size(10_000, quick: 1000))
      try instance.end()
      return "\(player.calls) calls with room for 0, 1, 2 or 16"
    },
    Case("intents-well-formed", "each intent is one that a host can read", .strategy, after: ["capacity-respected"], isSeeded: true) { trial in
      try trial.plugin().require(.strategy)
      let instance = try trial.active()
      var player = try trial.player(instance)
      let instrument = instance.setting.instrument
      player.inspect = { intents, _ in
        for intent in intents { if let objection = IntentReader.objection(intent, instrument) { throw Finding.fails(objection) } }
      }
      try player.play(trial.size(20_000, quick: 2000))
      try instance.end()
      return "\(player.intentCount) intents"
    },
    Case("order-life", "tags are unique while open, targets were sent", .strategy, after: ["intents-well-formed"], isSeeded: true) { trial in
      try trial.plugin().require(.strategy)
      let instance = try trial.active()
      var player = try trial.player(instance)
      try player.play(trial.size(20_000, quick: 2000))
      try instance.end()
      guard let first = player.venue.violations.first else { return "\(player.intentCount) intents, \(player.calls) calls" }
      throw Finding.fails(first)
    },
    Case(
      "intent-flood", "does not fill the room for intents event after event", .strategy, strictness: 4, after: ["capacity-respected"], isSeeded: true
    ) { trial in
      try trial.plugin().require(.strategy)
      let events = trial.size(20_000, quick: 2000)
      let player = try trial.answers(events)
      let rate = Double(player.intentCount) / Double(events)
      // The host grants 64 in all between two market events; who lives near that is thinned out.
      guard rate <= 4 else { throw Finding.fails("\(fixed(rate, 1)) intents per event") }
      return "\(fixed(rate, 4)) intents per event"
    },
  ]
}

/// Reads an intent as the host does: nothing is guessed.
enum IntentReader {
  static func objection(_ intent: qe_intent, _ instrument: Instrument) -> String? {
    guard intent.struct_size == UInt32(MemoryLayout<qe_intent>.size) else { return "struct_size is \(intent.struct_size)" }
    guard intent.reserved == (0, 0, 0) else { return "reserved words are set" }
    guard (QE_INTENT_SUBMIT...QE_INTENT_TARGET_POSITION).contains(intent.kind) else { return "kind \(intent.kind) is no intent" }
    guard intent.tag != 0 else { return "a tag is 0" }
    if intent.kind == QE_INTENT_CANCEL || intent.kind == QE_INTENT_REPLACE, intent.target_tag == 0 { return "a target_tag is 0" }
    for (name, value) in [("confidence", intent.confidence), ("edge", intent.edge)] where value.isInfinite { return "\(name) is infinite" }
    if !intent.confidence.isNaN, !(0...1).contains(intent.confidence) { return "confidence is \(intent.confidence)" }
    if intent.kind == QE_INTENT_CANCEL { return nil }
    let spec = instrument.spec
    if intent.kind == QE_INTENT_TARGET_POSITION {
      return intent.quantity.magnitude > spec.maximumQuantity.magnitude ? "a target of \(intent.quantity) is over the maximum" : nil
    }
    guard intent.side == QE_SIDE_BUY || intent.side == QE_SIDE_SELL else { return "side \(intent.side) is none" }
    guard intent.type == QE_TYPE_MARKET || intent.type == QE_TYPE_LIMIT else { return "type \(intent.type) is none" }
    guard intent.quantity > 0, intent.quantity <= spec.maximumQuantity else { return "quantity is \(intent.quantity)" }
    guard intent.time_in_force <= QE_TIF_MS else { return "time_in_force \(intent.time_in_force) is none" }
    guard (intent.time_in_force == QE_TIF_MS) == (intent.time_in_force_ms > 0), intent.time_in_force_ms >= 0 else {
      return "time_in_force_ms is \(intent.time_in_force_ms)"
    }
    guard intent.flags & ~(QE_INTENT_POST_ONLY | QE_INTENT_REDUCE_ONLY) == 0 else { return "flags are \(intent.flags)" }
    guard intent.type == QE_TYPE_LIMIT ? intent.price > 0 : intent.price == 0 else { return "price is \(intent.price)" }
    for (name, price) in [("price", intent.price), ("stop_price", intent.stop_price), ("take_profit_price", intent.take_profit_price)] {
      guard price >= 0, price <= spec.maximumPrice, price % spec.tickSize == 0 else { return "\(name) \(price) is not on the tick grid" }
    }
    guard intent.time_stop_ms >= 0 else { return "time_stop_ms is \(intent.time_stop_ms)" }
    return nil
  }
}
