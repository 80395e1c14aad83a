import Risk
import Engine
import Logging
import Session
import Settings

/// Settings that are read again while the host runs: by SIGHUP, or by `config reload`.
extension LiveHost {
  /// - Parameter request: of the control socket; nil = SIGHUP.
  mutating func rereadSettings(for request: UInt64?) {
    guard !rereader.start(for: request) else { return }
    let text = "settings are being read already, or there is no thread to read them; try again"
    log.settings.warning("\(text)")
    if let request { mailbox.answer(request, ControlAnswer(content: .failed(text))) }
  }

  /// What has been read: limits that tighten hold from this input on; a bad file changes nothing.
  mutating func takeReadSettings(_ now: Int64) {
    guard let answer = rereader.take() else { return }
    switch answer.settings {
    case .failure(let error):
      for line in error.violations { log.settings.warning("\(line)") }
      let text =
        "settings are not acceptable, nothing was changed: \(error.violations.first ?? "")\(error.violations.count > 1 ? " (and \(error.violations.count - 1) more)" : "")"
      log.settings.warning("not acceptable, nothing was changed")
      if let request = answer.request { mailbox.answer(request, ControlAnswer(content: .failed(text))) }
    case .success(let wanted):
      let (adopted, change) = settings.adopting(wanted)
      let openBefore = openOrders
      var sequence: UInt64 = 0
      if adopted.limits != settings.limits || adopted.symbolNotional != settings.symbolNotional {
        let own = session.instruments.map { adopted.exposureLimit(of: $0) }
        sequence = loop.tighten(adopted.limits, symbolNotional: own, receiveNanoseconds: engineNow(now))
        tightenShadows(adopted, now)
      }
      let isSwitchedOff = adopted.killSwitch.enabled && !settings.killSwitch.enabled
      settings = adopted
      if isSwitchedOff { tripKillSwitch(now) }
      if let level = Logger.Level(rawValue: settings.logging.level.rawValue) { log.setLevel(level) }
      let words = change.text + (sequence > 0 ? " (input \(sequence))" : "")
      let text = "settings: \(words)"
      log.settings.notice("\(words)")
      guard let request = answer.request else { return }
      mailbox.answer(
        request,
        ControlAnswer(
          content: .done(
            ControlAnswer.Done(
              sequence: sequence, message: text, blocked: loop.engine.blockingRefusal?.code.name, openOrdersBefore: openBefore,
              openOrdersAfter: openOrders, positions: positions))))
    }
  }
}
