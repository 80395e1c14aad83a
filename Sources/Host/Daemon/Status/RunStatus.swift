import Market
import Storage

/// What a running host shows of itself: `run`, `status` and `status --json` have it from here.
public struct RunStatus: Sendable, Equatable, Decodable {
  public struct Symbol: Sendable, Equatable, Decodable {
    public var name: String
    public var priceDecimals: Int
    public var quantityDecimals: Int
    /// Prices: nil = not known yet.
    public var last: Figure?
    public var bid: Figure?
    public var ask: Figure?
    /// Since its last event; nil before the first.
    public var feedAgeMilliseconds: Int?
    public var isStale: Bool
    /// How far the host is behind the feed.
    public var lagMilliseconds: Int
    public var position: Figure
    /// Nil when flat.
    public var averagePrice: Figure?
    public var unrealized: Figure
  }

  public struct Instance: Sendable, Equatable, Decodable {
    public enum State: String, Sendable, Decodable {
      /// It may open.
      case active
      /// It runs and may not open.
      case stopped
      /// It runs, and learns the market before it may open.
      case warming
      /// It broke its contract and is not called any more.
      case out
      /// Its plugin ended a host before and was not started.
      case quarantined
    }

    public var id: String
    public var strategy: String
    public var symbol: String
    /// SHA-256 of its library.
    public var digest: String
    public var state: State
    /// Of all states but active.
    public var why: String?
    /// Process of its worker; nil in the host's own.
    public var workerID: Int?
    /// How often its worker has been started again.
    public var restarts: Int
    public var position: Figure
    public var openOrders: Int
    /// It trades in simulation alone: position and orders are those of its practice account.
    public var isShadow: Bool
  }

  /// The practice account of a shadow.
  public struct Shadow: Sendable, Equatable, Decodable {
    public var id: String
    public var equity: Figure
    /// Since it began.
    public var pnl: Figure
    public var fees: Figure
    public var fills: Int
    public var trades: Int
    public var refused: Int
    /// Code of what keeps it from opening; nil while nothing does.
    public var blocked: String?
    /// The folder of its journal; nil where none is written.
    public var journal: String?
    /// Of its decisions; known at the end alone.
    public var decisionHash: String?
  }

  public struct Model: Sendable, Equatable, Decodable {
    public var symbol: String
    public var horizonSeconds: Int
    /// ready, missing, invalid, warming, failed, stale.
    public var state: String
    /// The adapter and the format; nil where none is.
    public var model: String?
    /// SHA-256 of the model file.
    public var digest: String?
    public var source: String?
    /// Since it was made.
    public var ageSeconds: Int?
    /// Of all states but ready.
    public var reason: String?
    /// Of its last prediction; nil where there is none.
    public var pUp: Double?
    public var predictionAgeMilliseconds: Int?
    /// Closed seconds that it was asked about.
    public var asked: Int
    /// Answers that did not count.
    public var failed: Int
    /// Of the worst feature and of the scores, against training; nil = not known.
    public var featurePSI: Double?
    public var scorePSI: Double?
    /// Mean squared distance of forecast and outcome, live; nil = not known.
    public var brier: Double?
    public var alerts: [String]
  }

  public struct Limit: Sendable, Equatable, Decodable {
    /// The code that a refusal at this limit would have.
    public var code: String
    /// A symbol, an instance, or "account".
    public var scope: String
    public var value: Figure
    public var limit: Figure
    /// 100 = at the limit.
    public var usedPercent: Figure
  }

  public struct RefusalNote: Sendable, Equatable, Decodable {
    public var ageMilliseconds: Int
    public var instance: String
    public var text: String
  }

  /// The host's Supervisor, as the host sees it.
  public struct Supervisor: Sendable, Equatable, Decodable {
    /// waiting, answers, paused, halted, silent, lost or stalled.
    public var state: String
    /// Of all states but answers and waiting.
    public var why: String?
    /// Since its last good answer; nil = there was none.
    public var answerAgeMilliseconds: Int?
    /// Opening orders that nobody answers about go out.
    public var bypasses: Bool
    /// Opening orders that it was asked about, and what became of them.
    public var asked: Int
    public var allowed: Int
    public var denied: Int
    public var bypassed: Int
    /// Answers that were none, by code.
    public var failures: [String: Int]
    /// Reducing orders that it denied; they went out.
    public var deniedReducing: Int
    /// From the question to the answer.
    public var lastAnswerMicroseconds: Int
    public var longestAnswerMicroseconds: Int
  }

  /// What waits, and where.
  public struct Queues: Sendable, Equatable, Decodable {
    /// Commands of the control socket that the engine has not taken.
    public var control: Int
    /// How far the host is behind the slowest symbol's feed.
    public var feedLagMilliseconds: Int
    /// Orders that are open at the venue.
    public var openOrders: Int
  }

  public var mode: String
  public var uptimeSeconds: Int
  public var processID: Int
  public var events: Int
  public var quoteAsset: String
  public var equity: Figure
  /// Since the UTC day's begin.
  public var pnlToday: Figure
  /// Since the start; deposits and withdrawals are no profit.
  public var pnl: Figure
  public var drawdown: Figure
  public var fees: Figure
  public var fills: Int
  public var trades: Int
  public var refused: Int
  /// Code of what keeps everybody from opening; nil while nothing does.
  public var blocked: String?
  /// The same with figures, and who did it.
  public var blockedWhy: String?
  public var symbols: [Symbol]
  /// Shadows behind the real ones.
  public var instances: [Instance]
  public var shadows: [Shadow]
  /// Empty where no strategy reads predictions.
  public var models: [Model]
  /// Nearest to their edge first.
  public var limits: [Limit]
  /// The last eight, newest first.
  public var refusals: [RefusalNote]
  public var queues: Queues
  /// Nil where nothing is stored.
  public var storage: StorageStatus?
  /// Nil where none is spoken to.
  public var supervisor: Supervisor?

  /// One line for a terminal or a log.
  public var line: String {
    let market = symbols.map { symbol in
      "\(symbol.name) \(symbol.last?.text(decimals: symbol.priceDecimals) ?? "-") pos \(symbol.position.text(decimals: symbol.quantityDecimals))"
        + (symbol.isStale ? " STALE" : "")
    }
    let missing = models.count { $0.state == "missing" || $0.state == "invalid" }
    let real = instances.filter { !$0.isShadow }
    let out = real.count { $0.state == .out }
    let quarantined = real.count { $0.state == .quarantined }
    return
      "\(mode) \(uptimeSeconds)s  \(market.joined(separator: "  "))  pnl \(pnl.text(decimals: 4))  equity \(equity.text(decimals: 2))  "
      + "fills \(fills)  refused \(refused)  events \(events)" + (out > 0 ? "  out \(out)/\(real.count)" : "")
      + (missing > 0 ? "  models \(models.count - missing)/\(models.count)" : "")
      + (quarantined > 0 ? "  quarantined \(quarantined)/\(real.count)" : "")
      + "  \(blocked.map { "STOPPED \($0)" } ?? "trading")"
  }
}
