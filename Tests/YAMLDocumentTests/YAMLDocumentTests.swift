import Foundation
import TestKit
import Testing
import YAMLDocument

@Suite("YAML documents")
struct YAMLDocumentTests {
  private func root(_ text: String) throws -> YAMLNode? { try YAMLDocument(bytes: Array(text.utf8), path: "f.yaml").root }

  private func refusal(_ text: String) -> String { refusal(Array(text.utf8)) }

  private func refusal(_ bytes: [UInt8]) -> String {
    do throws(YAMLError) {
      let document = try YAMLDocument(bytes: bytes, path: "f.yaml")
      return document.duplicates.first.map { "f.yaml:\($0.description)" } ?? "accepted"
    } catch { return error.description }
  }

  /// The tree in one line: `{a@1:1: 'b'@1:4}`, quoted scalars in quotes.
  private func drawing(_ node: YAMLNode) -> String {
    let place = "@\(node.mark.line):\(node.mark.column)"
    switch node.content {
    case .scalar(let text, let isPlain): return (isPlain ? text : "'\(text)'") + place
    case .sequence(let items): return "[" + items.map { drawing($0) }.joined(separator: ", ") + "]" + place
    case .mapping(let entries):
      return "{" + entries.map { "\($0.key)@\($0.keyMark.line):\($0.keyMark.column): \(drawing($0.value))" }.joined(separator: ", ") + "}" + place
    }
  }

