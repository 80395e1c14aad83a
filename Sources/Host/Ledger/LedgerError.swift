import GRDB
import Market

/// What is wrong with a ledger, and what to do.
public struct LedgerError: Fault {
  public let kind: FaultKind
  public let description: String

  public init(_ kind: FaultKind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  init(_ error: DatabaseError, _ path: String) {
    let reason = error.message ?? error.resultCode.description
    switch error.resultCode.primaryResultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
      self.init(
        .badData, "\(path): is damaged, or no ledger (\(reason)); move it away, it is made anew from the journals: quantumedge ledger rebuild")
    case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.unavailable, "\(path): another process writes it; try again")
    default: self.init(.unavailable, "\(path): \(reason)")
    }
  }
}
