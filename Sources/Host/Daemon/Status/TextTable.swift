/// Rows of words in columns; what does not fit leaves, the least needed column first.
struct TextTable {
  struct Column {
    var title: String
    var isNumber: Bool
    /// 0 stays to the last; a larger one leaves earlier.
    var rank: Int
  }

  var columns: [Column]
  var rows: [[String]] = []

  /// Title line and rows, none longer than `width` characters.
  func lines(width: Int) -> [String] {
    var kept = Array(columns.indices)
    let widths = columns.indices.map { index in rows.reduce(columns[index].title.count) { max($0, $1[index].count) } }
    func total() -> Int { kept.reduce(0) { $0 + widths[$1] } + 2 * (kept.count - 1) }
    while kept.count > 1, total() > width {
      guard let last = kept.max(by: { columns[$0].rank <= columns[$1].rank }), columns[last].rank > 0 else { break }
      kept.removeAll { $0 == last }
    }
    return ([columns.map(\.title)] + rows).map { row in
      var line = ""
      for (position, index) in kept.enumerated() {
        let padding = String(repeating: " ", count: widths[index] - row[index].count)
        line += (position > 0 ? "  " : "") + (columns[index].isNumber ? padding + row[index] : row[index] + padding)
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return Self.cut(line, width)
    }
  }

  static func cut(_ line: String, _ width: Int) -> String {
    line.count <= width ? line : String(line.prefix(max(0, width - 1))) + (width > 0 ? "…" : "")
  }
}
