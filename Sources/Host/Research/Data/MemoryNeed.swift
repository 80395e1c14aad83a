import Kernel

/// Whether a dataset and the models that are made of it at once have room.
public struct MemoryNeed: Sendable {
  /// Nil = nobody knows, and nothing is refused.
  public var availableBytes: Int?
  /// Models that are fitted at once; 0 where none is.
  public var jobs: Int

  public init(availableBytes: Int? = MachineMemory.availableBytes, jobs: Int) {
    self.availableBytes = availableBytes
    self.jobs = jobs
  }

  /// Of a dataset: its bars and rows, and as much again, because arrays grow by doubling. Of each model: a copy of its rows, libxgboost's
  /// own (a column number and a value each, and the bin of each), and what is kept of labels.
  static func bytes(bars: Int, rows: Int, columns: Int, jobs: Int) -> Int {
    let dataset = 2 * (bars * MemoryLayout<DatasetRows.Bar>.stride + rows * (4 * columns + 4))
    let model = rows * (columns * (4 + 8 + 2) + 40)
    return dataset + jobs * model
  }

  /// - Throws: `memoryTooSmall`.
  func check(bars: Int, rows: Int, columns: Int) throws(ResearchError) {
    guard let availableBytes else { return }
    let needed = Self.bytes(bars: bars, rows: rows, columns: columns, jobs: jobs)
    guard needed > availableBytes else { return }
    let models = jobs == 0 ? "" : " and \(jobs) models at once"
    throw ResearchError(
      .memoryTooSmall,
      "\(rows) rows of \(columns) columns\(models) take about \(needed >> 20) MiB, \(availableBytes >> 20) MiB are available; "
        + "read fewer files (--limit-files)\(jobs > 1 ? ", train fewer models at once (--jobs)" : "") or give it more memory")
  }
}
