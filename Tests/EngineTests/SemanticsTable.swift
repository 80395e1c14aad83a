import Engine
import Market
import PluginABI
import Risk
import TestKit

/// The table "Opening, reducing, cancel" of the trading semantics as data: one row per check.
enum SemanticsTable {
  /// Where the checked figure stands. For a check without a figure: the cause is absent, was there and is over (or only
  /// half there), is there.
  enum Level: CaseIterable { case inside, at, over }

  enum Action: CaseIterable { case opening, reducing, cancel }

  enum Answer: Equatable {
    case accepted
    case refused(RefusalCode, Refusal.Unit, value: Int128, limit: Int128)

    static func refused(_ code: RefusalCode) -> Answer { .refused(code, .none, value: 0, limit: 0) }
    static func money(_ code: RefusalCode, _ value: Int128, limit: Int128) -> Answer { .refused(code, .money, value: value, limit: limit) }
    static func count(_ code: RefusalCode, _ value: Int128, limit: Int128) -> Answer { .refused(code, .count, value: value, limit: limit) }
    static func quantity(_ code: RefusalCode, _ value: Int128, limit: Int128) -> Answer { .refused(code, .quantity, value: value, limit: limit) }
    static func price(_ code: RefusalCode, _ value: Int128, limit: Int128) -> Answer { .refused(code, .price, value: value, limit: limit) }
  }

  /// One cell's stage. Before the question instance 0 holds 0.020 BTC, bought at 60,000.0 an hour and more ago; bid, ask
  /// and last are 60,000.0. So 0.001 BTC is 60 USDT.
  struct Setup {
    var instruments = [Samples.perpetual()]
    var instances: [Int32] = [0]
    var limits = Samples.farLimits
    var symbolNotional: [Money?] = []
    var cash = Money(units: 1_000_000)
    var held: Int64 = 20
    var prepare: (HandDesk) -> Void = { _ in }
    var opening = qe_intent.market(7, .buy, 10)
    var openingInstance = 0
    var openingAnswer = Answer.accepted
    var reducing = qe_intent.market(7, .sell, 10)
    var reducingInstance = 0
    var reducingAnswer = Answer.accepted
    /// What is cancelled: an exit that rests.
    var resting = qe_intent.limit(6, .sell, 10, at: 660_000)
    var quantitySent: Int64?
    /// What has to be sold before the opening order is asked about; 0 = nothing.
    var openingNeedsFlat: Int64 = 0

    init() {}
    init(_ change: (inout Setup) -> Void) { change(&self) }
  }

  struct Row {
    var name: String
    var setup: (Level) -> Setup
    init(_ name: String, _ setup: @escaping (Level) -> Setup) {
      self.name = name
      self.setup = setup
    }
  }

  static let unit = Int128(1_000_000_000_000_000_000)
  /// `units` USDT as a limit of which 60 x 30 is one unit of 10^-18 short, exactly enough, one too few.
  static func around(_ units: Int64, _ level: Level) -> Money {
    Money(raw: Int128(units) * unit + (level == .inside ? 1 : level == .over ? -1 : 0))
  }

  static var all: [Row] { stops + market + losses + rates + exposures + filters + orders }

  // MARK: Stops and the state of things

  private static func stop(
    _ name: String, _ code: RefusalCode, stays: Bool = false, begin: @escaping (HandDesk) -> Void, end: @escaping (HandDesk) -> Void
  ) -> Row {
    Row(name) { level in
      Setup {
        $0.prepare = { desk in
          if level == .inside { return }
          begin(desk)
          if level == .at { end(desk) }
        }
        if level == .over || (stays && level == .at) { $0.openingAnswer = .refused(code) }
      }
    }
  }

  static var stops: [Row] {
    [
      stop("kill", .killed, stays: true, begin: { $0.command(.kill) }, end: { $0.command(.resume) }),
      stop("halt", .halted, begin: { $0.command(.halt) }, end: { $0.command(.resume) }),
      stop(
        "stale feed", .staleFeed, begin: { $0.feed(.health(instrument: 0, isStale: true, lagNanoseconds: 0)) },
        end: { $0.feed(.health(instrument: 0, isStale: false, lagNanoseconds: 0)) }),
      stop(
        "Supervisor lost", .supervisorLost, begin: { $0.command(.supervisor(.lost)) }, end: { $0.command(.supervisor(.allows)) }),
      stop(
        "missing models", .modelsMissing, begin: { $0.command(.models(instrument: -1, isMissing: true)) },
        end: { $0.command(.models(instrument: -1, isMissing: false)) }),
      stop("journal trouble", .journalTrouble, begin: { $0.command(.journal(hasTrouble: true)) }, end: { $0.command(.journal(hasTrouble: false)) }),
      Row("unknown order in the symbol") { level in
        Setup {
          $0.prepare = { desk in
            desk.wish(.limit(1, .buy, 5, at: 500_000))
            let order = desk.sent[desk.sent.count - 1]
            desk.report(order, .working)
            if level != .inside { desk.report(order, .unknown) }
            if level == .at { desk.report(order, .working) }
          }
          if level == .over { $0.openingAnswer = .count(.unknownOrder, 1, limit: 0) }
        }
      },
    ]
  }

