import JSONTree

/// What a model was trained on: a manifest's `training_data`.
///
/// Members that have no name here are kept as they are.
public struct TrainingData: Sendable, Equatable {
  public var members: [String: JSONNode]

  public init(_ members: [String: JSONNode] = [:]) { self.members = members }

  /// `ticks` or `bars`.
  public var source: String? {
    get { members["source"]?.text }
    set { members["source"] = newValue.map { .text($0) } }
  }
  public var rows: Int64? {
    get { members["rows"]?.integer }
    set { members["rows"] = newValue.map { .integer($0) } }
  }
  /// The first tick that training or validation saw, epoch ms.
  public var startMilliseconds: Int64? {
    get { Self.milliseconds(members["start_ts"]) }
    set { members["start_ts"] = newValue.map { .integer($0) } ?? .null }
  }
  /// The last one.
  public var endMilliseconds: Int64? {
    get { Self.milliseconds(members["end_ts"]) }
    set { members["end_ts"] = newValue.map { .integer($0) } ?? .null }
  }
  /// What the model was trained to foresee, `direction` where it does not say; `cost-aware`: a rise that pays its costs.
  public var label: String {
    get { members["label"]?.text ?? Self.directionLabel }
    set { members["label"] = .text(newValue) }
  }
  public static let directionLabel = "direction"
  /// What a rise must exceed to count, basis points; nil = any rise.
  public var costBps: Double? { members["cost_bps"]?.real }

  /// Models that were tried for this symbol and horizon until this one, it included.
  public var trials: Int64? {
    get { members["trials"]?.integer }
    set { members["trials"] = newValue.map { .integer($0) } }
  }

  /// Whether any of the moments was trained on; nil where the manifest does not say, as the Python system's never does.
  public func overlaps(_ milliseconds: ClosedRange<Int64>) -> Bool? {
    guard let startMilliseconds, let endMilliseconds else { return nil }
    return startMilliseconds <= milliseconds.upperBound && endMilliseconds >= milliseconds.lowerBound
  }

  /// Epoch milliseconds, as they are written here, or seconds: below the hundred thousand millionth there are no milliseconds since 1973.
  static func milliseconds(_ node: JSONNode?) -> Int64? {
    guard let value = node?.real, value.isFinite, value >= 0, value < 9_007_199_254_740_992 else { return nil }
    return value < 100_000_000_000 ? Int64((value * 1000).rounded(.down)) : Int64(value.rounded(.down))
  }

  /// A moment that cannot be read must not look like one that is not there: a run over training data would not be told as one.
  static let advice =
    "epoch milliseconds are wanted, the first not behind the last, a label's text and no cost below 0; or null"

  var objection: String? {
    if let node = members["label"], !node.isNull, node.text == nil { return "label" }
    if let node = members["cost_bps"], !node.isNull, !(node.real ?? -1 >= 0 && node.real ?? .infinity < .infinity) { return "cost_bps" }
    for name in ["start_ts", "end_ts"] {
      if let node = members[name], !node.isNull, Self.milliseconds(node) == nil { return name }
    }
    if let start = startMilliseconds, let end = endMilliseconds, start > end { return "end_ts" }
    return nil
  }
}
