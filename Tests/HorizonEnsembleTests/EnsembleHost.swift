import Foundation
import PluginABI
import TestKit
import Testing

/// One HorizonEnsemble and the host's side of its calls: 50,000.00 with ticks of 0.10, steps of 0.00001, 10,000 of equity, a calm
/// market, and three models that are sure of a rise.
final class EnsembleHost {
  struct Refused: Error, Equatable {
    let status: qe_status
    let reason: String
  }

  static let second: Int64 = 1_000_000_000
  /// 2026-01-01 00:00:00 UTC.
  static let start: Int64 = 1_767_225_600 * second

  let strategy: qe_strategy
  private let state: qe_state_extension
  private let memory: UnsafeMutableRawPointer
  private let host: UnsafeMutablePointer<qe_host>
  private let intents = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
  var context = qe_context()
  var capacity: UInt32 = 4
  /// Lent with each call; dyadic numbers, so that edges are exact.
  var predictions = [1, 5, 30].map { EnsembleHost.prediction($0, 0.625) }
  /// Nil: not warm.
  var features: [Double]? = EnsembleHost.features()
  /// Of the bar that closed last.
  var barSecond: Int64 = EnsembleHost.start / EnsembleHost.second

  static func prediction(_ horizon: Int64, _ pUp: Double, _ state: UInt32 = QE_PREDICTION_FRESH) -> qe_prediction {
    qe_prediction(horizon_s: horizon, p_up: pUp, p_down: 1 - pUp, edge: pUp - 0.5, age_ns: 0, state: state, reserved: 0)
  }

  /// A row of feat.v1: returns of nothing, a volatility of one basis point, the regime.
  static func features(regime: Double = 0, lastReturn: Double = 0, volatility: Double = 0.0001) -> [Double] {
    var row = [Double](repeating: 0, count: 18)
    row[0] = lastReturn
    row[5] = volatility
    row[17] = regime
    return row
  }

