import Feeds
import Foundation
import Market
import Testing

private let t: Int64 = 1_704_067_200_000

@Suite struct TickParserPropertyTests {
  @Test func `random rows written and read back are equal`() throws {
    let folder = try TickFolder()
    let seed = testSeed()
    var generator = TestGenerator(seed: seed)
    for round in 0..<60 {
      let (price, quantity) = (Int.random(in: 0...9, using: &generator), Int.random(in: 0...9, using: &generator))
      let bound: Int64 = 900_000_000_000_000_000
      let spec = try instrument(price: price, quantity: quantity)
      var time = t
      var ticks: [Tick] = []
      for _ in 0..<Int.random(in: 1...400, using: &generator) {
        time += Int64(generator.next() % 3)
        // All magnitudes alike: a random number of digits.
        let most = Int.random(in: 1...18, using: &generator)
        let cap = min(bound, PowerOfTen[most])
        ticks.append(
          tick(
            time, Int64.random(in: 1...min(cap, spec.spec.maximumPrice), using: &generator),
            Int64.random(in: 1...min(cap, spec.spec.maximumQuantity), using: &generator), Bool.random(using: &generator) ? .buy : .sell))
      }
      let path = folder.file("\(round).csv\(["", ".gz", ".zst"][round % 3])")
      let writer = try TickFileWriter(path: path, priceScale: price, quantityScale: quantity, replaces: false)
      for tick in ticks { try writer.write(tick) }
      try writer.finish()
      let options = TickFileOptions(bufferBytes: Int.random(in: 16...5000, using: &generator))
      #expect(try read(path, spec, options, batch: Int.random(in: 1...100, using: &generator)).ticks == ticks, "seed \(seed), round \(round)")
      #expect(try TickFileSummary.read(path: path, options: options).trades == ticks.count)
    }
  }

  /// A row that is nearly right: pieces that parsers trip over.
  private func garbage(_ generator: inout TestGenerator) -> [UInt8] {
    func pick(_ choices: [String]) -> String { choices.randomElement(using: &generator) ?? "" }
    func digits(_ range: ClosedRange<Int>) -> String {
      String((0..<Int.random(in: range, using: &generator)).map { _ in Character(String(generator.next() % 10)) })
    }
    func number() -> String {
      switch generator.next() % 12 {
      case 0...5: digits(1...6) + "." + digits(1...4)
      case 6: digits(1...19)
      case 7: digits(0...10) + "." + digits(0...14)
      case 8: digits(1...3) + "." + digits(0...3) + "000000000000"
      case 9: pick(["+", "-", ""]) + digits(1...4) + pick(["e", "E"]) + pick(["-", "+", ""]) + digits(0...2)
      case 10: pick(["", " ", "nan", "-", ".", "1e5", "1e-2", "0", "0.000", "1..2", "٣", "12345678", "123456789.5", "0.12345678", "0.123456789"])
      default: "\"" + digits(1...3) + "\""
      }
    }
    func time() -> String { generator.next() % 8 == 0 ? pick([digits(11...16), "\(t).0", " \(t)", "1.7e12", "", "-\(t)"]) : "17" + digits(11...11) }
    func side() -> String {
      generator.next() % 6 == 0
        ? pick(["b ", "x", "", "buyy", "sel", "Buy", "\"sell\"", "BS", "b\u{1}"]) : pick(["buy", "sell", "B", "S", "b", "s"])
    }
    func note() -> String {
      generator.next() % 4 == 0 ? pick(["\"a,b\"", "x\"y", " z ", "é", "\u{0}", "\"open", "\"a\"\"b\"", "\u{7F}", "a!b", "\t"]) : digits(0...8)
    }
    var bytes = Array([time(), note(), number(), number(), side()].joined(separator: ",").utf8)
    if generator.next() % 10 == 0, let index = bytes.indices.randomElement(using: &generator) {
      switch generator.next() % 3 {
      case 0: bytes[index] = UInt8(generator.next() % 256)
      case 1: bytes.remove(at: index)
      default: bytes.insert(UInt8(generator.next() % 256), at: index)
      }
    }
    bytes.removeAll { $0 == 10 }
    if generator.next() % 4 == 0 { bytes.append(13) }
    return bytes
  }

