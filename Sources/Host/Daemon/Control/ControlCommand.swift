import FoundationEssentials
import Session

/// What can be asked of a running host through its control socket.
public enum ControlCommand: Sendable, Equatable {
  case status
  case halt(reason: String?)
  case resume
  /// Nil = all symbols.
  case flatten(symbol: String?)
  case resetPeak
  /// The settings are read again.
  case reloadSettings
  /// What is published for the symbol and horizon now takes over.
  case reload(symbol: String, horizonSeconds: Int64)
  /// The model that is published for the symbol and horizon now takes over.
  case reloadModel(symbol: String, horizonSeconds: Int64)

  /// The word on the wire and on the command line.
  public var name: String {
    switch self {
    case .status: "status"
    case .halt: "halt"
    case .resume: "resume"
    case .flatten: "flatten"
    case .resetPeak: "reset-peak"
    case .reload: "reload"
    case .reloadModel: "reload-model"
    case .reloadSettings: "reload-settings"
    }
  }

  /// Looks or stops, and so is no matter of what the settings say.
  public var isForOperator: Bool {
    switch self {
    case .status, .halt, .flatten: true
    default: false
    }
  }

  static let names = "status, halt, resume, flatten, reset-peak, reload, reload-model, reload-settings"
  /// Whether the answer waits for a plugin to be started, or for files.
  var isSlow: Bool {
    switch self {
    case .reload, .reloadModel, .reloadSettings: true
    default: false
    }
  }
  static let maximumTextBytes = 200

  /// Reads `{"command": "halt", "reason": "..."}`.
  ///
  /// Strict: a member that does not belong to the command is refused, because a misspelt `symbol` must not flatten all of them.
  init(line: some Sequence<UInt8>) throws(ControlFailure) {
    let members: [String: String?]
    do {
      members = try JSONDecoder().decode([String: String?].self, from: Data(line))
    } catch {
      throw ControlFailure("this is not one JSON object with texts for values, as {\"command\": \"status\"}")
    }
    guard let name = members["command"] ?? nil else { throw ControlFailure("\"command\" is missing; write one of \(Self.names)") }
    var texts: [String: String] = [:]
    for (key, value) in members where key != "command" {
      guard let value else { continue }
      guard value.utf8.count <= Self.maximumTextBytes else {
        throw ControlFailure("\"\(Self.excerpt(key))\" is longer than \(Self.maximumTextBytes) bytes")
      }
      texts[key] = value
    }
    switch name {
    case "status": self = .status
    case "halt": self = .halt(reason: texts.removeValue(forKey: "reason"))
    case "resume": self = .resume
    case "flatten": self = .flatten(symbol: texts.removeValue(forKey: "symbol"))
    case "reset-peak": self = .resetPeak
    case "reload-settings": self = .reloadSettings
    case "reload", "reload-model":
      guard let symbol = texts.removeValue(forKey: "symbol"), let horizon = texts.removeValue(forKey: "horizon").flatMap(Int64.init) else {
        throw ControlFailure("\(name) wants a \"symbol\" and a \"horizon\" of whole seconds, as texts")
      }
      self =
        name == "reload" ? .reload(symbol: symbol, horizonSeconds: horizon) : .reloadModel(symbol: symbol, horizonSeconds: horizon)
    default: throw ControlFailure("'\(Self.excerpt(name))' is no command; write one of \(Self.names)")
    }
    if let extra = texts.keys.sorted().first { throw ControlFailure("\(name) takes no \"\(Self.excerpt(extra))\"") }
  }

  /// The same as one line.
  var line: [UInt8] {
    var members: [(key: String, value: JSONValue)] = [("command", .text(name))]
    switch self {
    case .halt(let reason?): members.append(("reason", .text(reason)))
    case .flatten(let symbol?): members.append(("symbol", .text(symbol)))
    case .reload(let symbol, let horizon), .reloadModel(let symbol, let horizon):
      members += [("symbol", .text(symbol)), ("horizon", .text("\(horizon)"))]
    case .status, .halt, .resume, .flatten, .resetPeak, .reloadSettings: break
    }
    return Array((JSONValue.object(members).description + "\n").utf8)
  }

  private static func excerpt(_ text: String) -> String { String(text.prefix(40)) }
}

/// Why a request was not done, for the one who asked.
struct ControlFailure: Error, Equatable {
  let text: String
  init(_ text: String) { self.text = text }
}
