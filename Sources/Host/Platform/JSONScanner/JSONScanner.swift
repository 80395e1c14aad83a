import CJSON

/// Parses one JSON text after the other (simdjson), without allocating for texts no longer than those before.
///
/// The whole text is checked, UTF-8 included, before any of it is seen. What a scan gives is lent: it is valid until
/// the next scan, and only as long as the scanner lives. Not for use by two threads at once.
public final class JSONScanner {
  // Unsafe: the parser is this object's own, made in init and freed in deinit.
  private let parser: OpaquePointer

  /// - Throws: without memory.
  public init() throws(JSONScanError) {
    guard let parser = qe_json_create() else { throw JSONScanError(reason: "no memory for the JSON parser") }
    self.parser = parser
  }

  deinit { qe_json_destroy(parser) }

  /// - Parameter text: one JSON value and nothing else but white space.
  /// - Throws: with the reason, if it is anything else.
  public func scan(_ text: UnsafeBufferPointer<UInt8>) throws(JSONScanError) -> JSONElement {
    var tape = qe_json_tape()
    let code = qe_json_parse(parser, text.baseAddress, text.count, &tape)
    guard code == 0, let words = tape.words, let strings = tape.strings else { throw JSONScanner.failure(code) }
    // Word 0 is the root's.
    return JSONElement(words: words + 1, tape: words, strings: strings)
  }

  private static func failure(_ code: Int32) -> JSONScanError {
    var reason = String(cString: qe_json_reason(code))
    while reason.last == "." { reason.removeLast() }
    return JSONScanError(reason: reason)
  }
}
