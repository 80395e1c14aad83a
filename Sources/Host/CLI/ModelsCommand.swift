import ArgumentParser
import Daemon
import Features
import JSONTree
import Market
import Models
import Plugins
import Session
import Settings

/// `quantumedge models`: which model forecasts which symbol and horizon.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Publish, check, ask and roll back models by symbol and horizon.",
    subcommands: [ModelsPublishCommand.self, List.self, Verify.self, Rollback.self, ModelsPredictCommand.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what is current, by symbol and horizon.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let entries = try ModelsOutput.store(settings.load()).list()
      if output.json { try Console.result(JSONValue.object([("models", .array(entries.map(ModelsOutput.json)))]).description) }
      if entries.isEmpty { Console.line("no model is published") }
      for entry in entries { Console.line(ModelsOutput.line(entry)) }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check what is current: digests, signature, adapter, one prediction. Exit 65 where any fails, after all were looked at.",
      discussion: "What is published is looked at, and what ml.horizons wants of --symbol; each as a row of the readiness table.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only this symbol, and all its configured horizons.") var symbol: String?

    func run() throws {
      let loaded = try settings.load()
      let source = ModelSource.quarantining(loaded, executableFolder: Executable.folder)
      var readiness = ModelReadiness()
      for (name, horizons) in try wanted(loaded) {
        let instrument = try StrategiesOutput.instrument(name, loaded)
        readiness.rows +=
          ModelReadiness.look(
            source.resolver, instruments: [instrument], horizonsSeconds: horizons, check: source.check, nowSeconds: ModelsOutput.nowSeconds
          ).rows
      }
      if output.json { try Console.result(readiness.node.compact) }
      Console.line(readiness.table)
      let failed = readiness.rows.filter { $0.state != .ready }
      guard failed.isEmpty else {
        throw SessionError(
          failed.contains { $0.state != .missing } ? .badData : .missingInput,
          "\(failed.count) of \(readiness.rows.count) models cannot be used: \(failed.map { "\($0.symbol)/\($0.horizonSeconds)" }.joined(separator: ", "))"
        )
      }
    }

    /// Names of instruments with the horizons to look at.
    private func wanted(_ loaded: Settings) throws -> [(name: String, horizonsSeconds: [Int64])] {
      if let symbol { return [(symbol, loaded.models.horizonsSeconds)] }
      let store = ModelsOutput.store(loaded)
      let places = try store.places()
      guard !places.isEmpty else {
        throw PluginError(.manifestMissing, store.folder, "no model is published; give --symbol to see what is wanted of one")
      }
      return places.map { place in
        let market = (try? store.entry(symbol: place.symbol, horizonSeconds: place.horizonSeconds))?.manifest.market
        return (ModelsOutput.name(place.symbol, market, loaded), [place.horizonSeconds])
      }
    }
  }

  struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make the version before the current one current; running hosts take it over.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Symbol.") var symbol: String
    @Option(help: "Seconds.") var horizon: Int64

    func run() throws {
      let loaded = try settings.load()
      let instrument = try StrategiesOutput.instrument(symbol, loaded)
      let entry = try ModelsOutput.store(loaded).rollback(
        symbol: instrument.id.symbol, horizonSeconds: horizon, adapters: ModelsOutput.adapters(loaded))
      if output.json { try Console.result(ModelsOutput.json(entry).description) }
      Console.line("rolled back to \(ModelsOutput.line(entry))")
      try ModelsOutput.tellHosts(entry, loaded)
    }
  }
}
