import Feeds
import Market

extension TicksCommand.Info {
  /// `ticks info` of a recording.
  func recording() throws {
    var progress = TicksProgress()
    let options = RecordingOptions(skipsBadRows: reading.options.skipsBadRows, snapshotPath: snapshot)
    let summary = try RecordingSummary.read(path: file, symbol: symbol, options: options) { done, size in
      progress.show(size > 0 ? "\(done * 100 / size) % read" : "\(done) bytes read")
    }
    progress.end()
    for row in summary.firstBadRows { Console.warning("\(file):\(row.line): \(row.reason)") }
    if json { return try TicksOutput.json(summary) }
    let counts = summary.counts
    var rows: [(name: String, value: String)] = [
      ("symbol", summary.symbol),
      ("lines", "\(counts.lines), of other symbols \(counts.otherSymbols), not for trading \(counts.ignored), bad \(counts.badRows)"),
      ("trades", "\(counts.trades)"), ("quotes", "\(counts.quotes)"), ("marks", "\(counts.marks)"),
      (
        "depth",
        "\(counts.depthUpdates) applied, \(counts.discardedDepthUpdates) older than their snapshot, "
          + "\(counts.depthUpdatesWithoutBook) without one"
      ),
      ("snapshots", "\(counts.snapshots) used, \(counts.unusedSnapshots) not"), ("book gaps", "\(counts.bookGaps)"),
    ]
    if let trades = summary.trades {
      rows += [
        ("trade time", "\(trades.firstMilliseconds) to \(trades.lastMilliseconds) ms UTC"),
        ("open high low", "\(trades.open)  \(trades.high)  \(trades.low)"), ("close", trades.close),
        ("bought sold", "\(trades.buyQuantity)  \(trades.sellQuantity)"), ("average price", trades.averagePrice),
      ]
    }
    rows += [
      ("decimals", "price \(summary.scales.priceDecimals), quantity \(summary.scales.quantityDecimals)"),
      ("venue's clock", "\(span(counts.firstExchangeNanoseconds, counts.latestExchangeNanoseconds)), \(counts.exchangeTimesBackward) went back"),
    ]
    rows.append(
      summary.hasReceiveTimes
        ? (
          "our clock",
          "\(span(counts.firstReceiveNanoseconds, counts.lastReceiveNanoseconds)), later by \(milliseconds(counts.leastDelayNanoseconds)) to "
            + "\(milliseconds(counts.mostDelayNanoseconds)) ms, \(counts.receivedBeforeSent) received before they were sent"
        ) : ("our clock", "no receive times beside the recording"))
    try TicksOutput.line(summary.path + rows.map { "\n  " + $0.name.padded(to: 16) + $0.value }.joined())
  }

  private func span(_ first: Int64, _ last: Int64) -> String { first < 0 ? "no times" : "\(first / 1_000_000) to \(last / 1_000_000) ms UTC" }

  private func milliseconds(_ nanoseconds: Int64) -> String { DecimalText.format(nanoseconds / 1000, scale: 3) }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
