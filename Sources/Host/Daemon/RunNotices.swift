import Plugins
import Engine
import Logging
import Market
import Risk
import Session

/// Turns what happens in a run into records of the log, and remembers the last refusals.
final class RunNotices: RunObserver {
  struct Refused {
    var record: RefusalRecord
    /// Wall clock.
    var nanoseconds: Int64
  }

  static let keptRefusals = 8
  static let keptFailures = 64

  private let session: TradingSession
  private let log: RunLog
  /// What a shadow's lines begin with; empty for the real account's.
  private let prefix: String
  private(set) var failures: [String] = []
  /// Why each instance is out; nil while it is not.
  private(set) var instanceFailures: [String?]
  /// A ring of the last ones; `refusalCount` tells where it begins.
  private var refusals: [Refused] = []
  private var refusalCount = 0
  private var firstRefusals = FirstRefusals()
  /// Wall clock of the input in work, for the age of refusals.
  var now: Int64 = 0
  /// Set while shutting down: what that does is no news of the run.
  var isSilent = false

  /// - Parameter prefix: of every line that names an instance.
  init(session: TradingSession, log: RunLog, prefix: String = "") {
    self.session = session
    self.log = log
    self.prefix = prefix
    instanceFailures = session.instances.map { _ in nil }
    refusals.reserveCapacity(Self.keptRefusals)
  }

  private func name(_ instance: Int32) -> String { prefix + session.instances[Int(instance)].id }

  /// What a line about the whole account begins with.
  private var whole: String { prefix.isEmpty ? "" : "\(name(0)): " }

  /// Newest first.
  var lastRefusals: [Refused] {
    (0..<refusals.count).map { refusals[(refusalCount - 1 - $0) % Self.keptRefusals] }
  }

  /// Something that makes the run fail in the end, for people. The first ones are kept; a plugin may fail for ever.
  func failed(_ text: String) { failed(text, log.host) }

  func failed(_ text: String, _ logger: Logger) {
    if failures.count < Self.keptFailures { failures.append(text) }
    logger.error("\(text)")
  }

  func sent(_ order: ApprovedOrder) {
    log.orders.debug("\(name(order.request.instance)): sent", metadata: metadata(order))
  }

  private func metadata(_ order: ApprovedOrder) -> Logger.Metadata {
    let request = order.request
    let instrument = session.instruments[Int(request.instrument)]
    let price = request.type.isConditional ? request.triggerPrice : request.price
    return [
      "instrument": "\(instrument.id)", "order": "\(order.id)", "side": "\(request.side.name)", "type": "\(request.type)",
      "quantity": "\(DecimalText.format(request.quantity.raw, scale: Int(instrument.spec.quantityScale)))",
      "price": "\(DecimalText.format(price.raw, scale: Int(instrument.spec.priceScale)))", "reducing": "\(order.isReducing)",
    ]
  }

  func filled(_ fill: FillRecord) {
    log.orders.debug("\(name(fill.instance)): filled", metadata: metadata(fill))
  }

  private func metadata(_ fill: FillRecord) -> Logger.Metadata {
    let instrument = session.instruments[Int(fill.instrument)]
    let (price, quantity) = (Int(instrument.spec.priceScale), Int(instrument.spec.quantityScale))
    return [
      "instrument": "\(instrument.id)", "order": "\(fill.orderID)", "input": "\(fill.sequence)", "side": "\(fill.side.name)",
      "quantity": "\(DecimalText.format(fill.quantity.raw, scale: quantity))", "price": "\(DecimalText.format(fill.price.raw, scale: price))",
      "fee": "\(DecimalText.format(fill.fee, decimals: 8))", "liquidity": fill.isMaker ? "maker" : "taker",
      "by": fill.isHostMade ? "host" : "strategy", "position": "\(DecimalText.format(fill.position.raw, scale: quantity))",
      "realized": "\(DecimalText.format(fill.realized, decimals: 8))",
    ]
  }

  func closed(_ trip: RoundTrip) {
    log.orders.debug("\(name(trip.instance)): round trip", metadata: metadata(trip))
  }

  private func metadata(_ trip: RoundTrip) -> Logger.Metadata {
    [
      "instrument": "\(session.instruments[Int(trip.instrument)].id)", "side": "\(trip.side.name)",
      "pnl": "\(DecimalText.format(trip.pnl, decimals: 8))", "fees": "\(DecimalText.format(trip.fees, decimals: 8))",
      "funding": "\(DecimalText.format(trip.funding, decimals: 8))",
      "held_ms": "\((trip.exitNanoseconds - trip.entryNanoseconds) / 1_000_000)",
    ]
  }

  /// The first of each code is told at info, with its figures; each at debug; the status counts all.
  func refused(_ record: RefusalRecord) {
    let refused = Refused(record: record, nanoseconds: now)
    if refusals.count < Self.keptRefusals { refusals.append(refused) } else { refusals[refusalCount % Self.keptRefusals] = refused }
    refusalCount += 1
    let (id, spec) = (name(record.instance), session.instruments[Int(record.instrument)].spec)
    log.orders.debug(
      "\(id): refused: \(record.refusal.text(for: spec))",
      metadata: ["code": "\(record.refusal.code.name)", "input": "\(record.sequence)", "tag": "\(record.tag)"])
    guard !isSilent, let text = firstRefusals.add(record, spec: spec) else { return }
    log.risk.info("\(id): first refusal of \(text)")
  }

  func riskChanged(_ refusal: Refusal) {
    if isSilent { return }
    if refusal.code == .none { return log.risk.notice("\(whole)opening is allowed again") }
    log.risk.warning("\(whole)opening is stopped: \(refusal.text(for: nil)); opening orders are cancelled")
  }

  func riskChanged(instance: Int32, _ refusal: Refusal) {
    if isSilent { return }
    let id = name(instance)
    if refusal.code == .none { return log.risk.notice("\(id): opening is allowed again") }
    let spec = session.instruments[Int(session.configuration.instances[Int(instance)].instrument)].spec
    log.risk.warning("\(id): opening is stopped: \(refusal.text(for: spec)); its opening orders are cancelled")
  }

  func failed(instance: Int32, _ failure: PluginFailure) {
    instanceFailures[Int(instance)] = failure.text
    let position = session.configuration.onFailure == .flatten ? "its position is closed" : "its position is held"
    failed("\(name(instance)): \(failure.text); it is out, its opening orders are cancelled, \(position)", log.plugins)
  }

  /// The instance is in the run again.
  /// One that nobody stands for any more.
  func isVacant(_ instance: Int, _ why: String) { instanceFailures[instance] = why }
  func returned(_ instance: Int) { instanceFailures[instance] = nil }
}
