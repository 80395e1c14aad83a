import Market
import Risk
import TestKit
import Testing

/// While a host runs, limits only tighten.
@Suite struct TighteningTests {
  /// One limit of all: how to read it as a number that is larger the looser it is; nil = unlimited.
  private struct Field {
    var name: String
    var looseness: (RiskLimits) -> Int128?
    var set: (inout RiskLimits, Int64?) -> Void
  }

  private static var fields: [Field] {
    func money(_ name: String, _ path: WritableKeyPath<RiskLimits, Money?>) -> Field {
      Field(name: name, looseness: { $0[keyPath: path]?.raw }, set: { $0[keyPath: path] = $1.map { Money(units: $0) } })
    }
    func number(_ name: String, _ path: WritableKeyPath<RiskLimits, Int64?>) -> Field {
      Field(name: name, looseness: { $0[keyPath: path].map { Int128($0) } }, set: { $0[keyPath: path] = $1 })
    }
    func points(_ name: String, _ path: WritableKeyPath<RiskLimits, BasisPoints?>) -> Field {
      Field(name: name, looseness: { $0[keyPath: path].map { Int128($0.raw) } }, set: { $0[keyPath: path] = $1.map { BasisPoints(raw: $0) } })
    }
    return [
      money("order notional", \.maximumOrderNotional), money("symbol notional", \.maximumSymbolNotional), money("gross", \.maximumGrossExposure),
      number("leverage", \.maximumLeverage), number("orders a second", \.maximumOrdersPerSecond), number("messages", \.venueMessagesPerTenSeconds),
      number("trades", \.maximumTradesPerHour), number("streak", \.lossStreakTrades), points("spread", \.maximumSpread),
      number("lag", \.maximumEventLagMilliseconds), points("collar", \.priceCollar), points("emergency collar", \.emergencyCollar),
      money("daily loss", \.maximumDailyLoss), number("daily loss fraction", \.maximumDailyLossFraction), money("drawdown", \.maximumDrawdown),
      number("drawdown fraction", \.maximumDrawdownFraction), money("instance notional", \.instance.maximumNotional),
      money("instance loss", \.instance.maximumDailyLoss), number("instance orders", \.instance.maximumOrdersPerMinute),
      // The larger, the tighter.
      Field(
        name: "liquidation distance", looseness: { $0.minimumLiquidationDistance.map { -Int128($0) } }, set: { $0.minimumLiquidationDistance = $1 }),
      Field(name: "cool-down", looseness: { -Int128($0.coolingOffSeconds) }, set: { $0.coolingOffSeconds = $1 ?? 0 }),
      Field(name: "resumes", looseness: { $0.resumeOnNewDay ? 1 : 0 }, set: { $0.resumeOnNewDay = ($1 ?? 0) % 2 == 1 }),
    ]
  }

  private func any(_ chance: inout Chance) -> RiskLimits {
    var limits = RiskLimits()
    for field in Self.fields { field.set(&limits, chance.chance(25) ? nil : Int64.random(in: 0...1000, using: &chance)) }
    return limits
  }

  @Test func everyFieldOfTheLimitsIsHere() {
    // A limit that is added and forgotten here fails: one level of nesting, which is the instance's.
    let count = Mirror(reflecting: RiskLimits()).children.count - 1 + Mirror(reflecting: InstanceLimits()).children.count
    #expect(Self.fields.count == count)
    #expect(Set(Self.fields.map(\.name)).count == count)
  }

  @Test func theTighterOfTwoIsNeverLooserThanEitherInAnyField() {
    var chance = Chance.seeded("limits only tighten")
    func isLooser(_ a: Int128?, than b: Int128?) -> Bool {
      guard let b else { return false }
      guard let a else { return true }
      return a > b
    }
    for _ in 0..<2000 {
      let present = any(&chance)
      let wanted = any(&chance)
      let result = present.tightened(by: wanted)
      for field in Self.fields {
        let value = field.looseness(result)
        #expect(!isLooser(value, than: field.looseness(present)), "\(field.name) became looser than it was")
        #expect(!isLooser(value, than: field.looseness(wanted)), "\(field.name) is looser than was asked")
        #expect(value == field.looseness(present) || value == field.looseness(wanted), "\(field.name) is neither of both")
      }
      #expect(result.tightened(by: wanted) == result && result.tightened(by: present) == result)
      #expect(wanted.tightened(by: present) == result)
    }
  }

  @Test func aRunningGateRefusesByTheTighterLimitAndForgetsNothing() {
    var limits = Samples.farLimits
    limits.maximumOrdersPerSecond = 5
    let desk = Desk(limits: limits)
    for _ in 0..<3 { #expect(desk.check(.buy, 1, at: 500_000).code == .none) }
    limits.maximumOrdersPerSecond = 3
    desk.gate.tighten(limits)
    #expect(desk.check(.buy, 1, at: 500_000).refusal == Refusal(.orderRateLimit, unit: .count, value: 4, limit: 3))
    limits.maximumOrdersPerSecond = 1000
    desk.gate.tighten(limits)
    #expect(desk.check(.buy, 1, at: 500_000).code == .orderRateLimit)
    desk.now += 1_000_000_000
    #expect(desk.check(.buy, 1, at: 500_000).code == .none)
  }

  @Test func `A symbol's own limit tightens by its own word alone, and never loosens`() {
    var limits = Samples.farLimits
    let common = Money(units: 10_000)
    limits.maximumSymbolNotional = common
    let desk = Desk(limits: limits)
    #expect(desk.gate.symbolLimit(0) == common)
    desk.gate.tighten(limits, symbolNotional: [Money(units: 20_000)])
    #expect(desk.gate.symbolLimit(0) == common)
    desk.gate.tighten(limits, symbolNotional: [Money(units: 5000)])
    #expect(desk.gate.symbolLimit(0) == Money(units: 5000))
    desk.gate.tighten(limits, symbolNotional: [Money(units: 6000)])
    desk.gate.tighten(limits, symbolNotional: [nil])
    limits.maximumSymbolNotional = Money(units: 1000)
    desk.gate.tighten(limits)
    #expect(desk.gate.symbolLimit(0) == Money(units: 5000) && desk.gate.limits.maximumSymbolNotional == Money(units: 1000))
  }
}
