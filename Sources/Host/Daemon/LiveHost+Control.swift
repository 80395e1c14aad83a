import Session
import Plugins
import Logging
import Engine
import Kernel
import Market
import Risk

extension LiveHost {
  /// Does what the control socket asks: each command is an engine input of its own, and a line that says who and what.
  mutating func answer(_ request: ControlMailbox.Request, _ now: Int64) {
    let who = "user \(request.peer.user), process \(request.peer.process)"
    let content: ControlAnswer.Content
    if isEnding, request.command != .status {
      return mailbox.answer(request.id, ControlAnswer(content: .failed("the host is shutting down; nothing was done")))
    }
    switch request.command {
    case .reloadSettings:
      log.control.notice("reload-settings by \(who)")
      return rereadSettings(for: request.id)
    case .reload(let symbol, let horizonSeconds):
      // Its answer comes when the new version runs, or is refused.
      log.control.notice("reload (\(symbol)/\(horizonSeconds)) by \(who)")
      return reload(symbol: symbol, horizonSeconds: horizonSeconds, request: request.id)
    case .reloadModel(let symbol, let horizonSeconds):
      log.control.notice("reload-model (\(symbol)/\(horizonSeconds)) by \(who)")
      return reloadModel(symbol: symbol, horizonSeconds: horizonSeconds, request: request.id)
    case .status: content = .status(status(now))
    case .halt(let reason):
      let hadHalted = isHalted
      haltNote = "HALTED by \(who)" + (reason.map { ": \($0)" } ?? "")
      content = perform(.halt, now, as: request.command.name, who, reason) { host, cancelled in
        "\(hadHalted ? "was halted already" : "halted"); \(cancelled); \(host.held(besides: [])); resume with: quantumedge risk resume"
      }
    case .resume:
      content = perform(.resume, now, as: request.command.name, who, nil) { host, _ in
        host.stillStopped.map { "opening is still stopped: \($0)" } ?? "opening is allowed" + host.exceptions
      }
      if !isHalted { haltNote = nil }
    case .flatten(let symbol):
      guard let instrument = instrument(symbol) else {
        content = .wrong("\(symbol ?? "") is not traded here; symbols: \(session.instruments.map(\.id.symbol).joined(separator: ", "))")
        break
      }
      haltNote = "HALTED by \(who) to flatten \(symbol ?? "everything")"
      let before = positions
      content = perform(.flatten(instrument: instrument), now, as: request.command.name, who, symbol) { host, cancelled in
        let after = host.positions
        let words = { (verb: String, some: [(name: String, position: Figure)]) in
          some.isEmpty ? "" : "\(verb) \(some.map { "\($0.name) \($0.position.text(decimals: $0.position.scale))" }.joined(separator: ", ")); "
        }
        let closing = after.filter { instrument < 0 || $0.name == host.session.instruments[Int(instrument)].id.symbol }
        return "halted; \(cancelled); \(words("closed", before.filter { old in !after.contains { $0.name == old.name } }))"
          + "\(words("closing", closing))\(host.held(besides: closing.map(\.name))); resume with: quantumedge risk resume"
      }
    case .resetPeak:
      content = perform(.resetPeak, now, as: request.command.name, who, nil) { host, _ in
        "drawdown is measured from \(DecimalText.format(host.loop.engine.peak, decimals: 2)) on"
          + (host.stillStopped.map { "; opening is stopped: \($0)" } ?? "")
      }
    }
    mailbox.answer(request.id, ControlAnswer(content: content))
  }

  /// - Parameter words: what happened, from the host after it and what became of orders.
  private mutating func perform(
    _ command: Event.Command, _ now: Int64, as name: String, _ who: String, _ detail: String?, words: (borrowing LiveHost, String) -> String
  ) -> ControlAnswer.Content {
    let before = openOrders
    let cancels = loop.counters.cancels
    let sequence = loop.command(command, receiveNanoseconds: engineNow(now))
    let after = openOrders
    let gone = max(0, before - after)
    // With latencies the venue has not heard of them yet.
    let asked = loop.counters.cancels - cancels
    leavingOrders = max(0, asked - gone)
    var message = words(
      self,
      asked > gone
        ? "\(asked == 1 ? "1 order is" : "\(asked) orders are") being cancelled" : gone == 1 ? "1 order cancelled" : "\(gone) orders cancelled")
    if loop.isJournalLost {
      message += "; this is NOT in the journal (\(loop.journalTrouble ?? "it is lost")): a restart is halted whatever was said"
    } else if loop.isJournalNotOnDisk {
      message += "; this is in the journal, and a power cut may take it (\(loop.journalTrouble ?? "the disk refused it"))"
    }
    log.control.notice("\(name)\(detail.map { " (\($0))" } ?? "") by \(who), input \(sequence): \(message)")
    return .done(
      ControlAnswer.Done(
        sequence: sequence, message: message, blocked: loop.engine.blockingRefusal?.code.name, openOrdersBefore: before, openOrdersAfter: after,
        positions: positions))
  }

  private var isHalted: Bool { loop.engine.blockingRefusal?.code == .halted }

  /// Why nothing opens, and what to do about it; nil when something may.
  private var stillStopped: String? {
    loop.engine.blockingRefusal.map { "\($0.text(for: nil)); \(advice($0.code))" }
  }

  /// Instances that may not open for causes of their own.
  private var exceptions: String {
    session.instances.indices.map { index in
      if loop.engine.isOut(instance: index) { return "; \(session.instances[index].id) is out" }
      return loop.engine.blockingRefusal(instance: index).map { "; not for \(session.instances[index].id): \($0.code.name)" } ?? ""
    }.joined()
  }

  /// -1 for all; nil for one that is not traded here.
  private func instrument(_ symbol: String?) -> Int32? {
    guard let symbol else { return -1 }
    return session.instruments.firstIndex { $0.id.symbol == symbol || $0.id.description == symbol }.map { Int32($0) }
  }

  /// What stays held and open, in words.
  private func held(besides closing: [String]) -> String {
    let positions = positions.filter { !closing.contains($0.name) }.map {
      "position \($0.name) \($0.position.text(decimals: $0.position.scale)) stays"
    }
    let orders = openOrders - leavingOrders
    let all = positions + (orders > 0 ? [orders == 1 ? "1 order stays" : "\(orders) orders stay"] : [])
    return all.isEmpty ? (closing.isEmpty ? "nothing is held" : "nothing else is held") : all.joined(separator: "; ")
  }

  private func advice(_ code: RefusalCode) -> String {
    switch code {
    case .halted: "resume with: quantumedge risk resume"
    case .killed: "stop the host, remove the kill file and its latch, start it again"
    case .drawdownLimit: "measure from here on with: quantumedge risk reset-peak, then resume"
    case .journalTrouble: "make room on the disk; a journal whose end is lost, or that the disk refused, needs a restart"
    case .modelsMissing: "publish them (quantumedge models publish), or restart with ml.require_models: false"
    case .supervisorHalted, .supervisorPaused: "it ends when it is cleared at the Supervisor (supervisor.base_url)"
    case .supervisorLost: "it ends when the Supervisor answers; look with: quantumedge status"
    case .dailyLossLimit: "it ends with the UTC day: resume then"
    default: "look with: quantumedge risk status"
    }
  }
}
