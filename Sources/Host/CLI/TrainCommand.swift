import ArgumentParser
import Features
import Feeds
import Kernel
import Market
import Models
import Research
import Session
import Settings
import Simulation
import Synchronization
import XGBoostLibrary

/// `quantumedge train`: from tick files to models with reports.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train models of symbols and horizons on tick files, and say honestly what they are worth.",
    discussion: "Needs libxgboost (apt-get install libxgboost-dev). Exit 1 when a symbol or horizon has no new model; the others have theirs.",
    aliases: ["train-all"])

  enum Label: String, ExpressibleByArgument, CaseIterable {
    case direction
    case costAware = "cost-aware"
  }

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions
  @Option(help: ArgumentHelp("Symbols, with commas: BTCUSDT,binance.spot.ETHUSDT.", valueName: "list")) var symbols: String
  @Option(help: ArgumentHelp("Seconds ahead, with commas; default: ml.horizons.", valueName: "list")) var horizons: String?
  @Option(help: ArgumentHelp("The folder with SYMBOL_*.csv, .gz, .zst; default: ticks below app.data_path.", valueName: "folder")) var data: String?
  @Option(name: .customLong("min-rows"), help: "Fewer rows with a label train nothing.") var minimumRows = 1000
  @Option(help: "feat.v1 (the reference's) or feat.v2.") var schema = "feat.v1"
  @Option(help: "direction: the price is higher; cost-aware: higher by more than --cost-bps.") var label = Label.direction
  @Option(name: .customLong("cost-bps"), help: "Of a round trip; default: twice simulation.taker_fee.") var costBps: Double?
  @Option(name: .customLong("limit-files"), help: "Only so many of the latest files of a symbol.") var fileLimit: Int?
  @Option(name: .customLong("walk-forward"), help: "Folds, each fitted to all before it and tested on what came next; 0...50.") var folds = 0
  @Option(help: "Equal seeds and data give equal models.") var seed: UInt32 = 42
  @Option(help: "Trees at most.") var rounds = 300
  @Option(name: .customLong("threshold"), help: "The probability from which a model is followed; goes into the manifest.") var threshold: Double?
  @Option(help: "Models trained side by side; default: one for each processor.") var jobs: Int?
  @Flag(name: .customLong("skip-bad-rows"), help: "Count bad rows and go on, instead of stopping at the first.") var skipsBadRows = false
  @Flag(name: .customLong("sort"), help: "Sort the rows of each file by time, in memory, instead of refusing one that goes back.") var sortsByTime =
    false
  @Flag(help: "Publish every model that was trained.") var publish = false
  @Flag(name: .customLong("publish-if-better"), help: "Publish where it foresees something, and better than what is published.") var publishIfBetter =
    false
  @Option(
    name: .customLong("export-features"), help: ArgumentHelp("Write the rows of one symbol and horizon as CSV, and train nothing.", valueName: "file")
  )
  var exportPath: String?
  @Flag(help: "Of --export-features: replace the file.") var force = false
  @Option(name: .customLong("xgboost-library"), help: ArgumentHelp("Another libxgboost, by name or path.", valueName: "library"))
  var library = XGBoost.libraryName

  func validate() throws {
    guard symbolList.count >= 1, Set(symbolList).count == symbolList.count else { throw ValidationError("--symbols names each symbol once") }
    if let horizons {
      let list = horizons.split(separator: ",").map { Int($0) }
      guard !list.isEmpty, list.allSatisfy({ ($0 ?? 0) >= 1 && ($0 ?? 0) <= 86_400 }), Set(list).count == list.count else {
        throw ValidationError("--horizons are 1...86400 seconds, each once, with commas between")
      }
    }
    guard FeatureSchema.named(schema) != nil else {
      throw ValidationError("--schema is \(FeatureSchema.all.map(\.name).joined(separator: " or "))")
    }
    guard minimumRows >= 1 else { throw ValidationError("--min-rows is 1 and more") }
    guard (0...50).contains(folds) else { throw ValidationError("--walk-forward is 0...50") }
    guard (1...100_000).contains(rounds) else { throw ValidationError("--rounds is 1...100000") }
    guard fileLimit ?? 1 >= 1 else { throw ValidationError("--limit-files is 1 and more") }
    guard (1...256).contains(jobs ?? 1) else { throw ValidationError("--jobs is 1...256") }
    if let costBps, !(costBps >= 0 && costBps <= 1000) { throw ValidationError("--cost-bps is 0...1000") }
    if let threshold, !(threshold > 0.5 && threshold < 1) { throw ValidationError("--threshold is above 0.5 and below 1") }
    guard !(publish && publishIfBetter) else { throw ValidationError("--publish or --publish-if-better, not both") }
    if exportPath != nil {
      guard symbolList.count == 1, horizons.map({ !$0.contains(",") }) ?? false, !publish, !publishIfBetter else {
        throw ValidationError("--export-features takes one symbol and one horizon, and publishes nothing")
      }
    }
  }

  private var symbolList: [String] { symbols.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty } }

  func run() throws {
    let loaded = try settings.load()
    let plan = try plan(loaded)
    if let exportPath { return try export(plan, to: exportPath) }
    let library: XGBoost
    do throws(XGBoostError) { library = try XGBoost.load(self.library) } catch { throw ResearchError(error) }
    let publisher = TrainPublisher(loaded, choice: publish ? .always : publishIfBetter ? .ifBetter : .never, label: plan.options.label)
    let progress = TrainProgress(task: "training")
    let outcomes = try TrainingRun(library, plan).run(
      progress: { progress.show($0) }, rival: { publisher.rival(symbol: $0.symbol, market: $0.market, horizonSeconds: $1, schema: plan.schema.name) },
      noted: { progress.warning($0) }, done: { progress.line(TrainOutput.line($0)) })
    progress.clear()
    let published = outcomes.map { publisher.publish($0) }
    for verdict in published { if let line = verdict?.line { Console.line(line) } }
    if output.json { try Console.result(TrainOutput.json(outcomes, published).description) }
    try TrainOutput.exit(outcomes, published)
  }

  private func plan(_ loaded: Settings) throws -> TrainingRun.Plan {
    var options = TrainingOptions()
    let cost = costBps ?? 2 * Double(loaded.simulation.takerFee.raw) / 1_000_000
    options.minimumRows = minimumRows
    options.label = label == .direction ? .direction : .costAware(bps: cost)
    options.costBps = cost
    options.folds = folds
    options.seed = seed
    options.rounds = rounds
    options.threshold = threshold ?? loaded.models.pUpThreshold
    guard options.threshold > 0.5, options.threshold < 1 else {
      throw SessionError(
        .configuration,
        "ml.thresholds.p_up is \(options.threshold): from a probability above 0.5 and below 1 a model is followed; set it, or give --threshold")
    }
    let subjects = symbolList.map { Self.subject($0, loaded.pairs) }
    for subject in subjects {
      guard ModelManifest.isSymbol(subject.symbol) else {
        throw SessionError(.usage, "--symbols: no model can be of '\(subject.symbol)': its symbol is a folder's name, 1...64 letters, digits and _")
      }
      guard subjects.count(where: { $0.symbol == subject.symbol }) == 1 else {
        // One folder and one entry of the registry hold a symbol's models, whatever the market.
        throw SessionError(.usage, "--symbols names \(subject.symbol) twice; train its markets one after another")
      }
    }
    let seconds = horizons?.split(separator: ",").compactMap { Int($0) } ?? loaded.models.horizonsSeconds.map(Int.init)
    guard let schema = FeatureSchema.named(schema) else { throw ValidationError("--schema is unknown") }
    var plan = TrainingRun.Plan(
      subjects: subjects, horizonsSeconds: seconds, dataFolder: data ?? "\(loaded.dataFolder)/ticks", schema: schema, options: options,
      maximumGapSeconds: loaded.maximumGapSeconds,
      place: ArtefactPlace(artefacts: loaded.resolved("artifacts/models"), registryFolder: loaded.resolved(loaded.models.legacyFolder)),
      jobs: jobs ?? ProcessorCount.available)
    plan.reading = TickFileOptions(skipsBadRows: skipsBadRows, sortsByTime: sortsByTime)
    plan.fileLimit = fileLimit
    plan.otherSymbols = loaded.pairs.instruments.map(\.id.symbol)
    return plan
  }

  /// Of a bare symbol or a whole name, in any case: the instrument of pairs.yaml; one that it has not, of the default market, with the
  /// scales of its data.
  static func subject(_ text: String, _ pairs: Pairs) -> TrainingRun.Subject {
    if let known = pairs.instrument(text) ?? pairs.instrument(text.uppercased()) {
      return TrainingRun.Subject(symbol: known.id.symbol, market: known.id.market, spec: known.spec)
    }
    guard let id = InstrumentID(text) else { return TrainingRun.Subject(symbol: text.uppercased(), market: pairs.defaultMarket, spec: nil) }
    return TrainingRun.Subject(symbol: id.symbol, market: id.market, spec: nil)
  }

  private func export(_ plan: TrainingRun.Plan, to path: String) throws {
    try NewFile.check(path, overwriting: force)
    let progress = TrainProgress(task: "reading")
    let dataset = try DatasetBuilder.build(plan.subjects[0], plan, jobs: 0) { progress.show($0) }
    progress.clear()
    for note in dataset.summary.notes { Console.warning("\(plan.subjects[0].symbol): \(note)") }
    let rows = try FeatureExport.write(dataset, horizonSeconds: plan.horizonsSeconds[0], rule: plan.options.label, to: path)
    if output.json { try Console.result(JSONValue.object([("path", .text(path)), ("rows", .integer(rows))]).description) }
    Console.line("\(path): \(rows) rows of \(plan.subjects[0].symbol), \(plan.schema.name)")
  }
}
