import Market
import Risk
import TestKit
import Testing

/// Generated lives of orders against an independent, naive account of what is open.
@Suite struct RiskPropertyTests {
  struct Open {
    var order: ApprovedOrder
    var remaining: Int64
  }

  /// The naive account: everything is recomputed from the lists.
  struct Account {
    var instanceOf: [Int32]
    var positions: [Int64]
    var open: [Open] = []
    var marks: [Int64]

    func net(_ instrument: Int32) -> Int64 { zip(instanceOf, positions).filter { $0.0 == instrument }.map(\.1).reduce(0, +) }

    func openQuantity(_ side: Side, where matches: (OrderRequest) -> Bool) -> Int64 {
      open.filter { $0.order.request.side == side && matches($0.order.request) }.map(\.remaining).reduce(0, +)
    }

    /// Worst notional of a symbol over all subsets of fills: only one side filling is the extreme.
    func worst(_ instrument: Int32, spec: InstrumentSpec) -> Money {
      let net = net(instrument)
      let up = net + openQuantity(.buy) { $0.instrument == instrument }
      let down = net - openQuantity(.sell) { $0.instrument == instrument }
      let prices = open.filter { $0.order.request.instrument == instrument && $0.order.request.type == .limit }.map(\.order.request.price.raw)
      let price = max(marks[Int(instrument)], prices.max() ?? 0)
      return spec.notional(Price(raw: price), Quantity(raw: max(abs(up), abs(down))))
    }
  }

