import HTTPClient
import Kernel
import Logging
import Market
import Risk
import Session
import Synchronization

/// The host's side of the Supervisor: heartbeats and questions out, its word and its verdicts in.
///
/// All waiting is done on threads of its own. The engine's hands over what it has, and takes what has come between two inputs.
public final class SupervisorClient: Sendable {
  /// For the engine's thread.
  public enum News: Sendable, Equatable {
    /// `Event.Payload.verdict`
    case verdict(orderID: UInt64, RefusalCode)
    /// `Event.Command.supervisor`
    case word(SupervisorWord)
    /// `supervisor.on_error: halt`
    case halt(reason: String)
    /// Its operator has everything closed; the heartbeats behind it carry the id.
    case flatten(id: String, reason: String)
  }

  private struct Asked {
    var question: OrderQuestion
    /// Monotonic, ns.
    var at: Int64
    /// Nobody has answered in time, and it went out.
    var isBypassed = false
  }

  private struct Shared {
    var news: [News] = []
    var snapshot: (turn: UInt64, body: JSONValue)?
    var lastTurn: UInt64?
    var posted: [OrderQuestion] = []
    /// Opening orders without an answer, by number.
    var asked: [UInt64: Asked] = [:]
    var heartbeat: (answer: HeartbeatAnswer, at: Int64)?
    var status: SupervisorStatus
    /// As it was told last; nil = nothing yet.
    var word: SupervisorWord?
    /// The order to close everything that was passed on last.
    var flatten: String?
    /// The last trouble that was said.
    var trouble: String?
    var isEnding = false
  }

