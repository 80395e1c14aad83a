import FoundationEssentials
import Kernel
import Market
import Session
import Settings

/// Asks the host that runs with these settings.
public final class ControlClient {
  /// What the host said.
  public struct Answer: Decodable, Sendable {
    public var ok: Bool
    /// Why it was not done.
    public var error: String?
    /// It is what was asked that is wrong.
    public var isRequestWrong: Bool?
    public var sequence: Int?
    public var message: String?
    public var status: RunStatus?
    /// Why nothing may open after it; nil when it may.
    public var halted: String?

    private enum CodingKeys: String, CodingKey {
      case ok, error, sequence, message, status, halted
      case isRequestWrong = "is_request_wrong"
    }
  }

  public let mode: Mode
  private let folder: String
  private var connection: LocalConnection?
  private var input: [UInt8] = []

  private let timeoutMilliseconds: Int64
  /// No answer is longer: 64 symbols with all their instances are far below it.
  private static let maximumAnswerBytes = 16 << 20

  /// - Parameter timeoutMilliseconds: for one answer; a reload waits for a plugin to be started.
  public init(settings: Settings, timeoutMilliseconds: Int64 = 5000) {
    mode = settings.mode
    self.timeoutMilliseconds = timeoutMilliseconds
    folder = StateFolder.path(settings)
  }

  private init(mode: Mode, folder: String, timeoutMilliseconds: Int64) {
    (self.mode, self.folder, self.timeoutMilliseconds) = (mode, folder, timeoutMilliseconds)
  }

  /// The hosts that answer below a runtime folder, of every mode: for an operator whose settings cannot be read.
  public static func running(below runtimeFolder: String, timeoutMilliseconds: Int64 = 5000) -> [ControlClient] {
    StateFolder.all(below: runtimeFolder)
      .map { ControlClient(mode: $0.mode, folder: $0.path, timeoutMilliseconds: timeoutMilliseconds) }
      .filter { (try? $0.connect()) != nil }
  }

  /// Of whom an answer is: mode, process and state folder.
  public var whom: String {
    let process = connection?.peer().map { "process \($0.process), " } ?? ""
    return "the host in \(mode.rawValue) mode (\(process)\(Files.realPath(folder) ?? folder))"
  }

  /// Whether a host listens there.
  public var isAnybodyThere: Bool {
    do throws(KernelError) {
      if connection == nil {
        connection = try LocalConnection(folder: folder, name: ControlServer.socketName, timeoutMilliseconds: timeoutMilliseconds)
      }
      return true
    } catch { return !(error.isMissing || error.isRefused) }
  }

  /// One command, one answer: read, and as the host wrote it.
  ///
  /// - Throws: `.unavailable` when no host runs there or it does not answer; `.failed` with its words when it refuses.
  public func ask(_ command: ControlCommand) throws -> (answer: Answer, text: String) {
    let connection = try connect()
    let line = command.line
    var sent = 0
    while sent < line.count {
      // A host that refuses us closes at once, and its reason is there to be read.
      guard case .bytes(let count) = connection.write(line, from: sent) else { break }
      sent += count
    }
    let text = try readLine(connection, of: command)
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(text)) else {
      throw SessionError(.unavailable, "\(path): what answers there is no host of this version")
    }
    guard answer.ok else { throw SessionError(answer.isRequestWrong == true ? .badData : .failed, "\(command.name): \(answer.error ?? "refused")") }
    return (answer, String(decoding: text, as: UTF8.self))
  }

  private var path: String { "\(folder)/\(ControlServer.socketName)" }

  private func connect() throws -> LocalConnection {
    if let connection { return connection }
    do throws(KernelError) {
      let made = try LocalConnection(folder: folder, name: ControlServer.socketName, timeoutMilliseconds: timeoutMilliseconds)
      connection = made
      return made
    } catch {
      if error.isDenied { throw SessionError(.unavailable, "\(path): the host there belongs to another user; ask as that user") }
      guard error.isMissing || error.isRefused else { throw SessionError(.unavailable, "\(error)") }
      let mode = mode.rawValue
      throw SessionError(
        .unavailable, "no host runs in \(mode) mode on this account (nobody answers at \(path)); start one with: quantumedge run --mode \(mode)")
    }
  }

  private func readLine(_ connection: LocalConnection, of command: ControlCommand) throws -> [UInt8] {
    var searched = 0
    while true {
      if let end = input[searched...].firstIndex(of: 0x0A) {
        let line = Array(input[..<end])
        input.removeSubrange(...end)
        return line
      }
      searched = input.count
      guard input.count <= Self.maximumAnswerBytes, case .bytes = connection.read(into: &input, limit: 1 << 16) else { throw silent(command) }
    }
  }

  /// What was asked may have been done: it is not asked again.
  private func silent(_ command: ControlCommand) -> SessionError {
    connection = nil
    input = []
    let fate = command == .status ? "" : "\(command.name) may have been done, or may still be done: "
    return SessionError(.unavailable, "\(path): the host closed the connection or did not answer; \(fate)look with: quantumedge status")
  }
}