  // MARK: The market

  static var market: [Row] {
    [
      Row("event lag") { level in
        Setup {
          $0.limits.maximumEventLagMilliseconds = 500
          let lag: Int64 = level == .inside ? 499 : level == .at ? 500 : 501
          $0.prepare = { $0.feed(.health(instrument: 0, isStale: false, lagNanoseconds: lag * 1_000_000)) }
          if level == .over { $0.openingAnswer = .refused(.eventLag, .milliseconds, value: 501, limit: 500) }
        }
      },
      Row("no quote") { level in
        Setup {
          $0.limits.emergencyCollar = BasisPoints(raw: 1_000_000_000)
          // Half a quote is none.
          $0.prepare = { desk in if level != .inside { desk.quote(level == .at ? 600_000 : 0, 0) } }
          if level != .inside {
            $0.openingAnswer = .refused(.noQuote)
            // Without a quote there is no collar: an exit at any price passes.
            $0.reducing = .limit(7, .sell, 10, at: 1)
          }
        }
      },
      Row("spread") { level in
        Setup {
          $0.limits.maximumSpread = BasisPoints(raw: 200_000_000)
          // (606,000 - 594,000) / 600,000 = 200 bps.
          let ask: Int64 = level == .inside ? 605_999 : level == .at ? 606_000 : 606_001
          $0.prepare = { $0.quote(594_000, ask) }
          // 12,001 x 2 / 1,200,001 = 200.016500... bps
          if level == .over { $0.openingAnswer = .refused(.spreadLimit, .basisPoints, value: 200_016_499, limit: 200_000_000) }
        }
      },
      Row("price collar, opening 100 bps") { level in
        Setup {
          $0.limits.priceCollar = BasisPoints(raw: 100_000_000)
          $0.limits.emergencyCollar = BasisPoints(raw: 1_000_000_000)
          $0.opening = .limit(7, .buy, 10, at: level == .inside ? 605_999 : level == .at ? 606_000 : 606_001)
          if level == .over { $0.openingAnswer = .price(.priceCollar, 606_001, limit: 606_000) }
          // The same distance, 100 bps and a tick, is no matter for an exit.
          $0.reducing = .limit(7, .sell, 10, at: level == .inside ? 594_001 : level == .at ? 594_000 : 593_999)
        }
      },
      Row("emergency collar, reducing 1000 bps") { level in
        Setup {
          $0.limits.priceCollar = BasisPoints(raw: 1_000_000_000)
          $0.limits.emergencyCollar = BasisPoints(raw: 1_000_000_000)
          $0.opening = .limit(7, .buy, 10, at: level == .inside ? 659_999 : level == .at ? 660_000 : 660_001)
          if level == .over { $0.openingAnswer = .price(.priceCollar, 660_001, limit: 660_000) }
          $0.reducing = .limit(7, .sell, 10, at: level == .inside ? 540_001 : level == .at ? 540_000 : 539_999)
          if level == .over { $0.reducingAnswer = .price(.priceCollar, 539_999, limit: 540_000) }
        }
      },
    ]
  }

  // MARK: Losses

  /// 0.020 BTC lose 50 USDT when the price falls by 2,500.0.
  private static func fallen(_ level: Level) -> Int64 { level == .inside ? 575_001 : level == .at ? 575_000 : 574_999 }

  private static func loss(_ name: String, _ code: RefusalCode, _ limit: @escaping (inout RiskLimits) -> Void) -> Row {
    Row(name) { level in
      Setup {
        limit(&$0.limits)
        $0.prepare = { $0.quote(fallen(level), fallen(level)) }
        // At the limit is broken: 50, and 0.020 x 2,500.1 = 50.002.
        let value = level == .at ? 50 * unit : 50_002 * unit / 1000
        if level != .inside { $0.openingAnswer = .money(code, value, limit: 50 * unit) }
      }
    }
  }

