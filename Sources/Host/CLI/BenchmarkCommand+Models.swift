import ArgumentParser
import Features
import Feeds
import Kernel
import Market
import Plugins
import Research
import Session
import Settings
import XGBoostLibrary

extension BenchmarkCommand {
  /// Figures for `make bench-models`; Benchmarks/models.py judges them.
  struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Features, one row of a forest, datasets and training.",
      subcommands: [FeatureUpdates.self, Row.self, DatasetBuild.self, Training.self])
  }

  struct FeatureUpdates: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "features", abstract: "CPU time per tick of bars and features, ticks in memory; the best of several rounds.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var symbol = "BTCUSDT"
    @Option var ticksPath: String
    @Option(help: "The mean rate that the ticks are brought to.") var ticksPerSecond = 10.0
    @Option var rounds = 5

    func validate() throws {
      guard ticksPerSecond > 0, ticksPerSecond <= 1_000_000 else { throw ValidationError("--ticks-per-second is above 0, at most 1000000") }
    }

    func run() throws {
      let loaded = try settings.load()
      let spec = try StrategiesOutput.instrument(symbol, loaded).spec
      let ticks = try read(spec)
      let benchmark = FeatureBenchmark(
        ticks: ticks, spec: spec, maximumGapSeconds: loaded.maximumGapSeconds, ticksPerSecond: ticksPerSecond)
      var rows = [("bars", benchmark.measure([], rounds: rounds))]
      for schema in FeatureSchema.all { rows.append((schema.name, benchmark.measure([schema], rounds: rounds))) }
      rows.append(("all", benchmark.measure(FeatureSchema.all, rounds: rounds)))
      if output.json {
        let figures = rows.map { name, figures in
          (
            key: name,
            value: JSONValue.object([
              ("ns_per_tick", .number("\(figures.nanosecondsPerTick)")), ("bars", .integer(figures.bars)), ("rows", .integer(figures.rows)),
            ])
          )
        }
        try Console.result(JSONValue.object([("ticks", .integer(ticks.count))] + figures).description)
      }
      for (name, figures) in rows {
        Console.line("\(name): \(Int(figures.nanosecondsPerTick.rounded())) ns of CPU per tick, \(figures.bars) bars, \(figures.rows) whole rows")
      }
    }

    private func read(_ spec: InstrumentSpec) throws -> [Tick] {
      let reader = try TickFileReader(path: ticksPath, spec: spec)
      var ticks: [Tick] = []
      // Unsafe: scratch for the reader; only what it wrote is copied out.
      let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 4096)
      defer { batch.deallocate() }
      while true {
        let count = try reader.next(into: batch)
        if count == 0 { return ticks }
        ticks.append(contentsOf: batch[..<count])
      }
    }
  }

  struct Row: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One row through 300 trees of depth 5: the plugin's C function, and libxgboost beside it.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var rows = 10_000
    @Option var rounds = 5
    @Option(name: .customLong("xgboost-library")) var library = XGBoost.libraryName

    func validate() throws {
      guard (1...1_000_000).contains(rows) else { throw ValidationError("--rows is 1...1000000") }
    }

    func run() throws {
      let instrument = try StrategiesOutput.instrument("BTCUSDT", settings.load())
      let benchmark = ModelBenchmark(rowCount: rows)
      let ours = try benchmark.measure(
        plugin: PluginLibrary.load(StrategiesOutput.path("XGBoostModel")), instrument: instrument, rounds: rounds)
      var members: [(key: String, value: JSONValue)] = [("plugin", ours.quantiles.json)]
      Console.line("plugin: \(Self.text(ours.quantiles))")
      do {
        let library = try XGBoost.load(library)
        let theirs = try measure(library, benchmark)
        let distance = zip(ours.answers, theirs.answers).map { abs($0 - $1) }.max() ?? 0
        // What is timed must be the same work.
        guard distance <= 1e-6 else { throw SessionError(.failed, "benchmark models row: the two answer \(distance) apart") }
        members += [
          ("libxgboost", theirs.quantiles.json), ("libxgboost_version", .text(library.version)), ("largest_distance", .number("\(distance)")),
        ]
        Console.line("libxgboost \(library.version), in place: \(Self.text(theirs.quantiles)); largest distance \(distance)")
      } catch let error as XGBoostError where error.code == .unavailable {
        members.append(("libxgboost_absent", .text(error.description)))
        Console.line("\(error)")
      }
      if output.json { try Console.result(JSONValue.object(members).description) }
    }

    private static func text(_ figures: RoundTripBenchmark.Quantiles) -> String {
      "p50 \(figures.p50) ns, p99 \(figures.p99) ns, p99.9 \(figures.p999) ns (\(figures.count))"
    }

    private func measure(
      _ library: XGBoost, _ benchmark: ModelBenchmark
    ) throws(XGBoostError) -> (quantiles: RoundTripBenchmark.Quantiles, answers: [Double]) {
      try library.silenceThread()
      let predictor = RowPredictor(try Booster(library, model: benchmark.forest), columnCount: ModelBenchmark.features)
      let rows = benchmark.rows.map { Float($0) }
      var best: (quantiles: RoundTripBenchmark.Quantiles, answers: [Double])?
      try rows.withUnsafeBufferPointer { rows throws(XGBoostError) in
        guard let base = rows.baseAddress else { return }
        for _ in 0..<max(1, rounds) {
          let found = try benchmark.measure { row throws(XGBoostError) in Double(try predictor.predict(base + row * ModelBenchmark.features)) }
          if found.quantiles.p50 < best?.quantiles.p50 ?? .max { best = found }
        }
      }
      guard let best else { preconditionFailure("there is a row and a round") }
      return best
    }
  }

  struct DatasetBuild: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "dataset", abstract: "From the tick files of a folder to rows of features.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var symbol = "BTCUSDT"
    @Option var data: String
    @Option var schema = "feat.v1"

    func run() throws {
      let (dataset, wall, cpu) = try BenchmarkCommand.dataset(symbol, data, schema, settings)
      let summary = dataset.summary
      if output.json {
        try Console.result(
          JSONValue.object([
            ("ticks", .integer(summary.ticks)), ("bars", .integer(summary.bars)), ("rows", .integer(summary.rows)), ("wall_s", .number("\(wall)")),
            ("cpu_s", .number("\(cpu)")), ("peak_rss_mb", .integer(ProcessFigures.peakResidentBytes() >> 20)),
          ]).description)
      }
      Console.line("\(summary.ticks) ticks, \(summary.rows) rows of \(schema): \(wall) s, \(cpu) s of CPU")
    }
  }

  struct Training: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One model of all its rounds, measures included; says which rows it was fitted to, so that others can fit the same.")

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions
    @Option var symbol = "BTCUSDT"
    @Option var data: String
    @Option var schema = "feat.v1"
    @Option(name: .customLong("horizon")) var horizonSeconds = 5
    @Option var rounds = 300
    @Option(name: .customLong("xgboost-library")) var library = XGBoost.libraryName

    func validate() throws {
      guard (1...86_400).contains(horizonSeconds), (1...100_000).contains(rounds) else {
        throw ValidationError("--horizon is 1...86400 seconds, --rounds 1...100000")
      }
    }

    func run() throws {
      let library: XGBoost
      do throws(XGBoostError) { library = try XGBoost.load(self.library) } catch { throw SessionError(.unavailable, error.description) }
      let (dataset, _, _) = try BenchmarkCommand.dataset(symbol, data, schema, settings)
      var options = TrainingOptions()
      options.rounds = rounds
      // Nothing stops early: the work is the same for whoever does it.
      options.patience = rounds
      let start = (Clocks.monotonicNanoseconds(), ProcessFigures.cpuSeconds())
      let model = try Trainer(library, options).train(dataset, symbol: symbol, market: .usdm, horizonSeconds: horizonSeconds, trials: 1)
      let wall = Double(Clocks.monotonicNanoseconds() - start.0) / 1e9
      let cpu = ProcessFigures.cpuSeconds() - start.1
      if output.json {
        try Console.result(
          JSONValue.object([
            ("training_from", .integer(model.split.training.lowerBound)), ("training_to", .integer(model.split.training.upperBound)),
            ("validation_from", .integer(model.split.validation.lowerBound)), ("validation_to", .integer(model.split.validation.upperBound)),
            ("rows", .integer(model.labelledRows)), ("rounds", .integer(model.curve.validation.count)),
            ("log_loss", .number("\(model.curve.validation.last ?? .nan)")), ("libxgboost_version", .text(model.libraryVersion)),
            ("wall_s", .number("\(wall)")), ("cpu_s", .number("\(cpu)")),
          ]).description)
      }
      Console.line("\(model.curve.validation.count) rounds on \(model.split.training.count) rows: \(wall) s, \(cpu) s of CPU")
    }
  }

  /// A folder's dataset with what it cost, in seconds.
  private static func dataset(
    _ symbol: String, _ folder: String, _ name: String, _ settings: SettingsOptions
  ) throws -> (dataset: Dataset, wallSeconds: Double, cpuSeconds: Double) {
    let loaded = try settings.load()
    guard let schema = FeatureSchema.named(name) else {
      throw ValidationError("--schema is \(FeatureSchema.all.map(\.name).joined(separator: " or "))")
    }
    let start = (Clocks.monotonicNanoseconds(), ProcessFigures.cpuSeconds())
    let instrument = try StrategiesOutput.instrument(symbol, loaded)
    let files = try TickFileSet(symbol: instrument.id.symbol, market: instrument.id.market, folder: folder, spec: instrument.spec)
    let dataset = try DatasetBuilder.build(files, schema: schema, maximumGapSeconds: loaded.maximumGapSeconds)
    return (dataset, Double(Clocks.monotonicNanoseconds() - start.0) / 1e9, ProcessFigures.cpuSeconds() - start.1)
  }
}
