import Engine
import Features
import Market
import PluginABI
import Risk
import TestKit
import Testing

/// Models in the engine: when they are asked, what strategies are lent of it, and what becomes of a bad answer.
@Suite struct ModelTests {
  @Test func `A model is asked on each closed second once its features are whole, and warms until then`() {
    let model = ScriptedModel(pUp: 0.7)
    let desk = ModelDesk(models: [(5, model)])
    desk.seconds(61)
    // 61 seconds with a trade close 60 bars; feat.v1 needs 61.
    #expect(model.rows.isEmpty)
    #expect(desk.of(QE_EVENT_BAR).count == 60)
    #expect(desk.of(QE_EVENT_BAR).allSatisfy { $0.predictions.count == 1 && $0.predictions[0].state == QE_PREDICTION_WARMING })
    #expect(desk.of(QE_EVENT_BAR).allSatisfy { $0.predictions[0].p_up.isNaN && $0.predictions[0].horizon_s == 5 })
    #expect(desk.of(QE_EVENT_PREDICTION).isEmpty)
    desk.seconds(4)
    #expect(model.rows.count == 4 && model.rows.allSatisfy { $0.count == 18 && $0.allSatisfy(\.isFinite) })
    #expect(desk.of(QE_EVENT_PREDICTION).count == 4)
    let last = desk.notes.calls[desk.notes.calls.count - 1]
    #expect(last.event == QE_EVENT_PREDICTION && last.prediction.p_up == 0.7 && last.prediction.state == QE_PREDICTION_FRESH)
    #expect(last.prediction.age_ns == 0)
    #expect(desk.answers.predictions.count == 4 && desk.status(0).asked == 4)
  }

  @Test func `The rows are those of a builder of its own over the same bars`() {
    let model = ScriptedModel(pUp: 0.5)
    let desk = ModelDesk(models: [(1, model)], featureSchema: 0)
    desk.seconds(120)
    let builder = FeatureSchema.all[0].makeBuilder()
    var rows: [[Double]] = []
    var row = [Double](repeating: 0, count: 18)
    let instrument = Samples.perpetual()
    for call in desk.of(QE_EVENT_BAR) {
      let bar = call.bar
      // One trade a second: its side tells the bar's count of buys.
      let made = Bar(
        second: bar.open_ms / 1000, open: Price(raw: bar.open), high: Price(raw: bar.high), low: Price(raw: bar.low), close: Price(raw: bar.close),
        quantity: Quantity(raw: bar.quantity), buyQuantity: Quantity(raw: bar.buy_quantity), tradeCount: bar.trade_count,
        buyCount: bar.buy_quantity > 0 ? 1 : 0)
      let input = FeatureBar(
        made, .none, priceScale: Int(instrument.spec.priceScale), quantityScale: Int(instrument.spec.quantityScale))
      if builder.close(input, into: &row) { rows.append(row) }
    }
    #expect(rows.count == 59)
    #expect(rows == model.rows)
    // The strategy is lent the same, from the bar on that completed it.
    #expect(desk.of(QE_EVENT_BAR).compactMap(\.features) == rows)
  }

  @Test func `The warm-up counts seconds, not ticks: a busy market does not shorten or prolong it`() {
    for ticks in [1, 40] {
      let model = ScriptedModel(pUp: 0.5)
      let desk = ModelDesk(models: [(1, model)], warmUpBars: 90)
      for second in 0..<100 {
        desk.pass(milliseconds: 1000)
        for tick in 0..<ticks { desk.trade(600_000 + Int64((second + tick) % 7)) }
      }
      // 100 seconds close 99 bars; from the 90th on it is asked.
      #expect(model.rows.count == 10, "with \(ticks) ticks a second")
    }
  }

  @Test func `A prediction that is older than its horizon is stale`() {
    let model = ScriptedModel(pUp: 0.8)
    let desk = ModelDesk(models: [(5, model)], events: [QE_EVENT_BAR, QE_EVENT_PREDICTION, QE_EVENT_QUOTE])
    desk.seconds(70)
    desk.forget()
    desk.pass(milliseconds: 5000)
    desk.quote(600_000)
    desk.pass(milliseconds: 1)
    desk.quote(600_000)
    let seen = desk.of(QE_EVENT_QUOTE).map(\.predictions[0])
    #expect(seen.map(\.state) == [QE_PREDICTION_FRESH, QE_PREDICTION_STALE])
    #expect(seen.map(\.age_ns) == [5_000_000_000, 5_001_000_000] && seen[1].p_up == 0.8)
  }

