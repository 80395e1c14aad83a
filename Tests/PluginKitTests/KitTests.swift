import PluginABI
import PluginKit
import Testing

/// The kit inside one process: what no sample plugin uses.
@Suite(.serialized) struct KitTests {
  struct Average: StatefulModel {
    static let name = "Average"
    static let parameters: [Parameter] = [.real("scale", default: 1, in: 0...10), .text("note", default: "x")]
    static let featureSchemaHash = [UInt8](repeating: 7, count: 32)
    let scale: Double
    var calls: Int64 = 0
    init(_ configuration: Configuration) throws { scale = try configuration.real("scale") }
    mutating func predict(_ features: Span<Double>) throws -> Forecast {
      calls += 1
      var sum = 0.0
      for index in features.indices { sum += features[index] }
      if sum < 0 { throw Refusal("negative") }
      return Forecast(pUp: sum / Double(max(features.count, 1)) * scale)
    }
    func save(to writer: inout StateWriter) { writer.write(calls) }
    mutating func restore(from reader: inout StateReader) throws { calls = try reader.read() }
  }

  struct Timed: Strategy {
    static let name = "Timed"
    static let events: Events = .timer
    init(_ configuration: Configuration) throws {}
  }

  struct Twice: Strategy {
    static let name = "Twice"
    static let events: Events = []
    static let parameters: [Parameter] = [.boolean("on", default: true), .boolean("on", default: true)]
    init(_ configuration: Configuration) throws {}
  }

  struct OutOfBounds: Strategy {
    static let name = "OutOfBounds"
    static let events: Events = []
    static let parameters: [Parameter] = [.real("x", default: .nan, in: 0...1)]
    init(_ configuration: Configuration) throws {}
  }

  static func refusal(_ export: (UnsafeMutablePointer<CChar>, Int) -> UnsafePointer<qe_descriptor>?) -> String? {
    var error = [CChar](repeating: 0, count: 256)
    return export(&error, error.count) == nil ? text(error) : nil
  }

  @Test func `tables that are not sound are refused by name instead of reaching a host`() {
    #expect(KitTests.refusal { export(Timed.self, 1, 0, $0, $1) }?.contains("timerPeriodMilliseconds") == true)
    #expect(KitTests.refusal { export(Twice.self, 1, 0, $0, $1) }?.contains("one name") == true)
    #expect(KitTests.refusal { export(OutOfBounds.self, 1, 0, $0, $1) }?.contains("'x'") == true)
  }

  @Test func `a model predicts, batches equal singles, and what is not a probability is an error`() throws {
    var error = [CChar](repeating: 0, count: 256)
    let descriptor = try #require(export(Average.self, 1, 0, &error, 256))
    #expect(export(Average.self, 1, 0, &error, 256) == descriptor)
    #expect(descriptor.pointee.kind == QE_KIND_MODEL && descriptor.pointee.strategy == nil)
    #expect(descriptor.pointee.feature_schema_hash.0 == 7 && descriptor.pointee.feature_schema_hash.31 == 7)
    let model = try #require(descriptor.pointee.model).pointee
    let values = [
      qe_parameter_value(
        name: descriptor.pointee.parameters![0].name, type: QE_PARAMETER_REAL, reserved: 0, integer: 1, real: 1, text: nil, reserved_tail: 0)
    ]
    var host = qe_host(struct_size: 40, abi_major: 1, abi_minor: 0, reserved: 0, host_data: nil, get_extension: { _, _ in nil })
    var instance: UnsafeMutableRawPointer?
    try values.withUnsafeBufferPointer { values in
      try "x".withCString { name in
        var config = qe_config(
          struct_size: UInt32(MemoryLayout<qe_config>.size), contract: 1, instance_id: name, venue: name, market: name, symbol: name,
          base_asset: name, quote_asset: name, horizon_s: 5, price_scale: 2, quantity_scale: 8, tick_size: 1, step_size: 1,
          minimum_quantity: 1, maximum_quantity: 1, minimum_notional: qe_money(), leverage: 1, parameters: values.baseAddress, files: nil,
          parameter_count: 1, file_count: 0, prediction_horizons_s: nil, prediction_horizon_count: 0, reserved: 0)
        try #require(model.create(&host, &config, &instance, &error, 256) == QE_OK)
        config.price_scale = 19
        var other: UnsafeMutableRawPointer?
        #expect(model.create(&host, &config, &other, &error, 256) == QE_INVALID && other == nil)
      }
    }
    let memory = try #require(instance)
    defer { model.destroy(memory) }
    let batch = try #require(descriptor.pointee.get_extension!(QE_EXTENSION_PREDICT_BATCH))
      .assumingMemoryBound(to: qe_predict_batch_extension.self).pointee
    let rows: [[Double]] = [[0.5, 0.25], [1, 1], [0, 0]]
    var together = [qe_prediction](repeating: qe_prediction(), count: 3)
    #expect(batch.predict_batch(memory, rows.flatMap { $0 }, 3, 2, &together) == QE_OK)
    for (row, expected) in zip(rows, together) {
      var single = qe_prediction()
      #expect(model.predict(memory, row, 2, &single) == QE_OK)
      #expect(single.p_up == expected.p_up && single.p_down == expected.p_down && single.edge == expected.edge)
      #expect(single.p_up == (row[0] + row[1]) / 2)
    }
    for row in [[2.0, 2], [.nan, 0], [.infinity, 0], [-1, 0]] {
      var untouched = qe_prediction()
      untouched.p_up = 0.125
      #expect(model.predict(memory, row, 2, &untouched) == QE_ERROR)
      #expect(untouched.p_up == 0.125)
    }
    #expect(batch.predict_batch(memory, [0, 0, 2, 2], 2, 2, &together) == QE_ERROR)
    #expect(batch.predict_batch(memory, [], 0, 2, &together) == QE_OK)
    #expect(KitTests.refusal { export(KitTests.Other.self, 1, 0, $0, $1) }?.contains("Average") == true)
  }

