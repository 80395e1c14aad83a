import Engine
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// What predictions mean for orders: the host's filters, missing models, and that nothing looks ahead.
@Suite struct ModelDecisionTests {
  /// A desk whose strategy wishes for `intent` at the next bar, flat or holding.
  private func desk(_ filters: DecisionFilters, pUp: [Double], events: [UInt32] = [QE_EVENT_BAR, QE_EVENT_PREDICTION]) -> ModelDesk {
    let desk = ModelDesk(
      models: pUp.enumerated().map { (Int64($0.offset) + 1, ScriptedModel(pUp: $0.element)) }, events: events, filters: filters)
    desk.quote(600_000)
    desk.seconds(70)
    desk.quote(600_000)
    return desk
  }

  private func wish(_ desk: ModelDesk, _ intent: qe_intent) -> RefusalCode? {
    var isDone = false
    desk.notes.wish = { call in
      defer { isDone = true }
      return call.event == QE_EVENT_BAR && !isDone ? [intent] : []
    }
    let before = desk.decisions.count
    desk.seconds(1)
    return desk.decisions.count == before + 1 ? desk.decisions[before].code : nil
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var name: String
    var filters: DecisionFilters
    var pUp: [Double]
    var side: Side
    var confidence = Double.nan
    var expected: RefusalCode
    var testDescription: String { name }
  }

  static let rows: [Row] = [
    Row(name: "no filters", filters: DecisionFilters(), pUp: [0.1], side: .buy, confidence: 0.1, expected: .none),
    Row(
      name: "confidence at the least", filters: DecisionFilters(minimumConfidence: 0.55), pUp: [0.6], side: .buy, confidence: 0.55, expected: .none),
    Row(
      name: "confidence below it", filters: DecisionFilters(minimumConfidence: 0.55), pUp: [0.6], side: .buy, confidence: 0.5499,
      expected: .lowConfidence),
    Row(name: "no confidence stated", filters: DecisionFilters(minimumConfidence: 0.55), pUp: [0.6], side: .buy, expected: .none),
    Row(name: "edge at the least", filters: DecisionFilters(minimumEdge: 0.125), pUp: [0.625], side: .buy, expected: .none),
    Row(name: "edge below it", filters: DecisionFilters(minimumEdge: 0.125), pUp: [0.62], side: .buy, expected: .lowEdge),
    Row(name: "the mean edge counts", filters: DecisionFilters(minimumEdge: 0.125), pUp: [0.75, 0.5], side: .buy, expected: .none),
    Row(name: "the other side's edge", filters: DecisionFilters(minimumEdge: 0.125), pUp: [0.625], side: .sell, expected: .lowEdge),
    Row(name: "a sell's edge", filters: DecisionFilters(minimumEdge: 0.125), pUp: [0.25], side: .sell, expected: .none),
    Row(name: "no fresh prediction", filters: DecisionFilters(minimumEdge: 0.02), pUp: [.nan], side: .buy, expected: .lowEdge),
    Row(name: "horizons agree", filters: DecisionFilters(horizonAgreement: true), pUp: [0.6, 0.5], side: .buy, expected: .none),
    Row(name: "one points against it", filters: DecisionFilters(horizonAgreement: true), pUp: [0.9, 0.49], side: .buy, expected: .horizonDisagree),
  ]

