import Engine
import Kernel
import Market
import Risk
import Session
import Settings
import Simulation

/// A passive strategy over market events from a neutral CSV, straight on the practice venue and its delay line: what
/// `make bench-fills` holds against another simulator, fill by fill.
///
/// Every period, per side: where nothing is open and the position allows, one lot joins the best price, post-only; an order
/// that has been acknowledged and is older than its life is cancelled. Position and orders are as the answers tell.
public struct FillsBenchmark {
  public struct Plan: Sendable {
    /// ns since the epoch; the first decision comes one period later.
    public var startNanoseconds: Int64
    public var periodNanoseconds: Int64
    public var lifeNanoseconds: Int64
    /// Raw.
    public var quantity: Int64
    /// In orders of that quantity.
    public var maximumPosition: Int64

    public init(startNanoseconds: Int64, periodNanoseconds: Int64, lifeNanoseconds: Int64, quantity: Int64, maximumPosition: Int64) {
      self.startNanoseconds = startNanoseconds
      self.periodNanoseconds = periodNanoseconds
      self.lifeNanoseconds = lifeNanoseconds
      self.quantity = quantity
      self.maximumPosition = maximumPosition
    }
  }

  public struct Fill: Sendable {
    /// The venue's time.
    public var nanoseconds: Int64
    public var side: Side
    public var price: Price
    public var quantity: Quantity
  }

  private struct Resting {
    var id: UInt64
    var sentNanoseconds: Int64
    var isWorking = false
    var isCancelling = false
  }

  private let plan: Plan
  private let settings: Settings
  private let spec: InstrumentSpec

  public init(plan: Plan, settings: Settings, spec: InstrumentSpec) {
    self.plan = plan
    self.settings = settings
    self.spec = spec
  }

  /// - Returns: the fills in their order, orders sent, and messages that came late for the venue's time line.
  public func run(eventsPath: String) throws -> (fills: [Fill], orders: Int, late: Int) {
    let bytes = try Files.read(eventsPath, limit: 1 << 30)
    var desk = Desk(plan: plan, settings: settings, spec: spec)
    try EventRows(path: eventsPath, spec: spec).read(bytes) { desk.take($0) }
    desk.finish()
    return (desk.fills, desk.orders, desk.late)
  }

  /// The strategy with the venue at the other end of the line.
  private struct Desk: ~Copyable {
    let plan: Plan
    let cash: Money
    var venue: SimulatedVenue
    var line: DelayLine
    /// Mints the orders. It is told nothing of them, so that it holds none back.
    var gate: RiskGate
    var book = OrderBook()
    var buy: Resting?
    var sell: Resting?
    var position: Int64 = 0
    var next: Int64
    var fills: [Fill] = []
    var orders = 0
    var sides: [UInt64: Side] = [:]
    var late: Int { line.lateCount }

    init(plan: Plan, settings: Settings, spec: InstrumentSpec) {
      self.plan = plan
      cash = settings.simulation.initialCash
      next = plan.startNanoseconds + plan.periodNanoseconds
      venue = SimulatedVenue(model: settings.simulation, instruments: [spec], capacity: 64)
      line = DelayLine(model: settings.simulation, clock: .recorded)
      gate = RiskGate(
        limits: settings.limits, instruments: [spec], instances: [0], feeReserve: .zero, initialEquity: cash, capacity: 64)
    }

    mutating func take(_ event: MarketEvent) {
      while line.makeRoom() { run() }
      line.push(event, instrument: 0)
      run()
    }

    mutating func finish() {
      line.close()
      run()
    }

    private mutating func run() {
      while let time = line.nextNanoseconds {
        // What is due at the moment itself comes first.
        if next < time {
          line.wait(until: next)
          decide()
          next += plan.periodNanoseconds
          continue
        }
        guard let step = line.next() else { return }
        perform(step)
      }
    }

    private mutating func perform(_ step: DelayLine.Step) {
      switch step {
      case .venueData(let slot):
        switch line.event(slot).payload {
        case .trade(let trade): _ = venue.observe(trade, instrument: 0)
        case .quote(let quote): _ = venue.observe(quote, instrument: 0)
        case .depth(let depth): _ = venue.observe(depth, instrument: 0)
        case .mark: break
        }
        line.release(slot)
        answer()
      case .engineData(let slot):
        if case .depth(let depth) = line.event(slot).payload { book.apply(depth) }
        line.release(slot)
      case .request(let request):
        switch request {
        case .submit(let order): venue.submit(order)
        case .cancel(let slot, let id): venue.cancel(slot: slot, orderID: id)
        case .replace(let slot, let id, let order): venue.replace(slot: slot, orderID: id, with: order)
        }
        answer()
      case .report(let report): hear(report)
      case .funding: break
      }
    }

    private mutating func answer() {
      while let report = venue.nextReport() {
        if report.kind == .fill, let side = sides[report.orderID] {
          fills.append(Fill(nanoseconds: line.nowNanoseconds, side: side, price: report.price, quantity: report.quantity))
        }
        line.respond(report)
      }
    }

    private mutating func hear(_ report: ExecutionReport) {
      guard let side = sides[report.orderID] else { return }
      switch report.kind {
      case .working: if side == .buy { buy?.isWorking = true } else { sell?.isWorking = true }
      case .fill:
        position += side.sign * report.quantity.raw
        clear(side)
      case .cancelled, .expired, .rejected: clear(side)
      case .cancelRejected, .triggered, .unknown: break
      }
    }

    private mutating func clear(_ side: Side) { if side == .buy { buy = nil } else { sell = nil } }

    private mutating func decide() {
      guard let bid = book.bestBid, let ask = book.bestAsk else { return }
      let bound = plan.maximumPosition * plan.quantity
      buy = decided(buy, .buy, bid.price, isAllowed: position < bound)
      sell = decided(sell, .sell, ask.price, isAllowed: position > -bound)
    }

    private mutating func decided(_ resting: Resting?, _ side: Side, _ price: Price, isAllowed: Bool) -> Resting? {
      guard var resting else { return isAllowed ? send(side, price) : nil }
      if resting.isWorking, !resting.isCancelling, next - resting.sentNanoseconds >= plan.lifeNanoseconds {
        resting.isCancelling = true
        line.send(.cancel(slot: 0, orderID: resting.id))
      }
      return resting
    }

    private mutating func send(_ side: Side, _ price: Price) -> Resting? {
      var request = OrderRequest(
        instrument: 0, instance: 0, side: side, type: .limit, quantity: Quantity(raw: plan.quantity), price: price)
      request.postOnly = true
      if let bid = book.bestBid, let ask = book.bestAsk { gate.quoted(0, bid: bid.price, ask: ask.price) }
      guard case .approved(let order) = gate.check(request, now: next, availableCash: cash) else { return nil }
      gate.released(slot: order.slot)
      orders += 1
      sides[order.id] = side
      line.send(.submit(order))
      return Resting(id: order.id, sentNanoseconds: next)
    }
  }
}
