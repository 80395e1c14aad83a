import Engine
import Market
import Simulation

/// The loop over the delay line: market data, orders and reports reach their side when they would have.
extension TradingLoop {
  mutating func delay(_ payload: MarketEvent.Payload, _ exchangeMilliseconds: Int64, _ instrument: Int32, _ receive: Int64) {
    let exchange = exchangeMilliseconds >= 0 ? exchangeMilliseconds &* 1_000_000 : -1
    delay(MarketEvent(exchangeNanoseconds: exchange, receiveNanoseconds: receive, payload: payload), instrument)
  }

  mutating func delay(_ event: MarketEvent, _ instrument: Int32) {
    while line.makeRoom() { run() }
    line.push(event, instrument: instrument)
    run()
  }

  mutating func reach(_ nanoseconds: Int64) {
    line.reach(nanoseconds)
    run()
  }

  mutating func closeLine() {
    line.close()
    run()
  }

  /// Messages of market data that came after their place on the venue's time line had passed.
  public var lateCount: Int { line.lateCount }

  private mutating func run() {
    while let step = line.next() {
      let now = line.nowNanoseconds
      if venue.advance(to: now) { respond() }
      switch step {
      case .venueData(let slot):
        let instrument = line.instrument(slot)
        switch line.event(slot).payload {
        case .trade(let trade): if venue.observe(trade, instrument: instrument) { respond() }
        case .quote(let quote): if venue.observe(quote, instrument: instrument) { respond() }
        case .depth(let depth): if venue.observe(depth, instrument: instrument) { respond() }
        case .mark(let mark): venue.observe(mark, instrument: instrument)
        }
        line.release(slot)
      case .engineData(let slot):
        show(line.event(slot), line.instrument(slot), now)
        line.release(slot)
      case .request(let request):
        switch request {
        case .submit(let order): venue.submit(order)
        case .cancel(let slot, let orderID): venue.cancel(slot: slot, orderID: orderID)
        case .replace(let slot, let orderID, let order): venue.replace(slot: slot, orderID: orderID, with: order)
        }
        respond()
      case .report(let report): self.step(now, .execution(report))
      case .funding(let payment): self.step(now, .funding(instrument: payment.instrument, rate: payment.rate, price: payment.price))
      }
    }
  }

  /// What the venue says goes on its way.
  mutating func respond() {
    while let payment = venue.nextFundingPayment() { line.respond(payment) }
    while let report = venue.nextReport() { line.respond(report) }
  }

  private mutating func show(_ event: MarketEvent, _ instrument: Int32, _ now: Int64) {
    let milliseconds = event.exchangeNanoseconds >= 0 ? event.exchangeNanoseconds / 1_000_000 : -1
    switch event.payload {
    case .trade(let trade): show(trade, exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: now)
    case .quote(let quote): show(quote, exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: now)
    case .depth(let depth): show(depth, exchangeMilliseconds: milliseconds, instrument: instrument, receiveNanoseconds: now)
    case .mark(let mark): step(now, .markPrice(instrument: instrument, mark), milliseconds)
    }
  }
}
