/// A model: features in, a forecast out. The rules of `Strategy` hold.
public protocol Model: Plugin, ~Copyable {
  /// The schema it was trained for, 32 bytes; the host refuses a mismatch.
  static var featureSchemaHash: [UInt8] { get }

  /// - Throws: anything for a vector that it cannot answer: the host is told, and nothing is guessed.
  mutating func predict(_ features: Span<Double>) throws -> Forecast

  /// Appends a forecast per row of `columns` features. Each must equal what `predict` says; the default asks it.
  mutating func predictBatch(_ features: Span<Double>, columns: Int, _ forecasts: inout Forecasts) throws
}

/// A model that is made of a file of the manifest and so serves the schema that the file was trained for, whichever it is.
///
/// The file comes as `configuration.file("model")`. A vector of another length than the file's is an error, never a guess.
public protocol ModelAdapter: Model, ~Copyable {}

extension ModelAdapter where Self: ~Copyable {
  /// 32 zeros: the model's manifest decides.
  public static var featureSchemaHash: [UInt8] { [UInt8](repeating: 0, count: 32) }
}

extension Model where Self: ~Copyable {
  @inlinable public mutating func predictBatch(_ features: Span<Double>, columns: Int, _ forecasts: inout Forecasts) throws {
    for row in 0..<forecasts.rows {
      forecasts.append(try predict(features.extracting(row * columns..<(row + 1) * columns)))
    }
  }
}

extension Model where Self: ~Copyable {
  @inlinable public static func _predict(
    _ memory: UnsafeMutableRawPointer, _ features: UnsafePointer<Double>, _ count: UInt32, _ out: UnsafeMutablePointer<qe_prediction>
  ) -> qe_status {
    let instance = memory.assumingMemoryBound(to: Instance<Self>.self)
    var forecasts = Forecasts(out, rows: 1)
    let row = UnsafeBufferPointer(start: features, count: Int(count))
    do { forecasts.append(try instance.pointee.body.predict(row.span)) } catch { return QE_ERROR }
    return forecasts.status
  }

  @inlinable public static func _predictBatch(
    _ memory: UnsafeMutableRawPointer, _ features: UnsafePointer<Double>, _ rows: UInt32, _ columns: UInt32,
    _ out: UnsafeMutablePointer<qe_prediction>
  ) -> qe_status {
    let instance = memory.assumingMemoryBound(to: Instance<Self>.self)
    var forecasts = Forecasts(out, rows: Int(rows))
    let all = UnsafeBufferPointer(start: features, count: Int(rows) * Int(columns))
    do { try instance.pointee.body.predictBatch(all.span, columns: Int(columns), &forecasts) } catch { return QE_ERROR }
    return forecasts.status
  }
}
