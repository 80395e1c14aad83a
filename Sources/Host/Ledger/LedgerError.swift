import GRDB
import Market

/// What is wrong with a ledger, and what to do.
public struct LedgerError: Fault {
  public let kind: FaultKind
  public let description: String
  /// The file is broken, or none of ours: it is of no use, and can be made anew.
  public let isDamaged: Bool

  public init(_ kind: FaultKind, _ description: String) { self.init(kind, description, isDamaged: false) }

  private init(_ kind: FaultKind, _ description: String, isDamaged: Bool) {
    self.kind = kind
    self.description = description
    self.isDamaged = isDamaged
  }

  init(damaged path: String, _ reason: String) {
    self.init(
      .badData, "\(path): is damaged, or no ledger (\(reason)); move it aside and make it anew from the journals with: quantumedge ledger rebuild",
      isDamaged: true)
  }

  init(_ error: DatabaseError, _ path: String) {
    let reason = error.message ?? error.resultCode.description
    switch error.resultCode.primaryResultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
      self.init(damaged: path, reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.unavailable, "\(path): another process writes it; try again")
    default: self.init(.unavailable, "\(path): \(reason)")
    }
  }
}
