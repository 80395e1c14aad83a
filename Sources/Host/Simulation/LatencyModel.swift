import Market

/// How long market data, orders and reports are on their way; constant, from a table, and jittered by seed.
public struct LatencyModel: Sendable, Hashable {
  /// From the venue's clock to ours, where the data does not say it; ns.
  public var feedNanoseconds: Int64 = 0
  /// From us to the venue; ns.
  public var orderNanoseconds: Int64 = 0
  /// From the venue to us, of reports; ns.
  public var responseNanoseconds: Int64 = 0
  /// Each message takes longer by 0...this, every value as likely; ns. No message overtakes another of its kind.
  public var jitterNanoseconds: Int64 = 0
  /// Where `table` came from; nil = none.
  public var file: String?
  /// Takes the place of the three constants.
  public var table: LatencyTable?

  public init() {}

  public var isZero: Bool {
    feedNanoseconds == 0 && orderNanoseconds == 0 && responseNanoseconds == 0 && jitterNanoseconds == 0 && table == nil
  }

  func at(_ nanoseconds: Int64) -> LatencyTable.Row {
    if let table { return table.row(at: nanoseconds) }
    return LatencyTable.Row(
      timeNanoseconds: .min, feedNanoseconds: feedNanoseconds, orderNanoseconds: orderNanoseconds, responseNanoseconds: responseNanoseconds)
  }
}

/// Latencies over time: each row holds from its time until the next; the first one also before it.
public struct LatencyTable: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    public var timeNanoseconds: Int64
    public var feedNanoseconds: Int64
    public var orderNanoseconds: Int64
    public var responseNanoseconds: Int64
  }

  /// A row that cannot be read.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    /// `file:line: reason; what to write`
    public var description: String
  }

  public static let header = "time_ms,feed_ms,order_ms,response_ms"
  /// A minute: more is a slip of units.
  public static let maximumMilliseconds: Int64 = 60_000
  public private(set) var rows: [Row] = []

  /// Reads a CSV of `header` and rows whose times rise; decimals are allowed (ns are the grid), empty lines are not.
  public static func parse(_ text: String, path: String) throws(Failure) -> LatencyTable {
    var table = LatencyTable()
    // A line may end in a return too, which is one character with its newline.
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard let first = lines.first, first == header else {
      throw Failure(description: "\(path):1: the header is not \(header); write it as the first line")
    }
    for (index, line) in lines.enumerated().dropFirst() {
      let place = "\(path):\(index + 1)"
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 4 else { throw Failure(description: "\(place): \(fields.count) fields; write \(header)") }
      var values: [Int64] = []
      for (field, name) in zip(fields, header.split(separator: ",")) {
        guard let value = try? DecimalText.parse(String(field), scale: 6), value >= 0 else {
          throw Failure(description: "\(place): \(name) is no number of milliseconds from 0 with at most 6 decimals; write one")
        }
        guard values.isEmpty || value <= maximumMilliseconds * 1_000_000 else {
          throw Failure(description: "\(place): \(name) is over \(maximumMilliseconds) ms; write milliseconds")
        }
        values.append(value)
      }
      if let last = table.rows.last, values[0] <= last.timeNanoseconds {
        throw Failure(description: "\(place): time_ms does not rise; sort the rows and drop the doubled")
      }
      table.rows.append(
        Row(timeNanoseconds: values[0], feedNanoseconds: values[1], orderNanoseconds: values[2], responseNanoseconds: values[3]))
    }
    guard !table.rows.isEmpty else { throw Failure(description: "\(path):2: there is no row; write \(header) below the header") }
    return table
  }

  func row(at nanoseconds: Int64) -> Row {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].timeNanoseconds <= nanoseconds { low = middle + 1 } else { high = middle }
    }
    return rows[max(0, low - 1)]
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): chance that is the same for the same seed, everywhere.
struct SeededDraws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// 0...bound, every value as likely (by the upper half of a full product: no division, bias below 2^-64 x bound).
  mutating func upTo(_ bound: Int64) -> Int64 {
    bound <= 0 ? 0 : Int64(next().multipliedFullWidth(by: UInt64(bound) + 1).high)
  }

  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
