import Daemon
import Kernel
import Market
import Models
import Plugins
import Session
import Settings

extension Doctor {
  /// The models that a start would want: found, hashed, started and asked once.
  static func models(_ settings: Settings) -> [Finding] {
    let instruments = ((try? HostRun.feedSymbols(settings)) ?? []).compactMap { settings.pairs.instrument($0) }
    let reading = instruments.map { (instrument: $0, readers: readers($0, settings)) }.filter { !$0.readers.isEmpty }
    guard !reading.isEmpty else { return [.pass("models", "no published strategy reads predictions")] }
    let source = ModelSource.quarantining(settings, executableFolder: Executable.folder)
    let nowSeconds = Clocks.realtimeNanoseconds() / 1_000_000_000
    return reading.enumerated().flatMap { index, row in
      source.places(of: row.instrument, index: index).flatMap { place in
        defer { place.content.close() }
        return findings(
          place, row.instrument, onlyShadows: row.readers.allSatisfy { settings.isShadow($0, on: row.instrument) }, settings, nowSeconds)
      }
    }
  }

  /// - Parameter onlyShadows: whoever reads it trades in simulation alone.
  private static func findings(
    _ place: ModelPlace, _ instrument: Instrument, onlyShadows: Bool, _ settings: Settings, _ nowSeconds: Int64
  ) -> [Finding] {
    let name = "\(instrument.id.symbol)/\(place.horizonSeconds)"
    if let fault = place.fault {
      let cure = "train and publish it, or take the one before with: quantumedge models rollback --symbol \(instrument.id.symbol)"
      if onlyShadows { return [.warn("models", "\(name): \(fault); shadows alone read it", cure: cure)] }
      // The host stays up, and nothing opens: for whoever asks whether it can trade, that is no.
      return settings.models.requireModels
        ? [.fail("models", "\(name): \(fault); nothing opens while it is so", cure: cure)]
        : [.warn("models", "\(name): \(fault); the host trades without it, as ml.require_models says", cure: cure)]
    }
    let row = place.readiness(symbol: instrument.id.symbol, nowSeconds: nowSeconds)
    return [.pass("models", "\(name): \(row.model ?? "") is whole and answers")]
      + row.notes.map { .warn("models", "\(name): \($0)", cure: "train it here, or see docs/MODELS.md") }
  }

  /// Published strategies that read predictions.
  private static func readers(_ instrument: Instrument, _ settings: Settings) -> [ResolvedStrategy] {
    let resolver = StrategyResolver(runtimePath: settings.runtimeFolder, executableFolder: Executable.folder, trust: settings.trustPolicy)
    return ((try? resolver.published(for: instrument)) ?? []).filter { $0.manifest?.events.contains("prediction") == true }
  }
}
