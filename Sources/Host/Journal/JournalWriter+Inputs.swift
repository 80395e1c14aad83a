import Engine
import Market
import PluginABI
import Risk

/// Every input of the engine, as it reaches it.
extension JournalWriter {
  @inline(__always)
  public func input(_ time: EventTime, _ trade: Trade, instrument: Int32) {
    append(.trade, time, 32) {
      $0.put(time.exchangeMilliseconds)
      $0.put(trade.price.raw)
      $0.put(trade.quantity.raw)
      $0.put(instrument)
      $0.put(UInt32(trade.takerSide.rawValue))
    }
  }

  @inline(__always)
  public func input(_ time: EventTime, _ quote: Quote, instrument: Int32) {
    append(.quote, time, 48) {
      $0.put(time.exchangeMilliseconds)
      $0.put(quote.bidPrice.raw)
      $0.put(quote.bidQuantity.raw)
      $0.put(quote.askPrice.raw)
      $0.put(quote.askQuantity.raw)
      $0.put(instrument)
      $0.put(UInt32(quote.isSynthetic ? 1 : 0))
    }
  }

  public func input(_ time: EventTime, depth: qe_depth, instrument: Int32) {
    let size = RecordLayout.size(of: .depth) + Int(depth.bid_count + depth.ask_count) * 16
    append(.depth, time, size) { encoder in
      encoder.put(time.exchangeMilliseconds)
      encoder.put(instrument)
      encoder.put(depth.bid_count)
      encoder.put(depth.ask_count)
      for (levels, count) in [(depth.bids, depth.bid_count), (depth.asks, depth.ask_count)] {
        for index in 0..<Int(count) {
          encoder.put(levels![index].price)
          encoder.put(levels![index].quantity)
        }
      }
    }
  }

  public func input(_ time: EventTime, _ mark: MarkPrice, instrument: Int32) {
    append(.mark, time, RecordLayout.size(of: .mark)) {
      $0.put(time.exchangeMilliseconds)
      $0.put(mark.price.raw)
      $0.put(mark.fundingRate.raw)
      $0.put(mark.nextFundingMilliseconds)
      $0.put(instrument)
    }
  }

  /// - Parameter instrument: of the order, for those who read.
  public func input(_ time: EventTime, _ report: ExecutionReport, instrument: Int32) {
    append(.execution, time, RecordLayout.size(of: .execution)) {
      $0.put(report.orderID)
      $0.put(report.slot)
      $0.put(UInt32(report.kind.rawValue))
      $0.put(UInt32(report.isMaker ? 1 : 0))
      $0.put(UInt32(report.feeAsset.rawValue))
      $0.put(UInt32(report.code.rawValue))
      $0.put(instrument)
      $0.put(report.quantity.raw)
      $0.put(report.price.raw)
      $0.put(report.fee.raw)
      $0.put(report.feeAmount.raw)
      $0.put(report.bid.raw)
      $0.put(report.ask.raw)
      $0.put(report.last.raw)
    }
  }

  /// - Parameter reported: the instrument of an execution report, for those who read.
  public func input(_ event: Event, instrument reported: Int32) {
    let time = event.time
    func add(_ kind: RecordKind, variant: UInt8 = 0, _ fill: (inout RecordEncoder) -> Void) {
      append(kind, time, RecordLayout.size(of: kind), variant: variant, fill)
    }
    switch event.payload {
    case .trade(let instrument, let trade): input(time, trade, instrument: instrument)
    case .quote(let instrument, let quote): input(time, quote, instrument: instrument)
    case .markPrice(let instrument, let mark): input(time, mark, instrument: instrument)
    case .execution(let report): input(time, report, instrument: reported)
    case .funding(let instrument, let rate, let price):
      add(.funding) {
        $0.put(rate.raw)
        $0.put(price.raw)
        $0.put(instrument)
      }
    case .transfer(let amount): add(.transfer) { $0.put(amount.raw) }
    case .health(let instrument, let isStale, let lag):
      add(.health) {
        $0.put(lag)
        $0.put(instrument)
        $0.put(UInt32(isStale ? 1 : 0))
      }
    case .verdict(let orderID, let code):
      add(.verdict) {
        $0.put(orderID)
        $0.put(UInt32(code == .none ? 1 : 0))
        $0.put(UInt32(code.rawValue))
      }
    case .clock: add(.clock) { _ in }
    case .command(let command):
      let parts = CommandCode.parts(of: command)
      add(.command, variant: parts.code.rawValue) {
        $0.put(parts.instrument)
        $0.put(parts.instance)
        $0.put(UInt32(parts.flag ? 1 : 0))
        $0.put(failure: parts.failure)
        $0.put(UInt32(parts.word.rawValue))
      }
    }
  }

  /// Tighter limits of a host that runs.
  public func input(_ time: EventTime, tighten limits: RiskLimits, symbolNotional: [Money?]) {
    let size = RecordLayout.size(of: .tighten) + LimitsCode.size + symbolNotional.count * 24
    append(.tighten, time, size) { encoder in
      encoder.put(UInt32(symbolNotional.count))
      LimitsCode.put(limits, &encoder)
      for own in symbolNotional { LimitsCode.put(own?.raw, &encoder) }
    }
  }

  /// Another plugin in an instance's place.
  public func input(_ time: EventTime, replacing instance: Int32, warmUntilNanoseconds: Int64, with description: JournalHead.Instance) {
    let text = description.bytes
    append(.replacement, time, RecordLayout.size(of: .replacement) + text.count) { encoder in
      encoder.put(warmUntilNanoseconds)
      encoder.put(instance)
      encoder.put(UInt32(text.count))
      for byte in text { encoder.put(byte) }
    }
  }

  /// Another model in a place, or none.
  public func input(_ time: EventTime, replacingModel model: Int32, with place: JournalHead.ModelPlace) {
    let text = JournalHead.line(place)
    append(.modelReplacement, time, RecordLayout.size(of: .modelReplacement) + text.count) { encoder in
      encoder.put(model)
      encoder.put(UInt32(text.count))
      for byte in text { encoder.put(byte) }
    }
  }

  /// A former life's state is taken over.
  public func input(restore time: EventTime) { append(.restore, time, 0) { _ in } }

  /// The host ends in order.
  public func input(end time: EventTime) { append(.end, time, 0) { _ in } }

  @inline(__always)
  private func append(_ kind: RecordKind, _ time: EventTime, _ size: Int, variant: UInt8 = 0, _ fill: (inout RecordEncoder) -> Void) {
    append(kind, variant: variant, sequence: time.sequence, receiveNanoseconds: time.receiveNanoseconds, payloadSize: size, fill)
  }
}
