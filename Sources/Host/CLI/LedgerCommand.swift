import ArgumentParser
import Daemon
import Journal
import Kernel
import Ledger
import Market
import Replay
import Session
import Settings

/// `quantumedge ledger`: orders, fills, equity and risk of all runs of an account.
struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger",
    abstract: "Orders, fills, positions, equity, risk and events of every run of this mode and account, from their journals.",
    discussion: "The file is ledger.db in the state folder (SQLite); it is brought up to date first. 'rebuild' makes it anew from the journals; "
      + "runs whose journal is gone stay in it.")

  enum Subject: String, CaseIterable, ExpressibleByArgument {
    case orders, fills, positions, equity, risk, events, rebuild
  }

  @Argument(help: "orders, fills, positions, equity, risk, events, or rebuild.")
  var subject: Subject

  @Option(
    name: .long,
    help: ArgumentHelp("From this moment on: 2026-11-24, 2026-11-24T10:00:00 (UTC), or so long ago: 30m, 12h, 7d.", valueName: "time"))
  var since: String?

  @Option(name: .long, help: ArgumentHelp("Before this moment.", valueName: "time"))
  var until: String?

  @Option(name: .long, help: "Of this symbol alone, as BTCUSDT.")
  var symbol: String?

  @Option(name: .long, help: "Of this strategy or instance alone, as EMACross.")
  var instance: String?

  @Option(name: .long, help: "The newest so many rows; default: all.")
  var limit: Int?

  @Option(name: .long, help: ArgumentHelp("Of this journal alone, as of a backtest; the ledger's file is not touched.", valueName: "folder"))
  var journal: String?

  @Flag(name: .long, help: "One JSON object for each row, on standard output.")
  var json = false

  @Flag(name: .long, help: "CSV with a heading, on standard output.")
  var csv = false

  @OptionGroup var settings: SettingsOptions

  @Option(name: .long, help: "Overrides app.mode: mock, paper, demo or live.")
  var mode: String?

  func validate() throws {
    if json && csv { throw ValidationError("--json and --csv: give one of them") }
    if let limit, limit < 1 { throw ValidationError("--limit \(limit): at least 1") }
    if subject == .rebuild, journal != nil || since != nil || until != nil { throw ValidationError("rebuild takes no journal and no time") }
    if symbol != nil || instance != nil, subject == .equity {
      throw ValidationError("equity is the whole account's: leave --symbol, --instance away")
    }
    _ = try filter()
  }

  func run() throws {
    if let journal {
      let ledger = try Ledger(path: nil)
      try LedgerProjection.project(journal, name: String(journal.split(separator: "/").last ?? "journal"), into: ledger, isFinal: true)
      return try show(ledger)
    }
    let loaded = try settings.load(mode: mode)
    let (ledger, left, damaged) = try AccountLedger.upToDate(loaded, anew: subject == .rebuild)
    if let damaged { Console.warning("\(ledger.path) was damaged and is \(damaged) now; runs whose journals are gone are in that one alone") }
    if subject == .rebuild {
      Console.line("\(ledger.path): made anew from the journals; it has \(try ledger.finalJournals().count) runs that are over")
    } else {
      try show(ledger)
    }
    guard left.isEmpty else {
      throw SessionError(
        .badData, left.map { "\($0.name) is not in the ledger: \($0.reason)" }.joined(separator: "\n"))
    }
  }

  private func filter() throws -> Ledger.Filter {
    var filter = Ledger.Filter()
    filter.since = try since.map { try Self.moment($0, "--since") }
    filter.until = try until.map { try Self.moment($0, "--until") }
    (filter.symbol, filter.instance, filter.limit) = (symbol, instance, limit)
    return filter
  }

  /// Nanoseconds since 1970.
  private static func moment(_ text: String, _ option: String) throws -> Int64 {
    if let match = text.wholeMatch(of: /(\d{1,6})([smhd])/), let count = Int64(match.1) {
      let seconds: Int64 = ["s": 1, "m": 60, "h": 3600, "d": 86_400][String(match.2)] ?? 1
      return Clocks.realtimeNanoseconds() - count * seconds * 1_000_000_000
    }
    if let match = text.wholeMatch(of: /(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?Z?)?/),
      let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), (1...12).contains(month), (1...31).contains(day)
    {
      let (hour, minute, second) = (Int(match.4 ?? "0") ?? 0, Int(match.5 ?? "0") ?? 0, Int(match.6 ?? "0") ?? 0)
      if hour < 24, minute < 60, second < 60 {
        let milliseconds = UTCTime.milliseconds(year: year, month: month) + Int64(day - 1) * UTCTime.millisecondsPerDay
        let moment = milliseconds + Int64(hour * 3600 + minute * 60 + second) * 1000
        if UTCTime(moment).day == day { return moment * 1_000_000 }
      }
    }
    throw ValidationError("\(option) \(text): is no moment; write 2026-11-24, 2026-11-24T10:00:00, or 30m, 12h, 7d")
  }

  // MARK: Rows

  private func show(_ ledger: Ledger) throws {
    guard let table = LedgerTable(rawValue: subject.rawValue) else { return }
    let names = ["time", "journal"] + table.columns.map(\.name)
    if csv { try Console.row(names.joined(separator: ",")) }
    var lines: [[String]] = [["time"] + table.columns.filter(Self.isForPeople).map(\.name)]
    try ledger.forEach(table, filter()) { values in
      let time = Self.time(values[1])
      if json {
        let members = zip(table.columns, values.dropFirst()).map { (key: $0.name, value: Self.json($1, $0)) }
        try Console.row(JSONValue.object([("time", .text(time)), ("journal", Self.text(values[0]))] + members).description)
      } else if csv {
        try Console.row(([time] + values.map(Self.plain)).map(Self.quoted).joined(separator: ","))
      } else {
        lines.append([time] + zip(table.columns, values.dropFirst()).filter { Self.isForPeople($0.0) }.map { Self.plain($0.1) })
        // So that a ledger of millions of rows needs no memory for all of them.
        if lines.count > 1000 {
          try print(lines)
          lines.removeAll()
        }
      }
    }
    if !json, !csv { try print(lines) }
  }

  private func print(_ lines: [[String]]) throws {
    guard let columns = lines.first?.count else { return }
    let widths = (0..<columns).map { column in lines.map { $0[column].count }.max() ?? 0 }
    for line in lines {
      let text = zip(line, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined(separator: "  ")
      try Console.row(Console.printable(String(text.reversed().drop { $0 == " " }.reversed())))
    }
  }

  private static func isForPeople(_ column: LedgerColumn) -> Bool { column.kind != .nanoseconds }

  private static func time(_ value: LedgerValue) -> String {
    guard case .integer(let nanoseconds) = value else { return "" }
    return UTCTime(UTCTime.floorDivide(nanoseconds, 1_000_000)).precise
  }

  private static func text(_ value: LedgerValue) -> JSONValue { .text(plain(value)) }

  private static func plain(_ value: LedgerValue) -> String {
    switch value {
    case .null: ""
    case .integer(let number): String(number)
    case .text(let text): text
    }
  }

  private static func json(_ value: LedgerValue, _ column: LedgerColumn) -> JSONValue {
    switch (value, column.kind) {
    case (.null, _): .null
    case (.integer(let number), .flag): .boolean(number != 0)
    case (.integer(let number), _): .number(String(number))
    case (.text(let text), .decimal): .number(text)
    case (.text(let text), _): .text(text)
    }
  }

  private static func quoted(_ text: String) -> String {
    text.contains { ",\"\n\r".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}
