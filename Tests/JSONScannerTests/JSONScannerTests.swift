import Foundation
import JSONScanner
import TestKit
import Testing

/// Scans a text that ends exactly at an unreadable page, so that a byte read behind it would end the process.
private func scan<Value>(_ bytes: [UInt8], _ scanner: JSONScanner, _ body: (JSONElement) throws -> Value) throws -> Value {
  let page = Int(sysconf(Int32(_SC_PAGESIZE)))
  let length = (bytes.count + page - 1) / page * page + page
  let memory = try #require(mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
  defer { munmap(memory, length) }
  let start = memory + (length - page - bytes.count)
  bytes.withUnsafeBytes { if let base = $0.baseAddress { start.copyMemory(from: base, byteCount: bytes.count) } }
  #expect(mprotect(memory + (length - page), page, PROT_NONE) == 0)
  return try body(scanner.scan(UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: bytes.count)))
}

private func scan<Value>(_ text: String, _ scanner: JSONScanner, _ body: (JSONElement) throws -> Value) throws -> Value {
  try scan(Array(text.utf8), scanner, body)
}

/// A value in one unambiguous form, whatever white space and escapes its text has.
private func plain(_ element: JSONElement) -> String {
  switch element.kind {
  case .text: return plain(String(decoding: element.text!, as: UTF8.self))
  case .integer: return "\(element.integer!)"
  case .yes, .no: return "\(element.boolean!)"
  case .array:
    var list = element.elements!
    var values: [String] = []
    while let value = list.next() { values.append(plain(value)) }
    return "[" + values.joined(separator: ",") + "]"
  case .object:
    var list = element.members!
    var values: [String] = []
    while let (key, value) = list.next() { values.append(plain(String(decoding: key, as: UTF8.self)) + plain(value)) }
    return "{" + values.joined(separator: ",") + "}"
  case .null, .unsigned, .floating: return "other"
  }
}

private func plain(_ text: String) -> String { "\(text.utf8.count):\(text)" }

@Suite struct JSONScannerTests {
  @Test func `each kind of value is given as what it is`() throws {
    let scanner = try JSONScanner()
    let text = #" {"t":"a\u0041\n€","i":-42,"u":18446744073709551615,"f":1.5e3,"y":true,"n":false,"z":null,"l":[1,[],{}],"o":{"k":"v"}} "#
    try scan(text, scanner) { root in
      var kinds: [JSONElement.Kind] = []
      var members = try #require(root.members)
      while let (key, value) = members.next() {
        kinds.append(value.kind)
        switch key[0] {
        case 0x74: #expect(String(decoding: try #require(value.text), as: UTF8.self) == "aA\n€")
        case 0x69: #expect(value.integer == -42 && value.text == nil && value.members == nil && value.elements == nil && value.boolean == nil)
        case 0x75, 0x66, 0x7A: #expect(value.integer == nil && value.text == nil && value.boolean == nil)
        case 0x79: #expect(value.boolean == true)
        case 0x6E: #expect(value.boolean == false)
        case 0x6C:
          var list = try #require(value.elements)
          #expect(list.next()?.integer == 1)
          var empty = try #require(list.next()?.elements)
          #expect(empty.next() == nil)
          var none = try #require(list.next()?.members)
          #expect(none.next() == nil)
          #expect(list.next() == nil)
        default:
          var inner = try #require(value.members)
          let only = inner.next()
          #expect(only?.key.elementsEqual("k".utf8) == true && only?.value.text?.elementsEqual("v".utf8) == true)
        }
      }
      #expect(kinds == [.text, .integer, .unsigned, .floating, .yes, .no, .null, .array, .object])
    }
  }

