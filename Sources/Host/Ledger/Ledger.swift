import GRDB
import Market

/// Orders, fills, positions, equity and risk of all runs of one account, in an SQLite file that any tool can read.
///
/// A projection: what is in it is made from journals, one run at a time, and can be made again.
public final class Ledger: Sendable {
  public let path: String
  private let queue: DatabaseQueue

  /// Who else writes it is waited for, so long.
  private static let timeoutSeconds = 10.0

  /// - Parameter path: of a file that is made where there is none; nil = in memory, gone with the value.
  public init(path: String?) throws(LedgerError) {
    var configuration = Configuration()
    configuration.busyMode = .timeout(Self.timeoutSeconds)
    // Readers, whoever they are, see whole runs while one is written.
    configuration.journalMode = path == nil ? .default : .wal
    // What stands there can be made again: a power cut may take the last run, not the file.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
    let name = path ?? "a ledger in memory"
    self.path = name
    queue = try Self.guarded(name) {
      let queue = try path.map { try DatabaseQueue(path: $0, configuration: configuration) } ?? DatabaseQueue(configuration: configuration)
      if try queue.read(Self.migrator.hasBeenSuperseded) {
        throw LedgerError(.badData, "\(name): was made by a newer host; use that one, or move it away")
      }
      try Self.migrator.migrate(queue)
      return queue
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.create(table: "journals") { table in
        table.primaryKey("journal", .text)
        for name in ["mode", "venue", "account", "host_version", "ending"] { table.column(name, .text).notNull() }
        table.column("inputs", .integer).notNull()
        // Nothing can be added to it any more.
        table.column("is_final", .boolean).notNull()
      }
      for kind in LedgerTable.allCases {
        try db.create(table: kind.rawValue) { table in
          table.column("journal", .text).notNull().references("journals", onDelete: .cascade)
          for column in kind.columns { table.column(column.name, column.sqlType) }
        }
        try db.create(index: "\(kind.rawValue)_by_journal", on: kind.rawValue, columns: ["journal"] + (kind == .orders ? ["order_id"] : []))
        try db.create(index: "\(kind.rawValue)_by_time", on: kind.rawValue, columns: ["ns"])
      }
    }
    return migrator
  }

  /// One run.
  public struct Journal: Sendable {
    public var name: String
    public var mode: String
    public var venue: String
    public var account: String
    public var hostVersion: String

    public init(name: String, mode: String, venue: String, account: String, hostVersion: String) {
      (self.name, self.mode, self.venue, self.account, self.hostVersion) = (name, mode, venue, account, hostVersion)
    }
  }

