import Cryptography
import FoundationEssentials
import Kernel
import Secrets
import Session
import Settings

/// Moves the Python system's files over and remembers what it made, so that it can be taken back.
struct Migration {
  /// What was done, one line each, in the past tense.
  private(set) var done: [String] = []
  /// What was found and stays, with the reason.
  private(set) var left: [String] = []

  private let root: String
  private let isDry: Bool
  private var record = Record()

  /// What `undo` needs.
  private struct Record: Codable {
    struct File: Codable {
      var path: String
      var sha256: String
      /// What stood there before; nil = nothing.
      var previous: String?
    }
    var version = 1
    var files: [File] = []
  }

  init(root: String, isDry: Bool) {
    self.root = root
    self.isDry = isDry
  }

  private var recordPath: String { "\(root)/config/migration.json" }

  // MARK: Forwards

  /// - Throws: there is no such system, or a file cannot be read or written. What was done until then is in the record.
  mutating func run(from old: String, passphrase: PassphraseSource) throws {
    guard Files.isFolder(old) else { throw SessionError(.missingInput, "\(old): is no folder; name the root folder of the old system") }
    // The Python system's own order.
    let settings = ["config/bot.yaml", "config/settings.yaml", "ai_scalper_bot/config/settings.yaml"].map { "\(old)/\($0)" }.filter(Files.isPresent)
    guard let first = settings.first else {
      throw SessionError(
        .missingInput, "\(old): has no config/bot.yaml, config/settings.yaml or ai_scalper_bot/config/settings.yaml; is it the right folder?")
    }
    if Files.isPresent(recordPath) {
      throw SessionError(.badData, "\(recordPath): a migration was done here already; take it back first: quantumedge migrate --undo")
    }
    let imported = try ReferenceImport.read(first)
    left += imported.left
    left += settings.dropFirst().map { "\($0): the Python system reads \(first) instead" }
    try put(Array(imported.text.utf8), "config/settings.yaml", mode: 0o600, "moved \(imported.taken.count) keys of \(first)")
    try moveSecrets(old, passphrase)
    for folder in ["storage/models", "data/ticks", "ai_scalper_bot/storage/models", "ai_scalper_bot/data/ticks"]
    where Files.isFolder("\(old)/\(folder)") {
      left.append("\(old)/\(folder): follows with the version that has a use for it")
    }
  }

  private mutating func moveSecrets(_ old: String, _ passphrase: PassphraseSource) throws {
    guard let path = ["config/secrets.enc", "ai_scalper_bot/config/secrets.enc"].map({ "\(old)/\($0)" }).first(where: Files.isPresent) else { return }
    guard !Files.isPresent("\(root)/config/secrets.enc") else {
      return left.append("\(path): \(root)/config/secrets.enc is there already; add names to it with: quantumedge secrets init --force")
    }
    guard let phrase = try passphrase.read(for: path) else { return left.append("\(path): no passphrase; \(passphrase.advice), and migrate again") }
    let contents = try SecretFile.read(path).open(phrase).contents
    if isDry { return done.append("moved \(contents.names.count) secrets of \(path) to \(root)/config/secrets.enc") }
    try Files.createFolders("\(root)/config")
    try SecretFile.write(contents, to: "\(root)/config/secrets.enc", passphrase: phrase)
    let bytes = try Files.read("\(root)/config/secrets.enc", limit: 1 << 20)
    try remember(Record.File(path: "config/secrets.enc", sha256: SHA256Hasher.digest(of: bytes).hex, previous: nil))
    done.append("moved \(contents.names.count) secrets of \(path) to \(root)/config/secrets.enc, with the same passphrase")
  }

  /// Writes a file below the root; what stood there is kept beside it.
  private mutating func put(_ bytes: [UInt8], _ name: String, mode: Int32, _ what: String) throws {
    let path = "\(root)/\(name)"
    var previous: String?
    if Files.isPresent(path) { previous = "\(name).before-migrate" }
    done.append("\(what) to \(path)" + (previous.map { ", and kept what stood there as \(root)/\($0)" } ?? ""))
    if isDry { return }
    try Files.createFolders("\(root)/config")
    if let previous { try Files.writeAtomically(try Files.read(path, limit: 1 << 20), to: "\(root)/\(previous)", mode: mode) }
    // Before the file itself: one that is made anew can be taken back even when this is interrupted.
    try remember(Record.File(path: name, sha256: SHA256Hasher.digest(of: bytes).hex, previous: previous))
    try Files.writeAtomically(bytes, to: path, mode: mode)
  }

  private mutating func remember(_ file: Record.File) throws {
    record.files.append(file)
    try Files.writeAtomically(Array(try JSONEncoder().encode(record)), to: recordPath)
  }

  // MARK: Back

  mutating func undo() throws {
    guard Files.isPresent(recordPath) else { throw SessionError(.missingInput, "\(recordPath): nothing was migrated here") }
    guard let record = try? JSONDecoder().decode(Record.self, from: Data(try Files.read(recordPath, limit: 1 << 20))), record.version == 1 else {
      throw SessionError(.badData, "\(recordPath): is no record of a migration; take its files back by hand")
    }
    for file in record.files.reversed() {
      let path = "\(root)/\(file.path)"
      if Files.isPresent(path) {
        guard SHA256Hasher.digest(of: try Files.read(path, limit: 1 << 20)).hex == file.sha256 else {
          left.append("\(path): was changed since, and stays")
          continue
        }
        if !isDry { try Files.remove(path) }
        done.append("removed \(path)")
      }
      guard let previous = file.previous, Files.isPresent("\(root)/\(previous)") else { continue }
      if !isDry { try Files.move("\(root)/\(previous)", to: path) }
      done.append("put \(root)/\(previous) back as \(path)")
    }
    if !isDry, left.isEmpty { try Files.remove(recordPath) }
  }
}