  @Test func `a scalar is a text too, and each scan stands for itself`() throws {
    let scanner = try JSONScanner()
    #expect(try scan("9223372036854775807", scanner) { $0.integer } == .max)
    #expect(try scan("-9223372036854775808", scanner) { $0.integer } == .min)
    #expect(try scan("9223372036854775808", scanner) { $0.kind } == .unsigned)
    #expect(try scan("\"\"", scanner) { $0.text?.count } == 0)
    #expect(throws: JSONScanError.self) { try scan("{", scanner) { _ in } }
    #expect(try scan("[1]", scanner) { $0.kind } == .array)
  }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1 2]", "01", "+1", "1.", "nul", "truex", "\"a", "\"\\x\"", "[1]]",
    "{} {}", "\u{FEFF}[1]x", "\"a\nb\"",
  ])
  func `what is no JSON is refused with a reason`(text: String) throws {
    let scanner = try JSONScanner()
    let error = #expect(throws: JSONScanError.self) { try scan(text, scanner) { _ in } }
    #expect(error?.reason.isEmpty == false && error?.reason.hasSuffix(".") == false)
  }

  @Test func `bytes that are no UTF-8 and a text nested too deep are refused`() throws {
    let scanner = try JSONScanner()
    #expect(throws: JSONScanError.self) { try scan([0x22, 0xFF, 0x22], scanner) { _ in } }
    #expect(throws: JSONScanError.self) { try scan([0x22, 0xC3], scanner) { _ in } }
    #expect(throws: JSONScanError.self) { try scan(String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000), scanner) { _ in } }
  }

  @Test func `generated texts of every length are read as they were meant, one scanner for all`() throws {
    var chance = Chance.seeded("generated JSON")
    let scanner = try JSONScanner()
    func value(_ depth: Int) -> (text: String, plain: String) {
      switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &chance) {
      case 0:
        let number = Int64.random(in: .min ... .max, using: &chance)
        return ("\(number)", "\(number)")
      case 1:
        let letters = (0..<Int.random(in: 0...70, using: &chance)).map { _ in "abc0123456789.,:{}[]€ ß".randomElement(using: &chance)! }
        return ("\"\(String(letters))\"", plain(String(letters)))
      case 2: return ("true", "true")
      case 3: return ("false ", "false")
      case 4: return ("\"\\\"\\\\\\u00e9\"", plain("\"\\é"))
      case 5:
        let values = (0..<Int.random(in: 0...6, using: &chance)).map { _ in value(depth - 1) }
        return ("[" + values.map(\.text).joined(separator: " , ") + "]", "[" + values.map(\.plain).joined(separator: ",") + "]")
      default:
        let values = (0..<Int.random(in: 0...6, using: &chance)).map { _ in value(depth - 1) }
        return (
          "{" + values.enumerated().map { "\"k\($0)\" : \($1.text)" }.joined(separator: ",") + "}",
          "{" + values.enumerated().map { plain("k\($0)") + $1.plain }.joined(separator: ",") + "}"
        )
      }
    }
    for _ in 0..<1500 {
      let wanted = value(4)
      let found = try scan(wanted.text, scanner, plain)
      guard found == wanted.plain else {
        Issue.record("\(wanted.text) gave \(found)")
        return
      }
    }
  }

  @Test func `any damage is refused or read, and never ends the process`() throws {
    var chance = Chance.seeded("damaged JSON")
    let scanner = try JSONScanner()
    let message = Array(
      #"{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256322,"p":"61800.30","b":[["1.5","2"],["3","4"]],"m":false}}"#.utf8)
    var read = 0
    for _ in 0..<20_000 {
      var bytes = message
      for _ in 0..<Int.random(in: 1...3, using: &chance) {
        switch Int.random(in: 0..<3, using: &chance) {
        case 0: bytes[Int.random(in: bytes.indices, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
        case 1: bytes.removeLast(min(bytes.count - 1, Int.random(in: 0...20, using: &chance)))
        default: bytes.insert(UInt8.random(in: 0...255, using: &chance), at: Int.random(in: bytes.indices, using: &chance))
        }
      }
      let isRead = bytes.withUnsafeBufferPointer { buffer in
        guard let root = try? scanner.scan(buffer) else { return false }
        _ = plain(root)
        return true
      }
      if isRead { read += 1 }
    }
    #expect(read > 100 && read < 20_000)
  }

  @Test func `a text longer than any before is scanned, and so is a short one after it`() throws {
    let scanner = try JSONScanner()
    for count in [1, 3000, 200_000, 2] {
      let total = try scan("[" + (0..<count).map { "[\"\($0)\",\"1.5\"]" }.joined(separator: ",") + "]", scanner) { root in
        var list = try #require(root.elements)
        var total = 0
        while let pair = list.next() {
          var pair = try #require(pair.elements)
          #expect(pair.next()?.text?.elementsEqual("\(total)".utf8) == true)
          total += 1
        }
        return total
      }
      #expect(total == count)
    }
  }
}
