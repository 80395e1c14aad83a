import Engine
import Journal
import Market
import Session

/// Two runs over one journal's market, side by side.
public struct WhatIfResult: Sendable {
  public struct Figures: Sendable {
    public var counters = RunCounters()
    public var equity = Money.zero
    /// Of this journal alone.
    public var pnl = Money.zero
    public var maximumDrawdown = Money.zero

    public init() {}

    init(counters: RunCounters, equity: Money, pnl: Money, maximumDrawdown: Money) {
      (self.counters, self.equity, self.pnl, self.maximumDrawdown) = (counters, equity, pnl, maximumDrawdown)
    }
  }

  /// What one of them decided and the other did not, on the same input; nil = nothing.
  public struct Difference: Sendable {
    /// Market inputs of the instrument so far.
    public var instrumentSequence: UInt64
    public var instance: Int32
    public var before: JSONValue?
    public var after: JSONValue?
  }

  public var inputs = 0
  public var journalDecisions = 0
  /// Whether the run without a change decides as the journal says, to the last decision.
  public var repeatsJournal = false
  public var ending = JournalEnding.open
  public var decisionsBefore = 0
  public var decisionsAfter = 0
  public var equalDecisions = 0
  public var control = Figures()
  public var changed = Figures()
  /// The first of them.
  public private(set) var differences: [Difference] = []
  private static let differencesShown = 20

  init() {}

  /// Decisions of one input: equal ones are paired in their order, the rest differs.
  mutating func count(_ old: [Decision], _ new: [Decision], _ text: RecordText) {
    decisionsBefore += old.count
    decisionsAfter += new.count
    var left = new
    var gone: [Decision] = []
    for decision in old {
      if let index = left.firstIndex(where: { $0.isSame(as: decision) }) {
        equalDecisions += 1
        left.remove(at: index)
      } else {
        gone.append(decision)
      }
    }
    func shown(_ decision: Decision) -> JSONValue { decision.payload.withUnsafeBytes { .object(text.members(.decision, $0)) } }
    for index in 0..<max(gone.count, left.count) where differences.count < Self.differencesShown {
      let (before, after) = (gone.indices.contains(index) ? gone[index] : nil, left.indices.contains(index) ? left[index] : nil)
      guard let one = before ?? after else { continue }
      differences.append(
        Difference(
          instrumentSequence: one.instrumentSequence, instance: one.instance, before: before.map(shown), after: after.map(shown)))
    }
  }

  /// For people.
  public var text: String {
    var lines = [
      repeatsJournal
        ? "without the change the practice venue repeats the journal: \(journalDecisions) decisions, all equal"
        : "without the change the practice venue does NOT repeat the journal (\(journalDecisions) decisions there, \(decisionsBefore) here): "
          + "the journal has not all that its venue knew, so compare the two columns, and neither with the journal",
      "\(equalDecisions) decisions are the same, \(decisionsBefore - equalDecisions) are gone, \(decisionsAfter - equalDecisions) are new; "
        + ending.text,
    ]
    func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
    func row(_ name: String, _ before: String, _ after: String) {
      lines.append("  \(name)\(String(repeating: " ", count: max(0, 14 - name.count)))\(pad(before, 18))\(pad(after, 18))")
    }
    func money(_ amount: Money) -> String { DecimalText.format(amount, decimals: 4) }
    row("", "as it ran", "changed")
    row("decisions", "\(decisionsBefore)", "\(decisionsAfter)")
    for (name, value) in Self.counts { row(name, "\(value(control.counters))", "\(value(changed.counters))") }
    for (name, value) in Self.amounts { row(name, money(value(control)), money(value(changed))) }
    if !differences.isEmpty { lines.append("the first \(differences.count == 1 ? "difference" : "\(differences.count) differences"):") }
    for difference in differences {
      lines.append("  - \(difference.before?.description ?? "nothing")")
      lines.append("  + \(difference.after?.description ?? "nothing")")
    }
    return lines.joined(separator: "\n")
  }

  public var json: JSONValue {
    func side(_ decisions: Int, _ figures: Figures) -> JSONValue {
      .object(
        [("decisions", .integer(decisions))]
          + Self.counts.map { (key: $0.name.replacing(" ", with: "_"), value: JSONValue.integer($0.value(figures.counters))) }
          + Self.amounts.map { (key: $0.name, value: .number(DecimalText.formatShort($0.value(figures).raw, scale: Money.scale))) })
    }
    return .object([
      ("inputs", .integer(inputs)), ("repeats_journal", .boolean(repeatsJournal)), ("journal_decisions", .integer(journalDecisions)),
      ("ending", .text(ending.name)), ("equal_decisions", .integer(equalDecisions)), ("before", side(decisionsBefore, control)),
      ("after", side(decisionsAfter, changed)),
      (
        "differences",
        .array(
          differences.map {
            .object([
              ("instrument_sequence", .number("\($0.instrumentSequence)")), ("before", $0.before ?? .null), ("after", $0.after ?? .null),
            ])
          })
      ),
    ])
  }

  private static let counts: [(name: String, value: @Sendable (RunCounters) -> Int)] = [
    ("orders", { $0.orders }), ("fills", { $0.fills }), ("round trips", { $0.trades }), ("won", { $0.wins }), ("refusals", { $0.refusals }),
    ("failed", { $0.failedInstances }),
  ]
  private static let amounts: [(name: String, value: @Sendable (Figures) -> Money)] = [
    ("fees", { $0.counters.fees }), ("pnl", { $0.pnl }), ("equity", { $0.equity }), ("drawdown", { $0.maximumDrawdown }),
  ]
}
