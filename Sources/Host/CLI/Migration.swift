import Market
import Cryptography
import FoundationEssentials
import Kernel
import Secrets
import Session
import Settings

/// Moves the Python system's files over and remembers what it made, so that it can be taken back.
struct Migration {
  /// What was done, one line each, in the past tense.
  var done: [String] = []
  /// What was found and stays, with the reason.
  var left: [String] = []
  /// What `config check` refuses of the new settings.
  private(set) var faults: [String] = []
  /// What is copied as it is.
  var copies: [Copy] = []

  let root: String
  let isDry: Bool
  private let leavesSecrets: Bool
  let leavesTicks: Bool
  var record = Record()

  /// What `undo` needs.
  struct Record: Codable {
    struct File: Codable {
      var path: String
      var sha256: String
      /// Where what stood there before was moved to; nil = nothing stood there.
      var previous: String?
    }
    struct Copied: Codable {
      var path: String
      /// Where the same bytes stand in the old root.
      var source: String
      /// Nil = the migration ended before this was whole, or before it was written down.
      var sha256: String?
    }
    var version = 1
    var files: [File] = []
    /// Nil = nothing was to be copied.
    var copies: [Copied]?
    /// Folders that were made for them.
    var folders: [String]?
  }

  /// - Parameters:
  ///   - leavesSecrets: whether the old container is not to be moved.
  ///   - leavesTicks: whether tick files are not to be copied.
  init(root: String, isDry: Bool, leavesSecrets: Bool, leavesTicks: Bool) {
    self.leavesSecrets = leavesSecrets
    self.leavesTicks = leavesTicks
    self.root = root
    self.isDry = isDry
  }

  private var recordPath: String { "\(root)/config/migration.json" }

  // MARK: Forwards

  /// - Throws: there is no such system, or a file cannot be read or written. What was done until then is in `done` and in the record.
  mutating func run(from old: String, passphrase: PassphraseSource) throws {
    guard Files.isFolder(old) else { throw SessionError(.missingInput, "\(old): is no folder; name the root folder of the old system") }
    guard Files.realPath(old) != Files.realPath(root) else {
      throw SessionError(.badData, "\(old): is the new root too, and the old system's files stay as they are; name another one with --root")
    }
    for folder in ["config", "ai_scalper_bot/config"] where Files.isFolder("\(old)/\(folder)") && Files.isFolder("\(root)/config") {
      // One is a link to the other: what is made here would replace what is only to be read.
      if Files.realPath("\(old)/\(folder)") == Files.realPath("\(root)/config") {
        throw SessionError(
          .badData, "\(root)/config: is the old system's folder \(old)/\(folder), whose files stay as they are; make it a folder of its own")
      }
    }
    // The Python system's own order.
    let settings = ["config/bot.yaml", "config/settings.yaml", "ai_scalper_bot/config/settings.yaml"].map { "\(old)/\($0)" }.filter(Files.isPresent)
    guard let first = settings.first else {
      throw SessionError(
        .missingInput, "\(old): has no config/bot.yaml, config/settings.yaml or ai_scalper_bot/config/settings.yaml; is it the right folder?")
    }
    if Files.isPresent(recordPath) {
      throw SessionError(.badData, "\(recordPath): a migration was done here already; take it back first: quantumedge migrate --undo")
    }
    // All that can be refused is read before anything is written.
    let imported = try ReferenceImport.read(first)
    let secrets = try openSecrets(old, passphrase)
    left += imported.left
    faults = imported.faults(as: "\(root)/config/settings.yaml")
    left += settings.dropFirst().map { "\($0): the Python system reads \(first) instead" }
    let batches = try planCopies(from: old)
    try put(Array(imported.text.utf8), "config/settings.yaml", "moved \(imported.taken.count) keys of \(first)")
    if let secrets { try put(secrets) }
    for (name, why) in Self.others {
      for folder in ["config", "ai_scalper_bot/config"] where Files.isPresent("\(old)/\(folder)/\(name)") {
        left.append("\(old)/\(folder)/\(name): \(why)")
      }
    }
    try copy(batches)
  }

  /// Files of the old system's config folder that are not moved.
  private static let others = [
    ("pairs.yaml", "names no venue figures that this host needs; write what differs into the new config/pairs.yaml"),
    ("supervisor.yaml", "of the Supervisor: write what differs into the new config/supervisor.yaml"),
    ("risk.yaml", "of the Supervisor: write what differs into the new config/risk.yaml"),
    ("quantumedge.yaml", "of the old system's orchestrator, which this host does not have"),
  ]

  private typealias OldSecrets = (path: String, contents: SecretContents, passphrase: Secret)
  private static let secretsName = "config/secrets.enc"

