import Plugins

/// What all cases came to.
public struct Verdict: Sendable {
  public let file: PluginFile
  public let options: Options
  public let results: [CaseResult]

  /// What it says of itself, where it got so far; else its file's name.
  public var pluginName: String {
    guard let known = results.first(where: { $0.id == "descriptor-valid" && $0.outcome == .pass })?.detail.split(separator: " "), known.count > 1
    else {
      return file.fileName
    }
    return String(known[1])
  }

  public func count(_ outcomes: Outcome...) -> Int { results.count { outcomes.contains($0.outcome) } }
  public var hasFailed: Bool { results.contains { $0.outcome.isFailure } }

  /// The last line of the output; a crash and a time-out are failures.
  public var summary: String {
    "\(count(.pass)) passed, \(count(.fail, .crash, .timeout)) failed, \(count(.warn)) warned, \(count(.skip)) skipped"
  }
}
