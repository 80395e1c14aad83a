import Market
import Portfolio
import TestKit

/// A host that sends exactly what it was allowed and reports the truth, though its reports may be late.
struct HonestHost {
  enum Kind: CaseIterable {
    /// Counts its orders and names its symbols; its reports travel beside its questions.
    case counting
    /// As the reference's bot: neither; it does one thing after the other.
    case plain
  }

  struct Order {
    var symbol: String
    var worth: Int64
  }

  let name: String
  let kind: Kind
  var lastSequence: UInt64 = 0
  /// Working in full, by number.
  var orders: [UInt64: Order] = [:]
  /// By symbol.
  var positions: [String: Int64] = [:]
  /// On their way, oldest first.
  var letters: [HostReport] = []

  init(_ name: String, _ kind: Kind) { (self.name, self.kind) = (name, kind) }

  func worst(_ symbol: String) -> Int64 { (positions[symbol] ?? 0) + orders.values.reduce(0) { $1.symbol == symbol ? $0 + $1.worth : $0 } }

  mutating func question(_ symbol: String, _ worth: Int64) -> Question {
    lastSequence += 1
    let isCounting = kind == .counting
    return .buy(worth, symbol, of: name, name: isCounting ? "\(lastSequence)" : nil, sequence: isCounting ? lastSequence : nil)
  }

  func report(_ symbols: [String]) -> HostReport {
    let all = symbols.map { HostReport.Symbol(symbol: $0, position: units(positions[$0] ?? 0), worstNotional: units(worst($0))) }
    let total = units(symbols.reduce(0) { $0 + worst($1) })
    guard kind == .counting else { return HostReport(host: name, equity: units(1000), notional: total) }
    return HostReport(host: name, equity: units(1000), notional: total, symbols: all, orderSequence: lastSequence)
  }
}
