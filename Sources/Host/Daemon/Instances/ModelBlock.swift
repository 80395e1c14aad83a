import Engine
import Market
import Session
import Settings

/// The instruments of one account on which nothing opens because a configured model is missing.
struct ModelBlock {
  /// What has changed.
  struct Change {
    /// The places without a model, in words; empty where every one is there again.
    var missing: [String]

    func text(_ settings: ModelSettings) -> String {
      if missing.isEmpty { return "every configured model is there: opening is no longer kept back by models" }
      let scope = settings.requireScope == .all ? "" : "on their symbols "
      return "nothing opens \(scope)while models are missing: \(missing.joined(separator: ", ")); exits go on"
    }
  }

  /// -1 = all.
  private var instruments: Set<Int32> = []

  /// Tells the engine where a configured model is missing; nil where that is as it was.
  mutating func note(_ session: TradingSession, _ settings: ModelSettings, in loop: inout TradingLoop, receiveNanoseconds: Int64) -> Change? {
    guard settings.requireModels else { return nil }
    let faults = session.models.filter { $0.fault != nil }
    let missing = Set(faults.map { Int32($0.instrument) })
    let wanted: Set<Int32> = settings.requireScope == .all ? (missing.isEmpty ? [] : [-1]) : missing
    guard wanted != instruments else { return nil }
    for instrument in instruments.subtracting(wanted).sorted() {
      loop.command(.models(instrument: instrument, isMissing: false), receiveNanoseconds: receiveNanoseconds)
    }
    for instrument in wanted.subtracting(instruments).sorted() {
      loop.command(.models(instrument: instrument, isMissing: true), receiveNanoseconds: receiveNanoseconds)
    }
    instruments = wanted
    return Change(missing: faults.map { "\(session.instruments[$0.instrument].id.symbol)/\($0.horizonSeconds)" })
  }
}