  /// Nil where there are none to move, which `left` then tells.
  private mutating func openSecrets(_ old: String, _ passphrase: PassphraseSource) throws -> OldSecrets? {
    guard let path = ["config/secrets.enc", "ai_scalper_bot/config/secrets.enc"].map({ "\(old)/\($0)" }).first(where: Files.isPresent) else {
      return nil
    }
    guard !Files.isPresent("\(root)/\(Self.secretsName)") else {
      left.append("\(path): \(root)/\(Self.secretsName) is there already; add names to it with: quantumedge secrets init --force")
      return nil
    }
    if leavesSecrets {
      left.append("\(path): stays, as --without-secrets says")
      return nil
    }
    guard let phrase = try passphrase.read(for: path) else {
      if isDry {
        left.append("\(path): no passphrase; a migration wants one, or --without-secrets")
        return nil
      }
      throw SecretsError(
        .passphraseMissing,
        "\(path): no passphrase: \(passphrase.advice); or leave the secrets where they are with --without-secrets; nothing was done")
    }
    return (path, try SecretFile.read(path).open(phrase).contents, phrase)
  }

  private mutating func put(_ secrets: OldSecrets) throws {
    let path = "\(root)/\(Self.secretsName)"
    let what = "moved \(secrets.contents.names.count) secrets of \(secrets.path) to \(path), with the same passphrase"
    if isDry { return done.append(what) }
    let bytes = try SecretFile.seal(secrets.contents, for: path, passphrase: secrets.passphrase)
    try remember(Record.File(path: Self.secretsName, sha256: SHA256Hasher.digest(of: bytes).hex, previous: nil))
    try SecretFile.write(bytes, to: path, replacing: false)
    done.append(what)
  }

  /// Writes a file below the root; what stood there is moved beside it, with all that it is.
  private mutating func put(_ bytes: [UInt8], _ name: String, _ what: String) throws {
    let path = "\(root)/\(name)"
    let previous = Files.isPresent(path) ? freeName("\(name).before-migrate") : nil
    let words = "\(what) to \(path)" + (previous.map { ", and kept what stood there as \(root)/\($0)" } ?? "")
    if isDry { return done.append(words) }
    try Files.createFolders("\(root)/config")
    // Before the files themselves: whatever an interruption leaves, it is known what was meant.
    try remember(Record.File(path: name, sha256: SHA256Hasher.digest(of: bytes).hex, previous: previous))
    if let previous { try Files.move(path, to: "\(root)/\(previous)") }
    try Files.writeAtomically(bytes, to: path, mode: 0o600)
    done.append(words)
  }

  /// Nothing that was kept is ever replaced.
  private func freeName(_ name: String) -> String {
    var candidate = name
    var number = 2
    while Files.isPresent("\(root)/\(candidate)") {
      candidate = "\(name)-\(number)"
      number += 1
    }
    return candidate
  }

  private mutating func remember(_ file: Record.File) throws {
    record.files.append(file)
    try writeRecord()
  }

  func writeRecord() throws { try Files.writeAtomically(Array(try JSONEncoder().encode(record)), to: recordPath) }

  /// Of a year of tick files there are thousands.
  private static let recordLimit = 256 << 20

  // MARK: Back

  /// Takes back what can be; the rest is in `left` with what to do. The record is gone afterwards: what it said is done or told.
  mutating func undo() throws {
    guard Files.isPresent(recordPath) else { throw SessionError(.missingInput, "\(recordPath): nothing was migrated here") }
    guard let record = try? JSONDecoder().decode(Record.self, from: Data(try Files.read(recordPath, limit: Self.recordLimit))), record.version == 1
    else {
      throw SessionError(.badData, "\(recordPath): is no record of a migration; take its files back by hand, then remove it")
    }
    try undoCopies(of: record)
    for file in record.files.reversed() { try undo(file) }
    guard !isDry else { return }
    try Files.remove(recordPath)
    Files.removeEmptyFolder("\(root)/config")
  }

  private mutating func undo(_ file: Record.File) throws {
    let path = "\(root)/\(file.path)"
    let previous = file.previous.map { "\(root)/\($0)" }.flatMap { Files.isPresent($0) ? $0 : nil }
    if Files.isPresent(path) {
      let isOurs = SHA256Hasher.digest(of: try Files.read(path, limit: 1 << 20)).hex == file.sha256
      // It was to be moved aside and never was: the migration ended before, and nothing is to be taken back.
      if !isOurs, file.previous != nil, previous == nil { return }
      guard isOurs else {
        return left.append("\(path): was changed since, and stays" + (previous.map { "; what stood there before is \($0)" } ?? ""))
      }
      guard file.previous == nil || previous != nil else {
        return left.append("\(path): stays, because \(root)/\(file.previous!), which stood there before, is gone")
      }
      if !isDry { try Files.remove(path) }
      done.append("removed \(path)")
    }
    guard let previous else { return }
    if !isDry { try Files.move(previous, to: path) }
    done.append("put \(previous) back as \(path)")
  }
}
