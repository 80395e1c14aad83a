/// What strategies and models have in common.
public protocol Plugin: ~Copyable {
  /// [A-Za-z][A-Za-z0-9_]*, at most 64.
  static var name: String { get }
  /// Of the plugin, as its author counts.
  static var version: String { get }
  /// One line for people.
  static var summary: String { get }
  static var parameters: [Parameter] { get }

  /// Makes an instance; also how one is reset. - Throws: `Refusal` with what is wrong and what to do.
  init(_ configuration: Configuration) throws
}

extension Plugin where Self: ~Copyable {
  public static var version: String { "1.0.0" }
  public static var summary: String { "" }
  public static var parameters: [Parameter] { [] }
}
