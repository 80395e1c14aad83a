import Cryptography
import Market
import Markup

/// report.html: one file that needs nothing else, neither a network nor a script.
struct TrainingPage {
  let report: TrainingReport
  var model: TrainedModel { report.model }

  init(_ report: TrainingReport) { self.report = report }

  func text() -> String {
    let title = "\(model.market.rawValue).\(model.symbol), \(model.horizonSeconds) s ahead"
    var page: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/><title>\(title)</title>
      <style>\(.verbatim(TrainingPageStyle.text))</style></head><body><main>

      """
    page += "<header><h1>\(title)</h1><p class=\"sub\">\(subtitle)</p><p class=\"finding \(tone)\">\(model.finding)</p></header>\n"
    page += headline
    page += calibration
    page += curve
    page += walkForward
    page += gains
    page += data
    page += made
    page += "<footer>Times are UTC. The same figures, unrounded, are in report.json beside this page.</footer>\n</main></body></html>\n"
    return page.text
  }

  private var subtitle: String {
    "Trained \(UTCTime(report.createdAtSeconds * 1000).text) · \(model.schema.name) · label: \(model.options.label.meaning)"
  }

  /// Colour by what the interval says.
  private var tone: String {
    guard let interval = model.evaluation.interval else { return "" }
    return interval.low > 0 ? "up" : interval.high < 0 ? "down" : ""
  }

  private var headline: Markup {
    let test = model.evaluation
    var html: Markup = "<section class=\"card\"><h2>On rows it had not seen</h2><dl class=\"figures\">"
    let interval = test.interval.map {
      "95 % interval \(PageNumber.text($0.low, decimals: 3)) to \(PageNumber.text($0.high, decimals: 3)), \($0.blocks) stretches of \($0.blockRows) rows"
    }
    html += figure("MCC", PageNumber.text(test.matthews, decimals: 3), interval ?? test.intervalNote ?? "")
    html += figure(
      "Log loss", PageNumber.text(test.logLoss, decimals: 5), "\(PageNumber.text(test.baseLogLoss, decimals: 5)) for the training rows' share alone")
    html += figure("Brier score", PageNumber.text(test.brier, decimals: 5), "mean squared distance")
    html += figure("Area under the curve", PageNumber.text(test.areaUnderCurve, decimals: 3), "0.5 is chance")
    html += figure(
      "Accuracy", PageNumber.percent(test.counts.accuracy),
      "cut at \(PageNumber.text(test.cut, decimals: 3)); \(PageNumber.percent(test.positiveShare)) are 1")
    html += figure(
      "Precision", test.counts.precision.map { PageNumber.percent($0) } ?? "-", "recall \(test.counts.recall.map { PageNumber.percent($0) } ?? "-")")
    html += figure("Followed blindly", followed, followedNote)
    html += figure("Deflated Sharpe ratio", deflated, deflatedNote)
    html += "</dl><p class=\"note\">TP \(test.counts.truePositives), FP \(test.counts.falsePositives), TN \(test.counts.trueNegatives), "
    html +=
      "FN \(test.counts.falseNegatives). The interval compares whole stretches of time, because neighbouring rows are not independent.</p></section>\n"
    return html
  }

  private var followed: String { model.trade.meanBps.map { "\(PageNumber.text($0, decimals: 2)) bps" } ?? "-" }
  private var followedNote: String {
    guard model.trade.trades > 0 else { return "no probability reached \(PageNumber.text(model.trade.threshold, decimals: 2))" }
    return
      "a trade, after \(PageNumber.text(model.trade.costBps, decimals: 2)) bps of cost; \(model.trade.trades) trades, \(PageNumber.percent(model.trade.winShare ?? 0)) won"
  }
  private var deflated: String { model.trade.deflated.map { PageNumber.text($0.probability, decimals: 3) } ?? "-" }
  private var deflatedNote: String {
    let trials = model.trials == 1 ? "one training" : "\(model.trials) trainings"
    guard let value = model.trade.deflated, let ratio = model.trade.sharpePerTrade else {
      return "too few trades; \(trials) of this symbol and horizon"
    }
    return
      "that a Sharpe ratio of \(PageNumber.text(ratio, decimals: 3)) a trade is no luck after \(trials); luck alone reaches \(PageNumber.text(value.expectedMaximum, decimals: 3))"
  }

  private func figure(_ name: String, _ value: String, _ note: String) -> Markup {
    "<div><dt>\(name)</dt><dd>\(value)<small>\(note)</small></dd></div>"
  }

  private var data: Markup {
    let data = model.data
    var html: Markup = "<section class=\"card\"><h2>Data</h2><table><tbody>"
    html += row("Ticks", "\(PageNumber.count(data.ticks)) from \(data.files.count) files")
    for note in data.notes { html += row("Files", note) }
    html += row("Time", "\(UTCTime(data.firstMilliseconds).text) to \(UTCTime(data.lastMilliseconds).text)")
    html += row("One-second bars", "\(PageNumber.count(data.bars)) in \(data.series) series, \(PageNumber.count(data.barsWithoutRow)) without a row")
    html += row("Rows with a label", "\(PageNumber.count(model.labelledRows))")
    html += row(
      "Split in time order",
      "\(PageNumber.count(model.split.training.count)) training, \(PageNumber.count(model.split.validation.count)) validation, \(PageNumber.count(model.split.test.count)) test; \(model.split.purged) dropped between them"
    )
    html += row("In-sample until", UTCTime(model.inSample.upperBound).text)
    html += row("In more than one file", "\(PageNumber.count(data.overlappingRows)) rows, used once")
    html += row("Equal to the row before", "\(PageNumber.count(data.repeatedRows)) rows, used")
    if data.badRows > 0 { html += row("Bad rows", "\(PageNumber.count(data.badRows)), passed over; the first: \(data.firstBadRows.first ?? "")") }
    html += row("Silences over \(DatasetSummary.gapSeconds) s", "\(data.gapCount)")
    html += "</tbody></table>"
    if !data.gaps.isEmpty {
      html += "<h3>The longest silences</h3><table><thead><tr><th>from</th><th>seconds</th></tr></thead><tbody>"
      for gap in data.gaps.sorted(by: { $0.seconds > $1.seconds }).prefix(10) {
        html += "<tr><td>\(UTCTime(gap.afterSecond * 1000).text)</td><td>\(PageNumber.count(Int(gap.seconds)))</td></tr>"
      }
      html += "</tbody></table>"
    }
    html += "</section>\n"
    return html
  }

  private var made: Markup {
    var html: Markup = "<section class=\"card\"><h2>How it was made</h2><table><tbody>"
    html += row("libxgboost", "\(model.libraryVersion), \(model.curve.bestRounds) of at most \(model.options.rounds) trees")
    html += row("Model file", "SHA-256 \(report.digest.hex)")
    html += row("Trained so far", "\(model.trials) of this symbol and horizon; in this run \(model.runModels) of all symbols and horizons")
    for parameter in model.options.parameters { html += row(parameter.name, parameter.value) }
    html += "</tbody></table></section>\n"
    return html
  }

  func row(_ name: String, _ value: String) -> Markup { "<tr><th class=\"name\">\(name)</th><td class=\"text\">\(value)</td></tr>" }
}
