import Market
import Models
import Session

extension BacktestResult {
  /// One model of a run: what it said, and whether it had seen the data.
  public struct Model: Sendable {
    /// `XGBoostModel@BTCUSDT/5`; of an empty place symbol and horizon.
    public var id: String
    public var horizonSeconds: Int64
    /// Of the model file.
    public var digest: String?
    public var schema: String?
    /// Why nothing was there.
    public var fault: String?
    /// Closed seconds that it was asked about.
    public var asked: UInt64
    public var failures: [(name: String, count: UInt64)]
    /// The part of the data that it was trained or validated on, epoch ms.
    public var inSampleMilliseconds: ClosedRange<Int64>?
    /// Whether its manifest says what it was trained on.
    public var isSampleKnown: Bool
    public var figures: ModelFigures?

    /// What a reader has to know first of all.
    public var inSampleWarning: String? {
      guard let range = inSampleMilliseconds else { return nil }
      let (from, to) = (UTCStamp.readable(milliseconds: range.lowerBound), UTCStamp.readable(milliseconds: range.upperBound))
      return "IN-SAMPLE: \(id) was trained on ticks from \(from) to \(to) of this data: its figures say nothing about others"
    }

    /// One line for the report.
    var words: String {
      if let fault { return "missing: \(fault)" }
      let failed = failures.map(\.count).reduce(0, +)
      let calibration = figures?.calibration.map { ", Brier \(DecimalText.format(Int64(($0.brier * 10_000).rounded()), scale: 4)) over \($0.count)" }
      return "digest \(digest?.prefix(12) ?? ""), \(schema ?? ""), asked \(asked) times, \(failed) without an answer\(calibration ?? "")"
        + (isSampleKnown ? "" : ", trained on data that its manifest does not name")
    }

    private func text(_ value: String?) -> JSONValue { value.map { .text($0) } ?? .null }

    var json: JSONValue {
      .object([
        ("id", .text(id)), ("horizon_s", .integer(Int(horizonSeconds))), ("digest", text(digest)), ("schema", text(schema)),
        ("fault", text(fault)), ("asked", .number("\(asked)")),
        ("failures", .object(failures.map { (key: $0.name, value: .number("\($0.count)")) })),
        (
          "in_sample_ms",
          inSampleMilliseconds.map { .array([.number("\($0.lowerBound)"), .number("\($0.upperBound)")]) } ?? .null
        ),
        ("training_range_known", .boolean(isSampleKnown)), ("live", figures?.json ?? .null),
      ])
    }
  }

  /// Whether any of its models had seen the data.
  public var isInSample: Bool { models.contains { $0.inSampleMilliseconds != nil } }
}
