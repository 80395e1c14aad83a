/// A model: features in, a forecast out. The rules of `Strategy` hold.
public protocol Model: Plugin, ~Copyable {
  /// The schema it was trained for, 32 bytes; the host refuses a mismatch.
  static var featureSchemaHash: [UInt8] { get }

  /// - Throws: anything for a vector that it cannot answer: the host is told, and nothing is guessed.
  mutating func predict(_ features: Span<Double>) throws -> Forecast

  /// Appends a forecast per row of `columns` features. Each must equal what `predict` says; the default asks it.
  mutating func predictBatch(_ features: Span<Double>, columns: Int, _ forecasts: inout Forecasts) throws
}

extension Model where Self: ~Copyable {
  @inlinable public mutating func predictBatch(_ features: Span<Double>, columns: Int, _ forecasts: inout Forecasts) throws {
    for row in 0..<forecasts.rows {
      forecasts.append(try predict(features.extracting(row * columns..<(row + 1) * columns)))
    }
  }
}
