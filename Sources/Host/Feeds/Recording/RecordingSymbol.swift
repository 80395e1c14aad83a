import Compression
import Market

/// What a recording is asked for.
struct RecordingSymbol {
  var symbol: String
  /// Nil = what its depth updates show.
  var market: Market?

  /// - Parameter name: `BTCUSDT`, `binance.usdm.BTCUSDT`, or nil for the symbol of the file's first message.
  static func named(_ name: String?, in path: String) throws(TickFileError) -> RecordingSymbol {
    guard let name else { return RecordingSymbol(symbol: try first(in: path), market: nil) }
    if let id = InstrumentID(name) { return RecordingSymbol(symbol: id.symbol, market: id.market) }
    return RecordingSymbol(symbol: name, market: nil)
  }

  private static func first(in path: String) throws(TickFileError) -> String {
    var line = 0
    do throws(CompressionError) {
      let source = try LineSource(path: path, bufferBytes: 1 << 16, maximumLineBytes: RecordingReader.maximumLineBytes)
      guard let decoder = try? BinanceDecoder(symbol: "", limits: nil) else { throw CompressionError(.system, path: path, reason: "no memory") }
      while case .lines = try source.refill() {
        while source.cursor < source.end {
          line += 1
          var end = source.cursor
          while end[0] != 0x0A { end += 1 }
          if let symbol = decoder.symbol(of: UnsafeBufferPointer(start: source.cursor, count: end - source.cursor)) { return symbol }
          source.cursor = end + 1
        }
      }
    } catch {
      throw TickFileError(error, line: line + 1)
    }
    throw TickFileError(.badData, path: path, reason: "no message with a symbol")
  }
}

extension BinanceDecoder {
  /// The symbol that a message is about; nil if it is about none, or no message.
  func symbol(of message: UnsafeBufferPointer<UInt8>) -> String? {
    guard let root = try? scanner.scan(message), (try? fields.read(root)) == true, let text = fields[0x73]?.text, !text.isEmpty else { return nil }
    return String(decoding: text, as: UTF8.self)
  }
}
