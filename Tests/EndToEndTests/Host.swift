import Foundation
import TestKit
import Testing

/// The built `quantumedge` with a folder of its own: its current folder, its runtime folder, its files.
///
/// Black box: the tests know its words, files and exit codes, and import nothing of it.
final class Host {
  let folder: TemporaryFolder
  let executable: URL

  /// As the tests are built: with the places of `CrashPoint`, and with assertions.
  static let debug = Workplace.testFolder.appendingPathComponent("quantumedge")

  /// - Parameter executable: nil = what is shipped, see `Workplace.buildFolder`.
  init(executable: URL? = nil) throws {
    folder = try TemporaryFolder()
    self.executable = executable ?? Workplace.buildFolder.appendingPathComponent("quantumedge")
  }

  var runtime: URL { folder.url.appendingPathComponent("runtime") }

  /// Settings with fills at the trade's price, no spread and limits far away.
  static let oracle = Workplace.packageFolder.appendingPathComponent("config/oracle.yaml").path

  /// - Parameter executable: nil = the host's own.
  func start(_ arguments: [String], environment: [String: String] = [:], executable: URL? = nil) throws -> Child {
    var all = [
      "SWIFT_BACKTRACE": "enable=no", "QE_ROOT": folder.url.path, "PATH": "/usr/bin:/bin", "HOME": folder.url.path,
    ]
    // A sanitizer's or a toolchain's own folder must reach the child.
    for name in ["LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] { all[name] = ProcessInfo.processInfo.environment[name] }
    all.merge(environment) { $1 }
    return try Child(executable ?? self.executable, arguments, environment: all, folder: folder.url)
  }

  func run(_ arguments: [String], environment: [String: String] = [:], deadlineSeconds: Double = 240) throws -> Outcome {
    try start(arguments, environment: environment).finish(deadlineSeconds: deadlineSeconds)
  }

  /// Runs and expects it to succeed.
  func succeed(_ arguments: [String], environment: [String: String] = [:], at location: SourceLocation = #_sourceLocation) throws -> Outcome {
    let outcome = try run(arguments, environment: environment)
    try #require(outcome.exitCode == 0, "\(arguments.joined(separator: " ")): \(outcome)", sourceLocation: location)
    return outcome
  }

  /// `backtest --json` of the oracle's settings.
  func backtest(
    _ ticks: String, symbol: String = "BTCUSDT", strategy: String = "EMACross", parameters: [String] = ["quantity=0.001"], report: String? = nil,
    more: [String] = [], environment: [String: String] = [:], at location: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    try succeed(
      ["backtest", "--config", Self.oracle, "--symbol", symbol, "--ticks-path", ticks, "--strategy", strategy, "--json"]
        + parameters.flatMap { ["--param", $0] } + (report.map { ["--report", $0] } ?? []) + more,
      environment: environment, at: location)
  }

  /// Runs and expects a refusal: the exit code, one line on standard error with the words, nothing on standard output,
  /// and nothing left in the host's folder that was not there.
  func refuse(
    _ arguments: [String], exitCode: Int32, naming words: [String], environment: [String: String] = [:],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try names()
    let outcome = try run(arguments, environment: environment)
    #expect(outcome.exitCode == exitCode, "\(outcome)", sourceLocation: location)
    #expect(outcome.output.isEmpty, "\(outcome)", sourceLocation: location)
    // On a machine that is busy a command may have had time to tell its progress.
    let said = outcome.errorLines.filter { $0.wholeMatch(of: /[a-z]+: \d+ rows/) == nil }
    #expect(said.count == 1 && outcome.errors.hasSuffix("\n"), "\(outcome)", sourceLocation: location)
    for word in words where !word.isEmpty { #expect(outcome.errors.contains(word), "'\(word)' in \(outcome)", sourceLocation: location) }
    #expect(try names() == before, "a refused run left something", sourceLocation: location)
  }

  /// `backtest … --report R` must be refused.
  func refuseBacktest(
    _ ticks: String, symbol: String = "BTCUSDT", strategy: String? = "EMACross", more: [String] = [], exitCode: Int32, naming words: [String],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    try refuse(
      ["backtest", "--config", Self.oracle, "--symbol", symbol, "--ticks-path", ticks, "--report", "R", "--json"]
        + (strategy.map { ["--strategy", $0] } ?? []) + more, exitCode: exitCode, naming: words, at: location)
  }

  /// What lies in the host's folder, hidden and partial things included.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }

  /// The rows of a report's CSV file, by column name.
  func rows(_ file: String) throws -> [[String: Substring]] {
    let text = try String(contentsOf: folder.url.appendingPathComponent(file), encoding: .utf8)
    var lines = text.split(separator: "\n")
    try #require(!lines.isEmpty, "\(file) is empty")
    let header = lines.removeFirst().split(separator: ",").map(String.init)
    return try lines.map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      try #require(fields.count == header.count, "\(file): \(line)")
      return Dictionary(uniqueKeysWithValues: zip(header, fields))
    }
  }
}
