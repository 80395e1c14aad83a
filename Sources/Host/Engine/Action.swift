import Market
import Risk

/// What the engine wants done or noted, in order. The shell performs and records; the engine does neither.
public enum Action: Sendable {
  /// To the venue.
  case send(ApprovedOrder)
  case cancel(slot: Int32, orderID: UInt64)
  /// Cancels `orderID` and, only where that took, places the new order: both in one request.
  case replace(slot: Int32, orderID: UInt64, with: ApprovedOrder)
  /// Wants the Supervisor's answer, as `Event.Payload.verdict`.
  case ask(PendingOrder)
  /// What has become of it? The answer is an execution report.
  case query(RestoredOrder)
  /// One per intent and per order of the host's own: the stuff of the decision hash.
  case decision(Decision)
  case refusal(RefusalRecord)
  case fill(FillRecord)
  case roundTrip(RoundTrip)
  /// Funding was paid (below zero: received) on an instance's position.
  case funding(FundingRecord)
  /// Why nothing may open any more; code `.none`: it may again.
  case riskState(Refusal)
  /// The same for one instance, for causes of its own: stale data, a cool-down, its loss limit.
  case instanceRiskState(instance: Int32, Refusal)
  /// A plugin broke its contract and is out of the run.
  case instanceFailed(instance: Int32, PluginFailure)
}

/// How an intent was answered. The layout of the hash's records is fixed in `DecisionHasher`.
public struct Decision: Sendable, BitwiseCopyable {
  public enum Outcome: UInt8, Sendable, BitwiseCopyable {
    case refused = 0
    case sent = 1
    case cancelRequested = 2
    /// Needed no order.
    case done = 3
    /// Waits for the Supervisor.
    case asked = 4
    /// A target that is now worked towards.
    case accepted = 5
  }

  public var sequence: UInt64
  /// Market inputs of its instrument so far: where the decision stands for the instance itself, whatever others do.
  public var instrumentSequence: UInt64
  public var instance: Int32
  public var tag: UInt64
  public var kind: UInt32
  public var side: UInt32
  public var price: Int64
  /// After flooring to the step.
  public var quantity: Int64
  public var timeInForce: UInt32
  public var flags: UInt32
  public var code: RefusalCode
  public var outcome: Outcome

  public init(
    sequence: UInt64, instrumentSequence: UInt64, instance: Int32, tag: UInt64, kind: UInt32, side: UInt32, price: Int64, quantity: Int64,
    timeInForce: UInt32, flags: UInt32,
    code: RefusalCode, outcome: Outcome
  ) {
    self.sequence = sequence
    self.instrumentSequence = instrumentSequence
    self.instance = instance
    self.tag = tag
    self.kind = kind
    self.side = side
    self.price = price
    self.quantity = quantity
    self.timeInForce = timeInForce
    self.flags = flags
    self.code = code
    self.outcome = outcome
  }
}

public struct RefusalRecord: Sendable, BitwiseCopyable {
  public var sequence: UInt64
  public var instance: Int32
  public var instrument: Int32
  public var tag: UInt64
  public var refusal: Refusal
}

/// One execution, with the books after it.
public struct FillRecord: Sendable, BitwiseCopyable {
  public var sequence: UInt64
  public var receiveNanoseconds: Int64
  public var instance: Int32
  public var instrument: Int32
  public var orderID: UInt64
  public var side: Side
  public var quantity: Quantity
  public var price: Price
  public var fee: Money
  public var isMaker: Bool
  public var feeAsset: ExecutionReport.FeeAsset
  /// The commission in its own asset x 10^18; `fee` is its value in quote.
  public var feeAmount: Money
  /// When the order was decided, and the quote at that moment (zero = there was none): what slippage is measured against.
  public var decisionNanoseconds: Int64
  public var decisionBid: Price
  public var decisionAsk: Price
  /// Of an order that the host made: a bracket's leg, a flatten.
  public var isHostMade: Bool
  /// The instance's position after the fill.
  public var position: Quantity
  /// What this fill realized, before fees.
  public var realized: Money
}

public struct FundingRecord: Sendable, BitwiseCopyable {
  public var sequence: UInt64
  public var receiveNanoseconds: Int64
  public var instance: Int32
  public var instrument: Int32
  public var amount: Money
}

/// An instance's way from flat to flat.
public struct RoundTrip: Sendable, BitwiseCopyable {
  public var instance: Int32
  public var instrument: Int32
  /// The side of the first fill.
  public var side: Side
  public var entryNanoseconds: Int64
  public var exitNanoseconds: Int64
  /// Raw quantity and money that opened; wider than a position, because a trip may add and reduce many times.
  public var entryQuantity: Int128
  public var entryNotional: Money
  public var exitNotional: Money
  public var fees: Money
  /// Funding paid (below zero: received) while the position was held.
  public var funding: Money
  /// Net of all fees and funding.
  public var pnl: Money
}