  // The plugin's own constant, made once.
  private nonisolated(unsafe) static let descriptor: UnsafePointer<qe_descriptor> = {
    let path = Workplace.plugin("HorizonEnsemble").path
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, "quantumedge_plugin_entry") else {
      fatalError("\(path): \(String(cString: dlerror()))")
    }
    typealias Entry = @convention(c) (UInt32, UInt32, UnsafeMutablePointer<CChar>, Int) -> UnsafePointer<qe_descriptor>?
    var error = [CChar](repeating: 0, count: 256)
    // The header gives the symbol this type.
    return unsafeBitCast(symbol, to: Entry.self)(QE_ABI_MAJOR, QE_ABI_MINOR, &error, error.count)!
  }()

  static var schemaHash: [UInt8] { withUnsafeBytes(of: descriptor.pointee.feature_schema_hash) { Array($0) } }
  static var events: UInt64 { descriptor.pointee.events }

  /// - Parameters:
  ///   - values: by name; what is not named is the table's default.
  ///   - minimumNotional: in whole units of quote currency.
  ///   - lent: horizons that the host says it lends predictions of; nil = it does not say.
  ///   - configSize: of the configuration, as an older host gives it.
  init(
    _ values: [String: Double] = [:], texts: [String: String] = [:], market: String = "usdm", contract: UInt32 = QE_CONTRACT_LINEAR,
    horizon: Int64 = 0, tick: Int64 = 10, step: Int64 = 1000, minimumQuantity: Int64 = 1000, maximumQuantity: Int64 = 1_000_000_000_000,
    minimumNotional: Int64 = 5, lent: [Int64]? = [1, 5, 30], configSize: Int = MemoryLayout<qe_config>.size
  ) throws {
    let descriptor = EnsembleHost.descriptor.pointee
    strategy = descriptor.strategy!.pointee
    state = descriptor.get_extension!(QE_EXTENSION_STATE)!.assumingMemoryBound(to: qe_state_extension.self).pointee
    var owned: [UnsafeMutablePointer<CChar>] = []
    defer { for text in owned { free(text) } }
    func lend(_ text: String) -> UnsafePointer<CChar> {
      owned.append(strdup(text))
      return UnsafePointer(owned[owned.count - 1])
    }
    let table = UnsafeBufferPointer(start: descriptor.parameters, count: Int(descriptor.parameter_count))
    #expect(Set(values.keys).union(texts.keys).isSubset(of: table.map { String(cString: $0.name) }), "a test names a parameter that is none")
    let rows = table.map { row in
      let name = String(cString: row.name)
      let value = values[name] ?? row.default_value
      let raw: Int64 = !value.isFinite ? 0 : row.type == QE_PARAMETER_QUANTITY ? Int64((value * 1e8).rounded()) : Int64(value)
      let text = texts[name] ?? row.default_text.map { String(cString: $0) }
      return qe_parameter_value(
        name: row.name, type: row.type, reserved: 0, integer: raw, real: value, text: text.map(lend), reserved_tail: 0)
    }
    host = .allocate(capacity: 1)
    host.initialize(
      to: qe_host(
        struct_size: UInt32(MemoryLayout<qe_host>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, reserved: 0, host_data: nil,
        get_extension: { _, _ in nil }))
    var made: UnsafeMutableRawPointer?
    var error = [CChar](repeating: 0, count: 256)
    let strategy = strategy
    let host = host
    let status = rows.withUnsafeBufferPointer { rows in
      (lent ?? []).withUnsafeBufferPointer { horizons in
        var config = qe_config(
          struct_size: UInt32(configSize), contract: contract, instance_id: lend("HorizonEnsemble@BTCUSDT/\(horizon)"),
          venue: lend("binance"), market: lend(market), symbol: lend("BTCUSDT"), base_asset: lend("BTC"), quote_asset: lend("USDT"),
          horizon_s: horizon, price_scale: 2, quantity_scale: 8, tick_size: tick, step_size: step, minimum_quantity: minimumQuantity,
          maximum_quantity: maximumQuantity, minimum_notional: EnsembleHost.money(minimumNotional), leverage: 1, parameters: rows.baseAddress,
          files: nil, parameter_count: UInt32(rows.count), file_count: 0, prediction_horizons_s: lent == nil ? nil : horizons.baseAddress,
          prediction_horizon_count: UInt32(horizons.count), reserved: 0)
        return strategy.create(host, &config, &made, &error, error.count)
      }
    }
    guard status == QE_OK, let made else {
      host.deallocate()
      throw Refused(status: status, reason: String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    memory = made
    guard strategy.initialise(memory) == QE_OK, strategy.activate(memory) == QE_OK else { throw Refused(status: QE_ERROR, reason: "not activated") }
    context.struct_size = UInt32(MemoryLayout<qe_context>.size)
    context.exchange_ms = -1
    context.receive_ns = EnsembleHost.start
    context.equity = EnsembleHost.money(10_000)
    context.last_price = 5_000_000
    context.bid_price = 5_000_000
    context.ask_price = 5_000_010
  }

  deinit {
    _ = strategy.deactivate(memory)
    strategy.destroy(memory)
    host.deallocate()
    intents.deallocate()
  }

  /// Whole units of quote currency.
  static func money(_ units: Int64) -> qe_money {
    let raw = Int128(units) * 1_000_000_000_000_000_000
    return qe_money(low: UInt64(truncatingIfNeeded: raw), high: Int64(raw >> 64))
  }

  func process(_ event: qe_event) throws -> [qe_intent] {
    var event = event
    event.struct_size = UInt32(MemoryLayout<qe_event>.size)
    context.sequence += 1
    for index in 0..<16 {
      intents[index] = qe_intent()
      intents[index].struct_size = UInt32(MemoryLayout<qe_intent>.size)
    }
    var count: UInt32 = 0
    let status = predictions.withUnsafeBufferPointer { predictions in
      (features ?? []).withUnsafeBufferPointer { row in
        context.predictions = predictions.isEmpty ? nil : predictions.baseAddress
        context.prediction_count = UInt32(predictions.count)
        context.features = row.isEmpty ? nil : row.baseAddress
        context.feature_count = UInt32(row.count)
        return strategy.process(memory, &context, &event, capacity == 0 ? nil : intents, capacity, &count)
      }
    }
    guard status == QE_OK else { throw Refused(status: status, reason: "process") }
    #expect(count <= capacity)
    return (0..<Int(count)).map { intents[$0] }
  }

  /// The next second closes, or the one that is named.
  func bar(_ second: Int64? = nil) throws -> [qe_intent] {
    barSecond = second ?? barSecond + 1
    context.receive_ns = max(context.receive_ns + 1, (barSecond + 1) * EnsembleHost.second)
    var event = qe_event()
    event.kind = QE_EVENT_BAR
    let price = context.last_price
    event.as.bar = qe_bar(
      open_ms: barSecond * 1000, open: price, high: price, low: price, close: price, quantity: 1000, buy_quantity: 500, trade_count: 2, reserved: 0)
    return try process(event)
  }

  /// What is wished at the first second that brings a wish.
  func nextWish() throws -> qe_intent {
    for _ in 0..<600 { if let wish = try bar().first { return wish } }
    throw Refused(status: QE_OK, reason: "nothing was wished for ten minutes")
  }

  func quote(_ bid: Int64, _ ask: Int64, bidQuantity: Int64 = 0, askQuantity: Int64 = 0) throws -> [qe_intent] {
    var event = qe_event()
    event.kind = QE_EVENT_QUOTE
    event.as.quote = qe_quote(bid_price: bid, bid_quantity: bidQuantity, ask_price: ask, ask_quantity: askQuantity)
    context.bid_price = bid
    context.ask_price = ask
    return try process(event)
  }

  func prediction() throws -> [qe_intent] {
    var event = qe_event()
    event.kind = QE_EVENT_PREDICTION
    event.as.prediction = predictions.first ?? qe_prediction()
    return try process(event)
  }

  func risk(allowed: Bool) throws -> [qe_intent] {
    var event = qe_event()
    event.kind = QE_EVENT_RISK_STATE
    event.as.risk_state = qe_risk_state(opening_allowed: allowed ? 1 : 0, code: allowed ? 0 : 65)
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

  /// Fills an entry or a target as a whole, and gives what is wished upon that.
  func fill(_ intent: qe_intent) throws -> [qe_intent] {
    if intent.kind == QE_INTENT_TARGET_POSITION {
      context.position = intent.quantity
    } else {
      context.position += intent.side == QE_SIDE_BUY ? intent.quantity : -intent.quantity
    }
    return try update(intent.tag, QE_ORDER_FILLED, filled: max(1, intent.quantity), price: context.last_price)
  }

  /// All models are of one mind.
  func say(_ pUp: Double) { predictions = [1, 5, 30].map { EnsembleHost.prediction($0, pUp) } }

  func save() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(state.size(memory)))
    var written: UInt64 = 0
    let status = state.save(memory, &bytes, UInt64(bytes.count), &written)
    guard status == QE_OK, written == UInt64(bytes.count) else { throw Refused(status: status, reason: "save") }
    return bytes
  }

  func restore(_ bytes: [UInt8]) -> qe_status { state.restore(memory, bytes, UInt64(bytes.count)) }
}

extension qe_intent {
  /// All of it, bit for bit.
  var bytes: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
}
