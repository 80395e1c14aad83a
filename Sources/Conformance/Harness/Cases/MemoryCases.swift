import PluginABI

extension Catalogue {
  /// Lent memory.
  static let memoryCases: [Case] = [
    Case("writes-inside-its-room", "writes neither behind the room for its answer nor into what is lent to be read", isSeeded: true) { trial in
      let memory = LentMemory(.guarded)
      try trial.watch(UnsafeRawBufferPointer(memory.whole), failing: "touches memory behind the lent room, or writes what is lent to be read")
      let instance = try trial.active()
      var player = try trial.player(instance, memory: memory)
      player.capacity = { 1 + Int($0.below(16)) }
      try player.play(trial.size(10_000, quick: 1000))
      try instance.end()
      return "\(player.calls) calls"
    },
    Case("keeps-no-lent-pointer", "does not touch lent memory after the call", after: ["writes-inside-its-room"], isSeeded: true) { trial in
      let memory = LentMemory(.passing)
      try trial.watch(UnsafeRawBufferPointer(memory.whole), failing: "touches memory that was lent to an earlier call")
      let instance = try trial.active()
      var player = try trial.player(instance, memory: memory)
      try player.play(trial.size(5000, quick: 1000))
      try instance.end()
      return "\(player.calls) calls"
    },
  ]
}
