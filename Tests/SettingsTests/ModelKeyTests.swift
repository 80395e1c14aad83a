import Foundation
import Market
import TestKit
import Testing

@testable import Settings

/// Keys of models and of the host's own filters of entries.
@Suite struct ModelKeyTests {
  private let loading: Loading

  init() throws { loading = try Loading() }

  @Test func `Every key of models, filters and shadows reaches its field`() throws {
    let settings = try loading.load(
      """
      ml:
        require_models: false
        require_models_scope: symbol
        horizons: [60, 2]
        warmup_seconds: 0
        model_source: legacy
        legacy_models_dir: old/models
        ml_compat_strict: true
        adapters: [onnx=ONNXModel, tree_v2=My_Trees2]
        keep_versions: 1000
        thresholds: {p_up: 0.600001}
        drift: {alert_psi: 0.1, window_bars: 86400, min_bars: 10}
      decision:
        filters: {min_confidence: 0.7, min_edge: null, horizon_agreement: true}
      plugins: {shadow: [A@BTCUSDT/0, B@binance.spot.ETHUSDT/1]}
      """)
    var models = ModelSettings()
    models.requireModels = false
    models.requireScope = .symbol
    models.horizonsSeconds = [60, 2]
    models.warmUpSeconds = 0
    models.source = .legacy
    models.legacyFolder = "old/models"
    models.strictCompatibility = true
    models.adapters = ["onnx": "ONNXModel", "tree_v2": "My_Trees2"]
    models.keepVersions = 1000
    models.pUpThreshold = 0.600001
    models.drift.alertIndex = 0.1
    models.drift.windowBars = 86_400
    models.drift.minimumBars = 10
    #expect(settings.models == models)
    let filters = settings.decisionFilters
    #expect(filters.minimumConfidence == 0.7 && filters.minimumEdge == nil && filters.horizonAgreement)
    #expect(settings.plugins.shadows == ["A@BTCUSDT/0", "B@binance.spot.ETHUSDT/1"])
    #expect(settings.later.isEmpty)
    // What is shown can be written again.
    for field in SettingsField.models {
      var again = settings
      #expect(field.apply(&again, WrittenValue(word: field.show(settings))) == nil, "\(field.name)")
      #expect(again == settings, "\(field.name)")
    }
  }

  @Test(arguments: [
    ("ml.require_models", "true", "1"), ("ml.require_models_scope", "all", "none"), ("ml.model_source", "runtime", "both"),
    ("ml.ml_compat_strict", "false", "yes"), ("ml.horizons", "[1, 86400]", "[1, 86401]"), ("ml.horizons", "[1]", "[0]"),
    ("ml.horizons", "[30, 1]", "[1, 30, 1]"), ("ml.horizons", "[5]", "[]"), ("ml.horizons", "[5]", "[5.5]"), ("ml.horizons", "7", "seven"),
    ("ml.horizons", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]"),
    ("ml.warmup_seconds", "86400", "86401"), ("ml.warmup_seconds", "0", "-1"), ("ml.keep_versions", "1", "0"), ("ml.keep_versions", "1000", "1001"),
    ("ml.legacy_models_dir", "/models", "''"), ("ml.thresholds.p_up", "1", "1.000001"), ("ml.thresholds.p_up", "0.123456", "0.1234567"),
    ("ml.drift.alert_psi", "0.001", "0.000999"), ("ml.drift.alert_psi", "10", "10.000001"), ("ml.drift.window_bars", "86400", "86401"),
    ("ml.drift.min_bars", "10", "9"), ("ml.adapters", "[]", "[onnx]"), ("ml.adapters", "[a=B]", "[a=../B]"),
    ("ml.adapters", "[a=B, b=B]", "[a=B, a=C]"),
    ("ml.adapters", "[a=B]", "[a=b]"), ("ml.adapters", "[a=B]", "[a=B=C]"), ("ml.adapters", "[a=B]", "[a=B/C]"),
    ("decision.filters.min_confidence", "1", "1.000001"), ("decision.filters.min_confidence", "null", "-0.1"),
    ("decision.filters.min_edge", "0.5", "0.500001"), ("decision.filters.min_edge", "null", "nan"),
    ("decision.filters.horizon_agreement", "true", "null"), ("plugins.shadow", "[A@B/0, A@B/1]", "[A@B/0, A@B/0]"),
    ("plugins.shadow", "[]", "[EMACross]"),
  ])
  func `Ranges hold at their edges`(key: String, inside: String, outside: String) throws {
    let parts = key.split(separator: ".")
    func text(_ value: String) -> String {
      var text = ""
      for (depth, part) in parts.enumerated() {
        text += String(repeating: "  ", count: depth) + "\(part):" + (depth + 1 < parts.count ? "\n" : " \(value)\n")
      }
      return text
    }
    #expect(try loading.violations(text(inside)) == [])
    let violations = try loading.violations(text(outside))
    #expect(violations.count == 1 && violations[0].hasPrefix("s.yaml:\(parts.count): \(key): "), "\(violations)")
  }