  /// Looks at every page.
  ///
  /// - Throws: one that is damaged.
  public func check() throws(LedgerError) {
    let found = try Self.guarded(path) { try queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") } }
    if let found, found != "ok" { throw LedgerError(damaged: path, found) }
  }

  /// The runs that are here to their end.
  public func finalJournals() throws(LedgerError) -> Set<String> {
    try Self.guarded(path) { try queue.read { Set(try String.fetchAll($0, sql: "SELECT journal FROM journals WHERE is_final")) } }
  }

  /// Puts a run in the place of what is here of it, all of it or nothing.
  ///
  /// - Parameter fill: writes its rows, and says how it ends.
  public func replace(_ journal: Journal, _ fill: (LedgerWriter) throws -> (ending: String, inputs: UInt64, isFinal: Bool)) throws {
    do {
      try queue.inTransaction(.immediate) { db in
        try db.execute(sql: "DELETE FROM journals WHERE journal = ?", arguments: [journal.name])
        try db.execute(
          sql: "INSERT INTO journals VALUES (?, ?, ?, ?, ?, '', 0, FALSE)",
          arguments: [journal.name, journal.mode, journal.venue, journal.account, journal.hostVersion])
        let end = try fill(try LedgerWriter(db, journal.name))
        try db.execute(
          sql: "UPDATE journals SET ending = ?, inputs = ?, is_final = ? WHERE journal = ?",
          arguments: [end.ending, Int64(clamping: end.inputs), end.isFinal, journal.name])
        return .commit
      }
    } catch let error as DatabaseError { throw LedgerError(error, path) }
  }

  /// Which rows are wanted.
  public struct Filter: Sendable {
    /// Receive time, ns; from the first on, and before the second.
    public var since: Int64?
    public var until: Int64?
    /// `BTCUSDT` or `binance.usdm.BTCUSDT`.
    public var symbol: String?
    /// `EMACross` or `EMACross@BTCUSDT/0`.
    public var instance: String?
    /// The newest so many.
    public var limit: Int?

    public init() {}
  }

  /// Lends each row, oldest first: the journal's name, then the table's columns.
  public func forEach(_ table: LedgerTable, _ filter: Filter = Filter(), _ body: ([LedgerValue]) throws -> Void) throws {
    var conditions: [String] = []
    var arguments: StatementArguments = []
    func want(_ sql: String, _ values: any DatabaseValueConvertible...) {
      conditions.append(sql)
      arguments += StatementArguments(values) ?? []
    }
    if let since = filter.since { want("ns >= ?", since) }
    if let until = filter.until { want("ns < ?", until) }
    if table.hasOwner {
      // By parts, and not by LIKE, for which a name's _ is any letter.
      if let symbol = filter.symbol { want("(instrument = ? OR substr(instrument, -length(?) - 1) = '.' || ?)", symbol, symbol, symbol) }
      if let instance = filter.instance { want("(instance = ? OR substr(instance, 1, length(?) + 1) = ? || '@')", instance, instance, instance) }
    }
    let names = (["journal"] + table.columns.map(\.name)).joined(separator: ", ")
    let condition = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    let newest = filter.limit.map { " ORDER BY ns DESC, rowid DESC LIMIT \($0)" } ?? ""
    let sql = "SELECT \(names) FROM (SELECT rowid, * FROM \(table.rawValue)\(condition)\(newest)) ORDER BY ns, rowid"
    do {
      try queue.read { db in
        let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
        while let row = try rows.next() { try body(row.databaseValues.map(LedgerValue.init)) }
      }
    } catch let error as DatabaseError { throw LedgerError(error, path) }
  }

  private static func guarded<Value>(_ path: String, _ body: () throws -> Value) throws(LedgerError) -> Value {
    do { return try body() } catch let error as DatabaseError { throw LedgerError(error, path) } catch let error as LedgerError { throw error } catch
    {
      throw LedgerError(.unavailable, "\(path): \(error)")
    }
  }
}

/// Writes the rows of one run.
public final class LedgerWriter {
  private let journal: String
  private let inserts: [LedgerTable: Statement]
  private let orderUpdate: Statement

  fileprivate init(_ db: Database, _ journal: String) throws {
    self.journal = journal
    var inserts: [LedgerTable: Statement] = [:]
    for table in LedgerTable.allCases {
      let places = Array(repeating: "?", count: table.columns.count + 1).joined(separator: ", ")
      inserts[table] = try db.makeStatement(sql: "INSERT INTO \(table.rawValue) VALUES (\(places))")
    }
    self.inserts = inserts
    orderUpdate = try db.makeStatement(sql: "UPDATE orders SET status = ?, filled = ?, last_ns = ? WHERE journal = ? AND order_id = ?")
  }

  /// - Parameter values: one for each column of the table.
  public func insert(_ table: LedgerTable, _ values: [LedgerValue]) throws {
    precondition(values.count == table.columns.count, "\(table): \(values.count) values")
    try inserts[table]!.execute(arguments: StatementArguments([journal.databaseValue] + values.map(\.databaseValue)))
  }

  public func update(order: Int64, status: String, filled: String, lastNanoseconds: Int64) throws {
    try orderUpdate.execute(arguments: [status, filled, lastNanoseconds, journal, order])
  }
}

extension LedgerColumn {
  fileprivate var sqlType: Database.ColumnType {
    switch kind {
    case .integer, .nanoseconds: .integer
    case .flag: .boolean
    // No affinity to numbers: SQLite would round what looks like one.
    case .text, .decimal: .text
    }
  }
}

extension LedgerValue {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .int64(let number): self = .integer(number)
    case .string(let text): self = .text(text)
    case .double(let number): self = .text("\(number)")
    case .null, .blob: self = .null
    }
  }

  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let number): number.databaseValue
    case .text(let text): text.databaseValue
    }
  }
}
