import Market
import Markup

extension TrainingPage {
  var calibration: Markup {
    let bins = model.evaluation.calibration.filter { $0.rows > 0 }
    let points = bins.map { (x: $0.meanPredicted ?? 0, y: $0.shareObserved ?? 0) }
    var plot = PagePlot(x: 0...1, y: 0...1)
    plot.line("level", [(0, 0), (1, 1)])
    plot.line("main", points)
    let most = Double(bins.map(\.rows).max() ?? 1)
    for (bin, point) in zip(bins, points) { plot.dot("mainfill", point, radius: 2 + 6 * (Double(bin.rows) / most).squareRoot()) }
    var html: Markup = "<section class=\"card\"><h2>Calibration</h2>"
    html += "<p class=\"note\">How often it came true against the probability that was given; on the dashed line the model means what it says. "
    html += "A dot's area is its share of the rows.</p>"
    html += plot.markup(label: "Observed share by predicted probability", xName: "predicted probability", decimals: (1, 1))
    html += "<table><thead><tr><th>probability</th><th>rows</th><th>mean predicted</th><th>came true</th></tr></thead><tbody>"
    for bin in bins {
      html +=
        "<tr><td>\(PageNumber.text(bin.from, decimals: 1)) to \(PageNumber.text(bin.to, decimals: 1))</td><td>\(PageNumber.count(bin.rows))</td>"
      html += "<td>\(PageNumber.text(bin.meanPredicted, decimals: 3))</td><td>\(PageNumber.text(bin.shareObserved, decimals: 3))</td></tr>"
    }
    html += "</tbody></table></section>\n"
    return html
  }

  var curve: Markup {
    let validation = model.curve.validation.enumerated().map { (x: Double($0.offset + 1), y: $0.element) }
    let training = model.curve.training.enumerated().map { (x: Double($0.offset * LearningCurve.trainingStep + 1), y: $0.element) }
    let all = validation.map(\.y) + training.map(\.y)
    var plot = PagePlot(x: 1...Double(max(2, validation.count)), y: (all.min() ?? 0)...(all.max() ?? 1))
    plot.line("second", training)
    plot.line("main", validation)
    if let best = validation.first(where: { Int($0.x) == model.curve.bestRounds }) { plot.dot("mainfill", best) }
    var html: Markup = "<section class=\"card\"><h2>Learning curve</h2><p class=\"note\">Log loss by round: "
    html += "<span class=\"k main\">validation</span>, <span class=\"k second\">training</span>. "
    html += "The dot is where it was best; the \(model.curve.bestRounds) trees up to it are the model.</p>"
    html += plot.markup(label: "Log loss by round", xName: "round", decimals: (0, 4))
    html += "</section>\n"
    return html
  }

  var walkForward: Markup {
    guard !model.folds.isEmpty else { return "" }
    var html: Markup = "<section class=\"card\"><h2>Walk forward</h2>"
    html += "<p class=\"note\">Each fold is fitted to all before it and tested on what came next: MCC with its 95 % interval.</p>"
    let intervals = model.folds.compactMap { $0.evaluation }
    let low = intervals.map { $0.interval?.low ?? $0.matthews }.min() ?? 0
    let high = intervals.map { $0.interval?.high ?? $0.matthews }.max() ?? 0
    var plot = PagePlot(x: 0.5...Double(model.folds.count) + 0.5, y: min(low, -0.02)...max(high, 0.02))
    plot.line("level", [(0.5, 0), (Double(model.folds.count) + 0.5, 0)])
    for (index, fold) in model.folds.enumerated() {
      guard let evaluation = fold.evaluation else { continue }
      if let interval = evaluation.interval { plot.bar("main", at: Double(index + 1), low: interval.low, high: interval.high) }
      plot.dot("mainfill", (Double(index + 1), evaluation.matthews))
    }
    html += plot.markup(label: "MCC by fold", xName: "fold", decimals: (0, 2))
    html +=
      "<table><thead><tr><th>tested from</th><th>to</th><th>rows</th><th>trees</th><th>MCC</th><th>interval</th><th>log loss</th><th>of the share</th></tr></thead><tbody>"
    for fold in model.folds {
      func moment(_ second: Int64) -> String { fold.split.test.isEmpty ? "-" : UTCTime(second * 1000).text }
      html += "<tr><td>\(moment(fold.firstSecond))</td><td>\(moment(fold.lastSecond))</td><td>\(PageNumber.count(fold.split.test.count))</td>"
      if let evaluation = fold.evaluation {
        html += "<td>\(fold.rounds)</td><td>\(PageNumber.text(evaluation.matthews, decimals: 3))</td>"
        let interval = evaluation.interval.map { "\(PageNumber.text($0.low, decimals: 3)) to \(PageNumber.text($0.high, decimals: 3))" }
        html += "<td>\(interval ?? evaluation.intervalNote ?? "-")</td><td>\(PageNumber.text(evaluation.logLoss, decimals: 5))</td>"
        html += "<td>\(PageNumber.text(evaluation.baseLogLoss, decimals: 5))</td></tr>"
      } else {
        html += "<td colspan=\"5\">\(fold.reason ?? "")</td></tr>"
      }
    }
    html += "</tbody></table></section>\n"
    return html
  }

  var gains: Markup {
    var html: Markup =
      "<section class=\"card\"><h2>What it looks at</h2><p class=\"note\">Mean gain of a feature's splits, as a share of all features'.</p>"
    html += "<table class=\"gains\"><tbody>"
    for gain in model.gains {
      html +=
        "<tr><th class=\"name\">\(gain.name)</th><td class=\"text\"><span class=\"meter\"><i style=\"width:\(PageNumber.text(gain.share * 100, decimals: 1))%\"></i></span>"
      html += "\(PageNumber.percent(gain.share))</td></tr>"
    }
    html += "</tbody></table></section>\n"
    return html
  }
}
