import Engine
import Kernel
import Market
import Risk

/// What leaves for the venue: at once, or when the disk has its record.
///
/// With `journal.sync: always` nothing leaves that a power cut could make unknown. In real time the engine's thread does not wait for that: what
/// leaves does, in one row, so that its order is kept. Where the clock is the data's, waiting must not change what the data finds: there the
/// thread waits.
extension TradingLoop {
  /// Something waits for the disk: whoever sleeps is woken when the disk has it, and calls `sendDurable`.
  public var isWaitingForDisk: Bool { !(outbox?.isEmpty ?? true) }

  /// Between two inputs: sends what the disk has by now.
  public mutating func sendDurable(receiveNanoseconds: Int64) {
    guard isWaitingForDisk else { return }
    let now = max(receiveNanoseconds, self.receiveNanoseconds)
    if isDelayed { reach(now) } else { payFunding(now) }
    release()
    settle(now)
  }

  /// Sends all that waits; waits for the disk itself.
  mutating func sendAll() {
    while let letter = outbox?.first {
      journal?.wait(for: letter.position)
      sendDurable(receiveNanoseconds: receiveNanoseconds)
    }
  }

  mutating func depart(_ action: UnsafePointer<Action>) {
    guard let journal, let realTime else {
      // A cancel or a question that nobody remembers does no harm.
      switch action.pointee {
      case .send, .replace: self.journal?.beforeSend()
      default: break
      }
      return leave(action, decidedNanoseconds: nil)
    }
    let decided = realTime()
    guard outbox != nil else { return leave(action, decidedNanoseconds: decided) }
    // Full: the disk has taken nothing for as long as all these were decided. Nothing is dropped, and so the thread waits.
    while outbox!.isFull {
      journal.wait(for: outbox!.first!.position)
      release()
    }
    outbox!.append(Outbox.Letter(action: action.pointee, position: journal.awaited(), decidedNanoseconds: decided))
  }

  /// An order that waits is taken back where it would have been cancelled: it never leaves, though the kill switch came in between.
  mutating func takeBack(_ orderID: UInt64) -> Bool {
    guard let slot = outbox?.takeBack(orderID) else { return false }
    unsent.append(ExecutionReport(slot: slot, orderID: orderID, kind: .cancelled))
    return true
  }

  /// Performs what the disk has, in its order. What it will never have must not open anything, and must not keep an exit either.
  private mutating func release() {
    guard let journal, let realTime else { return }
    while let letter = outbox?.first {
      let standing = journal.standing(of: letter.position)
      if standing == .waits { return }
      outbox!.removeFirst()
      let isLate = letter.opening != nil && realTime() - letter.decidedNanoseconds > Outbox.openingLifeNanoseconds
      guard let order = letter.opening, standing == .never || isLate else {
        withUnsafePointer(to: letter.action) { leave($0, decidedNanoseconds: letter.decidedNanoseconds) }
        continue
      }
      // The order that it was to replace is open all the same.
      if case .replace(let slot, let orderID, _) = letter.action {
        withUnsafePointer(to: .cancel(slot: slot, orderID: orderID)) { leave($0, decidedNanoseconds: letter.decidedNanoseconds) }
      }
      var report = ExecutionReport(slot: order.slot, orderID: order.id, kind: .rejected)
      report.code = standing == .never ? .journalTrouble : .decisionExpired
      unsent.append(report)
    }
  }

  private mutating func leave(_ action: UnsafePointer<Action>, decidedNanoseconds: Int64?) {
    switch action.pointee {
    case .send(let order):
      CrashPoint.pass(.beforeSend)
      if isDelayed { line.send(.submit(order)) } else { venue.submit(order) }
      CrashPoint.pass(.afterSend)
    case .cancel(let slot, let orderID):
      if isDelayed { line.send(.cancel(slot: slot, orderID: orderID)) } else { venue.cancel(slot: slot, orderID: orderID) }
    case .replace(let slot, let orderID, let order):
      if isDelayed {
        line.send(.replace(slot: slot, orderID: orderID, with: order))
      } else {
        venue.replace(slot: slot, orderID: orderID, with: order)
      }
    case .query(let order):
      venue.resume(order)
      if isDelayed { respond() }
    default: preconditionFailure("only what the venue is told leaves")
    }
    if let decidedNanoseconds, let realTime { journal?.sent(action, decidedNanoseconds: decidedNanoseconds, sentNanoseconds: realTime()) }
    switch action.pointee {
    case .send(let order), .replace(_, _, let order): observer?.sent(order)
    default: break
    }
  }
}
