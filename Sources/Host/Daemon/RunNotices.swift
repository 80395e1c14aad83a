import Engine
import Risk
import Session

/// Turns what happens in a run into lines for people.
final class RunNotices: RunObserver {
  private let session: TradingSession
  private let notice: (String) -> Void
  private(set) var failures: [String] = []
  /// Set at the end: what shutting down does is no news.
  var isSilent = false

  init(session: TradingSession, notice: @escaping (String) -> Void) {
    self.session = session
    self.notice = notice
  }

  func filled(_ fill: FillRecord) {}
  func closed(_ trip: RoundTrip) {}
  func refused(_ record: RefusalRecord) {}

  func riskChanged(_ refusal: Refusal) {
    if isSilent { return }
    notice(
      refusal.code == .none
        ? "opening is allowed again" : "opening is stopped: \(refusal.accountText); opening orders are cancelled")
  }

  func failed(instance: Int32, _ failure: PluginFailure) {
    let text = "\(session.instances[Int(instance)].id): \(failure.text); it is out, its opening orders are cancelled, its position is held"
    failures.append(text)
    notice(text)
  }
}