  @Test func `a slow and obvious parser accepts the same rows with the same values`() throws {
    let folder = try TickFolder()
    let seed = testSeed()
    var generator = TestGenerator(seed: seed)
    var (accepted, refused) = (0, 0)
    for round in 0..<40 {
      let (price, quantity) = (Int(generator.next() % 10), Int(generator.next() % 10))
      let spec = try instrument(price: price, quantity: quantity).spec
      var lines: [[UInt8]] = []
      for _ in 0..<400 {
        let line = garbage(&generator)
        // Blank lines at the end are no rows and no bad rows: another test's business.
        if !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { lines.append(line) }
      }
      let expected = lines.map {
        ReferenceParser.parse($0, priceScale: price, quantityScale: quantity, maximumPrice: spec.maximumPrice, maximumQuantity: spec.maximumQuantity)
      }
      let path = try folder.write(Array("ts,note,price,qty,side\n".utf8) + lines.joined(separator: [10]) + [10])
      let reader = try TickFileReader(
        path: path, spec: spec,
        options: TickFileOptions(skipsBadRows: true, sortsByTime: true, bufferBytes: Int.random(in: 16...3000, using: &generator)))
      // Sorting, because random times go back; stable, so that the order can be compared.
      var found: [Tick] = []
      let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 64)
      defer { batch.deallocate() }
      while true {
        let count = try reader.next(into: batch)
        if count == 0 { break }
        found += batch[..<count]
      }
      let good = expected.compactMap { $0 }
      let sorted = good.enumerated().sorted { ($0.element.exchangeMilliseconds, $0.offset) < ($1.element.exchangeMilliseconds, $1.offset) }.map(
        \.element)
      #expect(found == sorted, "seed \(seed), round \(round)")
      #expect(reader.skippedRowCount == lines.count - good.count, "seed \(seed), round \(round)")
      let firstBad = expected.indices.filter { expected[$0] == nil }.prefix(10).map { $0 + 2 }
      #expect(reader.skippedRows.map(\.line) == firstBad, "seed \(seed), round \(round)")
      accepted += good.count
      refused += lines.count - good.count
    }
    #expect(accepted > 2000 && refused > 2000, "both sides must be tried: \(accepted) and \(refused)")
  }

  @Test func `scales grow with the data and lose nothing`() throws {
    let folder = try TickFolder()
    let seed = testSeed()
    var generator = TestGenerator(seed: seed)
    for round in 0..<40 {
      var text = "ts,price,qty,side\n"
      var (notional, bought, sold): (Decimal, Decimal, Decimal) = (0, 0, 0)
      var (priceDecimals, quantityDecimals) = (0, 0)
      for _ in 0..<Int.random(in: 1...60, using: &generator) {
        let (first, second) = (Int.random(in: 0...7, using: &generator), Int.random(in: 0...7, using: &generator))
        let (price, quantity) = (Int64.random(in: 1...99_999, using: &generator), Int64.random(in: 1...99_999, using: &generator))
        let isBuy = Bool.random(using: &generator)
        text += "\(t),\(DecimalText.format(price, scale: first)),\(DecimalText.format(quantity, scale: second)),\(isBuy ? "buy" : "sell")\n"
        let (p, q) = (Decimal(price) / pow(10, first), Decimal(quantity) / pow(10, second))
        notional += p * q
        if isBuy { bought += q } else { sold += q }
        func needed(_ raw: Int64, _ scale: Int) -> Int { (0...scale).first { raw % PowerOfTen[scale - $0] == 0 } ?? scale }
        priceDecimals = max(priceDecimals, needed(price, first))
        quantityDecimals = max(quantityDecimals, needed(quantity, second))
      }
      let summary = try TickFileSummary.read(
        path: folder.write(text), options: TickFileOptions(bufferBytes: Int.random(in: 16...500, using: &generator)))
      #expect(summary.priceDecimals == priceDecimals && summary.quantityDecimals == quantityDecimals, "seed \(seed), round \(round)")
      #expect(Decimal(string: summary.buyQuantity) == bought && Decimal(string: summary.sellQuantity) == sold, "seed \(seed), round \(round)")
      var exact = notional / (bought + sold)
      var rounded = Decimal()
      NSDecimalRound(&rounded, &exact, 8, .plain)
      #expect(Decimal(string: summary.averagePrice) == rounded, "seed \(seed), round \(round)")
    }
  }
}
