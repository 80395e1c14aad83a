import Cryptography
import Features
import Feeds
import FoundationEssentials
import Kernel
import Market
import Models
import Research
import Synchronization
import TestKit
import Testing
import XGBoostLibrary

/// Several models at once, and what lies on the disk afterwards.
@Suite struct TrainingRunTests {
  private let folder: TemporaryFolder
  private let library: XGBoost

  init() throws {
    folder = try TemporaryFolder()
    library = try XGBoost.load()
    try Files.createFolders(folder.path("ticks"))
  }

  private func write(_ ticks: [Tick], _ symbol: String) throws {
    let writer = try TickFileWriter(path: folder.path("ticks/\(symbol)_1.csv"), priceScale: 4, quantityScale: 3, replaces: true)
    for tick in ticks { try writer.write(tick) }
    try writer.finish()
  }

  private func plan(_ symbols: [String], horizons: [Int], jobs: Int = 2) -> TrainingRun.Plan {
    var options = TrainingOptions()
    options.folds = 2
    return TrainingRun.Plan(
      subjects: symbols.map { TrainingRun.Subject(symbol: $0, market: .usdm, spec: MadeMarket.spec) }, horizonsSeconds: horizons,
      dataFolder: folder.path("ticks"), schema: .v2, options: options, maximumGapSeconds: 3600,
      place: ArtefactPlace(artefacts: folder.path("artifacts/models"), registryFolder: folder.path("storage/models")), jobs: jobs)
  }

  private func run(_ plan: TrainingRun.Plan, rival: @escaping @Sendable (TrainingRun.Subject, Int) -> [UInt8]? = { _, _ in nil }) throws
    -> [TrainingRun.Outcome]
  {
    try TrainingRun(library, plan).run(progress: { _ in }, rival: rival, done: { _ in })
  }

