import PluginABI

extension Catalogue {
  /// The state extension.
  static let stateCases: [Case] = [
    Case(
      "state-round-trip", "a restored instance has the same bytes and goes on alike", after: ["deterministic", "extension-tables"], isSeeded: true
    ) { trial in
      guard try trial.plugin().state != nil else { throw Finding.skips("it keeps no state") }
      let events = trial.size(10_000, quick: 2000)
      let original = try trial.active()
      var player = try trial.player(original)
      try player.play(events)
      guard let state = try original.save() else { throw Finding.skips("it keeps no state") }
      guard try original.save() == state else { throw Finding.fails("saving twice gives two states") }
      // The market and its venue are values: the second instance gets the same future.
      let (market, venue) = (player.market, player.venue)
      var going = try trial.player(original, seed: 3)
      (going.market, going.venue) = (market, venue)
      try going.play(events)
      try original.end()
      let restored = try trial.restored(state)
      guard try restored.save() == state else { throw Finding.fails("saving what was restored gives other bytes") }
      var again = try trial.player(restored, seed: 3)
      (again.market, again.venue) = (market, venue)
      try again.play(events)
      try restored.end()
      guard again.fingerprint.value == going.fingerprint.value else {
        throw Finding.fails("the restored instance goes on otherwise: its state is not whole")
      }
      return "\(state.count) bytes"
    },
    Case("state-too-small", "save says QE_TOO_SMALL for a buffer that is too small, and writes nothing", after: ["state-round-trip"]) { trial in
      guard let table = try trial.plugin().state else { throw Finding.skips("it keeps no state") }
      let instance = try trial.active()
      let size = table.pointee.size(instance.memory)
      guard size > 0 else { return "an empty state" }
      var bytes = [UInt8](repeating: 0xA5, count: Int(size))
      var written: UInt64 = 0
      let status = bytes.withUnsafeMutableBufferPointer { table.pointee.save(instance.memory, $0.baseAddress!, size - 1, &written) }
      try instance.end()
      guard status == QE_TOO_SMALL else { throw Finding.fails("save returned \(status) for a byte too few") }
      guard bytes.allSatisfy({ $0 == 0xA5 }) else { throw Finding.fails("save wrote although the buffer was too small") }
      return "\(size) bytes"
    },
    Case(
      "state-refuses-garbage", "cut, altered, random and empty states are refused and change nothing", strictness: 3, after: ["state-round-trip"],
      isSeeded: true
    ) {
      trial in
      guard try trial.plugin().state != nil else { throw Finding.skips("it keeps no state") }
      let source = try trial.active()
      var player = try trial.player(source)
      try player.play(trial.size(5000, quick: 1000))
      guard let state = try source.save() else { throw Finding.skips("it keeps no state") }
      try source.end()
      let target = try trial.restored(state)
      try target.deactivate()
      guard let before = try target.save() else { throw Finding.skips("it keeps no state") }
      var random = trial.random(5)
      var count = 0
      for (what, bytes) in Garbage.all(of: state, rounds: trial.size(400, quick: 60), &random) where bytes != state {
        count += 1
        let status = target.restore(bytes)
        guard status == QE_INVALID else { throw Finding.fails("restore of \(what) returned \(status ?? 0)") }
        guard try target.save() == before else { throw Finding.fails("restore of \(what) was refused and changed the instance") }
      }
      target.destroy()
      return "\(count) altered states refused"
    },
  ]
}

extension Trial {
  /// A new instance with this state; ACTIVE.
  fileprivate func restored(_ state: [UInt8]) throws -> Instance {
    let plugin = try plugin()
    let instance = try Instance(plugin, InstanceSetting(plugin, options))
    try instance.initialise()
    if let status = instance.restore(state), status != QE_OK { throw Finding.fails("restore of its own state returned \(status)") }
    try instance.activate()
    return instance
  }
}

/// States that save did not write.
private enum Garbage {
  static func all(of state: [UInt8], rounds: Int, _ random: inout Random) -> [(String, [UInt8])] {
    var found: [(String, [UInt8])] = [("nothing", []), ("a byte more", state + [0]), ("twice itself", state + state)]
    if state.isEmpty { return found }
    found.append(("half of it", Array(state.prefix(state.count / 2))))
    found.append(("a byte less", Array(state.dropLast())))
    found.append(("zeros", [UInt8](repeating: 0, count: state.count)))
    found.append(("a megabyte", [UInt8](repeating: 0x41, count: 1 << 20)))
    for _ in 0..<rounds {
      var bytes = state
      let place = Int(random.below(Int64(bytes.count)))
      bytes[place] ^= UInt8(1 << random.below(8))
      found.append(("a state with a bit of byte \(place) turned", bytes))
    }
    for _ in 0..<rounds / 4 { found.append(("random bytes", (0..<state.count).map { _ in UInt8(truncatingIfNeeded: random.next()) })) }
    return found
  }
}
