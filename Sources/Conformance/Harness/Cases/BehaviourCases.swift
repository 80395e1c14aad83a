import Glibc
import PluginABI
import Plugins

extension Catalogue {
  /// The same events give the same answers, whatever else there is.
  static let behaviourCases: [Case] = [
    Case("deterministic", "the same events give the same answers, twice in one process", isSeeded: true) { trial in
      let events = trial.size(20_000, quick: 2000)
      let first = try trial.answers(events)
      let second = try trial.answers(events)
      guard first.fingerprint.value == second.fingerprint.value else { throw Finding.fails("a second instance answered the same events otherwise") }
      return "\(first.intentCount) intents alike"
    },
    Case(
      "deterministic-across-processes", "environment, folder and addresses do not change the answers", after: ["deterministic"], isSeeded: true,
      setup: .init(isTwice: true)
    ) { trial in
      let player = try trial.answers(trial.size(20_000, quick: 2000))
      trial.fingerprint = player.fingerprint.value
      return "\(player.intentCount) intents alike"
    },
    Case("reset", "after reset it answers as a new instance does", after: ["deterministic"], isSeeded: true) { trial in
      let events = trial.size(10_000, quick: 2000)
      let fresh = try trial.answers(events)
      let instance = try trial.active()
      var before = try trial.player(instance, seed: 1)
      try before.play(events + 7)
      try instance.reset()
      var after = try trial.player(instance)
      try after.play(events)
      try instance.end()
      guard after.fingerprint.value == fresh.fingerprint.value else { throw Finding.fails("what came before the reset shows in its answers") }
      return "\(fresh.intentCount) intents alike"
    },
    Case("pause-resume", "deactivate and activate between two events change nothing", strictness: 4, after: ["deterministic"], isSeeded: true) {
      trial in
      let events = trial.size(10_000, quick: 2000)
      let whole = try trial.answers(events)
      let instance = try trial.active()
      var player = try trial.player(instance)
      for part in 0..<4 {
        try player.play(events * (part + 1) / 4 - events * part / 4)
        try instance.deactivate()
        try instance.activate()
      }
      try instance.end()
      guard player.fingerprint.value == whole.fingerprint.value else { throw Finding.fails("it forgets over deactivate and activate") }
      return "3 pauses"
    },
    Case("two-instances", "two instances do not touch each other", after: ["deterministic"], isSeeded: true) { trial in
      let events = trial.size(10_000, quick: 2000)
      let alone = try trial.answers(events)
      let first = try trial.active()
      let second = try trial.active()
      var one = try trial.player(first)
      var other = try trial.player(second, seed: 2)
      for _ in 0..<events {
        try one.play(1)
        try other.play(1)
      }
      try second.end()
      try first.end()
      guard one.fingerprint.value == alone.fingerprint.value else {
        throw Finding.fails("it answers otherwise when another instance lives beside it")
      }
      return "\(alone.intentCount) intents alike"
    },
    Case("beside-another-build", "works beside another build of itself in one process", after: ["deterministic"], isSeeded: true) { trial in
      let events = trial.size(5000, quick: 2000)
      let alone = try trial.answers(events)
      // A byte behind the end: the same code with another digest, and so another image.
      let twin = try Plugin(PluginLibrary.load(try PluginFile.appending([0x51], to: try trial.file())), trial.files())
      let first = try trial.active()
      let second = try Instance(twin, InstanceSetting(twin, trial.options))
      try second.initialise()
      try second.activate()
      guard twin.descriptor != first.plugin.descriptor else { throw Finding.fails("both builds are one image") }
      var (one, other) = (try trial.player(first), try trial.player(second))
      for _ in 0..<events {
        try one.play(1)
        try other.play(1)
      }
      try second.end()
      try first.end()
      guard one.fingerprint.value == alone.fingerprint.value, other.fingerprint.value == alone.fingerprint.value else {
        throw Finding.fails("it answers otherwise beside another build of itself")
      }
      return "\(alone.intentCount) intents alike"
    },
    Case("thread-tags", "control and engine calls may come from different threads", after: ["deterministic"], isSeeded: true) { trial in
      let events = trial.size(5000, quick: 1000)
      let alone = try trial.answers(events)
      let instance = try trial.active()
      let box = PlayerBox(try trial.player(instance))
      for _ in 0..<2 { try box.playOnAnotherThread(events / 2) }
      try instance.end()
      guard box.player.fingerprint.value == alone.fingerprint.value else {
        throw Finding.fails("it answers otherwise on a thread that did not create it")
      }
      return "2 engine threads"
    },
  ]
}

/// Hands a player to a thread and waits for it.
private final class PlayerBox: @unchecked Sendable {
  // Unchecked: one thread has it at a time; join orders them.
  var player: Player
  private var events = 0
  private var failure: (any Error)?

  init(_ player: Player) { self.player = player }

  func playOnAnotherThread(_ events: Int) throws {
    self.events = events
    var thread = pthread_t()
    let held = Unmanaged.passUnretained(self)
    // Unsafe: we outlive the thread, which is joined below.
    guard
      pthread_create(
        &thread, nil,
        { argument in
          let box = Unmanaged<PlayerBox>.fromOpaque(argument!).takeUnretainedValue()
          do { try box.player.play(box.events) } catch { box.failure = error }
          return nil
        }, held.toOpaque()) == 0
    else { throw Finding.skips("no thread could be started") }
    pthread_join(thread, nil)
    if let failure { throw failure }
  }
}
