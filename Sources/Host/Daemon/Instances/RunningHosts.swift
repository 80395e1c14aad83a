import Session
import Settings

/// The hosts that run on these settings' folders, in any mode.
public struct RunningHosts {
  /// What a host said to a new version.
  public struct Answer: Sendable {
    public var mode: Mode
    /// What happened, or why it did not.
    public var text: String
    public var isDone: Bool
  }

  private let settings: Settings
  /// A host may take as long as a plugin's start may.
  private static let timeoutMilliseconds: Int64 = 95_000

  public init(settings: Settings) { self.settings = settings }

  /// Tells each running host that something else is published for the symbol and horizon, and waits for what it makes of it.
  public func reload(symbol: String, horizonSeconds: Int64) -> [Answer] { tell(.reload(symbol: symbol, horizonSeconds: horizonSeconds)) }

  /// The same for a model.
  public func reloadModel(symbol: String, horizonSeconds: Int64) -> [Answer] {
    tell(.reloadModel(symbol: symbol, horizonSeconds: horizonSeconds))
  }

  private func tell(_ command: ControlCommand) -> [Answer] {
    Mode.allCases.compactMap { mode in
      var settings = settings
      settings.mode = mode
      let client = ControlClient(settings: settings, timeoutMilliseconds: Self.timeoutMilliseconds)
      guard client.isAnybodyThere else { return nil }
      do {
        let answer = try client.ask(command).answer
        return Answer(mode: mode, text: answer.message ?? "done", isDone: true)
      } catch { return Answer(mode: mode, text: "\(error)", isDone: false) }
    }
  }
}
