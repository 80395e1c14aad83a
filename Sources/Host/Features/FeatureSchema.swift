/// A named, ordered list of features, with the hash that models are tied to.
///
/// A third one is one new file and one line in `all`.
public struct FeatureSchema: Sendable {
  /// With its version, as a manifest's `features_version` has it: "feat.v1".
  public let name: String
  /// In order. A name stands for its formula: a changed formula takes a new name, because the hash sees names alone.
  public let columns: [String]
  /// 32 bytes: SHA-256 of the compact JSON array of the column names.
  public let hash: [UInt8]
  /// Bars in a row before the first row can be complete.
  public let minimumBars: Int
  /// Columns in which NaN is a value, "missing"; in every other one it means that there is no row.
  public let mayBeMissing: Set<Int>
  private let builder: @Sendable () -> any FeatureBuilder

  /// - Parameter mayBeMissing: names out of `columns`.
  public init(
    name: String, columns: [String], hash: [UInt8], minimumBars: Int, mayBeMissing: [String] = [],
    builder: @escaping @Sendable () -> any FeatureBuilder
  ) {
    precondition(hash.count == 32, "the hash of a schema is a SHA-256")
    self.name = name
    self.columns = columns
    self.hash = hash
    self.minimumBars = minimumBars
    self.mayBeMissing = Set(
      mayBeMissing.map { missing in
        guard let index = columns.firstIndex(of: missing) else { preconditionFailure("\(name) has no column \(missing)") }
        return index
      })
    self.builder = builder
  }

  /// Windows of its own for one instrument.
  public func makeBuilder() -> any FeatureBuilder { builder() }

  /// Every schema there is, oldest first.
  public static let all: [FeatureSchema] = [.v1, .v2]

  public static func named(_ name: String) -> FeatureSchema? { all.first { $0.name == name } }

  public static func hashed(_ hash: [UInt8]) -> FeatureSchema? { all.first { $0.hash == hash } }
}
