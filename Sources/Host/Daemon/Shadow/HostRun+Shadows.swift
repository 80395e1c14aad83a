import Cryptography
import Logging
import Market
import Plugins
import Session
import Settings

extension HostRun {
  /// Every id of `plugins.shadow` on this run's symbols means something: what is mistyped there would trade for real.
  func checkShadows(_ published: [Choice], _ instruments: [Instrument]) throws(SessionError) {
    let ids = published.map { $0.resolved.instanceID(on: instruments[$0.instrument]) }
    for id in settings.plugins.shadows where !ids.contains(id) {
      let symbol = id.drop { $0 != "@" }.dropFirst().prefix { $0 != "/" }
      // A symbol that this run does not trade is another run's, where pairs.yaml knows it.
      let isTraded = instruments.contains { $0.id.symbol == symbol || $0.id.description == symbol }
      if !isTraded, settings.pairs.instrument(String(symbol)) != nil { continue }
      throw SessionError(
        .configuration,
        "plugins.shadow: \(id) is not published\(ids.isEmpty ? "" : ", \(ids.joined(separator: ", ")) is"); correct the id, or take it out of the list"
      )
    }
  }

  /// Starts the shadows. One that does not start keeps nobody else from it.
  ///
  /// - Parameter areAll: nothing else runs.
  /// - Returns: also those that did not start, to be shown.
  /// - Throws: none started, and nothing else runs.
  func makeShadows(
    _ strategies: [Choice], _ maker: ShadowMaker, areAll: Bool, _ log: RunLog
  ) throws(SessionError) -> (shadows: Shadows, broken: [RunStatus.Instance]) {
    var places: [Shadows.Place] = []
    var broken: [RunStatus.Instance] = []
    for choice in strategies {
      let (resolved, instrument, callMark) = (choice.resolved, maker.instruments[choice.instrument], CallMark())
      do {
        let run = try maker.make(resolved, instrument: choice.instrument, callMark: callMark)
        places.append(Shadows.Place(run: run, horizonSeconds: resolved.horizonSeconds, callMark: callMark))
      } catch {
        let id = resolved.instanceID(on: instrument)
        log.plugins.error("shadow \(id) does not run: \(error)")
        broken.append(
          RunStatus.Instance(
            id: id, strategy: resolved.name, symbol: instrument.id.symbol, digest: resolved.file.digest.hex, state: .out, why: "\(error)",
            workerID: nil, restarts: 0, position: Figure(0, scale: Int(instrument.spec.quantityScale)), openOrders: 0, isShadow: true))
      }
    }
    if areAll, places.isEmpty, let first = broken.first {
      throw SessionError(.failed, "shadow \(first.id) does not run, and nothing else would: \(first.why ?? "")")
    }
    return (Shadows(places, instrumentCount: maker.instruments.count), broken)
  }
}