  @Test(arguments: rows) func `Filters of entries, just inside and just outside`(_ row: Row) {
    let desk = desk(row.filters, pUp: row.pUp)
    var intent = qe_intent.market(1, row.side, 1)
    intent.confidence = row.confidence
    #expect(wish(desk, intent) == row.expected)
    // A target that opens meets the same filter, and ends refused.
    let other = self.desk(row.filters, pUp: row.pUp)
    var target = qe_intent.target(7, row.side == .buy ? 1 : -1)
    target.confidence = row.confidence
    _ = wish(other, target)
    #expect(other.sent.count == (row.expected == .none ? 1 : 0))
    if row.expected != .none { #expect(other.refusals.last?.refusal.code == row.expected) }
  }

  @Test func `Exits and cancels never meet the filters`() {
    let filters = DecisionFilters(minimumConfidence: 0.9, minimumEdge: 0.4, horizonAgreement: true)
    let desk = desk(filters, pUp: [0.95])
    var entry = qe_intent.market(1, .buy, 1)
    entry.confidence = 0.95
    #expect(wish(desk, entry) == RefusalCode.none)
    let sent = desk.sent[0]
    var report = ExecutionReport(slot: sent.slot, orderID: sent.id, kind: .fill, quantity: Quantity(raw: 1), price: Price(raw: 600_000))
    report.fee = .zero
    desk.feed(.execution(report))
    var exit = qe_intent.market(2, .sell, 1)
    exit.confidence = 0
    #expect(wish(desk, exit) == RefusalCode.none && desk.sent.count == 2)
  }

  @Test func `Instances that read no predictions meet the confidence filter alone`() {
    let desk = desk(DecisionFilters(minimumEdge: 0.4, horizonAgreement: true), pUp: [0.1], events: [QE_EVENT_BAR])
    #expect(wish(desk, .market(1, .buy, 1)) == RefusalCode.none)
  }

  @Test func `Where no model stands the filters of predictions hold nothing back`() {
    let desk = ModelDesk(models: [(1, nil), (5, nil)], filters: DecisionFilters(minimumEdge: 0.02, horizonAgreement: true))
    desk.quote(600_000)
    desk.seconds(3)
    #expect(wish(desk, .market(1, .buy, 1)) == RefusalCode.none)
  }

  @Test func `A missing model stops openings, of the account or of one instrument, and ends by itself`() {
    for instrument in [Int32(-1), 0] {
      let desk = desk(DecisionFilters(), pUp: [0.6])
      desk.feed(.command(.models(instrument: instrument, isMissing: true)))
      #expect(desk.blocking() == .modelsMissing)
      #expect(wish(desk, .market(1, .buy, 1)) == .modelsMissing)
      desk.feed(.command(.models(instrument: instrument, isMissing: false)))
      #expect(desk.blocking() == .none && wish(desk, .market(2, .buy, 1)) == RefusalCode.none)
    }
  }

  @Test func `No later trade changes a row, a prediction or a decision before it`() {
    var chance = Chance.seeded("look-ahead")
    // Before an early cut there may be none, by chance.
    var decided = 0
    for _ in 0..<12 {
      let length = 90 + Int.random(in: 0..<60, using: &chance)
      let steps = (0..<length).map { _ in Int64.random(in: -9...9, using: &chance) }
      let cut = Int.random(in: 62..<length, using: &chance)
      let changed = steps.indices.map { $0 < cut ? steps[$0] : Int64.random(in: -900...900, using: &chance) }
      let runs = [steps, changed].map { path in
        let model = ScriptedModel { row in
          let up = min(1, max(0, 0.5 + row[0] * 1e5))
          return (up, 1 - up, up - 0.5)
        }
        let desk = ModelDesk(models: [(1, model)], featureSchema: 0)
        var tag: UInt64 = 0
        desk.notes.wish = { call in
          guard call.event == QE_EVENT_PREDICTION, call.prediction.p_up > 0.5 else { return [] }
          tag += 1
          return [.limit(tag, .buy, 1, at: 500_000)]
        }
        desk.quote(600_000)
        desk.seconds(length) { path[$0] }
        return (desk, model)
      }
      // A bar closes with the first trade of the next second: what was decided at the cut's second knew all before it.
      let known = cut - 60
      #expect(runs[0].1.rows.prefix(known) == runs[1].1.rows.prefix(known))
      let said = runs.map { $0.0.answers.predictions.prefix(known).map(\.pUp) }
      #expect(said[0] == said[1] && said[0].count == known)
      let first = runs[0].0.decisions.prefix { Int($0.instrumentSequence) <= cut + 1 }
      let other = runs[1].0.decisions.prefix { Int($0.instrumentSequence) <= cut + 1 }
      decided += first.count
      #expect(first.map(\.tag) == other.map(\.tag) && first.map(\.sequence) == other.map(\.sequence))
    }
    #expect(decided > 20, "\(decided) decisions before the cuts")
  }
}
