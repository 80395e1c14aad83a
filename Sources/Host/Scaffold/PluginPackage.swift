import Market
import PluginABI

/// A new plugin's package: complete, without dependencies, so that it builds offline.
public struct PluginPackage: Sendable {
  /// One file, its path relative to the package.
  public struct File: Sendable, Equatable {
    public let path: String
    public let text: String
  }

  public let name: PluginName
  public let language: PluginLanguage
  /// Sorted by path.
  public let files: [File]
  /// What the copies are copies of.
  public let stamp: String

  /// - Parameter hostVersion: of the program that writes it, for the stamp.
  public init(name: PluginName, language: PluginLanguage, hostVersion: String) {
    let texts = EmbeddedText.all()
    let kit = texts.first { $0.path == "Sources/PluginKit/PluginKit.swift" }.flatMap { PluginPackage.kitVersion($0.text) }
    var parts = ["plugin ABI \(QE_ABI_MAJOR).\(QE_ABI_MINOR)", "quantumedge \(hostVersion)"]
    if language == .swift, let kit { parts.insert("PluginKit \(kit)", at: 0) }
    let stamp = parts.joined(separator: ", ")
    self.name = name
    self.language = language
    self.stamp = stamp
    files = texts.filter { $0.language == nil || $0.language == language }
      .map { text in
        let path = replace(text.path, "__NAME__", with: name.text)
        if text.isCopy { return File(path: path, text: PluginPackage.comment(path, "A copy (\(stamp)): do not change it here.") + text.text) }
        return File(path: path, text: replace(replace(text.text, "__NAME__", with: name.text), "__STAMP__", with: stamp))
      }
      .sorted { $0.path < $1.path }
  }

  init(name: PluginName, language: PluginLanguage, stamp: String, files: [File]) {
    self.name = name
    self.language = language
    self.stamp = stamp
    self.files = files
  }

  /// Where a release build leaves the library, relative to the package.
  public var libraryPath: String { language == .c ? "build/lib\(name.text).so" : ".build/release/lib\(name.text).so" }

  private static func comment(_ path: String, _ text: String) -> String {
    path.hasSuffix(".swift") ? "// \(text)\n" : "/* \(text) */\n"
  }

  /// The one place that states it is the kit's source: the host never links the kit.
  static func kitVersion(_ source: String) -> String? {
    for line in source.split(separator: "\n") where line.contains("static let version = ") {
      let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
      return quoted.count == 3 ? String(quoted[1]) : nil
    }
    return nil
  }
}

/// The standard library has no replacement of a substring, and Foundation costs start-up time.
private func replace(_ text: String, _ mark: String, with word: String) -> String {
  var result = ""
  var rest = Substring(text)
  while let found = rest.firstRange(of: mark) {
    result += rest[..<found.lowerBound]
    result += word
    rest = rest[found.upperBound...]
  }
  return result + rest
}
