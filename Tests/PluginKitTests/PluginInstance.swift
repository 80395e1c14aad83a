import PluginABI

/// One instance of a plugin and the host's side of its calls.
final class PluginInstance {
  struct Refused: Error, Equatable {
    let status: qe_status
    let reason: String
  }

  let library: PluginLibrary
  let memory: UnsafeMutableRawPointer
  var context = qe_context()
  /// How many intents a call may make.
  var capacity: UInt32 = 4
  /// Limit orders that rest; `run` fills and cancels them.
  var resting: [qe_intent] = []
  private let host: UnsafeMutablePointer<qe_host>
  private let intents: UnsafeMutablePointer<qe_intent>

  /// BTCUSDT with 2 and 8 decimals. Values that are not named are the table's defaults.
  init(
    _ library: PluginLibrary, _ values: [String: Double] = [:], texts: [String: String] = [:], market: String = "spot", tickSize: Int64 = 1,
    minimumQuantity: Int64 = 1, minimumNotional: UInt64 = 0,
    errorCapacity: Int = 256, configSize: Int = MemoryLayout<qe_config>.size
  ) throws {
    self.library = library
    var owned: [UnsafeMutablePointer<CChar>] = []
    defer { for text in owned { text.deallocate() } }
    func lend(_ text: String) -> UnsafeMutablePointer<CChar> {
      let bytes = text.utf8CString
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
      bytes.withUnsafeBufferPointer { copy.initialize(from: $0.baseAddress!, count: $0.count) }
      owned.append(copy)
      return copy
    }
    let rows = library.parameters.map { row in
      let name = String(cString: row.name)
      let value = values[name] ?? row.default_value
      let raw: Int64 = !value.isFinite ? 0 : row.type == QE_PARAMETER_QUANTITY ? Int64((value * 1e8).rounded()) : Int64(value)
      let text = texts[name] ?? row.default_text.map { String(cString: $0) }
      return qe_parameter_value(
        name: row.name, type: row.type, reserved: 0, integer: raw, real: value, text: text.map { UnsafePointer(lend($0)) }, reserved_tail: 0)
    }
    let host = UnsafeMutablePointer<qe_host>.allocate(capacity: 1)
    self.host = host
    host.initialize(
      to: qe_host(
        struct_size: UInt32(MemoryLayout<qe_host>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, reserved: 0, host_data: nil,
        get_extension: { _, _ in nil }))
    var made: UnsafeMutableRawPointer?
    var error = [CChar](repeating: 0x7F, count: 512)
    // In whole units of quote currency: 10^18 of them need both halves.
    let money = minimumNotional.multipliedFullWidth(by: 1_000_000_000_000_000_000)
    let minimum = qe_money(low: money.low, high: Int64(money.high))
    let status = rows.withUnsafeBufferPointer { rows in
      var config = qe_config(
        struct_size: UInt32(configSize), contract: QE_CONTRACT_LINEAR, instance_id: lend("test@BTCUSDT/0"),
        venue: lend("binance"), market: lend(market), symbol: lend("BTCUSDT"), base_asset: lend("BTC"), quote_asset: lend("USDT"),
        horizon_s: 0, price_scale: 2, quantity_scale: 8, tick_size: tickSize, step_size: 1, minimum_quantity: minimumQuantity,
        maximum_quantity: 1_000_000_000_000, minimum_notional: minimum, leverage: 1, parameters: rows.baseAddress, files: nil,
        parameter_count: UInt32(rows.count), file_count: 0, prediction_horizons_s: nil, prediction_horizon_count: 0, reserved: 0)
      return library.strategy.create(host, &config, &made, &error, errorCapacity)
    }
    guard status == QE_OK, let made else {
      host.deallocate()
      // Past the capacity nothing may have been written.
      precondition(error[errorCapacity...].allSatisfy { $0 == 0x7F })
      throw Refused(status: status, reason: errorCapacity == 0 ? "" : text(error))
    }
    memory = made
    intents = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    guard library.strategy.initialise(memory) == QE_OK, library.strategy.activate(memory) == QE_OK else {
      throw Refused(status: QE_ERROR, reason: "not activated")
    }
    context.struct_size = UInt32(MemoryLayout<qe_context>.size)
    context.exchange_ms = -1
  }

  deinit {
    _ = library.strategy.deactivate(memory)
    library.strategy.destroy(memory)
    host.deallocate()
    intents.deallocate()
  }

  /// The wishes of one call. Time goes on by a millisecond.
  func process(_ event: qe_event) throws -> [qe_intent] {
    var event = event
    event.struct_size = UInt32(MemoryLayout<qe_event>.size)
    context.sequence += 1
    context.receive_ns += 1_000_000
    for index in 0..<16 {
      intents[index] = qe_intent()
      intents[index].struct_size = UInt32(MemoryLayout<qe_intent>.size)
    }
    var count: UInt32 = 0
    let status = library.strategy.process(memory, &context, &event, capacity == 0 ? nil : intents, capacity, &count)
    guard status == QE_OK else { throw Refused(status: status, reason: "process") }
    precondition(count <= capacity, "\(library.name) wrote \(count) intents into room for \(capacity)")
    return (0..<Int(count)).map { intents[$0] }
  }

  /// Without a side the taker is whom the price's move shows.
  func trade(_ price: Int64, quantity: Int64 = 1000, side: UInt32? = nil) throws -> [qe_intent] {
    var event = qe_event()
    event.kind = QE_EVENT_TRADE
    let side = side ?? (price < context.last_price ? QE_SIDE_SELL : QE_SIDE_BUY)
    event.as.trade = qe_trade(price: price, quantity: quantity, taker_side: side, reserved: 0)
    context.last_price = price
    return try process(event)
  }

  func quote(_ bid: Int64, _ ask: Int64, bidQuantity: Int64 = 0, askQuantity: Int64 = 0) throws -> [qe_intent] {
    var event = qe_event()
    event.kind = QE_EVENT_QUOTE
    event.as.quote = qe_quote(bid_price: bid, bid_quantity: bidQuantity, ask_price: ask, ask_quantity: askQuantity)
    context.bid_price = bid
    context.ask_price = ask
    return try process(event)
  }

  func risk(allowed: Bool, code: UInt32 = 0) throws -> [qe_intent] {
    var event = qe_event()
    event.kind = QE_EVENT_RISK_STATE
    event.as.risk_state = qe_risk_state(opening_allowed: allowed ? 1 : 0, code: code)
    return try process(event)
  }

  func update(_ tag: UInt64, _ state: UInt32, filled: Int64 = 0, price: Int64 = 0, code: UInt32 = 0) throws -> [qe_intent] {
    var event = qe_event()
    event.kind = QE_EVENT_ORDER_UPDATE
    event.as.order_update.tag = tag
    event.as.order_update.state = state
    event.as.order_update.last_quantity = filled
    event.as.order_update.total_quantity = filled
    event.as.order_update.price = price
    event.as.order_update.code = code
    return try process(event)
  }

  /// Fills a market order at once at `price`, and gives what the instance wishes upon that.
  func fill(_ intent: qe_intent, at price: Int64) throws -> [qe_intent] {
    if intent.kind == QE_INTENT_TARGET_POSITION {
      context.position = intent.quantity
    } else {
      context.position += intent.side == QE_SIDE_BUY ? intent.quantity : -intent.quantity
    }
    context.average_price = context.position == 0 ? 0 : Double(price) / 100
    return try update(intent.tag, QE_ORDER_FILLED, filled: intent.quantity, price: price)
  }

  /// A venue without latency and without brackets: a quote around the price, the trade; fills what the market or a limit's
  /// price allows, cancels and replaces what is asked, reaches targets at once. Gives all wishes.
  func run(_ price: Int64) throws -> [qe_intent] {
    var wishes: [qe_intent] = []
    let wantsQuotes = library.descriptor.pointee.events & 1 << UInt64(QE_EVENT_QUOTE) != 0
    var pending = try (wantsQuotes ? quote(price - 1, price + 1) : []) + trade(price)
    while true {
      if let index = resting.firstIndex(where: { $0.side == QE_SIDE_SELL ? price >= $0.price : price <= $0.price }) {
        let limit = resting.remove(at: index)
        pending += try fill(limit, at: limit.price)
      }
      guard !pending.isEmpty else { return wishes }
      let intent = pending.removeFirst()
      wishes.append(intent)
      switch (intent.kind, intent.type) {
      case (QE_INTENT_SUBMIT, QE_TYPE_MARKET): pending += try fill(intent, at: price)
      case (QE_INTENT_SUBMIT, _) where intent.price > 0:
        resting.append(intent)
        pending += try update(intent.tag, QE_ORDER_WORKING)
      case (QE_INTENT_REPLACE, _):
        if let index = resting.firstIndex(where: { $0.tag == intent.target_tag }) {
          let old = resting.remove(at: index)
          resting.append(intent)
          pending += try update(old.tag, QE_ORDER_REPLACED) + update(intent.tag, QE_ORDER_WORKING)
        } else {
          pending += try update(intent.tag, QE_ORDER_REFUSED)
        }
      case (QE_INTENT_TARGET_POSITION, _):
        pending += try intent.quantity == context.position ? update(intent.tag, QE_ORDER_DONE) : fill(intent, at: price)
      case (QE_INTENT_CANCEL, _):
        if let index = resting.firstIndex(where: { $0.tag == intent.target_tag }) {
          pending += try update(resting.remove(at: index).tag, QE_ORDER_CANCELLED)
          pending += try update(intent.tag, QE_ORDER_DONE)
        } else {
          pending += try update(intent.tag, QE_ORDER_REFUSED)
        }
      default: pending += try update(intent.tag, QE_ORDER_REFUSED)
      }
    }
  }

  func save() throws -> [UInt8] {
    let state = try library.requiredState()
    var bytes = [UInt8](repeating: 0, count: Int(state.size(memory)))
    var written: UInt64 = 0
    let status = state.save(memory, &bytes, UInt64(bytes.count), &written)
    guard status == QE_OK, written == UInt64(bytes.count) else { throw Refused(status: status, reason: "save") }
    return bytes
  }

  func restore(_ bytes: [UInt8]) throws -> qe_status {
    try library.requiredState().restore(memory, bytes, UInt64(bytes.count))
  }
}

extension PluginLibrary {
  func requiredState() throws -> qe_state_extension {
    guard let state else { throw Missing(description: "\(name) has no state extension") }
    return state
  }
}

extension qe_intent {
  /// All of it, bit for bit.
  var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
}
