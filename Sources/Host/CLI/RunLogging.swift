import ArgumentParser
import Daemon
import LogOutput
import Logging
import Market
import Session
import Settings

extension LogOutput {
  /// As app.log_* says.
  ///
  /// - Throws: a fault that names app.log_file when it cannot be written.
  convenience init(_ settings: Settings) throws {
    let logging = settings.logging
    var options = Options()
    options.level = Logger.Level(rawValue: logging.level.rawValue) ?? .info
    options.format = logging.format == .json ? .json : .text
    options.filePath = logging.file.map(settings.resolved)
    options.maximumFileBytes = logging.maximumMegabytes * 1024 * 1024
    options.keptFiles = logging.keptFiles
    options.isTerminal = Console.isTerminal
    options.usesColour = Console.usesColour
    do { try self.init(options) } catch { throw SessionError(.unavailable, "\(error)") }
  }

  /// A run that ends with a fault: as a record where machines read, else in the words of all commands; the file has it too.
  func end(with fault: any Fault) throws -> Never {
    let lines = fault.description.split(separator: "\n").map(String.init)
    guard format == .json else {
      for line in lines { addToFile(.error, "host", line) }
      flush()
      throw fault
    }
    let log = logger("host")
    for line in lines { log.error("\(line)") }
    flush()
    throw ExitCode(fault.kind.exitCode)
  }
}

extension RunLog {
  init(_ output: LogOutput) {
    self.init(
      make: { output.logger($0) }, setLevel: { output.level = $0 },
      lastWords: { output.sayDirectly("watchdog", $0, words: "quantumedge: watchdog: \($0)") })
  }
}
