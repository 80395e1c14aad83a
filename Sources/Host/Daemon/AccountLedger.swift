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
  /// - Returns: also the runs that could not be brought in, with the reason; and where a damaged one is now that had to make room.
  /// - Throws: there is nothing to make it from, or it cannot be read or written.
  public static func upToDate(
    _ settings: Settings, anew: Bool
  ) throws -> (ledger: Ledger, left: [(name: String, reason: String)], damaged: String?) {
    let journals = JournalFolder("\(StateFolder.path(settings))/journal")
    let names = try journals.names()
    let path = path(settings)
    if names.isEmpty, !Files.isPresent(path) {
      throw SessionError(.missingInput, "\(journals.path): no run in \(settings.mode.rawValue) mode has a journal; start one with: quantumedge run")
    }
    // Whether a host writes the last one now is asked first: one that ends meanwhile is read once more the next time.
    let running = ControlClient(settings: settings).isAnybodyThere ? names.last : nil
    var damaged: String?
    while true {
      do {
        let ledger = try open(path)
        if anew { try ledger.check() }
        return (ledger, try LedgerProjection.catchUp(journals, into: ledger, anew: anew, running: running), damaged)
      } catch let error as LedgerError where anew && error.isDamaged && damaged == nil {
        damaged = try setAside(path)
      }
    }
  }

  /// Not removed: rows of runs whose journals are gone may be read from it yet.
  private static func setAside(_ path: String) throws(SessionError) -> String {
    do throws(KernelError) {
      let lock = try FileLock.acquire("\(path).lock")
      var target = "\(path).damaged"
      var number = 2
      while Files.isPresent(target) {
        target = "\(path).damaged-\(number)"
        number += 1
      }
      // The file last: what stands in its log belongs to it alone.
      for suffix in ["-wal", "-shm", ""] where Files.isPresent(path + suffix) { try Files.move(path + suffix, to: target + suffix) }
      _ = consume lock
      return target
    } catch { throw SessionError(.unavailable, "\(error)") }
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
    let lock: FileLock
    // Two that make its tables at once would be in each other's way: SQLite does not wait while it changes its kind of journal.
    do throws(KernelError) { lock = try FileLock.acquire("\(path).lock") } catch { throw SessionError(.unavailable, "\(error)") }
    if !Files.isPresent(path) {
      do throws(KernelError) { close(try Files.createNew(path, mode: 0o600)) } catch {
        if !error.isThere { throw SessionError(.unavailable, "\(error)") }
      }
    }
    let ledger = try Ledger(path: path)
    _ = consume lock
    return ledger
  }
}
