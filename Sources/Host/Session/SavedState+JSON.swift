import Engine
import Market
import Risk

extension SavedState {
  /// What is held and open, for people and scripts.
  ///
  /// - Parameter instruments: those of the state, in its order.
  public func json(_ instruments: [Instrument]) -> JSONValue {
    func text(_ raw: Int128, _ scale: Int) -> JSONValue { .number(DecimalText.formatShort(raw, scale: scale)) }
    func money(_ amount: Money) -> JSONValue { text(amount.raw, Money.scale) }
    return .object([
      ("cash", money(engine.cash)), ("equity", money(engine.equity)), ("day_base", money(engine.dayBase)), ("peak", money(engine.peak)),
      ("blocked", engine.blocking.map { .text($0.name) } ?? .null), ("next_order", .number("\(engine.nextOrderID)")),
      (
        "positions",
        .array(
          instances.indices.compactMap { index in
            let position = engine.position(instance: index)
            guard position != 0, let instrument = self.instrument(index, instruments) else { return nil }
            return .object([
              ("instance", .text(instances[index].id)), ("position", text(Int128(position), Int(instrument.spec.quantityScale))),
            ])
          })
      ),
      (
        "orders",
        .array(
          engine.openOrders.compactMap { order in
            guard let instrument = self.instrument(order.instance, instruments) else { return nil }
            let spec = instrument.spec
            return .object([
              ("order", .number("\(order.id)")), ("instance", .text(instances[order.instance].id)), ("side", .text(order.request.side.name)),
              ("quantity", text(Int128(order.request.quantity.raw), Int(spec.quantityScale))),
              ("remaining", text(Int128(order.remaining), Int(spec.quantityScale))),
              ("price", text(Int128(order.request.price.raw), Int(spec.priceScale))),
              ("trigger_price", text(Int128(order.request.triggerPrice.raw), Int(spec.priceScale))),
            ])
          })
      ),
    ])
  }

  private func instrument(_ instance: Int, _ instruments: [Instrument]) -> Instrument? {
    instruments.first { $0.id.description == instances[instance].instrument }
  }
}
