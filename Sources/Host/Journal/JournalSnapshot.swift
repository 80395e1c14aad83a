import Cryptography
import FoundationEssentials
import Kernel
import Market

/// What a host knew between two of its inputs, in a file beside the segments: who goes on from the journal begins there and not at its
/// beginning. `snapshot-<number of the input>.json`: the SHA-256 of what follows, a line that says what it belongs to, and the content.
///
/// The journal is whole without it: one that is damaged is passed over.
public struct JournalSnapshot: Sendable {
  /// Where the records after it begin.
  struct Place: Codable, Sendable, Equatable {
    /// From 1.
    var segment: Int
    /// In the segment.
    var block: Int
    /// In the block.
    var offset: Int
    /// In the journal.
    var blockNumber: Int
  }

  struct Line: Codable, Sendable {
    var format = 1
    /// SHA-256 of head.json.
    var head: String
    var sequence: UInt64
    var place: Place

    private enum CodingKeys: String, CodingKey {
      case format
      case head = "head_sha256"
      case sequence = "input"
      case place
    }
  }

  let line: Line
  /// The writer's own business.
  public let content: [UInt8]

  /// Number of the last input before it.
  public var sequence: UInt64 { line.sequence }

  static let kept = 2

  static func name(_ sequence: UInt64) -> String {
    let digits = String(sequence)
    return "snapshot-" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".json"
  }

  static func isName(_ name: String) -> Bool { sequence(of: name) != nil }

  private static func sequence(of name: String) -> UInt64? {
    guard name.hasPrefix("snapshot-"), name.hasSuffix(".json"), let number = UInt64(name.dropFirst(9).dropLast(5)), Self.name(number) == name else {
      return nil
    }
    return number
  }

  /// Of a journal, the newest first.
  public static func names(in folder: String) -> [String] { ((try? Files.names(in: folder)) ?? []).filter(isName).sorted(by: >) }

  /// - Parameter headDigest: SHA-256 of the journal's head.json.
  /// - Throws: of kind `.badData`, it is not as it was written, or belongs to another journal.
  public static func read(_ path: String, headDigest: String) throws(JournalError) -> JournalSnapshot {
    let bytes: [UInt8]
    do throws(KernelError) { bytes = try Files.read(path, limit: 1 << 30) } catch { throw JournalError(error) }
    let parts = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, String(decoding: parts[0], as: UTF8.self) == SHA256Hasher.digest(of: Array(bytes[(parts[0].endIndex + 1)...])).hex else {
      throw JournalError(.badData, "\(path): is not as it was written")
    }
    guard let line = try? JSONDecoder().decode(Line.self, from: Data(parts[1])), line.format == 1,
      name(line.sequence) == path.split(separator: "/").last.map(String.init)
    else { throw JournalError(.badData, "\(path): is no snapshot that this host reads") }
    guard line.head == headDigest else { throw JournalError(.badData, "\(path): belongs to another journal") }
    return JournalSnapshot(line: line, content: Array(parts[2]))
  }

  /// With a name of its own only when it is whole, and on the disk.
  func write(in folder: String) throws(KernelError) {
    // Numbers and strings alone, which always encode.
    let rest = ((try? JSONEncoder().encode(line)).map { Array($0) } ?? []) + [0x0A] + content
    CrashPoint.pass(.beforeSnapshot)
    try Files.writeAtomically(Array((SHA256Hasher.digest(of: rest).hex + "\n").utf8) + rest, to: "\(folder)/\(Self.name(line.sequence))", mode: 0o600)
    CrashPoint.pass(.afterSnapshot)
    for name in Self.names(in: folder).dropFirst(Self.kept) { try Files.remove("\(folder)/\(name)") }
  }
}
