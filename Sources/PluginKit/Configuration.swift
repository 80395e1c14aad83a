/// All of an instance's configuration, copied out of what the host lends to `create`.
public struct Configuration {
  /// A file of the manifest. `bytes` are the host's and valid for the life of the instance.
  public struct File {
    public let name: String
    public let bytes: UnsafeRawBufferPointer
    /// A sealed memory file to be opened as /proc/self/fd/N; nil but for `files.runtime[]`.
    public let descriptor: Int32?
  }

  public enum Contract: UInt32 {
    case linear = 1
    case inverse = 2
  }

  private struct Value {
    let name: String
    let type: UInt32
    let integer: Int64
    let real: Double
    let text: String
  }

  public let instanceID: String
  public let venue: String
  /// "spot" or "usdm".
  public let market: String
  /// Nothing can be short there.
  public var isSpot: Bool { market == "spot" }
  public let symbol: String
  public let baseAsset: String
  public let quoteAsset: String
  public let contract: Contract?
  /// 0 = every event.
  public let horizonSeconds: Int64
  public let scales: Scales
  /// Raw.
  public let minimumQuantity: Int64
  /// Raw.
  public let maximumQuantity: Int64
  /// In quote currency.
  public let minimumNotional: Double
  /// 1 on spot.
  public let leverage: Int64
  public let files: [File]
  /// Horizons that predictions are lent of, rising; nil where the host does not say.
  public let predictionHorizonsSeconds: [Int64]?
  private let values: [Value]

  /// Of `qe_config` in ABI 1.0.
  private static let leastSize = 152
  /// Of ABI 1.1.
  private static let sizeWithHorizons = 168

  init(_ lent: UnsafePointer<qe_config>) throws {
    let size = Int(lent.pointee.struct_size)
    guard size >= Self.leastSize else { throw Refusal("the host's configuration has \(size) bytes, ABI 1.0 has \(Self.leastSize)") }
    // Field by field, never as a whole: behind the end of a shorter struct nothing is read.
    instanceID = String(cString: lent.pointee.instance_id)
    venue = String(cString: lent.pointee.venue)
    market = String(cString: lent.pointee.market)
    symbol = String(cString: lent.pointee.symbol)
    baseAsset = String(cString: lent.pointee.base_asset)
    quoteAsset = String(cString: lent.pointee.quote_asset)
    contract = Contract(rawValue: lent.pointee.contract)
    horizonSeconds = lent.pointee.horizon_s
    scales = try Scales(
      priceScale: lent.pointee.price_scale, quantityScale: lent.pointee.quantity_scale, tickSize: lent.pointee.tick_size,
      stepSize: lent.pointee.step_size)
    minimumQuantity = lent.pointee.minimum_quantity
    maximumQuantity = lent.pointee.maximum_quantity
    minimumNotional = qe_money_to_double(lent.pointee.minimum_notional)
    leverage = lent.pointee.leverage
    files = UnsafeBufferPointer(start: lent.pointee.files, count: lent.pointee.files == nil ? 0 : Int(lent.pointee.file_count)).map { file in
      let size = file.bytes == nil ? 0 : Int(clamping: file.size)
      return File(
        name: String(cString: file.name), bytes: UnsafeRawBufferPointer(start: file.bytes, count: size),
        descriptor: file.fd < 0 ? nil : file.fd)
    }
    if size >= Self.sizeWithHorizons, let horizons = lent.pointee.prediction_horizons_s {
      predictionHorizonsSeconds = Array(UnsafeBufferPointer(start: horizons, count: Int(lent.pointee.prediction_horizon_count)))
    } else {
      predictionHorizonsSeconds = nil
    }
    let count = lent.pointee.parameters == nil ? 0 : Int(lent.pointee.parameter_count)
    values = UnsafeBufferPointer(start: lent.pointee.parameters, count: count).map { value in
      Value(
        name: String(cString: value.name), type: value.type, integer: value.integer, real: value.real,
        text: value.text.map { String(cString: $0) } ?? "")
    }
  }

  /// - Throws: `Refusal` if the host gave no such parameter of this type; likewise below.
  public func integer(_ name: String) throws -> Int64 { try value(name, QE_PARAMETER_INTEGER).integer }
  /// Always finite.
  public func real(_ name: String) throws -> Double {
    let real = try value(name, QE_PARAMETER_REAL).real
    guard real.isFinite else { throw Refusal("parameter '\(name)' is not finite") }
    return real
  }
  public func boolean(_ name: String) throws -> Bool { try value(name, QE_PARAMETER_BOOLEAN).integer != 0 }
  /// Raw.
  public func quantity(_ name: String) throws -> Int64 { try value(name, QE_PARAMETER_QUANTITY).integer }
  /// Raw.
  public func price(_ name: String) throws -> Int64 { try value(name, QE_PARAMETER_PRICE).integer }
  public func text(_ name: String) throws -> String { try value(name, QE_PARAMETER_TEXT).text }

  /// The manifest's file of that name, nil if there is none.
  public func file(_ name: String) -> File? { files.first { $0.name == name } }

  private func value(_ name: String, _ type: UInt32) throws -> Value {
    guard let value = values.first(where: { $0.name == name }) else { throw Refusal("the host gave no parameter '\(name)'") }
    guard value.type == type else { throw Refusal("parameter '\(name)' came with type \(value.type), not \(type)") }
    return value
  }
}
