import Market

/// The keys of ml.* and decision.filters.*; the last are `DecisionFilters` as the engine has them.
extension SettingsField {
  static let models: [SettingsField] = [
    flag("ml.require_models", \.models.requireModels),
    choice("ml.require_models_scope", \.models.requireScope),
    horizons("ml.horizons", \.models.horizonsSeconds),
    whole("ml.warmup_seconds", \.models.warmUpSeconds, 0...86_400),
    choice("ml.model_source", \.models.source),
    path("ml.legacy_models_dir", \.models.legacyFolder),
    flag("ml.ml_compat_strict", \.models.strictCompatibility),
    adapters("ml.adapters", \.models.adapters),
    whole("ml.keep_versions", \.models.keepVersions, 1...1000),
    fraction("ml.thresholds.p_up", \.models.pUpThreshold, 0...million),
    fraction("ml.drift.alert_psi", \.models.drift.alertIndex, 1000...10 * million),
    whole("ml.drift.window_bars", \.models.drift.windowBars, 10...86_400),
    whole("ml.drift.min_bars", \.models.drift.minimumBars, 10...86_400),
    optionalFraction("decision.filters.min_confidence", \.decisionFilters.minimumConfidence, 0...million),
    // A probability is at most 0.5 away from 0.5: more would let nothing open, which the kill switch says better.
    optionalFraction("decision.filters.min_edge", \.decisionFilters.minimumEdge, 0...million / 2),
    flag("decision.filters.horizon_agreement", \.decisionFilters.horizonAgreement),
  ]

  private static let decimals = 6
  private static let million: Int64 = 1_000_000

  /// No money, so that the nearest double will do; what was written shows again digit by digit.
  private static func fraction(_ name: String, _ path: Path<Double>, _ range: ClosedRange<Int64>) -> SettingsField {
    SettingsField(name: name, shape: .decimal(range, decimals: decimals)) { settings, written in
      read(written, scale: decimals, range, "write a number, \(words(range))") { settings[keyPath: path] = Double($0) / Double(million) }
    } show: {
      text($0[keyPath: path])
    }
  }

  /// The same; `null` = off.
  private static func optionalFraction(_ name: String, _ path: Path<Double?>, _ range: ClosedRange<Int64>) -> SettingsField {
    SettingsField(name: name, shape: .optional(.decimal(range, decimals: decimals), none: "off")) { settings, written in
      if case .null = written {
        settings[keyPath: path] = nil
        return nil
      }
      return read(written, scale: decimals, range, "write a number, \(words(range)), or null for off") {
        settings[keyPath: path] = Double($0) / Double(million)
      }
    } show: {
      $0[keyPath: path].map(text) ?? "null"
    }
  }

  private static func words(_ range: ClosedRange<Int64>) -> String {
    func bound(_ raw: Int64) -> String { DecimalText.formatShort(Int128(raw), scale: decimals) }
    return "\(bound(range.lowerBound))...\(bound(range.upperBound)), at most \(decimals) decimals"
  }

  private static func text(_ value: Double) -> String { DecimalText.formatShort(Int128((value * Double(million)).rounded()), scale: decimals) }

  /// `[1, 5, 30]`: whole seconds, each once.
  private static func horizons(_ name: String, _ path: Path<[Int64]>) -> SettingsField {
    let advice = "write 1...\(maximumHorizons) different whole seconds, 1...86400, as [1, 5, 30]"
    return SettingsField(name: name, shape: .list(example: "[1, 5, 30]")) { settings, written in
      let items = written.items
      guard !items.isEmpty, items.count <= maximumHorizons else { return "\(items.count) horizons; \(advice)" }
      var seconds: [Int64] = []
      for item in items {
        var horizon: Int64 = 0
        if let problem = read(.text(item), scale: 0, 1...86_400, advice, { horizon = $0 }) { return problem }
        guard !seconds.contains(horizon) else { return "\(Excerpt.quoted(item)) is there twice; \(advice)" }
        seconds.append(horizon)
      }
      settings[keyPath: path] = seconds
      return nil
    } show: {
      $0[keyPath: path].map(String.init).joined(separator: ",")
    }
  }

  private static let maximumHorizons = 16

  /// `[xgboost_json=XGBoostModel, onnx=ONNXModel]`; an empty list = every manifest names its own.
  private static func adapters(_ name: String, _ path: Path<[String: String]>) -> SettingsField {
    let advice = "write a list of FORMAT=PLUGIN, as [xgboost_json=XGBoostModel, onnx=ONNXModel]"
    return SettingsField(name: name, shape: .list(example: "[xgboost_json=XGBoostModel, onnx=ONNXModel]")) { settings, written in
      var rows: [String: String] = [:]
      let items = written.items.filter { !$0.isEmpty }
      guard items.count <= 64 else { return "\(items.count) adapters; at most 64" }
      for item in items {
        let parts = item.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        // A plugin's name becomes part of a path: letters, digits and _ lead nowhere else.
        guard parts.count == 2, isWord(parts[0]), isWord(parts[1]), parts[1].utf8.first.map({ $0 >= 0x41 && $0 <= 0x5A }) == true else {
          return "\(Excerpt.quoted(item)) is no format's adapter; \(advice)"
        }
        guard rows.updateValue(parts[1], forKey: parts[0]) == nil else { return "\(Excerpt.quoted(parts[0])) is there twice; \(advice)" }
      }
      settings[keyPath: path] = rows
      return nil
    } show: {
      $0[keyPath: path].sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
  }

  /// 1...64 letters, digits and _.
  private static func isWord(_ text: String) -> Bool {
    func isPart(_ byte: UInt8) -> Bool { (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A) || byte == 0x5F }
    return (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isPart)
  }
}
