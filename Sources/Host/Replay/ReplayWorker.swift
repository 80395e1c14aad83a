import Engine
import PluginABI

/// Stands in for the worker that an instance had: the plugin is called in this process, unless the journal says that the worker failed.
final class ReplayWorker: Worker {
  private let binding: StrategyBinding
  private let room: UnsafeMutablePointer<qe_intent>
  private let capacity: Int
  private var answer = WorkerAnswer.intents(status: QE_OK, count: 0)
  private let ordinal: Int
  private let failures: RecordedFailures

  /// - Parameter failures: what the journal says of the step in work.
  init(_ binding: StrategyBinding, capacity: Int, ordinal: Int, _ failures: RecordedFailures) {
    self.binding = binding
    self.ordinal = ordinal
    self.failures = failures
    self.capacity = capacity
    // Unsafe: room for the plugin's intents, as the worker has it; owned here, freed in deinit.
    room = .allocate(capacity: capacity)
    clear()
  }

  deinit { room.deallocate() }

  private func clear() {
    var blank = qe_intent()
    blank.struct_size = UInt32(MemoryLayout<qe_intent>.size)
    room.initialize(repeating: blank, count: capacity)
  }

  func post(context: UnsafePointer<qe_context>, event: UnsafePointer<qe_event>, capacity: UInt32) {
    if let failure = failures.take(Int32(ordinal)) {
      answer = .failed(failure)
      return
    }
    var count: UInt32 = 0
    let status = binding.process(binding.instance, context, event, room, capacity, &count)
    answer = .intents(status: status, count: count)
  }

  func wait(into target: UnsafeMutablePointer<qe_intent>) -> WorkerAnswer {
    guard case .intents(_, let count) = answer, count > 0 else { return answer }
    target.update(from: room, count: min(Int(count), capacity))
    clear()
    return answer
  }
}
