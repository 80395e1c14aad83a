import Features
import JSONTree
import Market
import Models
import Plugins
import Research
import Session
import Settings

/// What becomes of new models: `--publish`, `--publish-if-better`.
struct TrainPublisher: Sendable {
  enum Choice: Sendable {
    case never, always, ifBetter
  }

  /// Of one symbol and horizon.
  struct Decision {
    var symbol: String
    var horizonSeconds: Int
    var verdict: PublishVerdict
    /// Publishing was wanted and did not succeed.
    var failure: (any Fault)?
    /// It is published, and a host that runs did not take it over.
    var refusal: (any Fault)?

    var line: String {
      let place = "\(symbol) \(horizonSeconds) s"
      if let failure { return "\(place): not published: \(failure)" }
      if let refusal { return "\(place): published; \(refusal)" }
      return "\(place): \(verdict.isPublished ? "published" : "not published"): \(verdict.reason)"
    }
  }

  /// What a new model is compared with.
  private enum Published {
    case nothing
    case model([UInt8])
    /// It cannot be asked on the new model's rows.
    case incomparable(String)
  }

  private let settings: Settings
  private let choice: Choice
  private let label: LabelRule
  private let store: ModelStore

  init(_ settings: Settings, choice: Choice, label: LabelRule) {
    self.label = label
    self.settings = settings
    self.choice = choice
    store = ModelsOutput.store(settings)
  }

  /// The published model's bytes, where it can be asked on the same rows.
  func rival(symbol: String, market: Market, horizonSeconds: Int, schema: String) -> [UInt8]? {
    guard choice == .ifBetter, case .model(let bytes) = published(symbol, market, horizonSeconds, schema) else { return nil }
    return bytes
  }

  private func published(_ symbol: String, _ market: Market, _ horizonSeconds: Int, _ schema: String) -> Published {
    do throws(PluginError) {
      let entry = try store.entry(symbol: symbol, horizonSeconds: Int64(horizonSeconds))
      let other = entry.manifest.market ?? market
      guard other == market else {
        return .incomparable("the published one is of \(other.rawValue), this of \(market.rawValue); use another runtime folder")
      }
      guard entry.manifest.modelFormat == "xgboost_json" else {
        return .incomparable(
          "the published one is of format \(entry.manifest.modelFormat), which training cannot ask; compare by hand and use --publish")
      }
      guard entry.manifest.featuresVersion == schema else {
        return .incomparable("the published one uses \(entry.manifest.featuresVersion), not \(schema); compare by hand and use --publish")
      }
      guard entry.manifest.trainingData.label == label.name, entry.manifest.trainingData.members["cost_bps"]?.real == label.costBps else {
        return .incomparable("the published one foresees another label (\(entry.manifest.trainingData.label)); compare by hand and use --publish")
      }
      return .model(try ModelFile.read("\(entry.folder)/\(entry.manifest.model.path)", expected: entry.manifest.model.digest).bytes)
    } catch {
      if error.code == .manifestMissing { return .nothing }
      return .incomparable("the published one cannot be read (\(error)); mend it or use --publish")
    }
  }

  /// - Returns: nil where nothing was trained or nothing is to be published.
  func publish(_ outcome: TrainingRun.Outcome) -> Decision? {
    guard choice != .never, case .success(let trained) = outcome.result else { return nil }
    var decision = Decision(
      symbol: outcome.symbol, horizonSeconds: outcome.horizonSeconds, verdict: PublishVerdict(true, "as --publish says"), failure: nil)
    if choice == .ifBetter {
      if case .incomparable(let reason) = published(
        outcome.symbol, trained.model.market, outcome.horizonSeconds, trained.model.schema.name)
      {
        decision.verdict = PublishVerdict(false, reason)
      } else if let trouble = trained.rivalTrouble {
        decision.verdict = PublishVerdict(false, "the published one cannot be asked here (\(trouble)); compare by hand and use --publish")
      } else {
        decision.verdict = PublishVerdict(trained.model.evaluation, rival: trained.rival, trials: trained.model.trials)
      }
    }
    guard decision.verdict.isPublished else { return decision }
    do {
      let entry = try publish(trained)
      do { try ModelsOutput.tellHosts(entry, settings) } catch { decision.refusal = fault(error) }
    } catch { decision.failure = fault(error) }
    return decision
  }

  private func fault(_ error: any Error) -> any Fault { error as? any Fault ?? SessionError(.failed, "\(error)") }

  private func publish(_ trained: TrainingRun.Trained) throws -> ModelStore.Entry {
    let id = InstrumentID(venue: settings.pairs.venue, market: trained.model.market, symbol: trained.model.symbol)
    let instrument = try StrategiesOutput.instrument(id.description, settings)
    let resolved = try ResolvedModel.read(
      trained.artefact.folder, adapters: ModelsOutput.adapters(settings), isStrict: settings.models.strictCompatibility)
    return try store.publish(
      resolved, instrument: instrument, keepVersions: Int(settings.models.keepVersions), signing: ModelStore.Signing(trust: settings.trustPolicy))
  }
}
