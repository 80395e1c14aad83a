@testable import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// The life of an order, complete: every state against every input.
@Suite struct OrderTableTests {
  /// Where an order can stand.
  enum Stage: CaseIterable {
    /// Waits for the Supervisor.
    case pending
    /// On its way to the venue.
    case sent
    case working
    case partial
    case unknown
    /// A bracket's stop that has become a market order: the host's own, tag 0.
    case triggered
    /// The strategy's cancel (tag 8) is on its way.
    case cancelSent
    /// Its life is over, the host's cancel is on its way.
    case expiring
    /// Its replacement (tag 7) is on its way, both in one request.
    case replaced
    /// It is that replacement (of tag 9).
    case replacement
    /// An exit whose successor (tag 7) waits for its end.
    case staged
    /// It was filled.
    case ended

    /// The table's own state, where the order is still in it.
    var state: OpenOrder.State? {
      switch self {
      case .pending: .pending
      case .sent, .replacement: .sent
      case .working, .partial, .cancelSent, .expiring, .replaced, .staged: .working
      case .unknown: .unknown
      case .triggered: .triggered
      case .ended: nil
      }
    }
  }

  /// What can happen to it: every kind of report (a fill in part and in full), every verdict, wish and command, time, and
  /// the host's end.
  enum Input: CaseIterable {
    case working, partialFill, fill, cancelled, expired, rejected, triggered, unknown, cancelRejected
    case allowed, denied
    case cancel, replace, target
    case halt, flatten, quarantine
    case deadline, restart

    var report: ExecutionReport.Kind? {
      switch self {
      case .working: .working
      case .partialFill, .fill: .fill
      case .cancelled: .cancelled
      case .expired: .expired
      case .rejected: .rejected
      case .triggered: .triggered
      case .unknown: .unknown
      case .cancelRejected: .cancelRejected
      default: nil
      }
    }
  }

  /// The desk with its order, tag 1, at that stage; slot and id of the order.
  private func stage(_ stage: Stage) -> (desk: HandDesk, slot: Int32, id: UInt64) {
    let desk = HandDesk(approvalMilliseconds: stage == .pending ? 250 : nil)
    let intent = qe_intent.limit(1, .buy, 10, at: 590_000).living(QE_TIF_MS, milliseconds: 1000)
    switch stage {
    case .triggered:
      desk.wish(qe_intent.market(5, .buy, 10).bracketed(stop: 590_000))
      desk.fill(desk.sent[0], 10)
    case .staged:
      desk.hold(10)
      desk.wish(qe_intent.limit(1, .sell, 10, at: 610_000).living(QE_TIF_MS, milliseconds: 1000))
    case .replacement:
      desk.wish(.limit(9, .buy, 10, at: 580_000))
      desk.wish(qe_intent.replace(1, target: 9, .buy, 10, at: 590_000).living(QE_TIF_MS, milliseconds: 1000))
    default: desk.wish(intent)
    }
    if stage == .pending { return (desk, desk.asked[0].slot, desk.asked[0].id) }
    let order = desk.sent[desk.sent.count - 1]
    switch stage {
    case .sent, .pending, .replacement: break
    case .partial: desk.fill(order, 4, at: 590_000)
    case .triggered: desk.report(order, .triggered)
    case .ended: desk.fill(order, 10, at: 590_000)
    case .working, .unknown, .cancelSent, .expiring, .replaced, .staged: desk.report(order, .working)
    }
    switch stage {
    case .unknown: desk.report(order, .unknown)
    case .cancelSent: desk.wish(.cancel(8, target: 1))
    case .expiring: desk.pass(milliseconds: 1000)
    case .replaced: desk.wish(.replace(7, target: 1, .buy, 10, at: 591_000))
    case .staged: desk.wish(.replace(7, target: 1, .sell, 10, at: 605_000))
    default: break
    }
    return (desk, order.slot, order.id)
  }

