/// Refused intents by code, with the times of the first and the last one.
struct RefusalCounts {
  struct Entry {
    var code: String
    var count = 0
    /// Epoch milliseconds of the first; nil: none was recorded.
    var firstMilliseconds: Int64?
    var lastMilliseconds: Int64?
    /// Over the run, in the slots of `RefusalTimes`; empty: none was recorded.
    var overTime: [Int] = []
  }

  private(set) var entries: [Entry]
  private(set) var times: RefusalTimes

  init(codes: [String]) {
    entries = codes.map { Entry(code: $0) }
    times = RefusalTimes(codeCount: codes.count)
  }

  mutating func add(_ index: Int, _ timeMilliseconds: Int64) {
    precondition(entries.indices.contains(index), "a refusal code outside the recorder's list")
    if entries[index].count == 0 { entries[index].firstMilliseconds = timeMilliseconds }
    entries[index].count += 1
    entries[index].lastMilliseconds = timeMilliseconds
    times.add(index, timeMilliseconds)
  }

  /// What the page shows, most frequent first. The summary's counts decide; ours where it has none.
  func shown(with summary: [ReportRefusal]) -> [Entry] {
    var result = entries.indices.filter { entries[$0].count > 0 }.map { index in
      var entry = entries[index]
      entry.overTime = times.counts(index)
      return entry
    }
    if !summary.isEmpty {
      let recorded = result
      result = summary.filter { $0.count > 0 }.map { refusal in
        var entry = recorded.first { $0.code == refusal.code } ?? Entry(code: refusal.code)
        entry.count = refusal.count
        return entry
      }
    }
    return result.sorted { ($1.count, $0.code) < ($0.count, $1.code) }
  }
}
