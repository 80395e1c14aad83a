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
    /// Time has passed without data; runs timers.
    case clock
    case command(Command)
  }

  public enum Command: Sendable, BitwiseCopyable {
    /// The operator's halt: nothing opens until a new start.
    case halt
    /// The kill switch: latched for the life of the process.
    case kill
    /// The instance is taken out: no more calls, its opening orders are cancelled.
    case quarantine(instance: Int32)
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
    /// Never accepted.
    case rejected
  }

  public var slot: Int32
  public var orderID: UInt64
  public var kind: Kind
  public var isMaker: Bool
  public var quantity: Quantity
  public var price: Price
  /// In quote currency; negative = rebate.
  public var fee: Money
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
  }
}
