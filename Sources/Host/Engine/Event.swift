import Market
import Risk

/// When an input came. Engine order is arrival order.
public struct EventTime: Sendable, BitwiseCopyable {
  /// Rises by one with every input of the run.
  public var sequence: UInt64
  /// Receive time, ns since the epoch UTC. Never decreases.
  public var receiveNanoseconds: Int64
  /// The venue's time, epoch ms; -1 = none.
  public var exchangeMilliseconds: Int64

  public init(sequence: UInt64, receiveNanoseconds: Int64, exchangeMilliseconds: Int64 = -1) {
    self.sequence = sequence
    self.receiveNanoseconds = receiveNanoseconds
    self.exchangeMilliseconds = exchangeMilliseconds
  }
}

/// One numbered input of the engine.
public struct Event: Sendable, BitwiseCopyable {
  public var time: EventTime
  public var payload: Payload

  public enum Payload: Sendable, BitwiseCopyable {
    case trade(instrument: Int32, Trade)
    case quote(instrument: Int32, Quote)
    case execution(ExecutionReport)
    /// The venue's mark of a perpetual.
    case markPrice(instrument: Int32, MarkPrice)
    /// Funding was paid or received on every open position of the instrument, at `price`.
    case funding(instrument: Int32, rate: BasisPoints, price: Price)
    /// Quote currency came in (or went out, below zero) by hand: baselines move with it, it is never profit.
    case transfer(Money)
    /// How well the instrument's data arrives.
    case health(instrument: Int32, isStale: Bool, lagNanoseconds: Int64)
    /// The Supervisor's answer about an order that waits for it: `.none` allows it, else why not, an answer that is none too.
    case verdict(orderID: UInt64, RefusalCode)
    /// Time has passed without data; runs timers.
    case clock
    case command(Command)
  }

  public enum Command: Sendable, BitwiseCopyable {
    /// The operator's halt: nothing opens until `resume`.
    case halt
    /// Ends the operator's halt, and a stop for a loss that is inside its limit again; never a kill, and no limit loosens.
    case resume
    /// Halts, takes back what would open and closes every position of the instrument; -1 = of all.
    case flatten(instrument: Int32)
    /// Drawdown is measured from the equity of now on.
    case resetPeak
    /// What the Supervisor says; while it is lost, or stops the host, nothing opens.
    case supervisor(SupervisorWord)
    /// The journal cannot be written, or soon cannot; or all is well with it again.
    case journal(hasTrouble: Bool)
    /// Whether a model that is configured for the instrument (-1 = for any) is missing or cannot be used; while it is, nothing opens there.
    case models(instrument: Int32, isMissing: Bool)
    /// The host ends: nothing opens any more in this life, and where it flattens every position is closed. The next life begins without it.
    case shutDown(flattens: Bool)
    /// The kill switch: latched for the life of the process.
    case kill
    /// The instance is taken out: no more calls, its opening orders are cancelled.
    case quarantine(instance: Int32)
    /// The same, for a plugin that was found to have failed between two calls.
    case failed(instance: Int32, PluginFailure)
  }

  public init(_ time: EventTime, _ payload: Payload) {
    self.time = time
    self.payload = payload
  }
}

/// What a venue says about one of our orders.
public struct ExecutionReport: Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// Resting at the venue.
    case working
    /// `quantity` was filled at `price`.
    case fill
    /// Gone without the remainder, because we asked.
    case cancelled
    /// Gone without the remainder, by the venue's own rule.
    case expired
    /// Never accepted; `code` says why.
    case rejected
    /// A conditional order has become a market order.
    case triggered
    /// Nobody knows what became of the order: it may rest, have filled, or never have arrived.
    case unknown
    /// A cancel came too late or found nothing; the order's own report says what it became.
    case cancelRejected
  }

  /// In what the commission of a fill was charged.
  public enum FeeAsset: UInt8, Sendable, BitwiseCopyable {
    case quote
    /// Out of what was bought.
    case base
    /// In the account's third asset, e.g. BNB (`EngineConfiguration.feeAsset`).
    case third
  }

  public var slot: Int32
  public var orderID: UInt64
  public var kind: Kind
  public var isMaker: Bool
  public var quantity: Quantity
  public var price: Price
  /// The commission's value in quote currency when it was charged; negative = rebate.
  public var fee: Money
  public var feeAsset = FeeAsset.quote
  /// The commission in `feeAsset` x 10^18; the same as `fee` where that is the quote currency.
  public var feeAmount: Money
  /// Of a rejected order.
  public var code = RefusalCode.none
  // The market as it stood when the order filled, where the venue knows it; zero = not told. A simulated resting order
  // fills before the data that filled it is an event of its own, and what is decided on the fill must not be judged at
  // prices that are gone.
  public var bid = Price.zero
  public var ask = Price.zero
  public var last = Price.zero

  public init(
    slot: Int32, orderID: UInt64, kind: Kind, isMaker: Bool = false, quantity: Quantity = .zero, price: Price = .zero, fee: Money = .zero
  ) {
    self.slot = slot
    self.orderID = orderID
    self.kind = kind
    self.isMaker = isMaker
    self.quantity = quantity
    self.price = price
    self.fee = fee
    feeAmount = fee
  }
}
