import Cryptography
import FoundationEssentials
import Kernel
import Portfolio

/// What outlives the process; one file, written whole or not at all.
struct AgentState: Codable, Equatable {
  /// The operator's over all modes, and what a damaged file means.
  var halt: String?
  var pause: String?
  /// By mode of the hosts.
  var portfolios: [String: PortfolioState] = [:]
  /// In which mode a host last said it is.
  var modes: [String: String] = [:]
  /// Orders to a host to close everything, until it has said that it did.
  var flattens: [String: Flatten] = [:]
  /// Of the policy's hysteresis, as JSON.
  var policy: String?

  struct Flatten: Codable, Equatable {
    var id: String
    var reason: String
  }
}

/// `state.json`: a line with the checksum, then the state.
struct StateFile {
  enum Content: Equatable {
    case absent
    case state(AgentState)
    /// Why; the file is kept under another name.
    case damaged(String)
  }

  static let limit = 64 << 20
  private static let mark = "quantumedge-supervisor state 1 sha256 "
  let path: String

  func read() -> Content {
    guard Files.isPresent(path) else { return .absent }
    let bytes: [UInt8]
    do throws(KernelError) { bytes = try Files.read(path, limit: Self.limit) } catch { return .damaged("\(error)") }
    guard let end = bytes.firstIndex(of: 0x0A), let head = String(validating: bytes[..<end], as: UTF8.self), head.hasPrefix(Self.mark) else {
      return setAside("\(path): its first line is not of this program")
    }
    let body = Array(bytes[(end + 1)...])
    guard head.dropFirst(Self.mark.count) == SHA256Hasher.digest(of: body).hex else {
      return setAside("\(path): its checksum is not that of its content")
    }
    guard let state = try? JSONDecoder().decode(AgentState.self, from: Data(body)) else { return setAside("\(path): it is of another version") }
    return .state(state)
  }

  /// Whoever looks into it still can.
  private func setAside(_ why: String) -> Content {
    try? Files.move(path, to: path + ".damaged")
    return .damaged(why)
  }

  func write(_ state: AgentState) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let body = Array(try encoder.encode(state))
    try Files.writeAtomically(Array((Self.mark + SHA256Hasher.digest(of: body).hex + "\n").utf8) + body, to: path, mode: 0o600)
  }
}