  /// Everything that came of it: what the strategy was told, and what was asked of venue and Supervisor.
  private func outcome(_ stage: Stage, _ input: Input) -> (text: String, desk: HandDesk) {
    let (desk, slot, id) = self.stage(stage)
    if let state = stage.state { #expect(desk.engine.orders[slot].pointee.state == state && desk.engine.orders[slot].pointee.id == id, "\(stage)") }
    _ = desk.news(withHostOrders: true)
    let before = (desk.sent.count, desk.cancels.count, desk.replacements.count, desk.asked.count, desk.queried.count)
    switch input {
    case .partialFill: desk.fill(slot: slot, id: id, 2, at: 590_000)
    case .fill: desk.fill(slot: slot, id: id, stage == .partial ? 6 : 10, at: 590_000)
    case .working, .cancelled, .expired, .rejected, .triggered, .unknown, .cancelRejected: desk.report(slot: slot, id: id, input.report ?? .working)
    case .allowed, .denied: desk.feed(.verdict(orderID: id, input == .allowed ? .none : .supervisorDenied))
    case .cancel: desk.wish(.cancel(2, target: 1))
    case .replace: desk.wish(.replace(3, target: 1, stage == .staged ? .sell : .buy, 10, at: stage == .staged ? 606_000 : 592_000))
    case .target: desk.wish(.target(4, 10))
    case .halt: desk.command(.halt)
    case .flatten: desk.command(.flatten(instrument: -1))
    case .quarantine: desk.command(.quarantine(instance: 0))
    case .deadline: desk.pass(milliseconds: stage == .pending ? 250 : 1000)
    case .restart:
      desk.restart()
      desk.pass(milliseconds: 0)
    }
    var parts = desk.news(withHostOrders: true).map(\.description)
    let after = (desk.sent.count, desk.cancels.count, desk.replacements.count, desk.asked.count, desk.queried.count)
    func add(_ count: Int, _ name: String) { if count > 0 { parts.append(count == 1 ? name : "\(count) \(name)") } }
    add(after.0 - before.0 - (after.2 - before.2), "> send")
    add(after.2 - before.2, "> replace")
    add(after.1 - before.1, "> cancel")
    add(after.3 - before.3, "> ask")
    add(after.4 - before.4, "> query")
    return (parts.joined(separator: ", "), desk)
  }

  /// What comes of it: what the strategy is told (tag, state, code; tag 0 = the host's own order), and after ">" what is asked
  /// of venue and Supervisor. A cell that is not written is: nothing. Tag 2 is the cancel, 3 the replacement, 4 the target
  /// that is the input itself.
  static let table: [Stage: [Input: String]] = [
    .pending: [
      .allowed: "> send", .denied: "1 refused SUPERVISOR_DENIED", .cancel: "1 cancelled, 2 done", .replace: "1 replaced, > ask",
      .target: "1 cancelled, > ask", .halt: "1 refused HALTED", .flatten: "1 refused HALTED", .deadline: "1 refused DECISION_EXPIRED",
      .restart: "1 refused DECISION_EXPIRED",
    ],
    .sent: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled", .cancelled: "1 cancelled", .expired: "1 expired",
      .rejected: "1 refused VENUE_REJECTED", .unknown: "1 unknown, > query", .denied: "> cancel", .cancel: "> cancel",
      .replace: "> replace", .target: "> cancel", .halt: "> cancel", .flatten: "> cancel", .quarantine: "> cancel", .deadline: "> cancel",
      .restart: "1 unknown, > query",
    ],
    .working: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled", .cancelled: "1 cancelled", .expired: "1 expired",
      .rejected: "1 refused VENUE_REJECTED", .unknown: "1 unknown, > query", .denied: "> cancel", .cancel: "> cancel",
      .replace: "> replace", .target: "> cancel", .halt: "> cancel", .flatten: "> cancel", .quarantine: "> cancel", .deadline: "> cancel",
      .restart: "1 unknown, > query",
    ],
    .partial: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled", .cancelled: "1 cancelled", .expired: "1 expired",
      .rejected: "1 refused VENUE_REJECTED", .unknown: "1 unknown, > query", .denied: "> cancel", .cancel: "> cancel",
      .replace: "> replace", .target: "> cancel", .halt: "> cancel", .flatten: "> cancel", .quarantine: "> cancel", .deadline: "> cancel",
      .restart: "1 unknown, > query",
    ],
    .unknown: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled", .cancelled: "1 cancelled", .expired: "1 expired",
      .rejected: "1 refused VENUE_REJECTED", .denied: "> cancel", .cancel: "> cancel",
      .replace: "3 refused UNKNOWN_TARGET", .target: "> cancel", .halt: "> cancel", .flatten: "> cancel", .quarantine: "> cancel",
      .deadline: "> cancel", .restart: "1 unknown, > query",
    ],
    .triggered: [
      .working: "0 working", .partialFill: "0 partial", .fill: "0 filled", .cancelled: "0 cancelled, > send", .expired: "0 expired, > send",
      .rejected: "0 refused VENUE_REJECTED, > send", .unknown: "0 unknown, > query", .cancel: "2 refused UNKNOWN_TARGET",
      .replace: "3 refused UNKNOWN_TARGET", .target: "> cancel", .flatten: "> cancel", .quarantine: "> cancel",
      .restart: "0 unknown, > query",
    ],
    .cancelSent: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled, 8 done", .cancelled: "1 cancelled, 8 done",
      .expired: "1 expired, 8 done", .rejected: "1 refused VENUE_REJECTED, 8 done", .unknown: "1 unknown, > query",
      .cancelRejected: "8 done, 1 unknown, > query", .cancel: "2 done", .replace: "3 refused UNKNOWN_TARGET",
      .restart: "1 unknown, > cancel, > query",
    ],
    .expiring: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled", .cancelled: "1 expired", .expired: "1 expired",
      .rejected: "1 refused VENUE_REJECTED", .unknown: "1 unknown, > query", .cancelRejected: "1 unknown, > query",
      .replace: "3 refused UNKNOWN_TARGET", .restart: "1 unknown, > cancel, > query",
    ],
    .replaced: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled", .cancelled: "1 replaced", .expired: "1 expired",
      .rejected: "1 refused VENUE_REJECTED", .unknown: "1 unknown, > query", .cancelRejected: "1 unknown, > query",
      .replace: "3 refused UNKNOWN_TARGET", .target: "> cancel", .halt: "> cancel", .flatten: "> cancel", .quarantine: "> cancel",
      .restart: "1 unknown, 7 unknown, > cancel, 2 > query",
    ],
    .replacement: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled", .cancelled: "1 cancelled", .expired: "1 expired",
      .rejected: "1 refused VENUE_REJECTED", .unknown: "1 unknown, > query", .denied: "> cancel", .cancel: "> cancel",
      .replace: "> replace", .target: "> cancel", .halt: "> cancel", .flatten: "> cancel", .quarantine: "> cancel", .deadline: "> cancel",
      .restart: "9 unknown, 1 unknown, > cancel, 2 > query",
    ],
    .staged: [
      .working: "1 working", .partialFill: "1 partial", .fill: "1 filled, 7 refused UNKNOWN_TARGET", .cancelled: "1 replaced, > send",
      .expired: "1 expired, > send", .rejected: "1 refused VENUE_REJECTED, > send", .unknown: "1 unknown, > query",
      .cancelRejected: "7 refused UNKNOWN_TARGET, 1 unknown, > query", .cancel: "7 cancelled", .replace: "3 refused UNKNOWN_TARGET",
      .target: "7 cancelled", .flatten: "7 cancelled", .restart: "7 refused DECISION_EXPIRED, 1 unknown, > cancel, > query",
    ],
    .ended: [
      .cancel: "2 refused UNKNOWN_TARGET", .replace: "3 refused UNKNOWN_TARGET", .target: "4 done", .flatten: "> send", .quarantine: "> send",
    ],
  ]

  @Test func everyStateAnswersEveryInput() {
    var cells = 0
    for stage in Stage.allCases {
      for input in Input.allCases {
        let (text, desk) = outcome(stage, input)
        let cell = "\(stage), \(input)"
        #expect(text == Self.table[stage]?[input] ?? "", "\(cell)")
        endEverything(desk)
        // A plugin that is out is called no more; every other wish has had its one final update.
        if input != .quarantine {
          #expect(desk.strategies[0].open.isEmpty && desk.strategies[0].openHostOrders.isEmpty, "\(cell): \(desk.strategies[0].open)")
        }
        #expect(desk.openOrders() == 0, "\(cell)")
        endsForGood(desk, cell)
        cells += 1
      }
    }
    print("cells of the order table: \(cells)")
    #expect(cells == Stage.allCases.count * Input.allCases.count && cells == 228)
  }

  @Test func theTableHasEveryStateAndEveryKindOfReport() {
    let states = (0...UInt8.max).compactMap(OpenOrder.State.init(rawValue:))
    #expect(states.count == 5 && Set(Stage.allCases.compactMap(\.state)) == Set(states))
    let kinds = (0...UInt8.max).compactMap(ExecutionReport.Kind.init(rawValue:))
    #expect(kinds.count == 8 && Set(Input.allCases.compactMap(\.report)) == Set(kinds))
    #expect(Set(Self.table.keys) == Set(Stage.allCases))
    // Every state that an update can have is somewhere in the table.
    let text = Self.table.values.flatMap(\.values).joined(separator: " ")
    for name in HandDesk.News.names.values { #expect(text.contains(name), "\(name)") }
  }

  /// The venue and the Supervisor bring all that is open to its end.
  private func endEverything(_ desk: HandDesk) {
    for _ in 0..<20 where desk.openOrders() > 0 {
      for order in desk.asked { desk.verdict(order, isAllowed: false) }
      for order in desk.sent where desk.engine.orders[order.slot].pointee.id == order.id {
        if order.request.type == .market {
          desk.fill(order, order.request.quantity.raw - desk.engine.orders[order.slot].pointee.filled)
        } else {
          desk.report(order, .cancelled)
        }
      }
      desk.pass(milliseconds: 1)
    }
  }

  /// Whatever is said of an order that is over changes nothing.
  private func endsForGood(_ desk: HandDesk, _ cell: String) {
    _ = desk.news(withHostOrders: true)
    let before = (desk.position, desk.cash, desk.sent.count, desk.cancels.count, desk.queried.count)
    for order in desk.sent {
      for raw in 0...UInt8.max {
        guard let kind = ExecutionReport.Kind(rawValue: raw) else { continue }
        if kind == .fill { desk.fill(order, 1) } else { desk.report(order, kind) }
      }
      desk.feed(.verdict(orderID: order.id, .supervisorDenied))
    }
    let after = (desk.position, desk.cash, desk.sent.count, desk.cancels.count, desk.queried.count)
    #expect(before == after && desk.news(withHostOrders: true).isEmpty, "\(cell): a late word had an effect")
    #expect(desk.breaches.isEmpty && desk.violation == nil, "\(cell): \(desk.breaches)")
  }
}
