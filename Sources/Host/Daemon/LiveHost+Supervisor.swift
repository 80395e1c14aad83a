import Cryptography
import Engine
import Logging
import Market
import Plugins
import Risk
import Session
import Settings
import Supervision

extension LiveHost {
  /// What the Supervisor has said since the last turn: each word and each verdict is an input.
  mutating func hearSupervisor(_ now: Int64) {
    guard let supervisor else { return }
    for news in supervisor.takeNews() {
      switch news {
      case .verdict(let orderID, let code): loop.answer(orderID: orderID, code, receiveNanoseconds: engineNow(now))
      case .word(let word): loop.command(.supervisor(word), receiveNanoseconds: engineNow(now))
      case .halt(let reason):
        haltNote = "HALTED by the host: \(reason)"
        loop.command(.halt, receiveNanoseconds: engineNow(now))
      case .flatten(let id, let reason):
        haltNote = "HALTED by the Supervisor to flatten everything: \(reason)"
        loop.command(.flatten(instrument: -1), receiveNanoseconds: engineNow(now))
        flattenID = id
      }
    }
    if supervisor.wantsSnapshot { supervisor.offer(turn: turn, heartbeat(now)) }
  }

  /// The whole account as it stands between two inputs: the reference's members, in its spelling and in its server's, and ours.
  private func heartbeat(_ now: Int64) -> JSONValue {
    let engine = positionsAtMark
    let today = loop.engine.equity - loop.engine.dayBase
    return .object([
      ("mode", .text(settings.mode.rawValue)), ("uptime_s", .seconds(now - started)), ("equity", .money(loop.engine.equity)),
      ("pnl", .money(today)), ("realized_pnl_today", .money(today - engine.unrealized)), ("unrealized_pnl", .money(engine.unrealized)),
      ("open_positions", .integer(engine.count)), ("active_positions", .integer(engine.count)), ("open_notional", .money(engine.notional)),
      ("open_positions_notional", .money(engine.notional)), ("worst_notional", .money(engine.worst)),
      ("last_tick_ts", lastData.map { .text(UTCStamp.iso(milliseconds: $0 / 1_000_000)) } ?? .null),
      ("trading_day", .text(UTCStamp.day(milliseconds: now / 1_000_000))),
      ("base_currency", .text(session.instruments.first?.quoteAsset ?? "")), ("host_id", .text(hostID)), ("version", .text(hostVersion)),
      ("loop", .number("\(turn)")), ("order_seq", .number("\(loop.engine.lastOrderID)")),
      ("blocked", .optional(loop.engine.blockingRefusal?.code.name)),
      ("flatten_id", .optional(flattenID)), ("symbols", .array(engine.symbols)),
      ("details", .object([("instances", .array(session.instances.map { .object([("id", .text($0.id)), ("sha256", .text($0.digest.hex))]) }))])),
    ])
  }

  private struct AtMark {
    var count = 0
    var unrealized = Money.zero
    var notional = Money.zero
    var worst = Money.zero
    var symbols: [JSONValue] = []
  }

  private var positionsAtMark: AtMark {
    var sum = AtMark()
    for (index, instrument) in session.instruments.enumerated() {
      let position = loop.engine.book(instrument: index).position
      let notional = instrument.spec.notional(loop.engine.mark(instrument: index), Quantity(raw: abs(position)))
      let worst = loop.engine.worstNotional(instrument: index)
      sum.count += position == 0 ? 0 : 1
      sum.unrealized += loop.engine.unrealized(instrument: index)
      sum.notional += notional
      sum.worst += worst
      sum.symbols.append(
        .object([
          ("symbol", .text(instrument.id.symbol)), ("market", .text(instrument.id.description)),
          ("position", .number(DecimalText.formatShort(Int128(position), scale: Int(instrument.spec.quantityScale)))), ("notional", .money(notional)),
          ("worst_notional", .money(worst)),
        ]))
    }
    return sum
  }
}
