import Supervision
import Storage
import Simulation
import Settings
import Cryptography
import Engine
import Kernel
import Market
import Plugins
import Risk
import Session

extension LiveHost {
  /// All that the host shows of itself, at the wall clock's `now`.
  func status(_ now: Int64) -> RunStatus {
    let engine = engineFigures
    return RunStatus(
      mode: settings.mode.rawValue, uptimeSeconds: Int((now - started) / 1_000_000_000), processID: Int(ProcessFigures.number), events: events,
      quoteAsset: session.instruments.first?.quoteAsset ?? "", equity: Figure(engine.equity), pnlToday: Figure(engine.equity - engine.dayBase),
      pnl: Figure(engine.equity - settings.simulation.initialCash - engine.transfers), drawdown: Figure(max(.zero, engine.peak - engine.equity)),
      fees: Figure(loop.counters.fees), fills: loop.counters.fills, trades: loop.counters.trades, refused: loop.counters.refusals,
      blocked: engine.blocking?.code.name, blockedWhy: blockedWhy(engine.blocking), symbols: symbols(now), instances: instances() + held,
      shadows: shadows.places.map(\.run.status), models: models(now),
      limits: limits(), refusals: refusals(now),
      queues: RunStatus.Queues(
        control: mailbox.depth, feedLagMilliseconds: Int((health.map(\.lagNanoseconds).max() ?? 0) / 1_000_000),
        openOrders: openOrders),
      storage: storage?.status, supervisor: supervisor.map { RunStatus.Supervisor($0.status, asks: loop.gateway != nil) })
  }

  var openOrders: Int { session.instances.indices.reduce(0) { $0 + loop.engine.openOrderCount(instance: $1) } }

  /// Symbols that are not flat.
  var positions: [(name: String, position: Figure)] {
    session.instruments.indices.compactMap { index in
      let position = loop.engine.book(instrument: index).position
      guard position != 0 else { return nil }
      return (
        session.instruments[index].id.symbol, Figure(Int128(position), scale: Int(session.instruments[index].spec.quantityScale))
      )
    }
  }

  private var engineFigures: (equity: Money, dayBase: Money, peak: Money, transfers: Money, blocking: Refusal?) {
    (loop.engine.equity, loop.engine.dayBase, loop.engine.peak, loop.engine.transfers, loop.engine.blockingRefusal)
  }

  private func blockedWhy(_ refusal: Refusal?) -> String? {
    guard let refusal else { return nil }
    return refusal.code == .halted ? haltNote ?? refusal.code.name : refusal.text(for: nil)
  }

  private func symbols(_ now: Int64) -> [RunStatus.Symbol] {
    session.instruments.enumerated().map { index, instrument in
      let spec = instrument.spec
      let book = loop.engine.book(instrument: index)
      let price = { (price: Price) in price.raw > 0 ? Figure(Int128(price.raw), scale: Int(spec.priceScale)) : nil }
      let average = book.position == 0 ? Price.zero : spec.averagePrice(book.cost, Int128(book.position))
      return RunStatus.Symbol(
        name: instrument.id.symbol, priceDecimals: Int(spec.priceScale), quantityDecimals: Int(spec.quantityScale),
        last: price(loop.engine.lastPrice(instrument: index)), bid: price(loop.engine.bid(instrument: index)),
        ask: price(loop.engine.ask(instrument: index)),
        feedAgeMilliseconds: health[index].ageNanoseconds(at: now).map { Int($0 / 1_000_000) }, isStale: health[index].isStale,
        lagMilliseconds: Int(health[index].lagNanoseconds / 1_000_000),
        position: Figure(Int128(book.position), scale: Int(spec.quantityScale)), averagePrice: price(average),
        unrealized: Figure(loop.engine.unrealized(instrument: index)))
    }
  }

  private func instances() -> [RunStatus.Instance] {
    session.instances.indices.map { RunStatus.Instance($0, session, loop, notices, restarts: care.rows[$0].restarts) }
      + shadows.places.map(\.run.instance)
  }

  private func limits() -> [RunStatus.Limit] {
    loop.engine.limitUses().sorted { $0.fraction > $1.fraction }.map { use in
      let spec = use.instrument >= 0 ? session.instruments[Int(use.instrument)].spec : nil
      let scope =
        use.instance >= 0
        ? session.instances[Int(use.instance)].id : use.instrument >= 0 ? session.instruments[Int(use.instrument)].id.symbol : "account"
      let figure = { (raw: Int128) in
        switch use.unit {
        case .money: Figure(Money(raw: raw))
        case .quantity: Figure(raw, scale: Int(spec?.quantityScale ?? 0))
        case .price: Figure(raw, scale: Int(spec?.priceScale ?? 0))
        case .fraction, .basisPoints: Figure(raw, scale: 6)
        case .none, .count, .milliseconds: Figure(raw, scale: 0)
        }
      }
      return RunStatus.Limit(
        code: use.code.name, scope: scope, value: figure(use.value), limit: figure(use.limit),
        usedPercent: Figure(Int128((min(use.fraction, 1e9) * 1000).rounded()), scale: 1))
    }
  }

  private func refusals(_ now: Int64) -> [RunStatus.RefusalNote] {
    notices.lastRefusals.map { refused in
      RunStatus.RefusalNote(
        ageMilliseconds: Int(max(0, now - refused.nanoseconds) / 1_000_000), instance: session.instances[Int(refused.record.instance)].id,
        text: refused.record.refusal.text(for: session.instruments[Int(refused.record.instrument)].spec))
    }
  }
}

extension RunStatus.Instance {
  /// One instance of a session as it is now.
  init(_ ordinal: Int, _ session: TradingSession, _ loop: borrowing TradingLoop, _ notices: RunNotices, restarts: Int) {
    let (instance, instrument) = (session.instances[ordinal], session.instrument(of: ordinal))
    let refusal = loop.engine.blockingRefusal(instance: ordinal)
    let isOut = loop.engine.isOut(instance: ordinal)
    let isWarming = loop.engine.isWarming(instance: ordinal)
    self.init(
      id: instance.id, strategy: String(instance.id.prefix { $0 != "@" }), symbol: instrument.id.symbol, digest: instance.digest.hex,
      state: isOut ? .out : refusal != nil ? .stopped : isWarming ? .warming : .active,
      why: isOut
        ? notices.instanceFailures[ordinal] ?? "taken out"
        : refusal?.text(for: instrument.spec) ?? (isWarming ? "it was started anew (plugins.warm_up_seconds)" : nil),
      workerID: (instance as? IsolatedStrategy).map { Int($0.processID) }, restarts: restarts,
      position: Figure(Int128(loop.engine.book(instance: ordinal).position), scale: Int(instrument.spec.quantityScale)),
      openOrders: loop.engine.openOrderCount(instance: ordinal), isShadow: false)
  }
}