  @Test func `Every node knows its place and whether it was quoted`() throws {
    let text = "# comment\na: 1\nb:\n  - x\n  - \"1\"\n  - 'null'\nc: {d: é, e: [f, g]}\nh: |\n  two\n  lines\ni:\n"
    #expect(
      try root(text).map(drawing)
        == "{a@2:1: 1@2:4, b@3:1: [x@4:5, '1'@5:5, 'null'@6:5]@4:3, c@7:1: {d@7:5: é@7:8, e@7:11: [f@7:15, g@7:18]@7:14}@7:4, "
        + "h@8:1: 'two\nlines\n'@8:4, i@11:1: @11:3}@2:1")
  }

  @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "\u{FEFF}", "--- # nothing\n...\n"])
  func `A file without content has no root`(text: String) throws { #expect(try root(text) == nil) }

  @Test func `A byte order mark is skipped and counts as no column`() throws {
    #expect(try root("\u{FEFF}a: 1").map(drawing) == "{a@1:1: 1@1:4}@1:1")
  }

  @Test func `Line ends of other systems count as lines`() { #expect(refusal("a: 1\r\nb: 2\r\na: 3\r\n").hasPrefix("f.yaml:3:1: duplicate key 'a'")) }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: duplicate key 'a' in line 3; the first is in line 1, remove one"),
    ("s:\n  x: 1\n  'x': 2\n", "f.yaml:3:3: duplicate key 'x' in line 3; the first is in line 2, remove one"),
    ("a: {b: 1, b: 2}\n", "f.yaml:1:11: duplicate key 'b' in line 1; the first is in line 1, remove one"),
    ("a: &x 1\n", "f.yaml:1:4: anchor '&x': anchors are not used here, write the value out"),
    ("a: &x {b: 1}\n", "f.yaml:1:4: anchor '&x': anchors are not used here, write the value out"),
    ("a:\n  - *x\n", "f.yaml:2:5: alias '*x': aliases are not used here, write the value out"),
    ("a: !!int 1\n", "f.yaml:1:4: tag 'tag:yaml.org,2002:int': tags are not used here, remove it"),
    ("a: !x [1]\n", "f.yaml:1:4: tag '!x': tags are not used here, remove it"),
    ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here; one file is one document, so remove the '---'"),
    ("? [a]\n: 1\n", "f.yaml:1:3: a key is a word, not a list or a mapping"),
    ("a:\n\tb: 1\n", "f.yaml:2:1: a tab; YAML is indented with spaces"),
    ("a:\n  \tb: 1\n  c: 2\n", "f.yaml:2:3: a tab; YAML is indented with spaces"),
    ("a: 1\nb: \"x\nc: 2\n", "f.yaml:2:4: the quote that opens here is never closed"),
    ("a: 1\nb: 'x\n", "f.yaml:2:4: the quote that opens here is never closed"),
  ])
  func `What is refused is named with its place`(text: String, message: String) { #expect(refusal(text) == message) }

  @Test(arguments: [
    ("a: [1, 2\nb: 3\n", "f.yaml:1:4: the '[' that opens here is not closed with ']'"), ("a: {b: 1\n", "f.yaml:1:4: the '{' that opens here"),
  ])
  func `An open bracket is named where it opens`(text: String, start: String) { #expect(refusal(text).hasPrefix(start)) }

  @Test func `Bytes that are not UTF-8 are refused where they stand`() {
    #expect(refusal(Array("a: 1\nb: ".utf8) + [0xFF, 0x0A]).hasPrefix("f.yaml:2:4: not UTF-8"))
    // Where the second byte of a character should be.
    #expect(refusal([0xEF, 0xBB, 0xBF] + Array("a: 1\nb: ".utf8) + [0xC3, 0x28]).hasPrefix("f.yaml:2:5: not UTF-8"))
    // A surrogate and an overlong slash.
    #expect(refusal(Array("a: ".utf8) + [0xED, 0xA0, 0x80]).hasPrefix("f.yaml:1:4: not UTF-8"))
    #expect(refusal(Array("a: ".utf8) + [0xC0, 0xAF]).hasPrefix("f.yaml:1:4: not UTF-8"))
    // Other encodings are not guessed.
    #expect(refusal([0xFF, 0xFE, 0x61, 0x00]).hasPrefix("f.yaml:1:1: not UTF-8"))
  }

  @Test func `Binary junk is refused as no text`() {
    #expect(refusal([0x61, 0x3A, 0x20, 0x00, 0x01]) == "f.yaml:1:4: a control character; is this a text file?")
  }

  @Test func `Thirty-two levels are read and one more is refused`() throws {
    let limit = YAMLDocument.depthLimit
    #expect(try root(String(repeating: "[", count: limit) + String(repeating: "]", count: limit)) != nil)
    #expect(
      refusal(String(repeating: "[", count: limit + 1) + String(repeating: "]", count: limit + 1)) == "f.yaml:1:33: nested deeper than 32 levels")
    #expect(refusal(String(repeating: "[", count: 500_000)).hasPrefix("f.yaml:1:"))
    let indented = (0..<40).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(refusal(indented) == "f.yaml:33:33: nested deeper than 32 levels")
  }

  @Test func `One MiB is read and a byte more is refused`() throws {
    let comment = "a: 1\n#" + String(repeating: "x", count: YAMLDocument.sizeLimit - 6)
    #expect(try root(comment) != nil)
    #expect(refusal(comment + "x") == "f.yaml:1:1: the file is larger than 1 MiB; is it the right one?")
  }

  @Test func `Damaged files are refused or read, never worse, and each refusal has a place`() {
    var chance = Chance.seeded("damaged files")
    let good = Array("a: 1\nb: [x, \"y\", 'z']\nc:\n  d: {e: 1, f: ~}\n  g: |\n    text\n# end\n".utf8)
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &chance) {
        let index = Int.random(in: 0..<bytes.count, using: &chance)
        switch Int.random(in: 0..<3, using: &chance) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &chance)
        case 1: bytes.insert(Array("[]{}:&*!'\"\t-,#|>%@`\n".utf8).randomElement(using: &chance)!, at: index)
        default: bytes.removeLast(bytes.count - max(1, index))
        }
      }
      do throws(YAMLError) { _ = try YAMLDocument(bytes: bytes, path: "f") } catch {
        #expect(error.mark.line >= 1 && error.mark.column >= 1)
        #expect(error.description.hasPrefix("f:\(error.mark.line):\(error.mark.column): "))
      }
    }
  }
}
