import Cryptography
import Features
import Journal
import Market
import Plugins
import Settings

extension TradingSession {
  /// What a journal of this session says of itself.
  ///
  /// - Parameters:
  ///   - mode: backtest, mock, paper, demo or live.
  ///   - startedAt: UTC, for people.
  public func journalHead(_ settings: Settings, mode: String, account: String, startedAt: String, host: HostIdentity) -> JournalHead {
    let lines = settings.recordedLines
    let pairs = settings.pairs.recordedText(of: instruments)
    var head = JournalHead(
      mode: mode, venue: settings.pairs.venue, account: account, startedAt: startedAt, hostVersion: host.version, hostDigest: host.digest,
      libc: host.libc, cpuFeatures: host.cpuFeatures, settings: lines,
      settingsDigest: SHA256Hasher.digest(of: Array((lines.joined(separator: "\n") + "\n" + pairs).utf8)).hex, pairs: pairs,
      instances: instances.indices.map { description(of: $0) })
    head.approvalMilliseconds = configuration.approvalNanoseconds.map { $0 / 1_000_000 }
    if !models.isEmpty { head.models = models.map { $0.description(on: instruments[$0.instrument]) } }
    return head
  }

  /// One place of a model as it is now.
  public func description(ofModel index: Int) -> JournalHead.ModelPlace { models[index].description(on: instruments[models[index].instrument]) }

  /// One instance as it runs now.
  public func description(of ordinal: Int) -> JournalHead.Instance {
    let (instance, source) = (instances[ordinal], resolved[ordinal])
    return JournalHead.Instance(
      id: instance.id, instrument: instrument(of: ordinal).id.description, horizonSeconds: source?.horizonSeconds ?? 0, digest: instance.digest.hex,
      fileName: source?.file.fileName ?? "", parameters: source?.parameters ?? [:],
      isolation: source == nil ? "vacant" : instance.isolation == .process ? "process" : "in_process",
      events: instance.binding.events, timerMilliseconds: instance.binding.timerPeriodMilliseconds,
      featureSchema: instance.binding.featureSchema < 0 ? nil : FeatureSchema.all[Int(instance.binding.featureSchema)].name)
  }

  /// Keeps every library and model of the session where replays look for it; of a model's files only digests and names stay in memory.
  public func keepLibraries(in store: ArtefactStore) throws(PluginError) {
    for case let source? in resolved { try store.keep(source.file) }
    for index in models.indices { try keepModel(index, in: store) }
  }
}
