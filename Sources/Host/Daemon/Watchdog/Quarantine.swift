import FoundationEssentials
import Kernel
import Market
import Session

/// `quarantine.json` of a state folder: plugins that stopped the host, or that a worker gave up on. They are not started
/// until somebody releases them; another build of the plugin has another digest and runs.
///
/// A missing file is an empty list. One that cannot be read or understood is an error: nothing starts on a guess.
public struct Quarantine: Sendable {
  public struct Entry: Codable, Sendable, Equatable {
    /// SHA-256 of the library, 64 hexadecimal digits.
    public var digest: String
    public var name: String
    /// In whose call it happened.
    public var instance: String
    public var reason: String
    /// UTC.
    public var at: String
    public var hostProcess: Int

    enum CodingKeys: String, CodingKey {
      case digest, name, instance, reason, at
      case hostProcess = "host_pid"
    }

    /// - Parameter at: now, where it is not given.
    public init(_ suspect: Suspect, reason: String, at: String? = nil, hostProcess: Int = Int(ProcessFigures.number)) {
      digest = suspect.digest
      name = suspect.name
      instance = suspect.instance
      self.reason = reason
      self.at = at ?? UTCText.now()
      self.hostProcess = hostProcess
    }
  }

  private struct File: Codable {
    var version: Int
    var entries: [Entry]
  }

  public static let fileName = "quarantine.json"
  /// Entries; a host that has more has other troubles. One more takes the oldest one's place.
  static let capacity = 256
  private static let version = 1
  private static let sizeLimit = 4 << 20
  /// A second in all.
  private static let lockAttempts = 100
  private static let lockPauseNanoseconds: Int64 = 10_000_000

  public let path: String
  let folder: String

  /// - Parameter folder: the state folder of a mode and account.
  public init(folder: String) {
    self.folder = folder
    path = "\(folder)/\(Self.fileName)"
  }

  /// Oldest first.
  ///
  /// - Throws: `quarantine_invalid`, a fault of kind `.badData`.
  public func read() throws(SessionError) -> [Entry] {
    guard Files.isPresent(path) else { return [] }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: Self.sizeLimit) } catch { throw invalid("\(error)") }
    struct Head: Decodable { var version: Int }
    let decoder = JSONDecoder()
    guard let head = try? decoder.decode(Head.self, from: Data(bytes)) else { throw invalid("\(path): it is no JSON object with a version") }
    guard head.version == Self.version else { throw invalid("\(path): version \(head.version), this host knows \(Self.version)") }
    guard let file = try? decoder.decode(File.self, from: Data(bytes)) else { throw invalid("\(path): entries are missing or lack a field") }
    for entry in file.entries where entry.digest.utf8.count != 64 || !entry.digest.utf8.allSatisfy(Self.isDigit) {
      throw invalid("\(path): \(entry.digest.prefix(80)) is no SHA-256 digest")
    }
    return file.entries
  }

  /// Puts a plugin in; an older entry of the same instance and digest gives way.
  public func add(_ entry: Entry) throws {
    try change { entries in
      entries.removeAll { $0.digest == entry.digest && $0.instance == entry.instance }
      entries.append(entry)
      if entries.count > Self.capacity { entries.removeFirst(entries.count - Self.capacity) }
    }
  }

  /// Takes plugins out.
  ///
  /// - Parameter digest: its first digits suffice; nil = all.
  /// - Returns: what was taken out.
  /// - Throws: also when the digits fit none or more than one digest.
  public func release(digest: String?) throws -> [Entry] {
    var released: [Entry] = []
    try change { entries in
      let fits = { (entry: Entry) in digest.map { entry.digest.hasPrefix($0) } ?? true }
      released = entries.filter(fits)
      let digests = Set(released.map(\.digest))
      if let digest, digests.count != 1 {
        throw SessionError(
          .badData,
          digests.isEmpty
            ? "\(path): no digest begins with \(digest); see: quantumedge plugin quarantine list"
            : "\(path): \(digests.count) digests begin with \(digest); write more of it")
      }
      entries.removeAll(where: fits)
    }
    return released
  }

  /// One writer at a time: a host and somebody at the command line.
  private func change(_ body: (inout [Entry]) throws -> Void) throws {
    // Of the folder, which is there whoever runs or not.
    do { try Files.createFolders(folder) } catch { throw SessionError(.unavailable, "\(error)") }
    let lock = try lock()
    var entries = try read()
    try body(&entries)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes = Array(try encoder.encode(File(version: Self.version, entries: entries))) + [UInt8(ascii: "\n")]
    do { try Files.writeAtomically(bytes, to: path) } catch { throw SessionError(.unavailable, "\(error)") }
    _ = consume lock
  }

  /// A watchdog that waits for ever is none.
  private func lock() throws(SessionError) -> FileLock {
    let path = "\(folder)/quarantine.lock"
    do throws(KernelError) {
      for _ in 0..<Self.lockAttempts {
        if let lock = try FileLock.tryAcquire(path) { return lock }
        Clocks.sleep(nanoseconds: Self.lockPauseNanoseconds)
      }
    } catch { throw SessionError(.unavailable, "\(error)") }
    throw SessionError(.unavailable, "\(path): another process has held the lock for a second; try again when it has ended")
  }

  private func invalid(_ text: String) -> SessionError {
    SessionError(.badData, "quarantine_invalid: \(text); nothing starts until it is repaired, or removed to release every plugin")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
}
