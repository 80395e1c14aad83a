extension JournalHead {
  /// A file that the artefact store keeps.
  public struct File: Codable, Sendable, Equatable {
    /// SHA-256.
    public var digest: String
    /// As the store names it.
    public var name: String

    public init(digest: String, name: String) {
      self.digest = digest
      self.name = name
    }
  }

  /// A model: enough to ask it again.
  public struct Model: Codable, Sendable, Equatable {
    /// `XGBoostModel@BTCUSDT/5`
    public var id: String
    /// `feat.v1`
    public var schema: String
    public var adapter: File
    public var model: File
    /// What the adapter hands its work to; `path` is what the manifest calls it.
    public var runtime: [Runtime]
    public var parameters: [String: String]
    /// What it was trained to foresee; nil = direction.
    public var label: String?

    public struct Runtime: Codable, Sendable, Equatable {
      public var path: String
      public var file: File

      public init(path: String, file: File) {
        self.path = path
        self.file = file
      }
    }

    public init(id: String, schema: String, adapter: File, model: File, runtime: [Runtime], parameters: [String: String], label: String? = nil) {
      self.label = label
      self.id = id
      self.schema = schema
      self.adapter = adapter
      self.model = model
      self.runtime = runtime
      self.parameters = parameters
    }
  }

  /// A place for a model of a symbol and horizon, in the engine's order.
  public struct ModelPlace: Codable, Sendable, Equatable {
    /// `binance.usdm.BTCUSDT`
    public var instrument: String
    public var horizonSeconds: Int64
    /// Nil: none was there.
    public var model: Model?

    public init(instrument: String, horizonSeconds: Int64, model: Model?) {
      self.instrument = instrument
      self.horizonSeconds = horizonSeconds
      self.model = model
    }

    private enum CodingKeys: String, CodingKey {
      case instrument, model
      case horizonSeconds = "horizon_s"
    }
  }
}