  @Test func `one line comes for each symbol and horizon, a failure leaves the others alone`() throws {
    try write(MadeMarket(lean: 1).ticks(seconds: 1500, seed: 31), "AUSDT")
    try write(MadeMarket().ticks(seconds: 200, seed: 32), "BUSDT")
    let seen = Mutex<[String]>([])
    let greatest = Mutex<Double>(0)
    let outcomes = try TrainingRun(library, plan(["AUSDT", "BUSDT", "CUSDT"], horizons: [1, 5])).run(
      progress: { share in greatest.withLock { $0 = max($0, share) } }, rival: { _, _ in nil },
      done: { outcome in seen.withLock { $0.append("\(outcome.symbol)/\(outcome.horizonSeconds)") } })
    #expect(outcomes.map { "\($0.symbol)/\($0.horizonSeconds)" } == ["AUSDT/1", "AUSDT/5", "BUSDT/1", "BUSDT/5", "CUSDT/1", "CUSDT/5"])
    #expect(seen.withLock { $0.sorted() } == outcomes.map { "\($0.symbol)/\($0.horizonSeconds)" })
    #expect(abs(greatest.withLock { $0 } - 1) < 1e-9)
    let reasons = outcomes.map { if case .failure(let failure) = $0.result { String(failure.description.prefix { $0 != ":" }) } else { "" } }
    #expect(reasons == ["", "", "rows_too_few", "rows_too_few", "data_missing", "data_missing"])
    #expect(
      outcomes.map { if case .failure(let failure) = $0.result { failure.isUnreadable } else { false } } == [false, false, false, false, true, true])
    #expect(try Files.names(in: folder.path("artifacts/models")) == ["AUSDT"])
    #expect(try outcomes[0].result.get().model.runModels == 6, "the best of six was looked for")
  }

  @Test func `what is written can be read by whoever publishes, and by those who look at the registry`() throws {
    let ticks = MadeMarket(lean: 1).ticks(seconds: 1500, seed: 33)
    try write(ticks, "AUSDT")
    let trained = try #require(try run(plan(["AUSDT"], horizons: [5])).first?.result.get())
    let artefact = trained.artefact
    #expect(try Files.names(in: artefact.folder) == ["manifest.json", "report.html", "report.json", "signal_xgb_AUSDT_h5.json"])
    let stamp = artefact.folder.split(separator: "/").last ?? ""
    #expect(stamp.count == 15 && stamp.dropFirst(8).first == "-")

    let manifest = try ModelManifest.read("\(artefact.folder)/manifest.json")
    #expect(manifest.symbol == "AUSDT" && manifest.market == .usdm && manifest.horizonSeconds == 5 && manifest.featuresVersion == "feat.v2")
    #expect(try ModelFile.read(artefact.modelPath, expected: manifest.model.digest).bytes == trained.model.model)
    #expect(manifest.trainingData.trials == 1 && manifest.trainingData.source == "ticks")
    #expect(manifest.trainingData.startMilliseconds == ticks[0].exchangeMilliseconds)
    // 80 % of the rows are seen, their labels 5 s more; the test's time is not.
    let rows = MadeMarket.dataset(ticks, schema: .v2)
    let lastSeen = try #require(manifest.trainingData.endMilliseconds)
    let testStart = rows.second(ofRow: rows.rowCount - 5 - trained.model.split.test.count) * 1000
    #expect(lastSeen < testStart && lastSeen >= testStart - 1000, "no second is seen by both, and none is given away")
    let baseline = try #require(manifest.baseline)
    #expect(baseline.features["spread_bps"] == nil, "it was always missing")
    let spread = try #require(baseline.features["ret_1s"])
    #expect(spread.edges.count == 9 && spread.counts.reduce(0, +) == Double(trained.model.split.training.count))
    // Deciles of what has few equal values hold a tenth each.
    #expect(spread.counts.allSatisfy { abs($0 / Double(trained.model.split.training.count) - 0.1) < 0.01 })
    #expect(baseline.scores?.counts.reduce(0, +) == Double(trained.model.split.validation.count + trained.model.split.test.count))

    let entry = try #require(try ModelRegistry(folder: folder.path("storage/models")).entry(symbol: "AUSDT", horizonSeconds: 5))
    #expect(entry.schemaHash == Digest(bytes: FeatureSchema.v2.hash).hex && entry.digest == artefact.digest)
    #expect(try Files.read(entry.modelPath, limit: 1 << 24) == trained.model.model)
  }

  @Test func `each training counts, two in one second have two folders`() throws {
    try write(MadeMarket(lean: 1).ticks(seconds: 500, seed: 34), "AUSDT")
    var plan = plan(["AUSDT"], horizons: [1])
    (plan.options.minimumRows, plan.options.folds) = (400, 0)
    var first = try #require(try run(plan).first?.result.get())
    let second = try #require(try run(plan).first?.result.get())
    #expect(first.model.trials == 1 && second.model.trials == 2)
    #expect(first.artefact.folder != second.artefact.folder)
    #expect(first.model.model == second.model.model)
    #expect(try ModelRegistry(folder: folder.path("storage/models")).trials(symbol: "AUSDT", horizonSeconds: 1) == 2)
    // One training's time gives one name: the second gets a number behind it.
    let place = plan.place
    let again = try place.write(&first.model, nanoseconds: 1_700_000_000_000_000_000)
    // It was trained as the first, and two have been recorded meanwhile.
    #expect(first.model.trials == 3 && first.model.trade.deflated?.trials ?? 3 == 3)
    #expect(try ModelManifest.read("\(again.folder)/manifest.json").trainingData.trials == 3)
    let twice = try place.write(&first.model, nanoseconds: 1_700_000_000_000_000_000)
    #expect(again.folder.hasSuffix("/20231114-221320") && twice.folder.hasSuffix("/20231114-221320-1"))
  }

  @Test func `a training that cannot write leaves nothing half done, and clears away what a killed one left`() throws {
    try write(MadeMarket(lean: 1).ticks(seconds: 400, seed: 41), "AUSDT")
    var plan = plan(["AUSDT"], horizons: [1])
    plan.options.minimumRows = 100
    plan.options.folds = 0
    var trained = try #require(try run(plan).first?.result.get())
    let home = folder.path("artifacts/models/AUSDT/1")
    // No process has the first number; this one has the second.
    let (dead, alive) = (".partial-2147483647-00000000", ".partial-\(ProcessFigures.number)-11111111")
    for name in [dead, alive] {
      try Files.createFolders("\(home)/\(name)")
      try folder.write("{}", to: "artifacts/models/AUSDT/1/\(name)/manifest.json")
    }
    // A file stands where the folder is to be made.
    let digest = trained.artefact.digest.hex.prefix(8)
    try folder.write("", to: "artifacts/models/AUSDT/1/.partial-\(ProcessFigures.number)-\(digest)")
    let place = plan.place
    #expect(throws: ResearchError.self) { try place.write(&trained.model, nanoseconds: 1_700_000_000_000_000_000) }
    #expect(try place.registry.trials(symbol: "AUSDT", horizonSeconds: 1) == 1)
    let left = Set(try Files.names(in: home))
    #expect(!left.contains(dead) && left.contains(alive) && left.filter { $0.hasPrefix(".partial") }.count == 1, "\(left)")
    #expect(throws: Never.self) { try place.write(&trained.model, nanoseconds: 1_700_000_000_000_000_000) }
  }

  @Test func `a registry that cannot be read is a failure, and stays as it is`() throws {
    try write(MadeMarket(lean: 1).ticks(seconds: 1300, seed: 35), "AUSDT")
    try Files.createFolders(folder.path("storage/models"))
    try folder.write("{ not a list", to: "storage/models/registry.json")
    let outcome = try #require(try run(plan(["AUSDT"], horizons: [1])).first)
    guard case .failure(let failure) = outcome.result else {
      Issue.record("trained over a corrupt registry")
      return
    }
    #expect(failure.description.hasPrefix("registry_invalid"))
    #expect(try Files.read(folder.path("storage/models/registry.json"), limit: 100) == Array("{ not a list".utf8))
  }

  @Test func `a model is published by itself only where it foresees something, and better than what is there`() throws {
    let ticks = MadeMarket(lean: 1).ticks(seconds: 1500, seed: 36)
    try write(ticks, "AUSDT")
    var weak = plan(["AUSDT"], horizons: [1])
    weak.options.rounds = 2
    let poor = try #require(try run(weak).first?.result.get())
    let bytes = poor.model.model
    let good = try #require(try run(plan(["AUSDT"], horizons: [1]), rival: { _, _ in bytes }).first?.result.get())
    #expect(good.rival == poor.model.evaluation, "the rival is asked on the very same rows")
    #expect(PublishVerdict(good.model.evaluation, rival: good.rival, trials: 1).isPublished)
    #expect(PublishVerdict(good.model.evaluation, rival: nil, trials: 1).isPublished)
    let back = PublishVerdict(poor.model.evaluation, rival: good.model.evaluation, trials: 1)
    #expect(!back.isPublished && back.reason.contains("is not below"))
    #expect(!PublishVerdict(good.model.evaluation, rival: good.model.evaluation, trials: 1).isPublished, "equal is not better")

    try write(MadeMarket().ticks(seconds: 1100, seed: 37), "BUSDT")
    let walk = try #require(try run(plan(["BUSDT"], horizons: [5])).first?.result.get())
    let verdict = PublishVerdict(walk.model.evaluation, rival: nil, trials: 1)
    #expect(!verdict.isPublished && verdict.reason.contains("shows no predictive value"))
  }

  @Test func `a model of costly rises is never asked about falls, published or named by the registry`() throws {
    try write(MadeMarket(lean: 1).ticks(seconds: 700, seed: 42), "MADEUSDT_usdm")
    var plan = plan(["MADEUSDT"], horizons: [1])
    plan.options.label = .costAware(bps: 1)
    (plan.options.rounds, plan.options.folds, plan.options.minimumRows) = (3, 0, 500)
    let artefact = try #require(try run(plan).first?.result.get()).artefact
    let adapters = ModelAdapters(folder: Workplace.buildFolder.path)
    let store = ModelStore(runtimePath: folder.path("runtime"), hostVersion: "test")
    _ = try store.publish(try ResolvedModel.read(artefact.folder, adapters: adapters), instrument: MadeMarket.instrument)
    var seen: [TrainingData] = []
    for place in [ModelResolver.Place.runtime(folder: folder.path("runtime/models")), .legacy(folder: folder.path("storage/models"))] {
      let resolved = try ModelResolver(place, adapters: adapters).resolve(MadeMarket.instrument, horizonSeconds: 1)
      let model = try ModelInstance(resolved, on: MadeMarket.instrument)
      #expect(model.binding.isOneSided, "\(place)")
      #expect(resolved.manifest.market == .usdm && resolved.manifest.trainingData.costBps == 1 && resolved.manifest.baseline != nil)
      seen.append(resolved.manifest.trainingData)
    }
    #expect(seen[0] == seen[1] && seen[0].overlaps(0...(.max)) == true)
  }

  @Test func `reports are whole, and say what was found first`() throws {
    var ticks = MadeMarket(lean: 1).ticks(seconds: 600, seed: 38)
    var later = MadeMarket(lean: 1)
    later.startMilliseconds += 800_000
    ticks += later.ticks(seconds: 600, seed: 39)
    try write(ticks, "AUSDT")
    let trained = try #require(try run(plan(["AUSDT"], horizons: [1])).first?.result.get())
    let page = String(decoding: try Files.read(trained.artefact.reportPath, limit: 1 << 22), as: UTF8.self)
    #expect(page.contains(trained.model.finding))
    #expect(page.contains("1 of this symbol and horizon; in this run 1 of all symbols and horizons"))
    #expect(page.contains("Silences over 60 s") && page.contains("Walk forward") && page.contains("imb_1s"))
    // Nothing from elsewhere, no script, every element closed.
    #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
    var open: [Substring] = []
    for part in page.split(separator: "<").dropFirst() {
      let tag = part.prefix { $0 != ">" }
      let name = tag.prefix { $0 != " " && $0 != "/" }
      if tag.first == "/" {
        #expect(open.popLast() == tag.dropFirst())
      } else if tag.last != "/" {
        open.append(name)
      }
    }
    #expect(open.isEmpty, "\(open)")
    #expect(!page.contains("nan") && !page.contains("inf "))

    struct Report: Decodable {
      struct Test: Decodable { var mcc: Double }
      struct Data: Decodable { var gap_count: Int }
      var finding: String
      var test: Test
      var data: Data
      var run_models: Int
      var walk_forward: [[String: Ignored]]
      struct Ignored: Decodable { init(from decoder: any Decoder) {} }
    }
    let json = try Files.read("\(trained.artefact.folder)/report.json", limit: 1 << 22)
    let report = try JSONDecoder().decode(Report.self, from: Data(json))
    #expect(report.finding == trained.model.finding && report.test.mcc == trained.model.evaluation.matthews)
    #expect(report.run_models == 1 && report.data.gap_count == 1 && report.walk_forward.count == 2)
  }

  @Test func `exported rows read back as the very floats`() throws {
    let dataset = MadeMarket.dataset(MadeMarket().ticks(seconds: 500, seed: 40), schema: .v2)
    let path = folder.path("rows.csv")
    let count = try FeatureExport.write(dataset, horizonSeconds: 5, rule: .direction, to: path)
    let lines = String(decoding: try Files.read(path, limit: 1 << 24), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == count + 1 && lines[0] == "second,\(FeatureSchema.v2.columns.joined(separator: ",")),label")
    let labels = dataset.labelled(horizonSeconds: 5, rule: .direction)
    for row in 0..<count {
      let fields = lines[row + 1].split(separator: ",", omittingEmptySubsequences: false)
      #expect(fields.count == FeatureSchema.v2.columns.count + 2)
      let values = fields.dropFirst().dropLast().map { $0.isEmpty ? Float.nan : Float($0)! }
      #expect(zip(values, dataset.features(ofRow: Int(labels.rows[row]))).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
      #expect((fields.last == "1") == labels.labels[row])
    }
  }
}
