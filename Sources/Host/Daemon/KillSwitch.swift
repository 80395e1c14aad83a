import FoundationEssentials
import Kernel
import Synchronization

/// The kill switch on disk: the operator's file and the latch.
///
/// Absent file and no latch = off. A file that is there but cannot be read or parsed = on: a switch that nobody can
/// read must not be taken for off. Once on, the latch keeps it on until somebody removes it while the host is stopped.
public struct KillSwitch: Sendable {
  /// What the operator writes: `{"enabled": true, "reason": "..."}`.
  struct File: Codable {
    var enabled: Bool
    var reason: String?
  }

  public enum State: Equatable, Sendable {
    case off
    case on(reason: String)

    /// Nil = off.
    var reason: String? { if case .on(let reason) = self { reason } else { nil } }
  }

  /// The operator's file; nil = none is watched.
  public let file: String?
  /// `kill.json` in the state folder.
  public let latch: String

  public init(file: String?, latch: String) {
    self.file = file
    self.latch = latch
  }

  public func read() -> State {
    // The latch counts by being there, whatever somebody wrote into it: it is lifted by removing it.
    switch Self.read(latch, what: "latch") {
    case .on(let reason): return .on(reason: reason)
    case .off where Files.isPresent(latch): return .on(reason: "latch \(latch) is there")
    case .off: break
    }
    return file.map { Self.read($0, what: "kill file") } ?? .off
  }

  private static func read(_ path: String, what: String) -> State {
    // A symlink that leads nowhere is there, and unreadable.
    guard Files.isPresent(path) else { return .off }
    guard let bytes = try? Files.read(path, limit: 1 << 16) else { return .on(reason: "\(what) \(path) cannot be read") }
    guard let content = try? JSONDecoder().decode(File.self, from: Data(bytes)) else { return .on(reason: "\(what) \(path) cannot be parsed") }
    return content.enabled ? .on(reason: content.reason ?? "\(what) \(path) says so") : .off
  }

  /// Writes the latch, so that a restart starts killed.
  public func setLatch(reason: String) throws {
    let content = try JSONEncoder().encode(File(enabled: true, reason: reason))
    try Files.writeAtomically(Array(content), to: latch)
  }
}

/// Looks at the kill switch every quarter of a second, off the engine thread; the answer is taken as an event.
final class KillSwitchWatcher: Sendable {
  static let periodNanoseconds: Int64 = 250_000_000

  private let killSwitch: KillSwitch
  private let reason = Mutex<String?>(nil)
  /// What kept the latch from being written: then only this process knows that the switch is on.
  private let latchTrouble = Mutex<String?>(nil)
  private let isStopped = Atomic<Bool>(false)
  /// Set once the reason is: what the engine's loop looks at, without a lock.
  private let isOn = Atomic<Bool>(false)

  init(_ killSwitch: KillSwitch) { self.killSwitch = killSwitch }

  func start() throws {
    try BackgroundThread.start { [self] in
      while !isStopped.load(ordering: .acquiring), !isOn.load(ordering: .acquiring) {
        if case .on(let text) = killSwitch.read() { return trip(text) }
        Clocks.sleep(nanoseconds: Self.periodNanoseconds)
      }
    }
  }

  /// Switches on for good.
  func trip(_ text: String) {
    reason.withLock { $0 = text }
    do { try killSwitch.setLatch(reason: text) } catch { latchTrouble.withLock { $0 = "\(error)" } }
    isOn.store(true, ordering: .releasing)
  }

  func stop() { isStopped.store(true, ordering: .releasing) }

  /// Why the switch is on; nil while it is off.
  func tripped() -> (reason: String, latchTrouble: String?)? {
    guard isOn.load(ordering: .acquiring), let reason = reason.withLock({ $0 }) else { return nil }
    return (reason, latchTrouble.withLock { $0 })
  }
}
