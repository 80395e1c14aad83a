import Engine
import Journal
import Market
import PluginABI
import Risk
import Session

/// Records in words: decimals in the instrument's scale, names for codes.
public struct RecordText {
  private let instruments: [Instrument]
  private let instances: [String]

  public init(instruments: [Instrument], instances: [String]) {
    self.instruments = instruments
    self.instances = instances
  }

  /// One object per record: kind, sequence, receive time, and the fields of its layout.
  public func json(_ record: JournalRecord) -> JSONValue {
    .object(
      [("kind", .text(record.kind.name)), ("input", .number("\(record.sequence)")), ("receive_ns", .number("\(record.receiveNanoseconds)"))]
        + (record.kind == .command ? [("command", .text(CommandCode(rawValue: record.variant).map { "\($0)" } ?? "\(record.variant)"))] : [])
        + members(record.kind, record.payload))
  }

  /// The fields of a payload, in their order.
  public func members(_ kind: RecordKind, _ payload: UnsafeRawBufferPointer) -> [(key: String, value: JSONValue)] {
    var decoder = RecordDecoder(payload)
    let fields = RecordLayout.fields(of: kind)
    // The scale of a field is that of the instrument, which may stand behind it.
    var scout = decoder
    var instrument: Instrument?
    for field in fields {
      switch field.kind {
      case .instrument:
        let index = Int(scout.take(Int32.self))
        if instruments.indices.contains(index) { instrument = instruments[index] }
      case .money, .wide: _ = scout.takeWide()
      case .price, .quantity, .integer, .identifier, .real: _ = scout.take(UInt64.self)
      case .instance, .side, .code, .flag, .intentKind, .reportKind, .orderType, .outcome, .recordKind, .word: _ = scout.take(UInt32.self)
      }
    }
    if instrument == nil, instruments.count == 1 { instrument = instruments[0] }
    return fields.map { (key: $0.name, value: value($0, &decoder, instrument)) }
  }

  /// By the plugin contract; one that it does not have stays a number.
  private static func intentName(_ raw: UInt32) -> JSONValue {
    switch raw {
    case QE_INTENT_SUBMIT: .text("submit")
    case QE_INTENT_CANCEL: .text("cancel")
    case QE_INTENT_REPLACE: .text("replace")
    case QE_INTENT_TARGET_POSITION: .text("target_position")
    default: .number("\(raw)")
    }
  }

  private static func typeName(_ raw: UInt32) -> JSONValue {
    OrderType(rawValue: UInt8(truncatingIfNeeded: raw)).map { .text("\($0)") } ?? .number("\(raw)")
  }

  /// What a plugin wished for, of an answer.
  public func intents(_ record: JournalRecord) -> [JSONValue] { intents(record.payload).map { .object($0) } }

  func intents(_ payload: UnsafeRawBufferPointer) -> [[(key: String, value: JSONValue)]] {
    var decoder = RecordDecoder(payload)
    _ = decoder.take(UInt64.self)
    let instance = Int(decoder.take(Int32.self))
    _ = decoder.take(qe_status.self)
    _ = decoder.take(UInt32.self)
    let count = Int(decoder.take(UInt32.self))
    _ = decoder.takeFailure()
    let symbol = instances.indices.contains(instance) ? instances[instance].split(separator: "@").last?.prefix { $0 != "/" } : nil
    let instrument = instruments.first { $0.id.symbol == symbol.map(String.init) } ?? instruments.first
    guard let spec = instrument?.spec, count * MemoryLayout<qe_intent>.stride <= decoder.remaining else { return [] }
    let start = decoder.offset
    return (0..<count).map { index in
      // Unsafe: plain fields of a C struct, within the record's payload.
      let intent = payload.loadUnaligned(fromByteOffset: start + index * MemoryLayout<qe_intent>.stride, as: qe_intent.self)
      func price(_ raw: Int64) -> JSONValue { number(raw, Int(spec.priceScale)) }
      func real(_ value: Double) -> JSONValue { value.isFinite ? .number("\(value)") : .null }
      return [
        ("tag", .number("\(intent.tag)")), ("intent", Self.intentName(intent.kind)),
        ("side", Side(rawValue: UInt8(truncatingIfNeeded: intent.side)).map { .text($0.name) } ?? .null),
        ("type", Self.typeName(intent.type)), ("quantity", number(intent.quantity, Int(spec.quantityScale))), ("price", price(intent.price)),
        ("stop_price", price(intent.stop_price)), ("take_profit_price", price(intent.take_profit_price)),
        ("target_tag", .number("\(intent.target_tag)")),
        ("confidence", real(intent.confidence)), ("edge", real(intent.edge)),
      ]
    }
  }

  private func value(_ field: RecordField, _ decoder: inout RecordDecoder, _ instrument: Instrument?) -> JSONValue {
    switch field.kind {
    case .instrument:
      let index = Int(decoder.take(Int32.self))
      return instruments.indices.contains(index) ? .text(instruments[index].id.description) : .null
    case .instance:
      let index = Int(decoder.take(Int32.self))
      return instances.indices.contains(index) ? .text(instances[index]) : .null
    case .side:
      return Side(rawValue: UInt8(truncatingIfNeeded: decoder.take(UInt32.self))).map { .text($0.name) } ?? .null
    case .code:
      let code = RefusalCode(rawValue: UInt16(truncatingIfNeeded: decoder.take(UInt32.self)))
      return code == RefusalCode.none ? .null : code.map { .text($0.name) } ?? .null
    case .flag: return .boolean(decoder.take(UInt32.self) != 0)
    case .intentKind: return Self.intentName(decoder.take())
    case .reportKind:
      let raw = decoder.take(UInt32.self)
      return ExecutionReport.Kind(rawValue: UInt8(truncatingIfNeeded: raw)).map { .text("\($0)") } ?? .number("\(raw)")
    case .recordKind:
      let raw = decoder.take(UInt32.self)
      return RecordKind(rawValue: UInt8(truncatingIfNeeded: raw)).map { .text($0.name) } ?? .number("\(raw)")
    case .orderType: return Self.typeName(decoder.take())
    case .outcome:
      let raw = decoder.take(UInt32.self)
      return Decision.Outcome(rawValue: UInt8(truncatingIfNeeded: raw)).map { .text("\($0)") } ?? .number("\(raw)")
    case .word: return .number("\(decoder.take(Int32.self))")
    case .price: return number(decoder.take(Int64.self), instrument.map { Int($0.spec.priceScale) })
    case .quantity: return number(decoder.take(Int64.self), instrument.map { Int($0.spec.quantityScale) })
    case .integer: return .number("\(decoder.take(Int64.self))")
    case .identifier: return .number("\(decoder.take(UInt64.self))")
    case .real:
      let real = Double(bitPattern: decoder.take(UInt64.self))
      return real.isFinite ? .number("\(real)") : .null
    case .money: return .number(DecimalText.formatShort(decoder.takeWide(), scale: Money.scale))
    case .wide: return .number("\(decoder.takeWide())")
    }
  }

  private func number(_ raw: Int64, _ scale: Int?) -> JSONValue { .number(DecimalText.formatShort(Int128(raw), scale: scale ?? 0)) }
}
