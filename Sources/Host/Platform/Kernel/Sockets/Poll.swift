import CKernel
import Glibc

/// Waits for any of several descriptors: one thread serves them all.
public struct Poll {
  private var entries: [pollfd] = []

  public init() {}

  public mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  public mutating func add(_ listener: LocalListener) { add(listener.descriptor, POLLIN) }
  public mutating func add(_ signal: borrowing WakeSignal) { add(signal.descriptor, POLLIN) }

  /// With neither of the two, only the end of the connection is noticed.
  public mutating func add(_ connection: LocalConnection, forReading: Bool, forWriting: Bool) {
    add(connection.descriptor, (forReading ? POLLIN : 0) | (forWriting ? POLLOUT : 0))
  }

  private mutating func add(_ descriptor: Int32, _ events: Int32) { entries.append(pollfd(fd: descriptor, events: Int16(events), revents: 0)) }

  /// Returns when one is ready or the time is over; then `isReady` tells which, by the order of adding.
  public mutating func wait(milliseconds: Int32) {
    // An interruption shows nothing as ready, like the end of the time.
    if poll(&entries, nfds_t(entries.count), milliseconds) < 0 { for index in entries.indices { entries[index].revents = 0 } }
  }

  /// Ready for what it was added for, or at its end.
  public func isReady(_ index: Int) -> Bool { entries[index].revents != 0 }
}

/// Wakes a thread that waits in `Poll`, from any other.
public struct WakeSignal: ~Copyable, Sendable {
  let descriptor: Int32

  public init() throws(KernelError) {
    descriptor = qe_event()
    guard descriptor >= 0 else { throw KernelError("make", "an event") }
  }

  deinit { close(descriptor) }

  public func raise() {
    var one: UInt64 = 1
    // A count that is full is raised already.
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Returns when it is raised or the time is over; it stays raised.
  public func wait(milliseconds: Int32) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&entry, 1, milliseconds)
  }

  public func clear() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
  }
}
