import Features
import Market
import PluginABI
import Risk

/// The engine's view of one instrument.
struct InstrumentState {
  let spec: InstrumentSpec
  /// Instances of this instrument: a range of ordinals.
  var firstInstance: Int = 0
  var endInstance: Int = 0
  var wantsBars = false
  /// Whether anybody wants features of it.
  var hasStreams = false
  /// Models of this instrument: a range of indices.
  var firstModel = 0
  var endModel = 0
  /// Market inputs so far: the clock of its instances' own decision hashes, which others' orders do not move.
  var inputs: UInt64 = 0
  /// Brackets of its instances: while there are none, a trade has nothing to watch.
  var bracketCount: Int32 = 0

  var last = Price.zero
  var bid = Price.zero
  var ask = Price.zero
  /// The venue's mark of a perpetual; zero = not told.
  var venueMark = Price.zero
  var contextFlags: UInt32 = 0
  var isStale = false
  /// The account's net position.
  var book = PositionBook()
  var unrealized = Money.zero
  var bars: BarBuilder
  /// The real quote in force, for features.
  var quote = BarQuote.none

  /// The venue's mark where there is one; else where the position would be closed: longs at bid, shorts at ask, the last
  /// trade where there are no quotes.
  var mark: Price {
    if venueMark.raw > 0 { return venueMark }
    guard bid.raw > 0, ask.raw > 0 else { return last }
    return book.position >= 0 ? bid : ask
  }
}

/// The engine's view of one strategy instance.
struct InstanceState {
  var binding: StrategyBinding
  let instrument: Int32
  let horizonSeconds: Int64
  /// Features that it is lent: an index into the engine's streams; -1 = none.
  var stream = -1
  /// It is lent features or predictions.
  var readsModels = false
  /// Intents it may still wish for before the next market event.
  var budget: Int = 0
  var isOut = false
  /// Opening intents are accepted in this call.
  var cadenceOpen: Bool
  var nextTimerNanoseconds = Int64.min
  /// Until then it opens nothing: it has been started anew and learns the market first.
  var warmUntilNanoseconds = Int64.min
  /// Intents since `floodStart`, to tell a flood.
  var floodCount = 0
  var floodStartNanoseconds = Int64.min
  var floodStartInputs: UInt64 = 0

  var book = PositionBook()
  var trip = OpenTrip()
  var job = TargetJob()
  /// What it was last told of why it may not open.
  var told = RefusalCode.none
  /// The host has something left to do for it that waits for the next market event.
  var needsCare = false
  /// Profit at the day's begin, for its own loss limit.
  var dayBase = Money.zero

  init(_ configuration: EngineConfiguration.Instance) {
    binding = configuration.binding
    instrument = configuration.instrument
    horizonSeconds = configuration.horizonSeconds
    cadenceOpen = configuration.horizonSeconds == 0
  }
}

/// A round trip on its way: what has gone in and out since the instance was flat.
struct OpenTrip: Sendable, Codable {
  var side = Side.buy
  var entryNanoseconds: Int64 = 0
  /// Wider than a position: a trip that is never flat adds up without end.
  var entryQuantity: Int128 = 0
  var entryNotional = Money.zero
  var exitNotional = Money.zero
  var fees = Money.zero
  var funding = Money.zero
  var realized = Money.zero
  var isOpen = false
}

/// News for one instance, delivered after the step that caused it, in the order of what happened.
struct PendingUpdate: Sendable, Codable {
  enum News: Sendable, Codable {
    case order(qe_order_update)
    case risk(RefusalCode)
  }

  var instance: Int32
  var news: News
}

extension qe_order_update {
  mutating func setFeeAsset(_ asset: AssetCode) {
    withUnsafeMutableBytes(of: &fee_asset) { bytes in
      // Unsafe: the field is 16 bytes of text, and so is the code.
      bytes.storeBytes(of: asset.low.littleEndian, as: UInt64.self)
      bytes.storeBytes(of: asset.high.littleEndian, toByteOffset: 8, as: UInt64.self)
    }
  }
}

extension qe_money {
  init(_ money: Money) {
    self.init(low: UInt64(truncatingIfNeeded: money.raw), high: Int64(truncatingIfNeeded: money.raw >> 64))
  }
}
