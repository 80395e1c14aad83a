import Market
import PluginABI

/// What a worker said about the call that it was asked for.
public enum WorkerAnswer: Sendable, Equatable {
  /// The intents stand in the engine's room for them.
  case intents(status: qe_status, count: UInt32)
  /// It is out: killed, gone, or not to be understood.
  case failed(PluginFailure)
}

/// Whoever has a plugin that the engine does not call itself. One call at a time: `post`, then `wait`.
public protocol Worker: AnyObject {
  /// Hands the call over. The pointers are lent for this call alone.
  func post(context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32)
  /// Waits for the answer, with a deadline.
  ///
  /// - Parameter room: for as many intents as `post` said.
  func wait(into room: UnsafeMutablePointer<qe_intent>) -> WorkerAnswer
}

/// A step that stopped in the middle, because a worker has to be asked before it can go on: where it goes on.
///
/// So what was decided before (exits above all) leaves the engine before anybody waits, and the order of everything is as if
/// the plugin had been called in place.
struct Suspension {
  enum Stage {
    case quote(Quote)
    case depth(qe_depth)
    case mark(MarkPrice)
    /// Of the closed bars of a second that `trade` has ended; the step is the one of its instance that comes next.
    case bar(Bar, trade: Trade, step: Int)
    case trade(Trade)
    case timers
    case updates
  }

  /// The instance that is asked; -1 = the engine is between two inputs.
  var instance: Int32 = -1
  var stage = Stage.updates
  var instrument = 0
  /// The first instance that has not had the event.
  var next = 0
  /// Intents that the asked one may wish for.
  var capacity: UInt32 = 0
  /// Whether the host's own unfinished work follows the event.
  var hasCare = false

  /// Notes where to go on.
  mutating func hold(_ stage: Stage, instrument: Int, next: Int) {
    self.stage = stage
    self.instrument = instrument
    self.next = next
  }
}
