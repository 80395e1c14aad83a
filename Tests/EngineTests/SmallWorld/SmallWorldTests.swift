import PluginABI
import Testing

/// Every interleaving of fill, partial fill, reject, cancel, replace, unknown, halt, restart and late verdict, in worlds of two
/// instances and three lots: not a sample of them, all of them.
@Suite struct SmallWorldTests {
  @Test func `Orders: whatever two instances, their venue and an operator can bring about`() {
    walk("orders", SmallWorld.Rules(wishes: [.limit(.buy, 2), .limit(.sell, 1)], maximumOpen: 2), finals: [QE_ORDER_REPLACED, QE_ORDER_DONE])
  }

  @Test func `Approvals: the same with a Supervisor that answers, denies, is late or silent`() {
    walk(
      "approvals", SmallWorld.Rules(wishes: [.limit(.buy, 1), .limit(.sell, 1)], asksSupervisor: true, maximumOpen: 2),
      finals: [QE_ORDER_REPLACED, QE_ORDER_DONE])
  }

  @Test func `Brackets and targets: protection, leaving and flattening under every interruption`() {
    walk(
      "brackets and targets",
      SmallWorld.Rules(wishes: [.bracket(.buy, 2)], targets: [0, -1], replaces: false, maximumOpen: 1, wishing: 1, trades: [940]),
      finals: [QE_ORDER_DONE, QE_ORDER_REPLACED])
  }

  /// - Parameter finals: ends that the world must have come to, beside the common ones.
  private func walk(_ name: String, _ rules: SmallWorld.Rules, finals: [UInt32]) {
    let world = SmallWorld(rules)
    world.walk(maximumStates: 100_000)
    print("small world of \(name): \(world.states) states, \(world.moves) moves, all of them")
    #expect(world.problems.isEmpty, "\(world.problems.first ?? "")")
    for state in finals + [QE_ORDER_REFUSED, QE_ORDER_FILLED, QE_ORDER_CANCELLED] {
      #expect(world.finals[state, default: 0] > 10, "a world that hardly ever ends an intent in state \(state) proves nothing about it")
    }
  }
}
