/// A name that can be a target, a library, a Swift type and a descriptor's name at once.
public struct PluginName: Sendable, Hashable {
  public let text: String

  /// - Throws: `ScaffoldError.invalidName`, `.reservedName`.
  public init(_ text: String) throws(ScaffoldError) {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 64, PluginName.isLetter(first),
      bytes.allSatisfy({ PluginName.isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
    else { throw .invalidName(text) }
    guard !PluginName.reserved.contains(text) else { throw .reservedName(text) }
    self.text = text
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

  /// The strategy's struct has the plugin's name, in a module that imports PluginKit and Swift.
  private static let reserved: Set<String> = [
    // words of Swift
    "Any", "Self", "Type", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
    "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout",
    "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows", "return",
    "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    // modules, and types of the standard library that the template names
    "Swift", "PluginKit", "PluginABI", "Glibc", "Foundation", "Bool", "CChar", "Double", "Int", "Int64", "String", "UInt32", "UInt64",
    "UnsafeMutablePointer", "UnsafePointer", "main",
    // types of PluginKit
    "Bar", "Configuration", "Context", "Depth", "Events", "Forecast", "Forecasts", "Intents", "MarkPrice", "Model",
    "ModelAdapter", "NativeRuntime", "Order", "OrderState", "OrderUpdate", "Parameter", "Pause", "Plugin", "Prediction", "Quote",
    "Refusal", "RefusalCode", "RiskState", "RuntimeLibrary", "Scales", "Side", "StateReader", "StateWriter", "Stateful",
    "StatefulModel", "StatefulStrategy", "Strategy", "TickRounding", "TimeInForce", "Trade",
  ]
}
