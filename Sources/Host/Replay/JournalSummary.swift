import Journal
import Market
import Session
import Settings

/// What a journal holds, counted.
public struct JournalSummary: Sendable {
  public var head: JournalHead
  public var counts: [RecordKind: Int] = [:]
  public var records = 0
  public var bytes = 0
  public var lastInput: UInt64 = 0
  public var firstNanoseconds: Int64?
  public var lastNanoseconds: Int64 = 0
  public var ending = JournalEnding.open
  /// By name, oldest first.
  public var snapshots: [String] = []

  /// Reads all of it.
  ///
  /// - Throws: of kind `.badData` with the place of the first byte that is not as it was written.
  public static func read(_ folder: String, checksChain: Bool) throws -> JournalSummary {
    var reader = try JournalReader(folder: folder, checksChain: checksChain)
    var summary = JournalSummary(head: reader.head)
    while let record = try reader.next() {
      summary.counts[record.kind, default: 0] += 1
      if summary.firstNanoseconds == nil { summary.firstNanoseconds = record.receiveNanoseconds }
      summary.lastNanoseconds = record.receiveNanoseconds
    }
    // In no block's chain: the head has its digest.
    if checksChain {
      _ = try summary.head.state(in: folder)
      for name in JournalSnapshot.names(in: folder) { _ = try JournalSnapshot.read("\(folder)/\(name)", headDigest: reader.headDigest) }
    }
    summary.snapshots = JournalSnapshot.names(in: folder).reversed()
    summary.records = reader.recordCount
    summary.bytes = reader.byteCount
    summary.lastInput = reader.lastSequence
    summary.ending = reader.ending ?? .open
    return summary
  }

  /// Every record with its words.
  public static func forEach(_ folder: String, _ body: (RecordText, JournalRecord) throws -> Void) throws {
    var reader = try JournalReader(folder: folder, checksChain: false)
    let head = reader.head
    let settings = try Settings.recorded(head.settings, pairs: head.pairs, in: "\(folder)/\(JournalFormat.headName)")
    let text = RecordText(instruments: settings.pairs.instruments, instances: head.instances.map(\.id))
    while let record = try reader.next() { try body(text, record) }
  }

  /// For people.
  public var lines: [String] {
    var lines = [
      "\(head.mode) on \(head.venue), account \(head.account), begun \(head.startedAt) by \(head.hostVersion) (\(head.hostDigest.prefix(12)))",
      "settings \(head.settingsDigest.prefix(12)); \(head.libc); \(head.cpuFeatures.joined(separator: " "))",
    ]
    lines += head.instances.map { "\($0.id) on \($0.instrument): \($0.fileName) \($0.digest.prefix(12)), \($0.isolation)" }
    lines += (head.models ?? []).map { place in
      guard let model = place.model else { return "no model of \(place.instrument)/\(place.horizonSeconds)" }
      return "\(model.id) on \(place.instrument): \(model.model.name) \(model.model.digest.prefix(12)), \(model.schema), \(model.adapter.name)"
    }
    lines.append("\(records) records, \(lastInput) inputs, \(bytes >> 10) KiB; \(ending.text)")
    lines += snapshots.map { "  \($0)" }
    lines += RecordKind.allCases.compactMap { kind in counts[kind].map { "  \(kind.name) \($0)" } }
    return lines
  }

  public var json: JSONValue {
    .object([
      ("mode", .text(head.mode)), ("venue", .text(head.venue)), ("account", .text(head.account)), ("started_at", .text(head.startedAt)),
      ("host_version", .text(head.hostVersion)), ("host_digest", .text(head.hostDigest)), ("libc", .text(head.libc)),
      ("cpu_features", .array(head.cpuFeatures.map { .text($0) })), ("settings_digest", .text(head.settingsDigest)),
      (
        "instances", .array(head.instances.map { .object([("id", .text($0.id)), ("digest", .text($0.digest)), ("isolation", .text($0.isolation))]) })
      ),
      (
        "models",
        .array(
          (head.models ?? []).map {
            .object([
              ("instrument", .text($0.instrument)), ("horizon_s", .integer(Int($0.horizonSeconds))), ("id", $0.model.map { .text($0.id) } ?? .null),
              ("digest", $0.model.map { .text($0.model.digest) } ?? .null), ("schema", $0.model.map { .text($0.schema) } ?? .null),
            ])
          })
      ),
      ("records", .integer(records)), ("inputs", .number("\(lastInput)")), ("bytes", .integer(bytes)),
      ("first_ns", firstNanoseconds.map { .number("\($0)") } ?? .null), ("last_ns", .number("\(lastNanoseconds)")), ("ending", .text(ending.name)),
      ("counts", .object(RecordKind.allCases.compactMap { kind in counts[kind].map { (key: kind.name, value: .integer($0)) } })),
    ])
  }
}

extension JournalEnding {
  public var name: String {
    switch self {
    case .sealed: "sealed"
    case .open: "open"
    case .torn: "torn"
    case .lost: "lost"
    }
  }

  public var text: String {
    switch self {
    case .sealed: "it was ended in order"
    case .open: "it was not ended in order, and is whole to its last record"
    case .torn(let count): "it was not ended in order: behind its last whole record are \(count) bytes of one that was being written"
    case .lost: "ITS END IS LOST: more happened than the disk had room for, or kept when the power was cut; what is here is whole"
    }
  }
}

extension JournalMismatch {
  public var json: JSONValue { .object([("input", .number("\(input)")), ("what", .text(what))]) }
}

extension JournalReplay.Result {
  /// For people.
  public var text: String {
    guard let divergence else {
      return "\(decisions) decisions, all equal (\(inputs) inputs, \(actions) actions, \(answers) answers); \(ending.text)"
    }
    return "decisions differ at \(divergence.lines.joined(separator: "\n"))"
  }

  public var json: JSONValue {
    .object([
      ("equal", .boolean(divergence == nil)), ("inputs", .integer(inputs)), ("decisions", .integer(decisions)), ("actions", .integer(actions)),
      ("answers", .integer(answers)), ("decision_hash", .text(decisionHash)), ("ending", .text(ending.name)),
      ("divergence", divergence?.json ?? .null),
    ])
  }
}
