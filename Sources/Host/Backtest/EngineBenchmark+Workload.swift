import Kernel
import Market
import Session

extension EngineBenchmark {
  /// What the whole of the engine costs, where `engine` measures its shortest way: quotes, bars and marks beside the
  /// trades, brackets, and a wish on every tenth trade.
  public struct WorkloadFigures {
    public var events = 0
    public var orders = 0
    public var fills = 0
    public var trades = 0
    public var refusals: [(name: String, count: Int)] = []
    public var finalPnL = Money.zero
    public var cpuSeconds = 0.0
    /// nil where no counter is preloaded.
    public var allocations: UInt64?

    public var nanosecondsPerEvent: Double { cpuSeconds * 1e9 / Double(max(1, events)) }

    public var json: JSONValue {
      .object([
        ("events", .integer(events)), ("orders", .integer(orders)), ("fills", .integer(fills)), ("trades", .integer(trades)),
        ("refusals", .object(refusals.map { ($0.name, .integer($0.count)) })), ("final_pnl", .money(finalPnL)),
        ("run_cpu_s", .number(DecimalText.format(Int64(cpuSeconds * 1e9), scale: 9))),
        ("ns_per_event", .number(DecimalText.format(Int64(nanosecondsPerEvent * 10), scale: 1))),
        ("allocations", allocations.map { .integer(Int($0)) } ?? .null),
      ])
    }
  }

  /// Ticks in memory that are not measured: caches, lazy binding.
  private static let warmUp = 1000

  /// Each tick of the file as a quote with sizes and the trade in it; the best of `rounds`.
  public func workload(rounds: Int) throws -> WorkloadFigures {
    let (instrument, ticks) = try ticksInMemory()
    var best: WorkloadFigures?
    for _ in 0..<max(1, rounds) {
      let session = try makeSession(instrument)
      var loop = session.makeLoop(hasQuotes: true, observer: nil)
      let warmUp = ticks.prefix(Self.warmUp)
      feed(warmUp, to: &loop, instrument)
      let before = loop.counters
      let allocations = AllocationCount.now()
      let start = ProcessFigures.threadCPUSeconds()
      let events = feed(ticks.dropFirst(Self.warmUp), to: &loop, instrument)
      let seconds = ProcessFigures.threadCPUSeconds() - start
      let after = AllocationCount.now()
      guard seconds < best?.cpuSeconds ?? .infinity else { continue }
      best = WorkloadFigures(
        events: events, orders: loop.counters.orders - before.orders, fills: loop.counters.fills - before.fills,
        trades: loop.counters.trades - before.trades, refusals: loop.counters.refusalCounts,
        finalPnL: loop.engine.equity - settings.simulation.initialCash, cpuSeconds: seconds,
        allocations: allocations.flatMap { before in after.map { $0 - before } })
    }
    guard let best else { throw SessionError(.internalError, "no round was run") }
    return best
  }

  /// - Returns: events delivered.
  @discardableResult
  private func feed(_ ticks: ArraySlice<Tick>, to loop: inout TradingLoop, _ instrument: Instrument) -> Int {
    let spec = instrument.spec
    var events = 0
    for tick in ticks {
      let receive = tick.exchangeMilliseconds &* 1_000_000
      // One tick wide, with the taker's price on its own side; a size on either side that differs from tick to tick.
      let price = tick.trade.price.raw
      let bid = tick.trade.takerSide == .buy ? price - spec.tickSize : price
      let quote = Quote(
        bidPrice: Price(raw: bid), bidQuantity: tick.trade.quantity, askPrice: Price(raw: bid + spec.tickSize),
        askQuantity: Quantity(raw: spec.stepSize))
      loop.quote(quote, exchangeMilliseconds: tick.exchangeMilliseconds, instrument: 0, receiveNanoseconds: receive)
      loop.mark(MarkPrice(price: tick.trade.price), exchangeMilliseconds: tick.exchangeMilliseconds, instrument: 0, receiveNanoseconds: receive)
      loop.trade(tick, instrument: 0, receiveNanoseconds: receive)
      events += 3
    }
    return events
  }
}
