import Features
import Market
import PluginABI

/// The row of a schema that this host has, built by its own builder from the made-up market's bars: numbers that mean what a strategy
/// takes them for.
final class SampleFeatures {
  private let schema: FeatureSchema
  private let builder: any FeatureBuilder
  private let instrument: Instrument
  private var row: [Double]
  private var isComplete = false

  /// - Returns: nil for a schema that is not known here.
  init?(_ hash: [UInt8], _ market: SampleMarket, seed: UInt64) {
    guard let schema = FeatureSchema.hashed(hash), schema.columns.count <= LentMemory.featureLimit else { return nil }
    self.schema = schema
    instrument = market.instrument
    builder = schema.makeBuilder()
    row = [Double](repeating: 0, count: schema.columns.count)
    warm(market, seed)
  }

  /// Seconds before the first one, so that even a short market is lent rows.
  private func warm(_ market: SampleMarket, _ seed: UInt64) {
    var random = Random(seed: seed)
    let tick = instrument.spec.tickSize
    let first = market.receiveNanoseconds / 1_000_000_000 - Int64(schema.minimumBars)
    var price = market.lastPrice
    for second in first..<(first + Int64(schema.minimumBars)) {
      var bar = qe_bar()
      bar.open_ms = second * 1000
      (bar.open, bar.close) = (price, max(tick, price + tick * (random.below(41) - 20)))
      (bar.high, bar.low) = (max(bar.open, bar.close), min(bar.open, bar.close))
      bar.quantity = PowerOfTen[Int(instrument.spec.quantityScale)]
      (bar.buy_quantity, bar.trade_count) = (bar.quantity / 2, 10)
      price = bar.close
      close(bar)
    }
  }

  func close(_ bar: qe_bar) {
    let priceUnit = Double(PowerOfTen[Int(instrument.spec.priceScale)])
    let quantityUnit = Double(PowerOfTen[Int(instrument.spec.quantityScale)])
    let bought = bar.quantity > 0 ? Double(bar.buy_quantity) / Double(bar.quantity) : 0
    let feature = FeatureBar(
      second: bar.open_ms / 1000, close: Double(bar.close) / priceUnit, high: Double(bar.high) / priceUnit, low: Double(bar.low) / priceUnit,
      quantity: Double(bar.quantity) / quantityUnit, buyQuantity: Double(bar.buy_quantity) / quantityUnit, tradeCount: bar.trade_count,
      buyCount: UInt32((Double(bar.trade_count) * bought).rounded()), bidPrice: 0, askPrice: 0, bidQuantity: 0, askQuantity: 0)
    isComplete = row.withUnsafeMutableBufferPointer { builder.close(feature, into: $0.baseAddress!) }
  }

  /// - Returns: how many were written; nil where there is no complete row.
  func write(to room: UnsafeMutablePointer<Double>) -> Int? {
    guard isComplete else { return nil }
    for index in row.indices { room[index] = row[index] }
    return row.count
  }
}
