/// What a container holds: names and values, also of names that nobody here knows.
public struct SecretContents: Sendable, Equatable {
  /// The most entries that are taken.
  public static let maximumCount = 256

  private var values: [String: Secret] = [:]

  public init() {}

  /// Sorted.
  public var names: [String] { values.keys.sorted() }
  public var count: Int { values.count }
  public subscript(name: String) -> Secret? { values[name] }
  public subscript(name: SecretName) -> Secret? { values[name.rawValue] }

  /// Puts a value in, in place of one that was there.
  ///
  /// - Throws: for a name or a value that none may have.
  public mutating func set(_ name: String, to value: Secret) throws(SecretsError) {
    guard SecretName.isValid(name.utf8) else {
      throw SecretsError(.valueInvalid, "'\(name.prefix(80))' is no name of a secret: letters, digits and _, at most 64, no digit first")
    }
    if let fault = value.fault { throw SecretsError(.valueInvalid, "\(name) \(fault)") }
    guard values[name] != nil || values.count < Self.maximumCount else {
      throw SecretsError(.valueInvalid, "more than \(Self.maximumCount) secrets")
    }
    values[name] = value
  }
}
