import Settings
import Logging
import Cryptography
import Kernel
import Market
import Plugins
import Session

extension HostRun {
  typealias Choice = (instrument: Int, resolved: ResolvedStrategy)

  /// `crash.note` in the state folder.
  static func crashNotePath(_ folder: String) -> String { "\(folder)/crash.note" }

  /// Puts the plugin in whose call the last host crashed into quarantine.
  func takeCrashNote(_ quarantine: Quarantine, folder: String, _ log: RunLog) throws {
    let path = Self.crashNotePath(folder)
    let note: CrashNote.Content?
    do { note = try CrashNote.read(path) } catch {
      throw SessionError(.badData, "crash_note_invalid: \(error); it names a plugin that crashed a host: look at it, then remove it")
    }
    guard let note else { return }
    guard let suspect = Suspect(note.text) else {
      throw SessionError(.badData, "crash_note_invalid: \(path): it names no plugin; look at it, then remove it")
    }
    let reason = "its call crashed the host with \(CrashNote.name(ofSignal: note.signal))"
    try quarantine.add(Quarantine.Entry(suspect, reason: reason, at: UTCText.text(seconds: note.seconds)))
    do { try Files.writeAtomically([], to: path) } catch { throw SessionError(.unavailable, "\(error)") }
    log.plugins.warning("\(suspect.instance): \(reason); its plugin is in quarantine")
  }

  /// What may run of what is published, and what is held back.
  ///
  /// - Throws: of kind `.unavailable` when all of it is held back, unless something is held that has to be looked after.
  func admitted(
    _ strategies: [Choice], _ instruments: [Instrument], by quarantine: Quarantine, mayBeNone: Bool, _ log: RunLog
  ) throws -> (strategies: [Choice], held: [RunStatus.Instance]) {
    let entries = try quarantine.read()
    var admitted: [Choice] = []
    var held: [RunStatus.Instance] = []
    for choice in strategies {
      let digest = choice.resolved.file.digest.hex
      let symbol = instruments[choice.instrument].id.symbol
      let id = choice.resolved.instanceID(on: instruments[choice.instrument])
      let own = entries.filter { $0.digest == digest }
      guard let entry = own.first(where: { $0.instance == id }) ?? own.first else {
        admitted.append(choice)
        continue
      }
      let why = "in quarantine since \(entry.at): \(entry.instance): \(entry.reason)"
      log.plugins.warning("\(id) does not run: \(why); release it with: \(releaseCommand(digest))")
      held.append(
        RunStatus.Instance(
          id: id, strategy: choice.resolved.name, symbol: symbol, digest: digest, state: .quarantined, why: why, workerID: nil, restarts: 0,
          position: Figure(0, scale: Int(instruments[choice.instrument].spec.quantityScale)), openOrders: 0,
          isShadow: settings.isShadow(choice.resolved, on: instruments[choice.instrument])))
    }
    guard admitted.isEmpty, !mayBeNone, let first = held.first else { return (admitted, held) }
    throw SessionError(
      .unavailable, "every published plugin is in quarantine (\(quarantine.path)); publish another build, or: \(releaseCommand(first.digest))")
  }

  func releaseCommand(_ digest: String) -> String { Quarantine.releaseCommand(digest, settings) }
}
