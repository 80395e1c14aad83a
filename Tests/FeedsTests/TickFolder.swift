import Compression
import Feeds
import Foundation
import Market
import Testing

/// A temporary folder of tick files that goes away with its test.
final class TickFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "qe-feeds-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Packed as the name says.
  func write(_ text: String, _ name: String = "ticks.csv") throws -> String { try write(Array(text.utf8), name) }

  func write(_ bytes: [UInt8], _ name: String = "ticks.csv") throws -> String {
    let writer = try ByteWriter(path: file(name), replaces: true)
    try bytes.withUnsafeBytes { try writer.write($0) }
    try writer.commit()
    return file(name)
  }

  func raw(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name)))) }

  func text(_ name: String) throws -> String { String(decoding: try raw(name), as: UTF8.self) }
}

func instrument(
  price: Int = 2, quantity: Int = 3, tick: Int64 = 1, maximumPrice: Int64? = nil, maximumQuantity: Int64? = nil, symbol: String = "BTCUSDT"
) throws -> Instrument {
  try Instrument(
    id: InstrumentID(venue: "binance", market: .usdm, symbol: symbol), baseAsset: "BTC", quoteAsset: "USDT", priceScale: price,
    quantityScale: quantity, tickSize: tick, maximumQuantity: maximumQuantity, maximumPrice: maximumPrice)
}

struct Reading {
  var ticks: [Tick] = []
  var skipped = 0
  var bad: [BadTickRow] = []
}

func read(_ path: String, _ instrument: Instrument, _ options: TickFileOptions = TickFileOptions(), batch size: Int = 4096) throws -> Reading {
  let reader = try TickFileReader(path: path, spec: instrument.spec, options: options)
  let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: size)
  defer { batch.deallocate() }
  var reading = Reading()
  while true {
    let count = try reader.next(into: batch)
    if count == 0 { break }
    reading.ticks += batch[..<count]
  }
  reading.skipped = reader.skippedRowCount
  reading.bad = reader.skippedRows
  return reading
}

func fault(_ body: () throws -> some Any) -> TickFileError? {
  do {
    _ = try body()
    return nil
  } catch { return error as? TickFileError }
}

func tick(_ milliseconds: Int64, _ price: Int64, _ quantity: Int64, _ side: Side) -> Tick {
  Tick(exchangeMilliseconds: milliseconds, trade: Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: side))
}

/// SplitMix64: tests print its seed.
struct TestGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A new seed per run unless QE_TEST_SEED gives one; printed, so that a failure can be repeated.
func testSeed(_ test: String = #function) -> UInt64 {
  let seed = ProcessInfo.processInfo.environment["QE_TEST_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
  print("\(test): QE_TEST_SEED=\(seed)")
  return seed
}
