import HTTPClient
import Kernel
import Logging
import Market
import Risk
import Session
import Settings
import Supervision

/// Orders as the Supervisor is asked about them.
final class SupervisorGateway: OrderGateway {
  private let client: SupervisorClient
  private let instruments: [Instrument]

  init(_ client: SupervisorClient, instruments: [Instrument]) {
    self.client = client
    self.instruments = instruments
  }

  func ask(_ order: PendingOrder, _ market: OrderMarket) { client.ask(question(order.id, order.request, market, isReducing: false)) }

  func tell(_ order: ApprovedOrder, _ market: OrderMarket) { client.tell(question(order.id, order.request, market, isReducing: true)) }

  private func question(_ id: UInt64, _ request: OrderRequest, _ market: OrderMarket, isReducing: Bool) -> OrderQuestion {
    OrderQuestion(orderID: id, instrument: instruments[Int(request.instrument)], request: request, market: market, isReducing: isReducing)
  }
}

extension HostRun {
  /// Whether opening orders wait for the Supervisor: at full speed a recording's time runs away from any answer.
  var asksSupervisor: Bool { settings.supervisor.asksBeforeOpening && !(settings.takesRecordings && settings.replay.speed == .max) }

  /// - Parameter headers: with the token; nil = it asks for none.
  /// - Returns: nil where no Supervisor is spoken to.
  func makeSupervisor(_ headers: HTTPHeaders, started: Int64, _ log: RunLog) throws -> SupervisorClient? {
    if settings.supervisor.asksBeforeOpening, !asksSupervisor {
      log.supervisor.warning("supervisor.risk_enabled: a recording at full speed asks nobody; take feed.speed: recorded")
    }
    guard settings.supervisor.isEnabled || asksSupervisor else { return nil }
    var options = SupervisorOptions(
      baseURL: settings.supervisor.baseURL,
      hostID: "\(Machine.name)/\(settings.mode.rawValue)/\(settings.pairs.venue)/\(StateFolder.practiceAccount)",
      runID: String(started / 1_000_000, radix: 36))
    options.certificateAuthority = settings.supervisor.certificateAuthorityFile.map(settings.resolved)
    options.reports = settings.supervisor.isEnabled
    options.heartbeatIntervalMilliseconds = settings.supervisor.heartbeatIntervalMilliseconds
    options.timeoutMilliseconds = max(1, settings.supervisor.timeoutMilliseconds)
    options.lostAfterMilliseconds = settings.supervisor.lostAfterMilliseconds
    options.onLost =
      switch settings.supervisor.onError {
      case .logAndContinue: .log
      case .reduceOnly: .reduceOnly
      case .halt: .halt
      }
    options.maximumDecisionAgeMilliseconds = settings.supervisor.maximumDecisionAgeMilliseconds
    options.bypasses = settings.bypassesSilentSupervisor
    options.verdictLevel = Logger.Level(rawValue: settings.supervisor.riskLogLevel.rawValue) ?? .info
    if asksSupervisor, settings.supervisor.onRiskError == .bypass {
      log.supervisor.warning("supervisor.risk_on_error: bypass: an opening order goes out when the Supervisor does not answer")
    }
    do throws(KernelError) {
      return try SupervisorClient(options, headers: headers, log: log.supervisor, wakeEngine: StopSignals.interruptWait)
    } catch { throw SessionError(.unavailable, "\(error)") }
  }
}
