import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// The table of the trading semantics, cell by cell, through the whole engine.
@Suite struct SemanticsTableTests {
  /// A missing row fails: every check of the table by its code.
  static let codes: Set<RefusalCode> = [
    .killed, .halted, .staleFeed, .eventLag, .noQuote, .spreadLimit, .dailyLossLimit, .drawdownLimit, .lossStreak, .tradesPerHour,
    .symbolNotionalLimit, .grossExposureLimit, .leverageLimit, .orderNotionalLimit, .unknownOrder, .supervisorLost, .journalTrouble, .modelsMissing,
    .liquidationDistance,
    .instanceNotionalLimit, .instanceLossLimit, .instanceOrderRate, .orderRateLimit, .rateBudget, .invalidTick, .minimumNotional, .sizeBelowMinimum,
    .dust, .insufficientFunds, .spotShort, .positionLimit, .quantityOverMaximum, .priceCollar, .oppositeInstance, .selfCross, .exitWorking,
  ]
  static let rowCount = 43

  private func stage(_ setup: SemanticsTable.Setup) -> HandDesk {
    let desk = HandDesk(
      setup.instruments, instances: setup.instances, limits: setup.limits, cash: setup.cash, symbolNotional: setup.symbolNotional)
    if setup.held != 0 { desk.hold(setup.held) }
    desk.pass(milliseconds: 2 * 3_600_000)
    setup.prepare(desk)
    return desk
  }

  /// Wishes for it and holds the whole answer to the cell: refusal with all figures, or exactly one order.
  private func ask(_ desk: HandDesk, _ intent: qe_intent, instance: Int, _ wanted: SemanticsTable.Answer, quantity: Int64?, _ cell: String) {
    let refusals = desk.refusals.count
    let sent = desk.sent.count
    desk.wish(intent, instance: instance)
    switch wanted {
    case .accepted:
      #expect(desk.refusals.count == refusals, "\(cell): \(desk.refusals.last.map { $0.refusal.text(for: nil) } ?? "")")
      #expect(desk.sent.count == sent + 1, "\(cell): no order")
      #expect(desk.sent.last?.request.quantity.raw == quantity ?? intent.quantity, "\(cell)")
    case .refused(let code, let unit, let value, let limit):
      #expect(desk.sent.count == sent, "\(cell): an order went out")
      guard desk.refusals.count == refusals + 1, let refusal = desk.refusals.last?.refusal else {
        Issue.record("\(cell): not refused")
        return
      }
      #expect(refusal.code == code, "\(cell)")
      #expect(refusal.unit == unit && refusal.value == value && refusal.limit == limit, "\(cell): \(refusal)")
      #expect(refusal.headroom == min(limit - value, value - limit), "\(cell): what is refused has no room left")
    }
    #expect(desk.violation == nil && desk.breaches.isEmpty, "\(cell): \(desk.breaches)")
  }

  @Test func everyCellOfTheTableIsAnsweredAsItSays() {
    var cells = 0
    var seen: Set<RefusalCode> = []
    for row in SemanticsTable.all {
      for level in SemanticsTable.Level.allCases {
        for action in SemanticsTable.Action.allCases {
          let setup = row.setup(level)
          let cell = "\(row.name), \(action), \(level)"
          let desk = stage(setup)
          switch action {
          case .opening:
            if setup.openingNeedsFlat != 0 { desk.hold(-setup.openingNeedsFlat) }
            ask(desk, setup.opening, instance: setup.openingInstance, setup.openingAnswer, quantity: setup.quantitySent, cell)
          case .reducing:
            ask(desk, setup.reducing, instance: setup.reducingInstance, setup.reducingAnswer, quantity: setup.quantitySent, cell)
          case .cancel:
            ask(desk, setup.resting, instance: setup.reducingInstance, .accepted, quantity: nil, cell)
            let order = desk.sent[desk.sent.count - 1]
            let before = desk.cancels.count
            _ = desk.news(setup.reducingInstance)
            desk.wish(.cancel(5, target: setup.resting.tag), instance: setup.reducingInstance)
            #expect(desk.cancels.dropFirst(before) == [order.id], "\(cell)")
            desk.report(order, .cancelled)
            let news = desk.news(setup.reducingInstance)
            #expect(
              news.contains(HandDesk.News(setup.resting.tag, QE_ORDER_CANCELLED)) && news.contains(HandDesk.News(5, QE_ORDER_DONE)),
              "\(cell): \(news)")
          }
          for answer in [setup.openingAnswer, setup.reducingAnswer] { if case .refused(let code, _, _, _) = answer { seen.insert(code) } }
          cells += 1
        }
      }
    }
    print("cells of the table opening / reducing / cancel: \(cells) in \(SemanticsTable.all.count) rows")
    #expect(SemanticsTable.all.count == Self.rowCount && Set(SemanticsTable.all.map(\.name)).count == Self.rowCount)
    #expect(cells == Self.rowCount * 9)
    #expect(seen == Self.codes, "checks without a row: \(Self.codes.subtracting(seen)), rows without a check: \(seen.subtracting(Self.codes))")
  }
}