  struct Other: Strategy {
    static let name = "Other"
    static let events: Events = []
    init(_ configuration: Configuration) throws {}
  }

  @Test func `decimals become raw numbers on the grid, or nil, and never a trap`() throws {
    let scales = try Scales(priceScale: 2, quantityScale: 8, tickSize: 50, stepSize: 1000)
    #expect(scales.price(5_000_001) == 50_000.01)
    #expect(
      scales.rawPrice(100.30) == 10_050 && scales.rawPrice(100.30, rounding: .down) == 10_000 && scales.rawPrice(100.30, rounding: .up) == 10_050)
    #expect(scales.rawQuantity(0.3) == 30_000_000 && scales.rawQuantity(0.300_009_99) == 30_000_000)
    for value in [Double.nan, .infinity, -.infinity, .greatestFiniteMagnitude, 1e300, -1e300] {
      #expect(scales.rawPrice(value) == nil && scales.rawQuantity(value) == nil)
    }
    #expect(throws: Refusal.self) { try Scales(priceScale: 19, quantityScale: 0, tickSize: 1, stepSize: 1) }
    #expect(throws: Refusal.self) { try Scales(priceScale: 2, quantityScale: 0, tickSize: 0, stepSize: 1) }
  }

  @Test func `a price moves by millionths of itself onto the grid, exactly, or is nil, and never a trap`() throws {
    let scales = try Scales(priceScale: 2, quantityScale: 8, tickSize: 10, stepSize: 1)
    #expect(scales.onTick(5_000_001, rounding: .down) == 5_000_000 && scales.onTick(5_000_001, rounding: .up) == 5_000_010)
    #expect(scales.onTick(5_000_010, rounding: .down) == 5_000_010 && scales.onTick(5_000_010, rounding: .up) == 5_000_010)
    #expect(scales.onTick(-1, rounding: .down) == -10 && scales.onTick(-1, rounding: .up) == 0)
    #expect(scales.onTick(.max, rounding: .up) == nil && scales.onTick(.min, rounding: .down) == nil)
    // One basis point of 50,000.10 is 5.00001: beyond 50,005.10 by a hair, so up is the next tick.
    #expect(scales.price(5_000_010, movedByMillionths: 100, rounding: .up) == 5_000_520)
    #expect(scales.price(5_000_010, movedByMillionths: 100, rounding: .down) == 5_000_510)
    #expect(scales.price(5_000_010, movedByMillionths: -100, rounding: .up) == 4_999_510)
    #expect(scales.price(5_000_010, movedByMillionths: -100, rounding: .down) == 4_999_500)
    #expect(scales.price(1_000_000, movedByMillionths: 0, rounding: .up) == 1_000_000)
    for (price, millionths) in [(0, 5), (-10, 5), (1000, -1_000_000), (5, -999_999), (Int64.max, 1), (.max, .max), (.max, .min), (10, .max)]
      as [(Int64, Int64)]
    {
      #expect(scales.price(price, movedByMillionths: millionths, rounding: .down) == nil, "\(price), \(millionths)")
    }
    var generator = Generator.seeded()
    for _ in 0..<20_000 {
      let tick = Int64.random(in: 1...5000, using: &generator)
      let grid = try Scales(priceScale: 2, quantityScale: 8, tickSize: tick, stepSize: 1)
      let price = Int64.random(in: 1...(1 << Int64.random(in: 1...62, using: &generator)), using: &generator)
      let millionths = Int64.random(in: -1_100_000...1_100_000, using: &generator)
      let exact = Int128(price) * (1_000_000 + Int128(millionths))
      let unit = Int128(tick) * 1_000_000
      let below = exact >= 0 ? exact / unit : (exact - unit + 1) / unit
      for (rule, steps) in [(TickRounding.down, below), (.up, below * unit == exact ? below : below + 1)] {
        let expected = Int64(exactly: steps * Int128(tick)).flatMap { $0 > 0 ? $0 : nil }
        let found = grid.price(price, movedByMillionths: millionths, rounding: rule)
        // Near the end of 64 bits a part of the sum may not fit although all of it would: nil is allowed there.
        #expect(found == expected || (found == nil && price > Int64.max / 4), "\(price) \(millionths) \(tick) \(rule)")
      }
    }
  }

  @Test func `sides have a sign and an opposite`() {
    #expect(Side.buy.opposite == .sell && Side.sell.opposite == .buy && Side.buy.sign == 1 && Side.sell.sign == -1)
  }

  /// The kit's refusal codes by the host's names.
  static let refusalCodes = [
    "INFLIGHT_LIMIT": RefusalCode.inflightLimit, "EXIT_WORKING": RefusalCode.exitWorking, "OPPOSITE_INSTANCE": RefusalCode.oppositeInstance,
    "WOULD_TAKE": RefusalCode.wouldTake,
  ]

  @Test func `the kit reads an event where the header puts it`() {
    #expect(MemoryLayout<qe_event>.offset(of: \.as) == 8)
  }
}
