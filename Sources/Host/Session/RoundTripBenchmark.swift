import Engine
import Market
import PluginABI
import Plugins

/// What one event costs from the engine's side: called in place, or asked through a worker; and how long a worker's death
/// takes to be noticed.
public struct RoundTripBenchmark {
  public struct Quantiles: Sendable {
    public var count: Int
    public var p50: Int64
    public var p99: Int64
    public var p999: Int64

    init(_ samples: [Int64]) {
      let sorted = samples.sorted()
      func quantile(_ part: Double) -> Int64 { sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))] }
      (count, p50, p99, p999) = (sorted.count, quantile(0.5), quantile(0.99), quantile(0.999))
    }

    public var json: JSONValue {
      .object([("count", .integer(count)), ("p50_ns", .integer(Int(p50))), ("p99_ns", .integer(Int(p99))), ("p999_ns", .integer(Int(p999)))])
    }
  }

  private let instrument: Instrument
  /// ns, monotonic.
  private let now: () -> Int64

  public init(instrument: Instrument, now: @escaping () -> Int64) {
    self.instrument = instrument
    self.now = now
  }

  private static let roomSize = 16

  /// Events of one strategy: a trade that walks.
  private func measure(_ count: Int, _ call: (UnsafePointer<qe_context>, UnsafePointer<qe_event>, UnsafeMutablePointer<qe_intent>) -> Void)
    -> Quantiles
  {
    var context = qe_context()
    context.struct_size = UInt32(MemoryLayout<qe_context>.size)
    var event = qe_event()
    event.struct_size = UInt32(MemoryLayout<qe_event>.size)
    event.kind = QE_EVENT_TRADE
    // Unsafe: room for intents that nobody reads, freed at the end.
    let room = UnsafeMutablePointer<qe_intent>.allocate(capacity: Self.roomSize)
    defer { room.deallocate() }
    var blank = qe_intent()
    blank.struct_size = UInt32(MemoryLayout<qe_intent>.size)
    room.initialize(repeating: blank, count: Self.roomSize)
    var samples: [Int64] = []
    samples.reserveCapacity(count)
    for index in 0..<(count + count / 10) {
      context.sequence = UInt64(index)
      context.receive_ns = Int64(index) * 1_000_000
      event.as.trade = qe_trade(
        price: 600_000 + Int64(index % 997) - 498, quantity: 1, taker_side: index % 2 == 0 ? QE_SIDE_BUY : QE_SIDE_SELL, reserved: 0)
      let start = now()
      call(&context, &event, room)
      let end = now()
      // The first tenth warms up.
      if index >= count / 10 { samples.append(end - start) }
    }
    return Quantiles(samples)
  }

  public func inPlace(_ file: PluginFile, count: Int) throws -> Quantiles {
    let instance = try StrategyInstance(
      library: try PluginLibrary.load(file), instrument: instrument, horizonSeconds: 0, parameters: [:], id: "benchmark@\(instrument.id.symbol)/0",
      deliverableEvents: TradingSession.deliverableEvents)
    defer { instance.close() }
    return measure(count) { context, event, room in
      var wishes: UInt32 = 0
      _ = instance.binding.process(instance.binding.instance, context, event, room, UInt32(Self.roomSize), &wishes)
    }
  }

  public func isolated(_ file: PluginFile, count: Int, options: WorkerOptions) throws -> Quantiles {
    let strategy = try start(file, [:], options)
    defer { strategy.close() }
    var failure: PluginFailure?
    let quantiles = measure(count) { context, event, room in
      strategy.post(context: context, event: event, capacity: UInt32(Self.roomSize))
      if case .failed(let found) = strategy.wait(into: room) { failure = found }
    }
    if let failure { throw SessionError(.failed, "benchmark: \(failure.text); raise plugins.deadline_us on a busy machine") }
    return quantiles
  }

  /// From the event in which the worker fails to the answer that says so: it is out at that moment.
  public func deaths(_ file: PluginFile, fault: String, count: Int, options: WorkerOptions) throws -> Quantiles {
    var samples: [Int64] = []
    for _ in 0..<count {
      let strategy = try start(file, ["fault": fault, "within": "1", "size": "0"], options)
      defer { strategy.close() }
      var isOut = false
      _ = measure(0) { _, _, _ in }
      let taken = measure(1) { context, event, room in
        strategy.post(context: context, event: event, capacity: UInt32(Self.roomSize))
        if case .failed = strategy.wait(into: room) { isOut = true }
      }
      guard isOut else { throw SessionError(.failed, "benchmark: a worker that was to fail (\(fault)) has answered") }
      samples.append(taken.p50)
    }
    return Quantiles(samples)
  }

  private func start(_ file: PluginFile, _ parameters: [String: String], _ options: WorkerOptions) throws -> IsolatedStrategy {
    try IsolatedStrategy(
      file: file, instrument: instrument, horizonSeconds: 0, parameters: parameters, id: "benchmark@\(instrument.id.symbol)/0",
      deliverableEvents: TradingSession.deliverableEvents, options: options)
  }
}