  @Test(arguments: [
    (Double.nan, 0.5, 0.0), (0.5, .nan, 0.0), (0.5, 0.5, .nan), (1.0001, 0, 0.5), (-0.1, 0.5, 0), (0.5, 2, 0), (.infinity, 0, 0),
    (0.5, 0.5, .infinity),
  ])
  func `Numbers that are none fail the prediction, are counted, and never reach a strategy`(_ said: (Double, Double, Double)) {
    let model = ScriptedModel { _ in said }
    let desk = ModelDesk(models: [(5, model)])
    desk.seconds(70)
    #expect(model.rows.count > 5)
    let last = desk.notes.calls[desk.notes.calls.count - 1]
    #expect(last.event == QE_EVENT_PREDICTION && last.prediction.state == QE_PREDICTION_FAILED && last.prediction.p_up.isNaN)
    #expect(desk.status(0).failures.map(\.count) == [UInt64(model.rows.count)] && desk.status(0).failures[0].failure == .unsound)
    // It is asked again, and counts once it is sound.
    model.script = { _ in (0.6, 0.4, 0.1) }
    desk.seconds(1)
    #expect(desk.status(0).prediction.state == QE_PREDICTION_FRESH && desk.status(0).prediction.p_up == 0.6)
  }

  @Test func `What an adapter does not fill in is no answer`() {
    let model = ScriptedModel(pUp: 0.7)
    model.writesNothing = true
    let desk = ModelDesk(models: [(5, model)])
    desk.seconds(65)
    #expect(desk.status(0).prediction.state == QE_PREDICTION_FAILED && desk.status(0).failures[0].failure == .unsound)
  }

  @Test func `After a silence a model is asked about the seconds alone whose future is not over`() {
    let model = ScriptedModel(pUp: 0.8)
    // feat.v2 has a row for silent seconds too.
    let desk = ModelDesk(models: [(5, model)], modelSchema: 1)
    desk.seconds(70)
    desk.forget()
    let before = model.rows.count
    desk.pass(milliseconds: 200_000)
    desk.trade(600_000)
    // The trade comes at the end of the last closed second; of those that ended more than five seconds before nothing is asked.
    #expect(desk.of(QE_EVENT_BAR).count == 200 && model.rows.count == before + 6 && desk.status(0).asked == UInt64(before) + 6)
    #expect(desk.of(QE_EVENT_PREDICTION).map(\.prediction.state) == Array(repeating: QE_PREDICTION_FRESH, count: 6))
    #expect(desk.of(QE_EVENT_PREDICTION).map(\.prediction.age_ns) == (0..<6).reversed().map { Int64($0) * 1_000_000_000 })
    // Meanwhile what was said before the silence ages.
    #expect(desk.of(QE_EVENT_BAR).prefix(194).allSatisfy { $0.predictions[0].state == QE_PREDICTION_STALE && $0.predictions[0].p_up == 0.8 })
  }

  @Test(arguments: [(0.05, 0.05, 0.0), (0.5, 0.5, 0.0), (0.75, 0.25, 0.25)])
  func `A model that foresees rises alone never votes for a fall`(_ row: (pUp: Double, pDown: Double, edge: Double)) {
    let model = ScriptedModel(pUp: row.pUp)
    model.isOneSided = true
    let desk = ModelDesk(models: [(5, model)], filters: DecisionFilters(horizonAgreement: true))
    desk.seconds(70)
    let said = desk.status(0).prediction
    #expect((said.p_up, said.p_down, said.edge) == row)
    // As it was recorded, so that a recovery without the model has the same.
    #expect(desk.answers.predictions.last.map { ($0.pUp, $0.pDown, $0.edge) == row } == true)
  }

  @Test func `A model that returns an error is failed by its status`() {
    let model = ScriptedModel(pUp: 0.9)
    model.status = QE_ERROR
    let desk = ModelDesk(models: [(5, model)])
    desk.seconds(65)
    #expect(desk.status(0).prediction.state == QE_PREDICTION_FAILED && desk.status(0).failures[0].failure == .status)
  }

  @Test func `What a model writes over what it is lent changes nothing`() {
    let (clean, dirty) = (ScriptedModel(pUp: 0.6), ScriptedModel(pUp: 0.6))
    dirty.scribbles = true
    let desks = [ModelDesk(models: [(1, clean), (5, clean)], featureSchema: 0), ModelDesk(models: [(1, dirty), (5, dirty)], featureSchema: 0)]
    for desk in desks { desk.seconds(80) }
    #expect(clean.rows == dirty.rows)
    #expect(desks[0].of(QE_EVENT_BAR).compactMap(\.features) == desks[1].of(QE_EVENT_BAR).compactMap(\.features))
    let said = desks.map { $0.of(QE_EVENT_PREDICTION).map { [$0.prediction.p_up, Double($0.prediction.horizon_s), Double($0.prediction.state)] } }
    #expect(said[0] == said[1] && said[0].count > 20)
  }

