import Features
import Market
import PluginABI
import Risk

extension Engine {
  @inline(__always)
  mutating func quoted(_ index: Int, _ quote: Quote) {
    let state = instruments + index
    state.pointee.bid = quote.bidPrice
    state.pointee.ask = quote.askPrice
    if state.pointee.hasStreams { state.pointee.quote = BarQuote(quote) }
    state.pointee.contextFlags = (quote.isSynthetic ? QE_CONTEXT_SYNTHETIC_QUOTE : 0) | (state.pointee.isStale ? QE_CONTEXT_STALE : 0)
    if !state.pointee.book.isEmpty { mark(index) }
    deliver(quote, index, from: state.pointee.firstInstance)
  }

  @inline(__always)
  mutating func deliver(_ quote: Quote, _ index: Int, from first: Int) {
    let state = instruments + index
    for instance in first..<state.pointee.endInstance where instances[instance].binding.wants(QE_EVENT_QUOTE) {
      event.pointee.as.quote = qe_quote(
        bid_price: quote.bidPrice.raw, bid_quantity: quote.bidQuantity.raw, ask_price: quote.askPrice.raw, ask_quantity: quote.askQuantity.raw)
      deliver(instance, QE_EVENT_QUOTE, market: state)
      if isSuspended { return suspension.hold(.quote(quote), instrument: index, next: instance + 1) }
    }
  }

  @inline(__always)
  mutating func traded(_ index: Int, _ trade: Trade) {
    let state = instruments + index
    state.pointee.last = trade.price
    // Where a quote lacks a side, the last trade is the mark.
    if state.pointee.bid.raw == 0 || state.pointee.ask.raw == 0 { mark(index) }
    if state.pointee.bracketCount > 0 { watchBrackets(index, trade.price) }
    if state.pointee.wantsBars {
      closeBars(index, trade)
      if isSuspended { return }
    }
    deliver(trade, index, from: state.pointee.firstInstance)
  }

  @inline(__always)
  mutating func deliver(_ trade: Trade, _ index: Int, from first: Int) {
    let state = instruments + index
    for instance in first..<state.pointee.endInstance where instances[instance].binding.wants(QE_EVENT_TRADE) {
      event.pointee.as.trade = qe_trade(
        price: trade.price.raw, quantity: trade.quantity.raw, taker_side: UInt32(trade.takerSide.rawValue), reserved: 0)
      deliver(instance, QE_EVENT_TRADE, market: state)
      if isSuspended { return suspension.hold(.trade(trade), instrument: index, next: instance + 1) }
    }
  }

  /// Closes the seconds that the trade has ended, then takes it into its own.
  mutating func closeBars(_ index: Int, _ trade: Trade) {
    let state = instruments + index
    let milliseconds = exchangeMilliseconds >= 0 ? exchangeMilliseconds : now / 1_000_000
    let second = milliseconds / 1000
    let series = state.pointee.bars.seriesCount
    while let bar = state.pointee.bars.closeNext(before: second) {
      if state.pointee.hasStreams { observe(bar, index) }
      deliver(bar, index, trade: trade, from: state.pointee.firstInstance, step: 0)
      if isSuspended { return }
    }
    if state.pointee.hasStreams, state.pointee.bars.seriesCount != series { beginSeries(index) }
    state.pointee.bars.add(trade, second: second, quote: state.pointee.quote)
  }

  /// To each instance the closed second, and then what each model has said of it.
  ///
  /// - Parameter step: of the first instance: 0 = the bar, n = the prediction of the instrument's model n - 1.
  mutating func deliver(_ bar: Bar, _ index: Int, trade: Trade, from first: Int, step: Int) {
    let state = instruments + index
    var step = step
    for instance in first..<state.pointee.endInstance {
      let horizon = instances[instance].horizonSeconds
      let steps = instances[instance].binding.wants(QE_EVENT_PREDICTION) ? 1 + state.pointee.endModel - state.pointee.firstModel : 1
      while step < steps {
        let current = step
        step += 1
        guard let kind = prepare(bar, instance, state.pointee.firstModel + current - 1, isBar: current == 0) else { continue }
        if horizon > 0 { instances[instance].cadenceOpen = bar.second % horizon == 0 }
        deliver(instance, kind)
        if isSuspended { return suspension.hold(.bar(bar, trade: trade, step: step), instrument: index, next: instance) }
        if horizon > 0 { instances[instance].cadenceOpen = false }
      }
      step = 0
    }
  }

  /// Writes the event of a step; nil where there is none for this instance.
  private mutating func prepare(_ bar: Bar, _ instance: Int, _ model: Int, isBar: Bool) -> UInt32? {
    guard isBar else {
      guard models[model].isNew else { return nil }
      event.pointee.as.prediction = models[model].lent(now: now)
      return QE_EVENT_PREDICTION
    }
    guard instances[instance].binding.wants(QE_EVENT_BAR) else { return nil }
    event.pointee.as.bar = qe_bar(
      open_ms: bar.second * 1000, open: bar.open.raw, high: bar.high.raw, low: bar.low.raw, close: bar.close.raw, quantity: bar.quantity.raw,
      buy_quantity: bar.buyQuantity.raw, trade_count: bar.tradeCount, reserved: 0)
    return QE_EVENT_BAR
  }

  /// Timers run on receive time, at whole multiples of their period, once per event however many were missed.
  mutating func runTimers(from first: Int) {
    for instance in first..<instanceCount where instances[instance].binding.wants(QE_EVENT_TIMER) && now >= instances[instance].nextTimerNanoseconds {
      let period = instances[instance].binding.timerPeriodMilliseconds * 1_000_000
      let isFirst = instances[instance].nextTimerNanoseconds == .min
      let due = now / period * period
      instances[instance].nextTimerNanoseconds = due + period
      if isFirst { continue }
      event.pointee.as.timer = qe_timer(scheduled_ms: due / 1_000_000)
      deliver(instance, QE_EVENT_TIMER)
      if isSuspended { return suspension.hold(.timers, instrument: 0, next: instance + 1) }
    }
  }
}
