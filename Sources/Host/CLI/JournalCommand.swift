import ArgumentParser
import Journal
import Market
import Replay
import Session
import Settings

/// `quantumedge journal`: what a run wrote down.
struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Look into a journal, check it, export it.",
    subcommands: [Info.self, Tail.self, State.self, Verify.self, Export.self])

  struct JournalOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The folder of a journal.", valueName: "journal"))
    var folder: String

    @OptionGroup var output: OutputOptions
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What ran, and how many records of each kind there are.")
    @OptionGroup var options: JournalOptions

    func run() throws {
      let summary = try JournalSummary.read(options.folder, checksChain: false)
      if options.output.json { return try Console.result(summary.json.description) }
      for line in summary.lines { Console.line(line) }
    }
  }

  struct State: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What was held and open at its end, as the next start takes it over: one JSON object. No plugin is called.")
    @Argument(help: ArgumentHelp("The folder of a journal.", valueName: "journal"))
    var folder: String

    @Flag(name: .long, help: "Read all of it, from its beginning.") var noSnapshot = false

    func run() throws {
      let result = try JournalRecovery.read(folder: folder, usesSnapshots: !noSnapshot)
      for reason in result.passedOver { Console.line("a snapshot is passed over: \(reason)") }
      guard case .object(let members) = result.state.json(result.instruments) else { return }
      let known: [(key: String, value: JSONValue)] = [
        ("inputs", .integer(result.inputs + Int(result.snapshot ?? 0))), ("snapshot", result.snapshot.map { .integer(Int($0)) } ?? .null),
        ("ending", .text(result.ending.name)), ("mismatch", result.mismatch?.json ?? .null),
      ]
      try Console.result(JSONValue.object(known + members).description)
      if let doubt = result.doubt { Console.line("\(folder): \(doubt); positions and orders may be others than these") }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Hold every byte to its checksum and to the chain; exit 65 and the place of the first that is not as it was written.")
    @OptionGroup var options: JournalOptions

    func run() throws {
      let summary = try JournalSummary.read(options.folder, checksChain: true)
      if options.output.json { try Console.result(summary.json.description) }
      Console.line("\(options.folder): \(summary.records) records, every byte is as it was written; \(summary.ending.text)")
    }
  }

  struct Tail: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The last records, one JSON object a line.")
    @OptionGroup var options: JournalOptions
    @Option(name: .customShort("n"), help: "How many; 1...1000000.") var count = 20

    func validate() throws { if !(1...1_000_000).contains(count) { throw ValidationError("-n is 1...1000000") } }

    func run() throws {
      var lines: [String] = []
      var start = 0
      try JournalSummary.forEach(options.folder) { text, record in
        let line = text.json(record).description
        if lines.count < count {
          lines.append(line)
        } else {
          lines[start] = line
          start = (start + 1) % count
        }
      }
      for index in lines.indices { try Console.row(lines[(start + index) % lines.count]) }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Every record, one JSON object a line, for jq and pandas.")
    @OptionGroup var options: JournalOptions
    @Option(name: .long, parsing: .singleValue, help: "Only records of this kind, as fill; may be repeated.") var kind: [String] = []

    func validate() throws {
      let known = RecordKind.allCases.map(\.name)
      if let wrong = kind.first(where: { !known.contains($0) }) {
        throw ValidationError("--kind \(wrong) is not known; write one of \(known.joined(separator: ", "))")
      }
    }

    func run() throws {
      let wanted = Set(kind)
      try JournalSummary.forEach(options.folder) { text, record in
        if wanted.isEmpty || wanted.contains(record.kind.name) { try Console.row(text.json(record).description) }
      }
    }
  }
}
