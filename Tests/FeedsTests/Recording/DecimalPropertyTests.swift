import Feeds
import Market
import TestKit
import Testing

/// The short way to a number against the long one, through whole messages.
@Suite struct DecimalPropertyTests {
  @Test(arguments: [(0, 0), (1, 3), (2, 5), (9, 0), (4, 9)])
  func `every text of a number is read exactly, or is a bad line`(priceScale: Int, quantityScale: Int) throws {
    var chance = Chance.seeded("every text of a number \(priceScale) \(quantityScale)")
    func digits(_ count: ClosedRange<Int>, zeros percent: Int = 20) -> String {
      String((0..<Int.random(in: count, using: &chance)).map { _ in chance.chance(percent) ? "0" : "0123456789".randomElement(using: &chance)! })
    }
    func number() -> String {
      switch Int.random(in: 0..<12, using: &chance) {
      case 0: return digits(1...22)
      case 1: return "\(digits(0...9)).\(digits(0...20))"
      case 2: return "\(digits(1...3))e\(["", "-", "+"].randomElement(using: &chance)!)\(digits(1...2))"
      case 3: return ["", "-", "+", ".", "1.2.3", "1,5", " 1", "1 ", "0x1", "é", "1\\u0000", "12345678"].randomElement(using: &chance)!
      case 4: return "-\(digits(1...4)).\(digits(1...3))"
      default: return "\(digits(1...8)).\(digits(1...8, zeros: 70))"
      }
    }
    let instrument = try market(.spot, price: priceScale, quantity: quantityScale)
    func raw(_ text: String, _ scale: Int, _ maximum: Int64) -> Int64? {
      let plain = text.replacingOccurrences(of: "\\u0000", with: "\0")
      guard let value = try? DecimalText.parse(plain, scale: scale), value > 0, value <= maximum else { return nil }
      return value
    }
    var fixture = RecordingFixture()
    var wanted: [String] = []
    var bad = 0
    for _ in 0..<4000 {
      let (price, quantity) = (number(), chance.chance(50) ? "1" : number())
      fixture.trade(price, quantity)
      if let price = raw(price, priceScale, instrument.spec.maximumPrice),
        let quantity = raw(quantity, quantityScale, instrument.spec.maximumQuantity)
      {
        wanted.append("trade buy \(quantity)@\(price)")
      } else {
        bad += 1
      }
    }
    let folder = try TickFolder()
    let (found, reader) = try events(fixture.write(folder), instrument, RecordingOptions(skipsBadRows: true))
    #expect(found.words == wanted)
    #expect(reader.counts.badRows == bad && bad > 100 && wanted.count > 100)
  }

  /// Cut, changed and lengthened messages: an event, a bad line or nothing, and always an end.
  @Test func `no damage to a message ends the process`() throws {
    var chance = Chance.seeded("no damage to a message")
    var fixture = RecordingFixture()
    fixture.trade("61800.30", "0.006", more: ",\"X\":\"MARKET\"")
    fixture.quote("61800.2", "61800.3")
    fixture.depth(1, 5, bids: [("61800.1", "2"), ("61799", "0")], asks: [("61801", "3.5")])
    fixture.add(RecordingFixture.snapshot(4, bids: [("1", "2")], asks: [("3", "4")]))
    fixture.add(#"{"stream":"x","data":{"e":"markPriceUpdate","E":1723161256000,"s":"BTCUSDT","p":"1","r":"0.0001","T":1723161256000}}"#)
    let whole = fixture.lines
    for _ in 0..<6000 {
      var bytes = Array(whole.randomElement(using: &chance)!.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &chance) where bytes.count > 1 {
        let place = Int.random(in: bytes.indices, using: &chance)
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &chance)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert("0123456789{}[]\",:.-e".utf8.randomElement(using: &chance)!, at: place)
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 12)], at: place)
        }
      }
      fixture.add(String(decoding: bytes, as: UTF8.self))
    }
    let folder = try TickFolder()
    let (found, reader) = try events(fixture.write(folder), market(.spot), RecordingOptions(skipsBadRows: true))
    #expect(reader.counts.lines == fixture.lines.count)
    #expect(reader.counts.badRows > 1000 && found.words.count > 100)
  }
}
