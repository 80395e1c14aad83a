import Kernel

/// The bytes of a journal. Everything is little-endian.
///
/// A journal is a folder: `head.json` says what ran, and segments `000001.qej`, `000002.qej`, … hold the records. A segment is a row of
/// blocks. A block has records from its start on, zeros, and a trailer at its end; no record crosses a block's end.
///
/// - record: CRC32C u32 over the bytes after it, length u16 (of the whole record, a multiple of 8), kind u8, variant u8, sequence u64,
///   receive time i64 (ns), payload. A length of 0 ends the block's records.
/// `snapshot-<input>.json`, see `JournalSnapshot`, is where who goes on from the journal begins to read it.
/// A host that goes on where a former one was has that one's state in `state.json`.
/// - trailer: magic u32, used bytes u32, block number in the journal u64, chain 32 bytes.
///   The highest bit of the used bytes says that records came after this block that no disk had room for: it is the journal's last one.
/// - chain: SHA-256 over the chain before, the block without its trailer, its number and used bytes as u64; before the first block stands
///   the SHA-256 of head.json.
///   A block without a chain (magic 0) is the journal's last one, of a host that did not end in order.
public enum JournalFormat {
  public static let version = 2
  public static let blockSize = 65_536
  public static let trailerSize = 48
  /// Room for records in a block.
  public static let blockCapacity = blockSize - trailerSize
  public static let headerSize = 24
  /// In a trailer's used bytes: what came next is lost.
  static let lostMark: UInt32 = 1 << 31
  static let trailerMagic: UInt32 = 0x314A_4551  // "QEJ1"
  public static let headName = "head.json"
  /// What the engine knew before the first input; the head has its SHA-256.
  public static let stateName = "state.json"

  static func segmentName(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".qej"
  }

  /// Whether the host writes files of this name into a journal's folder.
  static func isOwn(_ name: String) -> Bool {
    let isUnfinished = name.hasSuffix(MappedFile.unfinishedSuffix)
    return name == headName || name == stateName || JournalSnapshot.isName(name)
      || segmentNumber(isUnfinished ? String(name.dropLast(MappedFile.unfinishedSuffix.count)) : name) != nil
  }

  /// The number of a segment's name; nil for another file.
  static func segmentNumber(_ name: String) -> Int? {
    guard name.hasSuffix(".qej"), let number = Int(name.dropLast(4)), number > 0, segmentName(number) == name else { return nil }
    return number
  }
}

/// What a record says. Below 64: inputs of the engine; from 64 on: what came of them.
public enum RecordKind: UInt8, Sendable, CaseIterable {
  // Inputs, each with a number of its own.
  case trade = 1
  case quote = 2
  case depth = 3
  case mark = 4
  case execution = 5
  case funding = 6
  case transfer = 7
  case health = 8
  case verdict = 9
  case clock = 10
  case command = 11
  case tighten = 12
  case replacement = 13
  /// The last record of a host that ended in order.
  case end = 14
  /// The first record of a host that goes on where a former one was: its state is in state.json.
  case restore = 15
  /// Another model in a place, or none.
  case modelReplacement = 16

  /// What a plugin answered to one call, where it was not nothing.
  case answer = 32
  /// A piece of what a plugin keeps, as the host ended in order.
  case pluginState = 33
  /// What a model said of a closed second.
  case prediction = 34
  /// When something left for the venue, by the wall clock.
  case sent = 35

  case send = 64
  case cancel = 65
  case replace = 66
  case ask = 67
  case query = 68
  case decision = 69
  case refusal = 70
  case fill = 71
  case roundTrip = 72
  case fundingPaid = 73
  case riskState = 74
  case instanceRiskState = 75
  case instanceFailed = 76

  public var isInput: Bool { rawValue < 32 }
  /// Beside inputs and what came of them: a replay does not do it again.
  public var isNote: Bool { self == .pluginState || self == .sent }
  /// What a plugin or a model said in the course of an input.
  public var isAnswer: Bool { self == .answer || self == .prediction }

  /// The name in exports.
  public var name: String {
    switch self {
    case .roundTrip: "round_trip"
    case .fundingPaid: "funding_paid"
    case .pluginState: "plugin_state"
    case .modelReplacement: "model_replacement"
    case .riskState: "risk_state"
    case .instanceRiskState: "instance_risk_state"
    case .instanceFailed: "instance_failed"
    default: "\(self)"
    }
  }
}
