import JSONTree
import Kernel
import Market
import Telemetry

/// Something that happened, for the audit: a line of a file of its UTC day, and one of the newest in memory.
struct AgentEvent: Sendable {
  /// Wall, ms.
  var at: Int64
  /// The reference's: ORDER_DECISION, RISK_LIMIT_BREACH, MODE_CHANGE, …
  var type: String
  var source: String
  /// What belongs together: an order's name, or a request's.
  var correlation: String
  var data: [String: JSONNode]

  var node: JSONNode {
    [
      "ts": .text(UTCStamp.iso(milliseconds: at)), "type": .text(type), "source": .text(source), "correlation_id": .text(correlation),
      "data": .object(data),
    ]
  }

  /// As the reference's dashboard lists them.
  var row: JSONNode {
    [
      "timestamp": .text(UTCStamp.iso(milliseconds: at)), "event_type": .text(type), "symbol": data["symbol"] ?? .null, "details": .object(data),
      "correlation_id": .text(correlation),
    ]
  }
}

/// The events' files and the newest of them; the caller's lock guards it.
struct EventLog {
  /// In memory.
  static let capacity = 5000
  private let folder: String
  private let retentionDays: Int
  private let maximumFileBytes: Int
  private(set) var newest = Ring<AgentEvent>(capacity: capacity)
  private var pending: [UInt8] = []
  /// Of `pending`, and of the file that is written to.
  private var day = ""
  private var number = 0
  /// Lines that could not be written, since the last that could.
  private(set) var lost = 0
  private(set) var trouble: String?
  private var lines = 0

  init(_ folder: String, retentionDays: Int, maximumFileBytes: Int) {
    self.folder = folder
    self.retentionDays = retentionDays
    self.maximumFileBytes = maximumFileBytes
  }

  mutating func append(_ event: AgentEvent) {
    let today = UTCStamp.day(milliseconds: event.at)
    if today > day {
      flush()
      (day, number) = (today, 0)
      removeOld(at: event.at)
    }
    newest.append(event)
    pending += Array((event.node.compact + "\n").utf8)
    lines += 1
    if pending.count > 256 << 10 { flush() }
  }

  /// What waits goes into the day's file; what it does not take is counted and said.
  mutating func flush() {
    guard !pending.isEmpty else { return }
    do throws(KernelError) {
      try Files.createFolders(folder)
      while Files.isPresent(path), try Files.size(path) >= maximumFileBytes { number += 1 }
      // A line that a kill cut short would take the next one with it.
      if Files.isPresent(path) { _ = try Files.cutTornLine(path) }
      try Files.append(pending, to: path)
      trouble = nil
    } catch {
      lost += lines
      trouble = "\(error)"
    }
    pending.removeAll(keepingCapacity: true)
    lines = 0
  }

  private var path: String { "\(folder)/events_\(day)\(number == 0 ? "" : ".\(number)").jsonl" }

  /// Only what is named as its own files are.
  private func removeOld(at now: Int64) {
    let oldest = UTCStamp.day(milliseconds: now - Int64(retentionDays) * UTCTime.millisecondsPerDay)
    for name in (try? Files.names(in: folder)) ?? [] {
      guard name.hasPrefix("events_"), name.hasSuffix(".jsonl"), name.utf8.count >= 23 else { continue }
      let day = name.dropFirst(7).prefix(10)
      guard day.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }), day < oldest else { continue }
      try? Files.remove("\(folder)/\(name)")
    }
  }
}
