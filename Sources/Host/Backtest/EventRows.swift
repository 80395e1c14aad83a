import Market
import Session

/// The neutral CSV of market events: `ts_exch,ts_recv,kind,side,price,qty`, times in ns, by receive time.
///
/// `kind` is trade, depth or snapshot, `side` buy or sell (of a trade: the taker's). Consecutive rows of one kind and both
/// times are one depth message.
struct EventRows {
  let path: String
  let spec: InstrumentSpec

  private struct Message {
    var exchange: Int64 = 0
    var receive: Int64 = 0
    var isSnapshot = false
    var bids: [BookLevel] = []
    var asks: [BookLevel] = []
    var isEmpty: Bool { bids.isEmpty && asks.isEmpty }
  }

  func read(_ bytes: [UInt8], _ take: (MarketEvent) -> Void) throws {
    var message = Message()
    var number = 0
    for line in bytes.split(separator: 0x0A) {
      number += 1
      if number == 1 { continue }
      let fields = line.split(separator: 0x2C, omittingEmptySubsequences: false)
      guard fields.count == 6, let exchange = integer(fields[0]), let receive = integer(fields[1]),
        let price = decimal(fields[4], Int(spec.priceScale)), let quantity = decimal(fields[5], Int(spec.quantityScale))
      else { throw SessionError(.badData, "\(path):\(number): is not ts_exch,ts_recv,kind,side,price,qty") }
      let side: Side = fields[3].elementsEqual("buy".utf8) ? .buy : .sell
      if fields[2].elementsEqual("trade".utf8) {
        flush(&message, take)
        let trade = Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: side)
        take(MarketEvent(exchangeNanoseconds: exchange, receiveNanoseconds: receive, payload: .trade(trade)))
        continue
      }
      let isSnapshot = fields[2].elementsEqual("snapshot".utf8)
      if message.exchange != exchange || message.receive != receive || message.isSnapshot != isSnapshot {
        flush(&message, take)
        (message.exchange, message.receive, message.isSnapshot) = (exchange, receive, isSnapshot)
      }
      let level = BookLevel(price: Price(raw: price), quantity: Quantity(raw: quantity))
      if side == .buy { message.bids.append(level) } else { message.asks.append(level) }
    }
    flush(&message, take)
  }

  private func flush(_ message: inout Message, _ take: (MarketEvent) -> Void) {
    if message.isEmpty { return }
    message.bids.withUnsafeBufferPointer { bids in
      message.asks.withUnsafeBufferPointer { asks in
        take(
          MarketEvent(
            exchangeNanoseconds: message.exchange, receiveNanoseconds: message.receive,
            payload: .depth(DepthUpdate(bids: bids, asks: asks, isSnapshot: message.isSnapshot))))
      }
    }
    message.bids.removeAll(keepingCapacity: true)
    message.asks.removeAll(keepingCapacity: true)
  }

  private func integer(_ text: ArraySlice<UInt8>) -> Int64? { decimal(text, 0) }

  private func decimal(_ text: ArraySlice<UInt8>, _ scale: Int) -> Int64? {
    text.withUnsafeBufferPointer { try? DecimalText.parse($0, scale: scale) }
  }
}
