import Engine
import Risk
import Session

/// Turns what happens in a run into lines for people.
final class RunNotices: RunObserver {
  private let session: TradingSession
  private let notice: (String) -> Void
  private(set) var failures: [String] = []
  private var firstRefusals = FirstRefusals()
  /// Set at the end: what shutting down does is no news.
  var isSilent = false

  init(session: TradingSession, notice: @escaping (String) -> Void) {
    self.session = session
    self.notice = notice
  }

  func filled(_ fill: FillRecord) {}
  func closed(_ trip: RoundTrip) {}

  /// The first of each code, with its figures; the status line counts the rest.
  func refused(_ record: RefusalRecord) {
    guard let text = firstRefusals.add(record, spec: session.instruments[Int(record.instrument)].spec) else { return }
    notice("\(session.instances[Int(record.instance)].id): first refusal of \(text)")
  }

  func riskChanged(_ refusal: Refusal) {
    if isSilent { return }
    notice(
      refusal.code == .none
        ? "opening is allowed again" : "opening is stopped: \(refusal.text(for: nil)); opening orders are cancelled")
  }

  func failed(instance: Int32, _ failure: PluginFailure) {
    let text = "\(session.instances[Int(instance)].id): \(failure.text); it is out, its opening orders are cancelled, its position is held"
    failures.append(text)
    notice(text)
  }
}