  static var losses: [Row] {
    [
      loss("daily loss", .dailyLossLimit) { $0.maximumDailyLoss = Money(units: 50) },
      // 50 of 1,000,000 are 50 parts of a million.
      loss("daily loss, fraction", .dailyLossLimit) { $0.maximumDailyLossFraction = 50 },
      loss("drawdown", .drawdownLimit) { $0.maximumDrawdown = Money(units: 50) },
      loss("drawdown, fraction", .drawdownLimit) { $0.maximumDrawdownFraction = 50 },
      loss("per-instance loss", .instanceLossLimit) { $0.instance.maximumDailyLoss = Money(units: 50) },
      Row("loss streak") { level in
        Setup {
          $0.limits.lossStreakTrades = 3
          $0.held = 0
          // The last loss flips the position, so that there is something to leave: short 10. One that fills although it was
          // to be cancelled makes a fourth loss, and the position long 10.
          $0.prepare = { desk in
            for _ in 0..<(level == .inside ? 1 : 2) {
              desk.hold(10, at: 600_000)
              desk.hold(-10, at: 599_000)
            }
            desk.hold(10, at: 600_000)
            if level == .over { desk.wish(.limit(1, .buy, 20, at: 590_000)) }
            let resting = desk.sent[desk.sent.count - 1]
            desk.hold(-20, at: 599_000)
            if level == .over { desk.fill(resting, 20, at: 600_000) }
          }
          $0.limits.maximumTradesPerHour = 1000
          let isLong = level == .over
          $0.opening = .market(7, isLong ? .buy : .sell, 10)
          $0.reducing = .market(7, isLong ? .sell : .buy, 10)
          $0.resting = isLong ? .limit(6, .sell, 10, at: 660_000) : .limit(6, .buy, 10, at: 500_000)
          if level != .inside { $0.openingAnswer = .count(.lossStreak, level == .at ? 3 : 4, limit: 3) }
        }
      },
    ]
  }

  // MARK: Rates

  private static func rate(
    _ name: String, _ code: RefusalCode, before counts: (inside: Int, at: Int, over: Int), limit: Int128, isAtRefused: Bool = false,
    _ change: @escaping (inout RiskLimits) -> Void
  ) -> Row {
    Row(name) { level in
      let count = level == .inside ? counts.inside : level == .at ? counts.at : counts.over
      return Setup {
        change(&$0.limits)
        $0.prepare = { desk in
          for index in 0..<count { desk.wish(.limit(UInt64(100 + index), .buy, 1, at: 500_000)) }
        }
        if level == .over || isAtRefused { $0.openingAnswer = .count(code, Int128(count + 1), limit: limit) }
      }
    }
  }

  static var rates: [Row] {
    [
      rate("host orders a second", .orderRateLimit, before: (1, 2, 3), limit: 3) { $0.maximumOrdersPerSecond = 3 },
      rate("per-instance order rate", .instanceOrderRate, before: (1, 2, 3), limit: 3) { $0.instance.maximumOrdersPerMinute = 3 },
      // 80 % of ten messages are for opening: the ninth is one too many.
      rate("venue message budget", .rateBudget, before: (6, 7, 8), limit: 8) { $0.venueMessagesPerTenSeconds = 10 },
      Row("venue message budget, the reserve spent as well") { level in
        Setup {
          $0.limits.venueMessagesPerTenSeconds = 10
          let cancels = level == .inside ? 1 : level == .at ? 2 : 3
          $0.prepare = { desk in
            for index in 0..<8 { desk.wish(.limit(UInt64(100 + index), .buy, 1, at: 500_000)) }
            for index in 0..<cancels { desk.wish(.cancel(UInt64(200 + index), target: UInt64(100 + index))) }
          }
          // No more than ten are remembered.
          $0.openingAnswer = .count(.rateBudget, level == .inside ? 10 : 11, limit: 8)
        }
      },
      Row("trades an hour") { level in
        Setup {
          $0.instances = [0, 0]
          $0.limits.maximumTradesPerHour = 3
          let begun = level == .inside ? 1 : level == .at ? 2 : 3
          $0.prepare = { desk in
            for _ in 0..<begun {
              desk.hold(5, instance: 1)
              desk.hold(-5, instance: 1)
            }
          }
          $0.openingInstance = 1
          if level == .over { $0.openingAnswer = .count(.tradesPerHour, 4, limit: 3) }
        }
      },
    ]
  }
}
