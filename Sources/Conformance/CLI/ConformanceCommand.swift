import ArgumentParser
import Conformance
import Glibc
import Kernel
import Market
import Plugins

/// `quantumedge-conformance`: tries a plugin against the contract, each case in a process of its own.
@main
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantumedge-conformance", abstract: "Tries a plugin against the plugin contract, case by case.",
    discussion: """
      Nothing of the plugin runs in this process. Exit 0 when nothing failed, 1 when something did, 64 for the command line, 65 for what \
      is no plugin, 66 for a file that is not there.
      """)

  @Argument(help: "A library, or the manifest of a published strategy or model (*.json).") var plugin: String?
  @Option(name: .customLong("param"), parsing: .singleValue, help: "A parameter, name=value; may be repeated; over the manifest's.") var parameters:
    [String] = []
  @Option(parsing: .singleValue, help: "Only this case, and what it needs; may be repeated.") var only: [String] = []
  @Option(help: "1...10: from how strict a case on its failure fails rather than warns.") var strictness = 5
  @Option(help: "Of everything random.") var seed: UInt64 = 1
  @Option(help: "Length of a model's feature vector; without it as the manifest's schema says, else 18.") var features: Int?
  @Option(help: ArgumentHelp("Seconds of the predictions that a strategy is lent, as ml.horizons; 1,5,30 without it.", valueName: "list"))
  var horizons: String?
  @Option(help: "The adapter's library, for a model whose manifest names none.") var adapter: String?
  @Option(help: "Writes the results as JSON.") var json: String?
  @Option(help: "Writes the results as JUnit XML.") var junit: String?
  @Flag(help: "Shows all cases, and ends.") var list = false
  @Flag(help: .hidden) var quick = false

  func validate() throws {
    guard list || plugin != nil else { throw ValidationError("name a library or a manifest") }
    guard Options.strictnessRange.contains(strictness) else { throw ValidationError("--strictness is 1...10") }
    guard features.map((1...Options.featureLimit).contains) ?? true else { throw ValidationError("--features is 1...\(Options.featureLimit)") }
  }

  func run() throws {
    if list { return Terminal.write(ResultTable.catalogue) }
    guard let plugin else { return }
    let subject = try Subject.read(plugin, adapter: adapter)
    var options = Options()
    options.adopt(subject)
    for text in parameters {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ConformanceError(.usage, "--param \(text): write name=value")
      }
      options.parameters[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    (options.strictness, options.seed, options.only) = (strictness, seed, only)
    options.isQuick = quick
    if let features { options.featureCount = features }
    if let horizons { options.predictionHorizonsSeconds = try Self.horizons(horizons) }
    let table = ResultTable(usesColour: isatty(1) == 1 && getenv("NO_COLOR") == nil)
    let runner = try Runner(subject.file, options)
    Terminal.write(table.head(subject.file, options))
    let verdict = try runner.run { Terminal.write(table.row($0)) }
    if let json { try ResultFile.json(verdict, to: json) }
    if let junit { try ResultFile.junit(verdict, to: junit) }
    Terminal.write(table.tail(verdict))
    if verdict.hasFailed { throw ExitCode(FaultKind.failed.exitCode) }
  }

  private static func horizons(_ text: String) throws -> [Int64] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) }
    let seconds = parts.compactMap { $0 }.filter { (1...86_400).contains($0) }
    guard (1...Options.predictionHorizonLimit).contains(seconds.count), seconds.count == parts.count, Set(seconds).count == seconds.count else {
      throw ConformanceError(
        .usage, "--horizons \(text): write 1...\(Options.predictionHorizonLimit) different whole seconds, 1...86400, as 1,5,30")
    }
    return seconds.sorted()
  }

  static func main() {
    ProcessStart.prepare()
    // A child of ours, or of a session that uses us: runs one case and does not return.
    CaseChild.runIfAsked(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let fault as any Fault {
      fail(fault.description, fault.kind.exitCode)
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch {
      if exitCode(for: error).isSuccess {
        print(fullMessage(for: error))
        Glibc.exit(0)
      }
      fail("\(message(for: error)) (see --help)", FaultKind.usage.exitCode)
    }
  }

  private static func fail(_ text: String, _ code: Int32) {
    Terminal.write("quantumedge-conformance: \(text.prefix { $0 != "\n" })", to: 2)
    Glibc.exit(code)
  }
}

/// Results go to standard output, words about our own trouble to standard error.
enum Terminal {
  static func write(_ text: String, to descriptor: Int32 = 1) {
    let bytes = Array((text + "\n").utf8)
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset) }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { return }
      offset += written
    }
  }
}
