import JSONTree

extension ModelReadiness {
  /// The heading, a header and a line each; notes below.
  public var lines: [String] {
    // The reason names its place: nobody needs both.
    let header = ["symbol", "h", "state", "model", "digest", "age", "source or reason"]
    let cells = rows.map { row in
      [
        row.symbol, "\(row.horizonSeconds)", row.state.rawValue, row.model ?? "-", row.digest.map { String($0.hex.prefix(12)) } ?? "-",
        row.ageSeconds.map(Self.age) ?? "-", row.reason ?? row.source ?? "-",
      ]
    }
    let widths = header.indices.map { column in ([header] + cells).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let text = zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }.joined(separator: "  ")
      return "  " + String(text.reversed().drop { $0 == " " }.reversed())
    }
    guard !rows.isEmpty else { return ["[MODEL READINESS]", "  no model is configured"] }
    let notes = rows.flatMap { row in row.notes.map { "  note: \(row.symbol)/\(row.horizonSeconds): \($0)" } }
    return ["[MODEL READINESS]", line(header)] + cells.map(line) + notes
  }

  public var table: String { lines.joined(separator: "\n") }

  /// `{"ready": …, "models": […]}`.
  public var node: JSONNode {
    let models = rows.map { row -> JSONNode in
      [
        "symbol": .text(row.symbol), "horizon": .integer(row.horizonSeconds), "state": .text(row.state.rawValue),
        "model": row.model.map { .text($0) } ?? .null, "source": row.source.map { .text($0) } ?? .null,
        "digest": row.digest.map { .text($0.hex) } ?? .null, "created_at": row.createdAt.map { .integer($0) } ?? .null,
        "age_s": row.ageSeconds.map { .integer($0) } ?? .null, "reason": row.reason.map { .text($0) } ?? .null,
        "notes": .array(row.notes.map { .text($0) }),
      ]
    }
    return ["ready": .boolean(isReady), "models": .array(models)]
  }

  /// `3d 4h`, `12m 5s`: two units at most.
  static func age(_ seconds: Int64) -> String {
    let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
    guard let first = units.firstIndex(where: { seconds >= $0.0 }) else { return "0s" }
    let (size, name) = units[first]
    guard first + 1 < units.count else { return "\(seconds)s" }
    let (next, nextName) = units[first + 1]
    return "\(seconds / size)\(name) \(seconds % size / next)\(nextName)"
  }
}