  private let options: SupervisorOptions
  private let exchange: HTTPExchange
  private let log: Logger
  private let wakeEngine: @Sendable () -> Void
  private let shared: Mutex<Shared>
  private let newsCount = Atomic<Int>(0)
  private let isSnapshotWanted = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)
  private let wake: WakeSignal
  private let ended: WakeSignal

  /// - Parameters:
  ///   - headers: with the token.
  ///   - wakeEngine: called when there is news.
  public init(_ options: SupervisorOptions, headers: HTTPHeaders, log: Logger, wakeEngine: @escaping @Sendable () -> Void) throws(KernelError) {
    self.options = options
    self.log = log
    self.wakeEngine = wakeEngine
    exchange = try HTTPExchange(headers: headers, certificateAuthority: options.certificateAuthority)
    shared = Mutex(Shared(status: SupervisorStatus(bypasses: options.bypasses)))
    wake = try WakeSignal()
    ended = try WakeSignal()
    try BackgroundThread.start { [self] in work() }
  }

  public var hostID: String { options.hostID }

  // MARK: The engine's side

  /// An opening order waits for a verdict.
  public func ask(_ question: OrderQuestion) {
    let now = Clocks.monotonicNanoseconds()
    shared.withLock {
      $0.asked[question.orderID] = Asked(question: question, at: now)
      $0.posted.append(question)
      $0.status.asked += 1
    }
    wake.raise()
  }

  /// A reducing order has gone out: the question is for the audit.
  public func tell(_ question: OrderQuestion) {
    shared.withLock { $0.posted.append(question) }
    wake.raise()
  }

  /// Whether `offer` is waited for.
  @inline(__always)
  public var wantsSnapshot: Bool { isSnapshotWanted.load(ordering: .relaxed) }

  /// How things stand.
  ///
  /// - Parameters:
  ///   - turn: rises with each turn of the engine's loop; the same one twice is no news.
  public func offer(turn: UInt64, _ body: JSONValue) {
    let isNew = shared.withLock { shared in
      if turn == shared.lastTurn { return false }
      shared.snapshot = (turn, body)
      return true
    }
    guard isNew else { return }
    isSnapshotWanted.store(false, ordering: .relaxed)
    wake.raise()
  }

  /// What has come, oldest first; costs one load where nothing has.
  public func takeNews() -> [News] {
    guard newsCount.load(ordering: .acquiring) > 0 else { return [] }
    return shared.withLock { shared in
      newsCount.store(0, ordering: .relaxed)
      defer { shared.news = [] }
      return shared.news
    }
  }

  public var status: SupervisorStatus { shared.withLock { $0.status } }

  /// Ends the threads; nobody is told any more.
  public func stop() {
    shared.withLock { $0.isEnding = true }
    wake.raise()
    while !isOver.load(ordering: .acquiring) { ended.wait(milliseconds: 1000) }
    exchange.stop()
  }

  // MARK: The client's thread

  private func work() {
    let begin = Clocks.monotonicNanoseconds()
    var pace = HeartbeatPace(
      intervalNanoseconds: options.heartbeatIntervalMilliseconds * 1_000_000, lostAfterNanoseconds: options.lostAfterMilliseconds * 1_000_000,
      now: begin)
    while !shared.withLock({ $0.isEnding }) {
      wake.clear()
      send(
        shared.withLock { shared in
          defer { shared.posted = [] }
          return shared.posted
        })
      let nextBypass = bypassOverdue()
      if options.reports { keepPace(&pace) }
      let next = min(options.reports ? pace.nextLook : .max, nextBypass)
      let wait = next == .max ? 60_000 : max(0, min(60_000, (next - Clocks.monotonicNanoseconds()) / 1_000_000 + 1))
      wake.wait(milliseconds: Int32(wait))
    }
    isOver.store(true, ordering: .releasing)
    ended.raise()
  }

  private func note(_ news: News, in shared: inout Shared) {
    shared.news.append(news)
    newsCount.add(1, ordering: .releasing)
  }

  // MARK: Heartbeats

  private func keepPace(_ pace: inout HeartbeatPace) {
    if let (answer, at) = shared.withLock({ shared in
      defer { shared.heartbeat = nil }
      return shared.heartbeat
    }) {
      take(answer, at, &pace)
    }
    let now = Clocks.monotonicNanoseconds()
    for step in pace.steps(at: now, hasSnapshot: shared.withLock { $0.snapshot != nil }) {
      switch step {
      case .wantSnapshot: isSnapshotWanted.store(true, ordering: .relaxed)
      case .send: beat()
      case .stalled:
        log.warning("stalled: the engine has not turned for \(options.heartbeatIntervalMilliseconds) ms; no heartbeat goes out")
        shared.withLock { $0.status.isStalled = true }
      case .turnsAgain:
        log.notice("the engine turns again; heartbeats go on")
        shared.withLock { $0.status.isStalled = false }
      case .lost: lose(pace.silence(at: now))
      }
    }
  }

  private func beat() {
    let body = shared.withLock { shared in
      defer { shared.snapshot = nil }
      shared.lastTurn = shared.snapshot?.turn
      return shared.snapshot?.body ?? .object([])
    }
    let request = HTTPRequest(
      post: Array(body.description.utf8), to: options.baseURL + "/api/v1/heartbeat", timeoutMilliseconds: Int(options.timeoutMilliseconds))
    let isTaken = exchange.send(request) { [self] in heard(HeartbeatAnswer($0)) }
    if !isTaken { heard(.none(why: "too many requests are open")) }
  }

  private func heard(_ answer: HeartbeatAnswer) {
    let now = Clocks.monotonicNanoseconds()
    shared.withLock { $0.heartbeat = (answer, now) }
    wake.raise()
  }

  private func take(_ answer: HeartbeatAnswer, _ at: Int64, _ pace: inout HeartbeatPace) {
    let chance = Double.random(in: 0..<1)
    switch answer {
    case .none(let why):
      _ = pace.answered(isGood: false, at: at, chance: chance)
      let isNews = shared.withLock { shared in
        defer { shared.trouble = why }
        shared.status.trouble = why
        return shared.trouble != why
      }
      if isNews { log.warning("\(options.baseURL): no heartbeat is answered: \(why)") }
    case .word(let word, let why, let flatten):
      if let flatten { pass(flatten) }
      let isBack = pace.answered(isGood: true, at: at, chance: chance)
      let (before, hadTrouble) = shared.withLock { shared in
        defer { (shared.word, shared.trouble) = (word, nil) }
        shared.status.heard(word, why: why, at: at)
        if shared.word != word, shared.word != nil || word != .allows { note(.word(word), in: &shared) }
        return (shared.word, shared.trouble != nil)
      }
      if isBack || hadTrouble || before == nil { log.notice("\(options.baseURL): the Supervisor answers") }
      guard before != word, before != nil || word != .allows else { return }
      switch word {
      case .halted: log.warning("the Supervisor halts this host: \(why)")
      case .paused: log.warning("the Supervisor pauses this host: \(why)")
      case .allows, .lost: log.notice("the Supervisor lets this host open")
      }
      wakeEngine()
    }
  }

  private func pass(_ flatten: HeartbeatAnswer.Flatten) {
    let reason = Shown.line(flatten.reason ?? "no reason given")
    let isNew = shared.withLock { shared in
      guard shared.flatten != flatten.id else { return false }
      shared.flatten = flatten.id
      note(.flatten(id: flatten.id, reason: reason), in: &shared)
      return true
    }
    guard isNew else { return }
    log.warning("the Supervisor has everything closed: \(reason)")
    wakeEngine()
  }

  private func lose(_ silence: Int64) {
    let seconds = silence / 1_000_000_000
    shared.withLock { $0.status.isLost = true }
    let word = "the Supervisor has not answered for \(seconds) s (supervisor.lost_after_s)"
    switch options.onLost {
    case .log: log.warning("\(word); trading goes on (supervisor.on_error: log_and_continue)")
    case .reduceOnly:
      log.warning("\(word); nothing opens until it does (supervisor.on_error: reduce_only)")
      shared.withLock { shared in
        shared.word = .lost
        note(.word(.lost), in: &shared)
      }
      wakeEngine()
    case .halt:
      log.warning("\(word); the host is halted (supervisor.on_error: halt); resume with: quantumedge risk resume")
      shared.withLock { note(.halt(reason: word), in: &$0) }
      wakeEngine()
    }
  }

  // MARK: Orders

  private func send(_ questions: [OrderQuestion]) {
    for question in questions {
      let request = HTTPRequest(
        post: Array(question.body(hostID: options.hostID, runID: options.runID).description.utf8), to: options.baseURL + "/api/v1/risk/evaluate",
        timeoutMilliseconds: Int(options.timeoutMilliseconds))
      let isTaken = exchange.send(request) { [self] in answered(question, OrderAnswer($0)) }
      if !isTaken { answered(question, .none(.supervisorUnreachable, why: "too many requests are open")) }
    }
  }

  private func answered(_ question: OrderQuestion, _ answer: OrderAnswer) {
    let now = Clocks.monotonicNanoseconds()
    let name = "\(question.instrument.id.symbol) order \(question.orderID)"
    if question.isReducing {
      switch answer {
      case .allowed: log.log(level: options.verdictLevel, "\(name): reducing, allowed")
      case .denied(let code, let reason): log.warning("\(name): reducing, sent, and the Supervisor denies it: \(code): \(reason)")
      case .none(let code, let why): log.log(level: options.verdictLevel, "\(name): reducing, sent; \(code.name): \(why)")
      }
      return shared.withLock { $0.status.audited(answer) }
    }
    // nil: nobody waits for it.
    let verdict: RefusalCode? = shared.withLock { shared in
      guard let asked = shared.asked.removeValue(forKey: question.orderID) else { return nil }
      shared.status.answered(answer, nanoseconds: now - asked.at, wasBypassed: asked.isBypassed, bypasses: options.bypasses)
      let code: RefusalCode? =
        switch answer {
        case .allowed: asked.isBypassed ? nil : RefusalCode.none
        // One that comes after the order has gone out takes back its rest.
        case .denied: .supervisorDenied
        case .none(let code, _): asked.isBypassed ? nil : code == .supervisorUnreachable && options.bypasses ? RefusalCode.none : code
        }
      if let code { note(.verdict(orderID: question.orderID, code), in: &shared) }
      return code
    }
    switch answer {
    case .allowed: log.log(level: options.verdictLevel, "\(name): allowed")
    case .denied(let code, let reason): log.log(level: options.verdictLevel, "\(name): denied: \(code): \(reason)")
    case .none(let code, let why):
      log.log(
        level: options.bypasses && code == .supervisorUnreachable ? .warning : options.verdictLevel,
        "\(name): \(code.name): \(why)\(Self.outcome(verdict))")
    }
    if verdict != nil { wakeEngine() }
  }

  private static func outcome(_ verdict: RefusalCode?) -> String {
    verdict == nil ? "" : verdict == RefusalCode.none ? "; it goes out (supervisor.risk_on_error: bypass)" : "; it is not sent"
  }

  /// With `bypass` an order that nobody answers about goes out before it is too old.
  ///
  /// - Returns: when the next one is due.
  private func bypassOverdue() -> Int64 {
    let limit = options.bypassMilliseconds * 1_000_000
    let now = Clocks.monotonicNanoseconds()
    let (overdue, next): ([OrderQuestion], Int64) = shared.withLock { shared in
      // Questions that the exchange lost count would pile up without an end: their answers come by its own limit.
      guard options.bypasses else { return ([], .max) }
      var overdue: [OrderQuestion] = []
      var next = Int64.max
      for (id, asked) in shared.asked where !asked.isBypassed {
        if now >= asked.at + limit {
          overdue.append(asked.question)
          shared.asked[id]?.isBypassed = true
          shared.status.bypassed += 1
          note(.verdict(orderID: id, .none), in: &shared)
        } else {
          next = min(next, asked.at + limit)
        }
      }
      return (overdue, next)
    }
    for question in overdue.sorted(by: { $0.orderID < $1.orderID }) {
      log.warning(
        "\(question.instrument.id.symbol) order \(question.orderID): no answer in \(options.bypassMilliseconds) ms; it goes out (supervisor.risk_on_error: bypass)"
      )
    }
    if !overdue.isEmpty { wakeEngine() }
    return next
  }
}
