import Foundation
import Market
import TestKit
import Testing

@testable import Portfolio

@Suite struct HonestHostTests {
  private static let symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT"]

  /// One world: hosts of both kinds, reports that are late, orders that end or fill in parts, restarts of the Supervisor.
  private struct World {
    var portfolio: Portfolio
    var hosts: [HonestHost]
    let limit: Int64
    var allowed = 0
    var refused = 0

    init(_ chance: inout Chance) {
      limit = Int64.random(in: 5_000...20_000, using: &chance)
      let (limit, total) = (limit, limit * Int64.random(in: 1...3, using: &chance))
      portfolio = Portfolio.shipped {
        $0.maximumSymbolNotional = units(limit)
        $0.maximumTotalNotional = units(total)
      }
      hosts = (0..<4).map { HonestHost("\($0)", $0 == 3 ? .plain : .counting) }
      for host in hosts { _ = portfolio.take(host.report(HonestHostTests.symbols), at: noon) }
    }

    func truth(_ symbol: String) -> Int64 { hosts.reduce(0) { $0 + $1.worst(symbol) } }

    mutating func deliver(_ index: Int, at now: Int64) {
      guard !hosts[index].letters.isEmpty else { return }
      _ = portfolio.take(hosts[index].letters.removeFirst(), at: now)
    }

    mutating func ask(_ index: Int, at now: Int64, _ chance: inout Chance) {
      let symbol = HonestHostTests.symbols.randomElement(using: &chance) ?? ""
      let worth = Int64.random(in: 1...(limit / 3), using: &chance)
      let question = hosts[index].question(symbol, worth)
      // A plain host waits until it is heard before it goes on.
      while hosts[index].kind == .plain, !hosts[index].letters.isEmpty { deliver(index, at: now) }
      // Now and then the answer is lost, and it asks again; without a name of its own that counts twice and is safe.
      if chance.chance(10) { _ = portfolio.evaluate(question, at: now) }
      guard portfolio.evaluate(question, at: now).isAllowed else { return refused += 1 }
      allowed += 1
      hosts[index].orders[hosts[index].lastSequence] = HonestHost.Order(symbol: symbol, worth: worth)
    }

    /// An order ends, filled in full, in part or not at all; whether the Supervisor is told at once is chance.
    mutating func end(_ index: Int, _ chance: inout Chance) {
      guard let number = hosts[index].orders.keys.sorted().randomElement(using: &chance), let order = hosts[index].orders.removeValue(forKey: number)
      else { return }
      let filled = chance.chance(40) ? 0 : Int64.random(in: 0...order.worth, using: &chance)
      hosts[index].positions[order.symbol, default: 0] += filled
      if hosts[index].kind == .counting, chance.chance(60) {
        portfolio.settle(host: hosts[index].name, clientOrderID: "\(number)", filled: units(filled))
      }
    }
  }

  @Test func `Late reports, parts of fills, hosts that count nothing and restarts: never more than the limits`() throws {
    var chance = Chance.seeded("honest hosts")
    var (allowed, refused) = (0, 0)
    for round in 0..<60 {
      var world = World(&chance)
      for step in 0..<400 {
        let now = noon + Int64(step) * 20
        let index = Int.random(in: world.hosts.indices, using: &chance)
        switch Int.random(in: 0..<100, using: &chance) {
        case ..<40: world.ask(index, at: now, &chance)
        case ..<60: world.end(index, &chance)
        case ..<75: world.hosts[index].letters.append(world.hosts[index].report(Self.symbols))
        case ..<90: world.deliver(index, at: now)
        case ..<98:
          let symbol = Self.symbols.randomElement(using: &chance) ?? ""
          world.hosts[index].positions[symbol] = (world.hosts[index].positions[symbol] ?? 0) / 2
        default:
          let kept = try JSONDecoder().decode(PortfolioState.self, from: JSONEncoder().encode(world.portfolio.state))
          world.portfolio = Portfolio(world.portfolio.limits, restoring: kept, at: now)
        }
        let place: Comment = "seed \(chance.seed), round \(round), step \(step)"
        let total = Self.symbols.reduce(0) { $0 + world.truth($1) }
        try #require(units(total) <= world.portfolio.limits.maximumTotalNotional ?? .zero && units(total) <= world.portfolio.taken(nil), place)
        for symbol in Self.symbols {
          try #require(world.truth(symbol) <= world.limit && units(world.truth(symbol)) <= world.portfolio.taken(symbol), place)
        }
      }
      // All have said all: what is taken is what there is, so nothing leaks either.
      for host in world.hosts { _ = world.portfolio.take(host.report(Self.symbols), at: noon + 8000) }
      #expect(world.portfolio.state.reservations.isEmpty)
      let total = Self.symbols.reduce(0) { $0 + world.truth($1) }
      #expect(world.portfolio.taken(nil) == units(total), "seed \(chance.seed), round \(round)")
      (allowed, refused) = (allowed + world.allowed, refused + world.refused)
    }
    // Else nothing was tried.
    #expect(allowed > 1000 && refused > 1000)
  }
}