  @Test func noApprovedOrderGoesOverALimitAndReducingNeverOpensOrFlips() {
    var chance = Chance.seeded("risk properties")
    var approvedCount = 0
    for _ in 0..<40 {
      var limits = Samples.farLimits
      limits.maximumOrderNotional = Money(units: Int64.random(in: 60...1500, using: &chance))
      limits.maximumSymbolNotional = Money(units: Int64.random(in: 60...3000, using: &chance))
      limits.maximumGrossExposure = Money(units: Int64.random(in: 60...4000, using: &chance))
      limits.maximumLeverage = Int64.random(in: 1...4, using: &chance) * 500_000
      let isSpot = chance.chance(30)
      let instruments = ["BTCUSDT", "ETHUSDT"].map { isSpot ? Samples.spot(symbol: $0) : Samples.perpetual(symbol: $0) }
      let specs = instruments.map(\.spec)
      let instances: [Int32] = [0, 0, 1]
      let equity = Money(units: Int64.random(in: 500...3000, using: &chance))
      let desk = Desk(instruments, instances: instances, limits: limits, equity: equity)
      var account = Account(instanceOf: instances, positions: [0, 0, 0], marks: [0, 0])
      var now: Int64 = 0
      var isHalted = false
      for step in 0..<1500 {
        now += Int64.random(in: 0...2_000_000_000, using: &chance)
        if step % 50 == 0 {
          for index in specs.indices {
            let mark = Int64.random(in: 550_000...650_000, using: &chance)
            account.marks[index] = mark
            desk.gate.quoted(Int32(index), bid: Price(raw: mark - 1), ask: Price(raw: mark))
            desk.gate.traded(Int32(index), price: Price(raw: mark))
          }
        }
        if step == 1200 {
          desk.gate.halt()
          isHalted = true
        }
        switch Int.random(in: 0..<10, using: &chance) {
        case 0..<5:
          let instance = Int32.random(in: 0..<3, using: &chance)
          let isLimit = chance.chance(50)
          let request = OrderRequest(
            instrument: instances[Int(instance)], instance: instance, side: chance.chance(50) ? .buy : .sell, type: isLimit ? .limit : .market,
            quantity: Quantity(raw: wildQuantity(&chance)), price: Price(raw: isLimit ? wildPrice(&chance) : 0), reduceOnly: chance.chance(10))
          let before = account
          guard case .approved(let order) = desk.gate.check(request, now: now, availableCash: Money(units: 1_000_000)) else { continue }
          approvedCount += 1
          #expect(request.quantity.raw > 0)
          account.open.append(Open(order: order, remaining: request.quantity.raw))
          if order.isReducing {
            expectReducing(request, before)
            continue
          }
          #expect(!isHalted, "an opening order was approved while halted")
          #expect(!request.reduceOnly)
          #expect(!isOpposed(request, before), "opened against another instance")
          if isSpot { #expect(request.side == .buy, "spot went short") }
          let spec = specs[Int(request.instrument)]
          let ownPrice = isLimit ? request.price : Price(raw: account.marks[Int(request.instrument)])
          #expect(spec.notional(ownPrice, request.quantity) <= limits.maximumOrderNotional!)
          let symbol = account.worst(request.instrument, spec: spec)
          #expect(symbol <= limits.maximumSymbolNotional!)
          let gross = account.worst(0, spec: specs[0]) + account.worst(1, spec: specs[1])
          #expect(gross <= limits.maximumGrossExposure!)
          #expect(gross <= equity.scaled(by: limits.maximumLeverage!, over: 1_000_000))
        case 5..<8:
          guard let index = account.open.indices.randomElement(using: &chance) else { continue }
          let open = account.open[index]
          let quantity = chance.chance(50) ? open.remaining : Int64.random(in: 1...open.remaining, using: &chance)
          let request = open.order.request
          let before = account.positions[Int(request.instance)]
          let netBefore = account.net(request.instrument)
          _ = desk.gate.filled(slot: open.order.slot, quantity: Quantity(raw: quantity))
          account.positions[Int(request.instance)] += request.side.sign * quantity
          account.open[index].remaining -= quantity
          if open.order.isReducing {
            #expect(abs(account.positions[Int(request.instance)]) == abs(before) - quantity, "a reducing fill opened or flipped the instance")
            #expect(abs(account.net(request.instrument)) == abs(netBefore) - quantity, "a reducing fill opened or flipped the account")
          }
          if account.open[index].remaining == 0 {
            desk.gate.released(slot: open.order.slot)
            account.open.remove(at: index)
          }
        default:  // cancelled or rejected
          guard let index = account.open.indices.randomElement(using: &chance) else { continue }
          desk.gate.released(slot: account.open[index].order.slot)
          account.open.remove(at: index)
        }
        for instance in 0..<3 { #expect(desk.position(instance: Int32(instance)) == account.positions[instance]) }
        for instrument in 0..<2 { #expect(desk.position(instrument: Int32(instrument)) == account.net(Int32(instrument))) }
      }
    }
    #expect(approvedCount > 1500, "the generator is too tame or too wild: only \(approvedCount) approvals")
  }

  private func isOpposed(_ request: OrderRequest, _ account: Account) -> Bool {
    (0..<3).contains { other in
      guard other != Int(request.instance), account.instanceOf[other] == request.instrument else { return false }
      let sells = account.openQuantity(.sell) { Int($0.instance) == other }
      let buys = account.openQuantity(.buy) { Int($0.instance) == other }
      return request.side == .buy ? account.positions[other] - sells < 0 : account.positions[other] + buys > 0
    }
  }

  /// The closed form, restated: no order of fills of what is open makes this one open anything.
  private func expectReducing(_ request: OrderRequest, _ account: Account) {
    let own = account.positions[Int(request.instance)]
    let net = account.net(request.instrument)
    let ownOpen = account.openQuantity(request.side) { $0.instance == request.instance }
    let netOpen = account.openQuantity(request.side) { $0.instrument == request.instrument }
    let toward: Int64 = request.side == .sell ? 1 : -1
    #expect(ownOpen + request.quantity.raw <= own * toward)
    #expect(netOpen + request.quantity.raw <= net * toward)
  }

  private func wildQuantity(_ chance: inout Chance) -> Int64 {
    switch Int.random(in: 0..<20, using: &chance) {
    case 0: return 0
    case 1: return -Int64.random(in: 1...100, using: &chance)
    case 2: return .max
    case 3: return .min
    default: return Int64.random(in: 1...25, using: &chance)
    }
  }

  private func wildPrice(_ chance: inout Chance) -> Int64 {
    switch Int.random(in: 0..<20, using: &chance) {
    case 0: return 0
    case 1: return -1
    case 2: return .max
    default: return Int64.random(in: 500_000...700_000, using: &chance)
    }
  }
}
