import Market
import Report
import Risk

/// The most that was used of each limit, with the time when it was first that much.
struct LimitPeaks {
  struct Peak {
    var use: LimitUse
    var timeMilliseconds: Int64
  }

  /// In the order in which the engine names them.
  private(set) var peaks: [Peak] = []

  /// - Parameter uses: of one moment.
  mutating func add(_ uses: [LimitUse], timeMilliseconds: Int64) {
    for (position, use) in uses.enumerated() {
      // The engine names the same limits in the same order nearly always.
      let known = peaks.indices.contains(position) && Self.isSame(peaks[position].use, use) ? position : peaks.firstIndex { Self.isSame($0.use, use) }
      if let known {
        if use.fraction > peaks[known].use.fraction { peaks[known] = Peak(use: use, timeMilliseconds: timeMilliseconds) }
      } else {
        peaks.append(Peak(use: use, timeMilliseconds: timeMilliseconds))
      }
    }
  }

  /// Nearest to its edge first.
  var ranked: [Peak] { peaks.enumerated().sorted { ($1.element.use.fraction, $0.offset) < ($0.element.use.fraction, $1.offset) }.map(\.element) }

  private static func isSame(_ a: LimitUse, _ b: LimitUse) -> Bool { a.code == b.code && a.instrument == b.instrument && a.instance == b.instance }
}

extension LimitUse {
  /// The decimal text of `value` or `limit`.
  ///
  /// - Parameter spec: of the instrument that the limit is about; of the run's only one, where it is about none.
  func text(_ raw: Int128, spec: InstrumentSpec) -> String { DecimalText.formatShort(raw, scale: scale(spec)) }

  private func scale(_ spec: InstrumentSpec) -> Int {
    switch unit {
    case .money: Money.scale
    case .quantity: Int(spec.quantityScale)
    case .price: Int(spec.priceScale)
    case .fraction, .basisPoints: 6
    case .count, .milliseconds, .none: 0
    }
  }

  /// What stands behind the figure; empty for a count.
  func unitName(_ instrument: Instrument) -> String {
    switch unit {
    case .money, .price: instrument.quoteAsset
    case .quantity: instrument.baseAsset
    case .basisPoints: "bps"
    case .milliseconds: "ms"
    case .fraction, .count, .none: ""
    }
  }
}
