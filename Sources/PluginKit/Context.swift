/// What the host knows at this event. Lent memory: it cannot be kept, which is why it cannot be copied.
public struct Context: ~Copyable {
  @usableFromInline let lent: UnsafePointer<qe_context>
  @usableFromInline let units: UnsafePointer<Scales>
  @inlinable init(_ lent: UnsafePointer<qe_context>, _ units: UnsafePointer<Scales>) {
    self.lent = lent
    self.units = units
  }

  @inlinable public var scales: Scales { units.pointee }
  /// Of the engine input behind this call; rises between inputs.
  @inlinable public var sequence: UInt64 { lent.pointee.sequence }
  /// Receive time, nanoseconds since epoch UTC. The only clock there is.
  @inlinable public var receiveNanoseconds: Int64 { lent.pointee.receive_ns }
  /// The venue's time, milliseconds since epoch UTC; nil = none.
  @inlinable public var exchangeMilliseconds: Int64? { lent.pointee.exchange_ms == -1 ? nil : lent.pointee.exchange_ms }

  /// The last quotes were made from trades.
  @inlinable public var isQuoteSynthetic: Bool { lent.pointee.flags & QE_CONTEXT_SYNTHETIC_QUOTE != 0 }
  @inlinable public var isStale: Bool { lent.pointee.flags & QE_CONTEXT_STALE != 0 }
  /// Opening intents are dropped and counted.
  @inlinable public var isWarming: Bool { lent.pointee.flags & QE_CONTEXT_WARMING != 0 }

  /// This instance's, in base currency; short is negative.
  @inlinable public var position: Double { units.pointee.quantity(lent.pointee.position) }
  @inlinable public var rawPosition: Int64 { lent.pointee.position }
  /// Entry price in quote currency; 0 when flat.
  @inlinable public var averagePrice: Double { lent.pointee.average_price }
  /// Resting or sent, not yet filled; raw.
  @inlinable public var rawWorkingBuy: Int64 { lent.pointee.working_buy }
  @inlinable public var rawWorkingSell: Int64 { lent.pointee.working_sell }
  /// Waiting for an approval; raw.
  @inlinable public var rawPendingBuy: Int64 { lent.pointee.pending_buy }
  @inlinable public var rawPendingSell: Int64 { lent.pointee.pending_sell }
  /// Of the whole account, for display and rough sizing.
  @inlinable public var equity: Double { qe_money_to_double(lent.pointee.equity) }
  /// Of this instance, net of fees.
  @inlinable public var realizedPnL: Double { qe_money_to_double(lent.pointee.realized_pnl) }

  /// Newest known raw prices of the instrument; 0 = none yet.
  @inlinable public var rawLastPrice: Int64 { lent.pointee.last_price }
  @inlinable public var rawBidPrice: Int64 { lent.pointee.bid_price }
  @inlinable public var rawAskPrice: Int64 { lent.pointee.ask_price }
  @inlinable public var rawMarkPrice: Int64 { lent.pointee.mark_price }

  /// 0 unless the strategy uses features and they are warm.
  @inlinable public var featureCount: Int { lent.pointee.features == nil ? 0 : Int(lent.pointee.feature_count) }
  /// Feature `index` of the last closed bar; nil past the end.
  @inlinable public func feature(_ index: Int) -> Double? {
    index >= 0 && index < featureCount ? lent.pointee.features![index] : nil
  }
  @inlinable public var predictionCount: Int { lent.pointee.predictions == nil ? 0 : Int(lent.pointee.prediction_count) }
  /// Prediction `index`, one per horizon; nil past the end.
  @inlinable public func prediction(_ index: Int) -> Prediction? {
    index >= 0 && index < predictionCount ? Prediction(lent.pointee.predictions![index]) : nil
  }
  /// The prediction of a horizon; nil if none is configured.
  @inlinable public func prediction(horizonSeconds: Int64) -> Prediction? {
    for index in 0..<predictionCount where lent.pointee.predictions![index].horizon_s == horizonSeconds {
      return prediction(index)
    }
    return nil
  }
}
