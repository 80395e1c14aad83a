import Engine
import Risk
import Session

/// Turns what happens in a run into lines for people, and remembers the last refusals.
final class RunNotices: RunObserver {
  struct Refused {
    var record: RefusalRecord
    /// Wall clock.
    var nanoseconds: Int64
  }

  static let keptRefusals = 8
  static let keptFailures = 64

  private let session: TradingSession
  private let notice: (String) -> Void
  private(set) var failures: [String] = []
  /// Why each instance is out; nil while it is not.
  private(set) var instanceFailures: [String?]
  /// A ring of the last ones; `refusalCount` tells where it begins.
  private var refusals: [Refused] = []
  private var refusalCount = 0
  private var firstRefusals = FirstRefusals()
  /// Wall clock of the input in work, for the age of refusals.
  var now: Int64 = 0
  /// Set while shutting down: what that does is no news of the run.
  var isSilent = false

  init(session: TradingSession, notice: @escaping (String) -> Void) {
    self.session = session
    self.notice = notice
    instanceFailures = session.instances.map { _ in nil }
    refusals.reserveCapacity(Self.keptRefusals)
  }

  /// Newest first.
  var lastRefusals: [Refused] {
    (0..<refusals.count).map { refusals[(refusalCount - 1 - $0) % Self.keptRefusals] }
  }

  /// Something that makes the run fail in the end, for people. The first ones are kept; a plugin may fail for ever.
  func failed(_ text: String) {
    if failures.count < Self.keptFailures { failures.append(text) }
    notice(text)
  }

  func filled(_ fill: FillRecord) {}
  func closed(_ trip: RoundTrip) {}

  /// The first of each code is told, with its figures; the status counts the rest.
  func refused(_ record: RefusalRecord) {
    let refused = Refused(record: record, nanoseconds: now)
    if refusals.count < Self.keptRefusals { refusals.append(refused) } else { refusals[refusalCount % Self.keptRefusals] = refused }
    refusalCount += 1
    guard !isSilent, let text = firstRefusals.add(record, spec: session.instruments[Int(record.instrument)].spec) else { return }
    notice("\(session.instances[Int(record.instance)].id): first refusal of \(text)")
  }

  func riskChanged(_ refusal: Refusal) {
    if isSilent { return }
    notice(
      refusal.code == .none
        ? "opening is allowed again" : "opening is stopped: \(refusal.text(for: nil)); opening orders are cancelled")
  }

  func riskChanged(instance: Int32, _ refusal: Refusal) {
    if isSilent { return }
    let id = session.instances[Int(instance)].id
    let spec = session.instruments[Int(session.configuration.instances[Int(instance)].instrument)].spec
    notice(
      refusal.code == .none
        ? "\(id): opening is allowed again" : "\(id): opening is stopped: \(refusal.text(for: spec)); its opening orders are cancelled")
  }

  func failed(instance: Int32, _ failure: PluginFailure) {
    instanceFailures[Int(instance)] = failure.text
    let position = session.configuration.onFailure == .flatten ? "its position is closed" : "its position is held"
    failed("\(session.instances[Int(instance)].id): \(failure.text); it is out, its opening orders are cancelled, \(position)")
  }

  /// The instance is in the run again.
  func returned(_ instance: Int) { instanceFailures[instance] = nil }
}
