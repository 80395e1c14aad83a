import Market
import Logging
import Glibc
import Journal
import Kernel
import Ledger
import Replay
import Session
import Settings

/// The ledger of a mode and account, beside its journals.
public enum AccountLedger {
  public static func path(_ settings: Settings) -> String { "\(StateFolder.path(settings))/ledger.db" }

  /// Opens it and brings in what it does not have: runs that ended since, and the one that goes on as far as it is written.
  ///
  /// - Parameter anew: every journal is read again, whatever is there of it.
  /// - Returns: also the runs that could not be brought in, with the reason.
  /// - Throws: there is nothing to make it from, or it cannot be read or written.
  public static func upToDate(_ settings: Settings, anew: Bool) throws -> (ledger: Ledger, left: [(name: String, reason: String)]) {
    let journals = JournalFolder("\(StateFolder.path(settings))/journal")
    let names = try journals.names()
    let path = path(settings)
    if names.isEmpty, !Files.isPresent(path) {
      throw SessionError(.missingInput, "\(journals.path): no run in \(settings.mode.rawValue) mode has a journal; start one with: quantumedge run")
    }
    let ledger = try open(path)
    // Whether a host writes the last one now is asked first: one that ends meanwhile is read once more the next time.
    let running = ControlClient(settings: settings).isAnybodyThere ? names.last : nil
    return (ledger, try LedgerProjection.catchUp(journals, into: ledger, anew: anew, running: running))
  }

  /// Before a journal is removed: what it means for the books stays. One that cannot be brought in stays itself.
  static func holds(_ name: String, of journals: JournalFolder, _ settings: Settings, _ log: RunLog) -> Bool {
    do {
      let ledger = try open(path(settings))
      if try !ledger.finalJournals().contains(name) {
        try LedgerProjection.project(journals.path(name), name: name, into: ledger, isFinal: true)
      }
      return true
    } catch {
      log.host.warning("journal \(name) is to be removed by its age or size, and stays, because it cannot be brought into the ledger: \(error)")
      return false
    }
  }

  /// For this user alone, as the journals are.
  static func open(_ path: String) throws -> Ledger {
    if !Files.isPresent(path) {
      do throws(KernelError) { close(try Files.createNew(path, mode: 0o600)) } catch {
        if !error.isThere { throw SessionError(.unavailable, "\(error)") }
      }
    }
    return try Ledger(path: path)
  }
}
