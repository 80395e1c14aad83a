import Cryptography
import FoundationEssentials
import Kernel
import Market

/// What ran: enough to run it again.
public struct JournalHead: Codable, Sendable, Equatable {
  public struct Instance: Codable, Sendable, Equatable {
    /// `EMACross@BTCUSDT/0`
    public var id: String
    /// `binance.usdm.BTCUSDT`
    public var instrument: String
    public var horizonSeconds: Int64
    /// SHA-256 of the library.
    public var digest: String
    /// As the store names its file, libEMACross.so.
    public var fileName: String
    public var parameters: [String: String]
    public var isolation: String
    /// Subscription bits of its plugin, and its timer: with the recorded answers a run can be repeated without it.
    public var events: UInt64
    public var timerMilliseconds: Int64
    /// The features that it is lent, by name: which seconds a series of them begins with depends on it. Nil = none, or an older host's.
    public var featureSchema: String?

    public init(
      id: String, instrument: String, horizonSeconds: Int64, digest: String, fileName: String, parameters: [String: String], isolation: String,
      events: UInt64, timerMilliseconds: Int64, featureSchema: String? = nil
    ) {
      self.featureSchema = featureSchema
      self.events = events
      self.timerMilliseconds = timerMilliseconds
      self.id = id
      self.instrument = instrument
      self.horizonSeconds = horizonSeconds
      self.digest = digest
      self.fileName = fileName
      self.parameters = parameters
      self.isolation = isolation
    }

    var bytes: [UInt8] { JournalHead.line(self) }
  }

  /// Of a host that goes on where a former one was.
  public struct Origin: Codable, Sendable, Equatable {
    /// Name of the journal whose end it was.
    public var journal: String
    /// SHA-256 of state.json.
    public var stateDigest: String

    public init(journal: String, stateDigest: String) {
      self.journal = journal
      self.stateDigest = stateDigest
    }

    private enum CodingKeys: String, CodingKey {
      case journal
      case stateDigest = "state_sha256"
    }
  }

  public var format = JournalFormat.version
  /// backtest, mock, paper, demo or live.
  public var mode: String
  public var venue: String
  public var account: String
  /// UTC.
  public var startedAt: String
  public var hostVersion: String
  /// SHA-256 of the executable.
  public var hostDigest: String
  public var libc: String
  public var cpuFeatures: [String]
  /// `key=value`, every key of the settings.
  public var settings: [String]
  public var settingsDigest: String
  /// pairs.yaml of the instruments that ran, in their order.
  public var pairs: String
  public var instances: [Instance]
  /// Nil where no instance reads predictions.
  public var models: [ModelPlace]?
  /// Nil where it begins anew.
  public var origin: Origin?
  /// How long an opening order waited for the Supervisor's answer; nil = nobody was asked.
  public var approvalMilliseconds: Int64?
  /// Whether the host acted on `decision.filters`; nil in heads of those that only read them.
  public var areFiltersInForce: Bool? = true

  public init(
    mode: String, venue: String, account: String, startedAt: String, hostVersion: String, hostDigest: String, libc: String, cpuFeatures: [String],
    settings: [String], settingsDigest: String, pairs: String, instances: [Instance]
  ) {
    self.mode = mode
    self.venue = venue
    self.account = account
    self.startedAt = startedAt
    self.hostVersion = hostVersion
    self.hostDigest = hostDigest
    self.libc = libc
    self.cpuFeatures = cpuFeatures
    self.settings = settings
    self.settingsDigest = settingsDigest
    self.pairs = pairs
    self.instances = instances
  }

  private enum CodingKeys: String, CodingKey {
    case format, mode, venue, account, libc, settings, pairs, instances, models, origin
    case areFiltersInForce = "decision_filters_in_force"
    case approvalMilliseconds = "approval_ms"
    case startedAt = "started_at"
    case hostVersion = "host_version"
    case hostDigest = "host_digest"
    case cpuFeatures = "cpu_features"
    case settingsDigest = "settings_digest"
  }

  /// A description as a record has it.
  static func line(_ description: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // It has strings and numbers alone, which always encode.
    return Array((try? encoder.encode(description)) ?? Data())
  }

  var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // It has strings and numbers alone, which always encode.
    return Array((try? encoder.encode(self)) ?? Data()) + [0x0A]
  }
}

extension JournalHead {
  /// What the engine of this journal went on with.
  ///
  /// - Throws: it is not there, or not what the head says.
  public func state(in folder: String) throws(JournalError) -> [UInt8]? {
    guard let origin else { return nil }
    let path = "\(folder)/\(JournalFormat.stateName)"
    let bytes: [UInt8]
    do throws(KernelError) { bytes = try Files.read(path, limit: 256 << 20) } catch {
      guard error.isMissing else { throw JournalError(error) }
      throw JournalError(.badData, "\(path): is missing, and \(JournalFormat.headName) names it; bring it back from a copy")
    }
    guard SHA256Hasher.digest(of: bytes).hex == origin.stateDigest else {
      throw JournalError(.badData, "\(path): is not what \(JournalFormat.headName) says: it was changed, or is of another journal")
    }
    return bytes
  }

  /// - Throws: of kind `.missingInput` where there is none.
  static func read(_ folder: String) throws(JournalError) -> (head: JournalHead, bytes: [UInt8]) {
    let path = "\(folder)/\(JournalFormat.headName)"
    let bytes: [UInt8]
    do throws(KernelError) { bytes = try Files.read(path, limit: 16 << 20) } catch {
      guard error.isMissing else { throw JournalError(error) }
      throw JournalError(.missingInput, "\(folder): there is no journal (no \(JournalFormat.headName)); name the folder of one")
    }
    struct Version: Decodable { var format: Int }
    guard let version = try? JSONDecoder().decode(Version.self, from: Data(bytes)) else {
      throw JournalError(.badData, "\(path): is no head of a journal")
    }
    guard version.format == JournalFormat.version else {
      throw JournalError(.badData, "\(path): format \(version.format), and this host reads \(JournalFormat.version); use the host that wrote it")
    }
    do { return (try JSONDecoder().decode(JournalHead.self, from: Data(bytes)), bytes) } catch {
      throw JournalError(.badData, "\(path): is damaged: \(error)")
    }
  }
}
