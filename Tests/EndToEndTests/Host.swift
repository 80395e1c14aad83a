import Foundation
import Glibc
import TestKit

/// The built `quantumedge` as a user runs it: a process of its own, in a folder of its own, with a deadline.
final class Host {
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:] }
    /// What was said as an error, warnings left out.
    var errorLines: [String] {
      errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("quantumedge: ") && !$0.contains(": warning: ") }
    }
  }

  let folder: TemporaryFolder
  private let executable: URL
  private var environment: [String: String]

  /// - Parameter build: where the executable and the plugins are; the folder of the tests by default.
  init(build: URL = Workplace.buildFolder) throws {
    folder = try TemporaryFolder()
    executable = build.appendingPathComponent("quantumedge")
    environment = ["SWIFT_BACKTRACE": "enable=no", "QE_RUNTIME_DIR": folder.path("runtime"), "PATH": "/usr/bin:/bin", "HOME": folder.path("")]
  }

  static var oracle: String { Workplace.packageFolder.appendingPathComponent("config/oracle.yaml").path }

  func start(_ arguments: [String], extra: [String: String] = [:]) throws -> Running {
    try Running(executable, arguments, environment.merging(extra) { $1 }, folder)
  }

  func run(_ arguments: [String], extra: [String: String] = [:], deadlineSeconds: Double = 120) throws -> Outcome {
    try start(arguments, extra: extra).wait(deadlineSeconds: deadlineSeconds)
  }

  /// A backtest of the oracle's kind.
  func backtest(_ ticks: String, _ arguments: [String] = [], symbol: String = "BTCUSDT", strategy: String = "EMACross") throws -> Outcome {
    try run(["backtest", "--config", Self.oracle, "--symbol", symbol, "--ticks-path", ticks, "--strategy", strategy, "--json"] + arguments)
  }
}

/// A started host.
final class Running {
  private let process = Process()
  private let output: URL
  private let errors: URL

  init(_ executable: URL, _ arguments: [String], _ environment: [String: String], _ folder: TemporaryFolder) throws {
    // Files rather than pipes: nothing blocks, and what was written last is there even after a kill.
    let name = UUID().uuidString
    output = folder.url.appendingPathComponent("\(name).out")
    errors = folder.url.appendingPathComponent("\(name).err")
    for file in [output, errors] { try Data().write(to: file) }
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
  }

  var errorText: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

  /// Waits until the words have been said on standard error; false when the process ended or the time is over first.
  func waitFor(_ words: String, deadlineSeconds: Double = 30) -> Bool {
    let end = Date().addingTimeInterval(deadlineSeconds)
    while Date() < end {
      if errorText.contains(words) { return true }
      if !process.isRunning { return errorText.contains(words) }
      var pause = timespec(tv_sec: 0, tv_nsec: 5_000_000)
      nanosleep(&pause, nil)
    }
    return false
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  func wait(deadlineSeconds: Double = 60) throws -> Host.Outcome {
    let watchdog = DispatchWorkItem { [process] in if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    DispatchQueue.global().asyncAfter(deadline: .now() + deadlineSeconds, execute: watchdog)
    process.waitUntilExit()
    watchdog.cancel()
    return Host.Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOf: output, encoding: .utf8), errors: errorText)
  }
}
