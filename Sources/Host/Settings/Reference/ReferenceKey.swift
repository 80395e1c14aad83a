/// A key of the Python system's settings.yaml and bot.yaml, and what becomes of it here.
public struct ReferenceKey: Sendable {
  public enum Fate: Sendable {
    /// The same key with the same meaning.
    case supported
    /// Another key holds it; the value may be written differently.
    case renamed(String)
    /// Nothing here reads it; why, for people.
    case dropped(String)
  }

  public let name: String
  public let fate: Fate
  /// Turns its value into ours; nil = it says nothing here.
  let value: @Sendable (WrittenValue) -> WrittenValue?
  /// Why a value that says nothing here is left; nil = it is an amount.
  let whyNothing: String?

  init(_ name: String, _ fate: Fate, whyNothing: String? = nil, value: @escaping @Sendable (WrittenValue) -> WrittenValue? = { $0 }) {
    self.name = name
    self.fate = fate
    self.value = value
    self.whyNothing = whyNothing
  }

  /// The key that holds it here.
  public var key: String? {
    switch fate {
    case .supported: name
    case .renamed(let name): name
    case .dropped: nil
    }
  }

  static func named(_ name: String) -> ReferenceKey? { byName[name] ?? sections.first { name == $0.name || name.hasPrefix($0.name + ".") } }

  /// Whether a mapping of this name is a section whose keys are looked at one by one: some keys of the reference have a value or a section.
  static func isRead(into name: String) -> Bool {
    if sections.contains(where: { $0.name == name }) { return false }
    return prefixes.contains(name) || (byName[name] == nil && SettingsField.named(name) == nil)
  }

  /// Whether a key of ours was a section there too.
  static func hasSection(_ name: String) -> Bool { SettingsField.named(name) != nil && prefixes.contains(name) }

  /// Whether only the reference has this key, or this section.
  static func isForeign(_ name: String) -> Bool {
    if SettingsField.named(name) != nil || SettingsField.isSection(name) { return false }
    return prefixes.contains(name) || named(name) != nil
  }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  private static let prefixes = Set(all.flatMap { key in key.name.indices.filter { key.name[$0] == "." }.map { String(key.name[..<$0]) } })
}
