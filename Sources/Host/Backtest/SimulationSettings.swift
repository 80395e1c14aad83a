import Market
import Report
import Settings

/// What a report says about the practice venue beyond its prices and rates: only what differs from none.
enum SimulationSettings {
  static func rows(of settings: Settings) -> [ReportSetting] {
    let model = settings.simulation
    var rows: [(String, String)] = []
    let bps = { (rate: BasisPoints) in DecimalText.formatShort(Int128(rate.raw), scale: BasisPoints.scale) + " bps" }
    let milliseconds = { (nanoseconds: Int64) in DecimalText.formatShort(Int128(nanoseconds), scale: 6) + " ms" }
    rows.append(
      ("slippage", model.slippage == .zero && model.slippageTicks == 0 ? "none" : "\(bps(model.slippage)) and \(model.slippageTicks) ticks"))
    rows.append(("queue", model.queue.rawValue + (model.queue == .none ? "" : model.partialFills ? ", partial fills" : ", whole fills")))
    rows.append(("fees in", model.feeAsset == .third ? "\(model.thirdAsset.name ?? "third asset") while it lasts" : model.feeAsset.rawValue))
    if model.rejectProbability > 0 {
      rows.append(("orders rejected by chance", DecimalText.formatShort(Int128(model.rejectProbability), scale: 6) + ", seed \(model.seed)"))
    }
    if model.fundingRate != .zero { rows.append(("funding", bps(model.fundingRate) + " every 8 hours")) }
    let latency = model.latency
    if latency.isZero {
      rows.append(("latency", "none"))
    } else {
      rows.append(
        (
          "latency",
          latency.file.map { "recorded in \($0)" }
            ?? "feed \(milliseconds(latency.feedNanoseconds)), orders \(milliseconds(latency.orderNanoseconds)), "
            + "reports \(milliseconds(latency.responseNanoseconds))"
        ))
      if latency.jitterNanoseconds > 0 { rows.append(("latency jitter", "0...\(milliseconds(latency.jitterNanoseconds)), seed \(model.seed)")) }
    }
    return rows.map { ReportSetting(section: "Simulation", name: $0.0, value: $0.1) }
  }
}
