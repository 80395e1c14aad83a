/// What the ticks of a dataset were.
public struct DatasetSummary: Sendable, Hashable, Encodable {
  /// Seconds without a trade.
  public struct Gap: Sendable, Hashable, Encodable {
    /// Epoch seconds of the last trade before it.
    public var afterSecond: Int64
    /// To the next trade.
    public var seconds: Int64

    private enum CodingKeys: String, CodingKey {
      case afterSecond = "after_ts"
      case seconds
    }
  }

  /// A silence above it is listed, and no label ends in it.
  public static let gapSeconds: Int64 = 60
  static let keptGaps = 100

  public var files: [String] = []
  /// Files without a row.
  public var emptyFiles: [String] = []
  /// What its user should know of the choice of files, a line each.
  public var notes: [String] = []
  public var ticks = 0
  /// Epoch milliseconds; 0 without ticks.
  public var firstMilliseconds: Int64 = 0
  public var lastMilliseconds: Int64 = 0
  public var bars = 0
  public var rows = 0
  /// Bars in windows that were not full, or without the trades that a feature needs.
  public var barsWithoutRow = 0
  /// Stretches without a gap over features.max_gap_seconds.
  public var series = 0
  /// Rows that stood in more than one file; used once.
  public var overlappingRows = 0
  /// Rows equal to the one before them in every field. Used: an exchange has such trades too.
  public var repeatedRows = 0
  public var badRows = 0
  public var firstBadRows: [String] = []
  public var gapCount = 0
  /// The longest hundred, in time order.
  public private(set) var gaps: [Gap] = []

  private enum CodingKeys: String, CodingKey {
    case files
    case emptyFiles = "empty_files"
    case notes
    case ticks
    case firstMilliseconds = "first_ms"
    case lastMilliseconds = "last_ms"
    case bars
    case rows
    case barsWithoutRow = "bars_without_row"
    case series
    case overlappingRows = "overlapping_rows"
    case repeatedRows = "repeated_rows"
    case badRows = "bad_rows"
    case firstBadRows = "first_bad_rows"
    case gapCount = "gap_count"
    case gaps
  }

  mutating func add(gap: Gap) {
    gapCount += 1
    gaps.append(gap)
    guard gaps.count > Self.keptGaps, let least = gaps.indices.min(by: { gaps[$0].seconds < gaps[$1].seconds }) else { return }
    gaps.remove(at: least)
  }
}
