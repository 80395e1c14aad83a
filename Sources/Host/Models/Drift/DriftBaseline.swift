import JSONTree

/// How features and scores were spread in training: what live values are held against. A manifest's `baseline`.
public struct DriftBaseline: Sendable, Equatable {
  /// One value's spread.
  public struct Spread: Sendable, Equatable {
    /// Bounds between bins, rising; bin i holds what is at or above edge i-1 and below edge i.
    public var edges: [Double]
    /// How many values, or which share of them, each bin held: one more than there are edges.
    public var counts: [Double]
    /// How many values, or which share, were missing (NaN).
    public var missing: Double
    /// How far training itself went from its own spread; nil = not measured.
    public var usual: Usual?

    public init(edges: [Double], counts: [Double], missing: Double = 0, usual: Usual? = nil) {
      self.edges = edges
      self.counts = counts
      self.missing = missing
      self.usual = usual
    }

    /// The bin of a value; nil for NaN.
    public func bin(of value: Double) -> Int? {
      if value.isNaN { return nil }
      var (low, high) = (0, edges.count)
      while low < high {
        let middle = (low + high) / 2
        if value < edges[middle] { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }

  /// What no window of training was beyond.
  public struct Usual: Sendable, Equatable {
    /// The largest population stability index that a window had against the whole; 0 or more.
    public var index: Double
    /// Rows of a window; 1...86400.
    public var windowBars: Int

    public init(index: Double, windowBars: Int) {
      self.index = index
      self.windowBars = windowBars
    }
  }

  /// By column name.
  public var features: [String: Spread]
  /// Of p_up; nil = not recorded.
  public var scores: Spread?

  public init(features: [String: Spread], scores: Spread? = nil) {
    self.features = features
    self.scores = scores
  }
}

extension DriftBaseline {
  struct Failure: Error { var what: String }

  init(_ node: JSONNode) throws(Failure) {
    var features: [String: Spread] = [:]
    if let member = node["features"], !member.isNull {
      guard let spreads = member.object else { throw Failure(what: "baseline.features") }
      for (name, spread) in spreads { features[name] = try Spread(spread, "baseline.features.\(name)") }
    }
    var scores: Spread?
    if let member = node["scores"], !member.isNull { scores = try Spread(member, "baseline.scores") }
    self.init(features: features, scores: scores)
  }

  public var node: JSONNode {
    var members: [String: JSONNode] = ["features": .object(features.mapValues(\.node))]
    if let scores { members["scores"] = scores.node }
    return .object(members)
  }
}

extension DriftBaseline.Spread {
  /// More bins than anybody makes.
  static let binLimit = 1000

  init(_ node: JSONNode, _ what: String) throws(DriftBaseline.Failure) {
    guard let edges = Self.numbers(node["edges"]), zip(edges, edges.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw DriftBaseline.Failure(what: "\(what).edges")
    }
    guard let counts = Self.numbers(node["counts"]), counts.count == edges.count + 1, counts.allSatisfy({ $0 >= 0 }) else {
      throw DriftBaseline.Failure(what: "\(what).counts")
    }
    let missing = node["missing"].map { $0.isNull ? 0 : $0.real ?? .nan } ?? 0
    guard missing.isFinite, missing >= 0 else { throw DriftBaseline.Failure(what: "\(what).missing") }
    self.init(edges: edges, counts: counts, missing: missing)
    guard let node = node["usual"], !node.isNull else { return }
    guard let index = node["psi"]?.real, index.isFinite, index >= 0, let bars = node["window_bars"]?.integer, (1...86_400).contains(bars) else {
      throw DriftBaseline.Failure(what: "\(what).usual")
    }
    usual = DriftBaseline.Usual(index: index, windowBars: Int(bars))
  }

  private static func numbers(_ node: JSONNode?) -> [Double]? {
    guard let elements = node?.array, elements.count <= binLimit else { return nil }
    let numbers = elements.compactMap(\.real).filter(\.isFinite)
    return numbers.count == elements.count ? numbers : nil
  }

  var node: JSONNode {
    var members: [String: JSONNode] = [
      "edges": .array(edges.map { .real($0) }), "counts": .array(counts.map { .real($0) }), "missing": .real(missing),
    ]
    if let usual { members["usual"] = ["psi": .real(usual.index), "window_bars": .integer(Int64(usual.windowBars))] }
    return .object(members)
  }
}
