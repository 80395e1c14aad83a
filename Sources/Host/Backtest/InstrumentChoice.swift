import Feeds
import Market
import Session
import Settings

/// Which instrument a symbol on the command line means.
enum InstrumentChoice {
  /// pairs.yaml decides; a linear symbol that it does not know gets the scale of its data, with a warning.
  static func instrument(for request: BacktestRequest, settings: Settings, warnings: inout [String]) throws -> Instrument {
    if let known = settings.pairs.instrument(request.symbol) {
      if let reason = known.unsupportedReason { throw SessionError(.badData, "INSTRUMENT_UNSUPPORTED: \(reason)") }
      return known
    }
    let id = InstrumentID(request.symbol) ?? InstrumentID(venue: settings.pairs.venue, market: settings.pairs.defaultMarket, symbol: request.symbol)
    guard id.market != .coinm, let assets = settings.pairs.splitUnknown(id.symbol) else {
      throw SessionError(
        .badData,
        "INSTRUMENT_UNSUPPORTED: \(id) is not in pairs.yaml and is not a base with a known linear quote; add it to pairs.yaml if it trades linearly")
    }
    let options = TickFileOptions(skipsBadRows: request.skipsBadRows, sortsByTime: request.sortsByTime)
    do throws(Instrument.Invalid) {
      if let scale = request.scale {
        let made = try Instrument(id: id, baseAsset: assets.base, quoteAsset: assets.quote, priceScale: scale, quantityScale: scale)
        warnings.append("\(id) is not in pairs.yaml: it runs with \(scale) decimals as asked, no minimum sizes, leverage 1")
        return made
      }
    } catch {
      throw SessionError(.usage, "--scale: \(error.reason)")
    }
    let scales =
      RecordingReader.recognises(request.ticksPath)
      ? try RecordingSummary.read(path: request.ticksPath, symbol: id.description, options: request.replay.recording).scales
      : try TickFileScan.scales(path: request.ticksPath, options: options)
    do throws(Instrument.Invalid) {
      let made = try scales.instrument(id: id, baseAsset: assets.base, quoteAsset: assets.quote)
      warnings.append(
        "\(id) is not in pairs.yaml: it runs with the decimals of its data (price \(scales.priceDecimals), quantity \(scales.quantityDecimals)), "
          + "no minimum sizes, leverage 1")
      return made
    } catch {
      throw SessionError(.badData, "\(request.ticksPath): \(error.reason)")
    }
  }
}
