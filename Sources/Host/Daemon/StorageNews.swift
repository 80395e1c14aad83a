import Logging
import Storage

/// Tells what becomes of storing: trouble when it begins and ends, drops at most once a minute.
struct StorageNews {
  private var trouble: String?
  private var dropped = 0
  private var nextDrop = Int64.min

  mutating func look(_ status: StorageStatus, _ now: Int64, _ log: RunLog) {
    if status.trouble != trouble {
      trouble = status.trouble
      if let trouble {
        log.host.warning("storage: \(trouble); rows wait in memory, and it is tried each second")
      } else {
        log.host.notice("storage: it is written again")
      }
    }
    guard status.dropped > dropped, now >= nextDrop else { return }
    log.host.warning("storage: \(status.dropped - dropped) messages were dropped, \(status.dropped) in all; the engine had every one of them")
    dropped = status.dropped
    nextDrop = now + 60_000_000_000
  }
}
