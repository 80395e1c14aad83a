import PluginABI

/// What a plugin answered to one call, where it was not nothing.
public struct PluginAnswer: Sendable, BitwiseCopyable {
  /// The number of the call in the run.
  public var call: UInt64
  public var instance: Int32
  public var status: qe_status
  /// Intents that it says it wishes; more than `capacity` breaks the contract.
  public var claimed: UInt32
  public var capacity: UInt32
  /// Of its worker, which then answered nothing.
  public var failure: PluginFailure?

  public init(call: UInt64, instance: Int32, status: qe_status, claimed: UInt32, capacity: UInt32, failure: PluginFailure?) {
    self.call = call
    self.instance = instance
    self.status = status
    self.claimed = claimed
    self.capacity = capacity
    self.failure = failure
  }
}

/// Writes down what plugins and models answer: with it a run can be repeated without them.
public protocol AnswerJournal: AnyObject {
  /// - Parameter intents: the engine's room for them, lent for the call; the first `min(claimed, capacity)` count.
  func answered(_ answer: PluginAnswer, _ intents: UnsafePointer<qe_intent>)
  /// A model said something of a closed second.
  func predicted(_ answer: ModelAnswer)
}