  @Test func `What is wrong says what to write, all of it at once`() throws {
    #expect(
      try loading.violations(
        "ml:\n  horizons: [1, x]\n  adapters: [xgboost_json]\n  drift:\n    alert_psi: 0\ndecision:\n  filters:\n    min_edge: 0.6\n") == [
          "s.yaml:2: ml.horizons: 'x' is not a number; write 1...16 different whole seconds, 1...86400, as [1, 5, 30]",
          "s.yaml:3: ml.adapters: 'xgboost_json' is no format's adapter; write a list of FORMAT=PLUGIN, as [xgboost_json=XGBoostModel, onnx=ONNXModel]",
          "s.yaml:5: ml.drift.alert_psi: '0' is out of range; write a number, 0.001...10, at most 6 decimals",
          "s.yaml:8: decision.filters.min_edge: '0.6' is out of range; write a number, 0...0.5, at most 6 decimals, or null for off",
        ])
  }

  @Test func `Fewer bars than drift needs are never looked at, and that is said`() throws {
    let words = "is above ml.drift.window_bars, so that nothing is ever told; write at most as much"
    #expect(try loading.violations("ml: {drift: {window_bars: 100, min_bars: 101}}\n") == ["s.yaml:1: ml.drift.min_bars: \(words)"])
    #expect(try loading.violations("ml: {drift: {window_bars: 100}}\n") == ["ml.drift.min_bars: \(words)"])
    #expect(try loading.violations("ml: {drift: {window_bars: 100, min_bars: 100}}\n") == [])
  }

  @Test func `Lists of models are written with commas in variables and --set`() throws {
    let settings = try loading.load(
      "", overrides: ["ml.horizons=2,4", "ml.adapters=a=B,c=D", "plugins.shadow=A@B/0"], environment: ["QE_ML_REQUIRE_MODELS": "false"])
    #expect(settings.models.horizonsSeconds == [2, 4] && settings.models.adapters == ["a": "B", "c": "D"] && !settings.models.requireModels)
    #expect(settings.plugins.shadows == ["A@B/0"])
    // A journal keeps them as they were.
    let again = try Settings.recorded(settings.recordedLines, pairs: settings.pairs.recordedText(of: settings.pairs.instruments), in: "j")
    #expect(again.models == settings.models && again.plugins == settings.plugins && again.decisionFilters == settings.decisionFilters)
  }

  @Test func `The old registry's folder is below the root`() throws {
    var settings = try loading.load("")
    settings.root = "/r"
    #expect(settings.legacyModelsFolder == "/r/storage/models")
    settings.models.legacyFolder = "/elsewhere"
    #expect(settings.legacyModelsFolder == "/elsewhere")
  }

  @Test func `scalp is told as the parameter that it is here`() throws {
    let warnings = try loading.read("execution: {mode: scalp}\n").warnings
    #expect(warnings.count == 1 && warnings[0].contains("s.yaml:1: execution.mode: ") && warnings[0].contains("--param mode=scalp"), "\(warnings)")
    #expect(try loading.read("ml: {require_models: false}\ndecision: {filters: {min_edge: 0.1}}\n").warnings.isEmpty)
  }

  @Test(arguments: [
    ("decision: {filters: {loss_streak_trades: 4, cooloff_minutes: 2.5}}", "risk.session.loss_streak_trades", "4"),
    ("decision: {filters: {loss_streak_trades: 4, cooloff_minutes: 2.5}}", "risk.session.cooling_off_minutes", "3"),
    // Beside the keys that the Python system did read: the tighter, in either order.
    ("decision: {filters: {loss_streak_trades: 2}, loss_streak: {max_losses: 3}}", "risk.session.loss_streak_trades", "2"),
    ("decision: {loss_streak: {max_losses: 3}, filters: {loss_streak_trades: 5}}", "risk.session.loss_streak_trades", "3"),
    ("decision: {filters: {cooloff_minutes: 5}, loss_streak: {cooldown_seconds: 600}}", "risk.session.cooling_off_minutes", "10"),
    ("decision: {filters: {horizon_agreement: True}}", "decision.filters.horizon_agreement", "true"),
    ("ml: {ml_compat_strict: yes, required: no}", "ml.ml_compat_strict", "true"),
    ("ml: {ml_compat_strict: yes, required: no}", "ml.require_models", "false"),
    ("ml: {horizons: [1, 5, 30], warmup_seconds: 600, model_source: legacy}", "ml.model_source", "legacy"),
  ])
  func `The Python system's keys of models and filters move over`(text: String, key: String, value: String) throws {
    let imported = try ReferenceImport.read(try loading.folder.write(text + "\n", to: "o.yaml"))
    #expect(try loading.load(imported.text).value(of: key) == value, "\(imported)")
  }

  @Test(arguments: ["loss_streak_trades: 0", "cooloff_minutes: 0"])
  func `An old filter of 0 sets no limit`(text: String) throws {
    let imported = try ReferenceImport.read(try loading.folder.write("decision: {filters: {\(text)}}\n", to: "o.yaml"))
    #expect(imported.taken.isEmpty && imported.left.count == 1 && imported.left[0].contains("sets no limit"), "\(imported)")
  }

  @Test func `An old filter that cannot be read is a fault`() throws {
    #expect(throws: SettingsError.self) {
      try ReferenceImport.read(try loading.folder.write("decision: {filters: {min_confidence: high}}\n", to: "o.yaml"))
    }
  }
}