  @Test func `A gap over the bound takes predictions and features away until the windows are full again`() {
    let model = ScriptedModel(pUp: 0.6)
    let desk = ModelDesk(models: [(600, model)], featureSchema: 0, maximumGapSeconds: 10)
    desk.seconds(70)
    #expect(desk.status(0).prediction.state == QE_PREDICTION_FRESH)
    desk.pass(milliseconds: 11_000)
    desk.trade(600_000)
    #expect(desk.status(0).prediction.state == QE_PREDICTION_WARMING)
    let before = model.rows.count
    desk.forget()
    desk.seconds(61)
    #expect(model.rows.count == before + 1 && desk.of(QE_EVENT_BAR).dropLast().allSatisfy { $0.features == nil })
  }

  @Test func `Each bar comes before the predictions over it, in the order of the horizons`() {
    let desk = ModelDesk(models: [(1, ScriptedModel(pUp: 0.6)), (5, nil), (30, ScriptedModel(pUp: 0.4))])
    desk.seconds(70)
    let tail = desk.notes.calls.suffix(6)
    #expect(
      tail.map(\.event) == [QE_EVENT_BAR, QE_EVENT_PREDICTION, QE_EVENT_PREDICTION, QE_EVENT_BAR, QE_EVENT_PREDICTION, QE_EVENT_PREDICTION])
    #expect(tail.map(\.prediction.horizon_s).enumerated().filter { $0.offset % 3 != 0 }.map(\.element) == [1, 30, 1, 30])
    // The bar's call already has what was said of it, and says that nothing is there for 5 s.
    let bar = desk.of(QE_EVENT_BAR).last
    #expect(bar?.predictions.map(\.state) == [QE_PREDICTION_FRESH, QE_PREDICTION_NONE, QE_PREDICTION_FRESH])
  }

  @Test func `Predictions are lent to those that subscribe to them alone`() {
    let desk = ModelDesk(models: [(1, ScriptedModel(pUp: 0.6))], events: [QE_EVENT_BAR])
    desk.seconds(70)
    #expect(desk.of(QE_EVENT_PREDICTION).isEmpty && desk.notes.calls.allSatisfy { $0.predictions.isEmpty })
  }

  @Test func `On a cadence the predictions of a whole multiple may open, others not`() {
    let desk = ModelDesk(models: [(5, ScriptedModel(pUp: 0.9))], horizonSeconds: 5)
    desk.quote(600_000)
    desk.seconds(70)
    var tag: UInt64 = 0
    desk.notes.wish = { call in
      guard call.event == QE_EVENT_PREDICTION, call.position == 0 else { return [] }
      tag += 1
      return [.market(tag, .buy, 1)]
    }
    desk.seconds(20)
    let (taken, refused) = (desk.decisions.count { $0.outcome == .sent }, desk.decisions.count { $0.code == .offCadence })
    #expect(taken == 4 && refused == 16, "of 20 seconds 4 are multiples of 5")
  }

  @Test func `Another model takes a place between two seconds, and an empty place fills`() {
    let desk = ModelDesk(models: [(1, ScriptedModel(pUp: 0.6)), (5, nil)])
    desk.seconds(70)
    let (first, second) = (ScriptedModel(pUp: 0.1), ScriptedModel(pUp: 0.2))
    desk.replace(model: 0, with: first)
    // Its features are warm: it is asked at the next second, and until then nothing is lent of the old one.
    #expect(desk.status(0).prediction.state == QE_PREDICTION_WARMING)
    desk.replace(model: 1, with: second)
    desk.seconds(1)
    #expect([desk.status(0).prediction.p_up, desk.status(1).prediction.p_up] == [0.1, 0.2])
    desk.replace(model: 0, with: nil)
    desk.seconds(1)
    #expect(desk.status(0).prediction.state == QE_PREDICTION_NONE && desk.status(0).prediction.p_up.isNaN && first.rows.count == 1)
  }

  @Test func `What is counted of a model is its own, not its predecessor's`() {
    let failing = ScriptedModel(pUp: .nan)
    let desk = ModelDesk(models: [(5, failing)])
    desk.seconds(70)
    #expect(desk.status(0).asked > 5 && desk.status(0).failures.count == 1)
    let sound = ScriptedModel(pUp: 0.6)
    desk.replace(model: 0, with: sound)
    #expect(desk.status(0).asked == 0 && desk.status(0).failures.isEmpty)
    desk.seconds(2)
    #expect(desk.status(0).asked == 2 && desk.status(0).failures.isEmpty)
  }

  @Test func `A model of another schema warms from its own first bar on`() {
    let desk = ModelDesk(models: [(1, ScriptedModel(pUp: 0.6))])
    desk.seconds(200)
    let other = ScriptedModel(pUp: 0.3)
    desk.replace(model: 0, with: other, schema: 1)
    desk.seconds(FeatureSchema.all[1].minimumBars - 1)
    #expect(other.rows.isEmpty)
    desk.seconds(3)
    #expect(other.rows.count >= 2 && other.rows[0].count == FeatureSchema.all[1].columns.count)
  }
}
