import Foundation
import TestKit
import Testing

/// LightGBMModel, with a stand-in for the runtime that fails on request, and with the real one where it can be had.
@Suite struct LightGBMTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ fault: String = "none", objective: String = "binary sigmoid:1") -> [UInt8] {
    Array("tree\nversion=v4\nnum_class=1\nobjective=\(objective)\nfault=\(fault)\n\nTree=0\nobjective=binary\n".utf8)
  }

  @Test(arguments: [
    ("load", "LightGBM: the model's text failed: Model format error, expect a tree here"), ("no model", "gave none"), ("no trees", "has no trees"),
    ("three classes", "has 3 classes, one probability is wanted"), ("count", "counting features failed: no features known"),
    ("no features", "has no features"), ("prepare", "preparing a row failed"), ("no row", "prepared a row and gave none"),
  ]) func `What the library does not do at create is refused with its words, and nothing is left`(fault: String, reason: String) throws {
    let runtime = try Compiled.runtime("fake_lightgbm", in: folder)
    let words = try Adapter.refusal("LightGBMModel", model: text(fault), runtime: runtime)
    #expect(words.contains(reason), "\(words)")
    #expect(runtime.live == 0)
  }

  @Test func `It predicts, refuses rows of another length, and lets go of all when it ends`() throws {
    let runtime = try Compiled.runtime("fake_lightgbm", in: folder)
    do {
      let adapter = try Adapter("LightGBMModel", model: text(), runtime: runtime)
      #expect(adapter.predict([Double](repeating: 0.25, count: 18)) == .init(up: 0.5 + 4.5 / 16, down: 0.5 - 4.5 / 16, edge: 4.5 / 16))
      #expect(adapter.predict([1]) == nil && adapter.predict([]) == nil)
      adapter.reset()
      #expect(adapter.predict([Double](repeating: 0, count: 18))?.up == 0.5 && runtime.live == 2)
    }
    #expect(runtime.live == 0)
    for fault in ["predict", "two numbers", "beyond"] {
      #expect(try Adapter("LightGBMModel", model: text(fault), runtime: runtime).predict([Double](repeating: 0, count: 18)) == nil, "\(fault)")
    }
    #expect(runtime.live == 0)
  }

  @Test func `Absent runtimes, other libraries, other files and other objectives are refused by name`() throws {
    let runtime = try Compiled.runtime("fake_lightgbm", in: folder)
    let old = try Compiled.runtime("fake_lightgbm", ["-DWITHOUT_PREDICT"], in: folder)
    #expect(try Adapter.refusal("LightGBMModel", model: text()).contains("no runtime library was lent: name lib_lightgbm.so of LightGBM 4"))
    #expect(try Adapter.refusal("LightGBMModel", runtime: runtime).contains("no model was lent"))
    let words = try Adapter.refusal("LightGBMModel", model: text(), runtime: old)
    #expect(words.contains("exports no LGBM_BoosterPredictForMatSingleRowFast") && words.contains("another library, or too old"), "\(words)")
    for (model, reason) in [
      (Array("{}".utf8), "no LightGBM text model"), (text() + [0], "no LightGBM text model"),
      (text(objective: "regression"), "objective is regression"),
      (text(objective: ""), "objective is none"), (Array("tree\nTree=0\nobjective=binary\n".utf8), "objective is none"),
    ] {
      let words = try Adapter.refusal("LightGBMModel", model: model, runtime: runtime)
      #expect(words.contains(reason), "\(words)")
    }
  }

  @Test(.enabled(if: Wheels.lightGBM != nil, "\(Wheels.areAbsent)"))
  func `The real library answers as it does in Python, missing values too`() throws {
    let (expected, runtime) = (try Expected(), try RuntimeFile(try #require(Wheels.lightGBM)))
    let adapter = try Adapter("LightGBMModel", model: try Expected.model("lightgbm.txt"), runtime: runtime)
    for (rows, wanted) in [(expected.rows, expected["lightgbm.txt"]), (expected.missing, expected["lightgbm.txt missing"])] {
      #expect(rows.count == 24 && wanted.count == 24 && Set(wanted).count > 10)
      for (row, up) in zip(rows, wanted) { #expect((try #require(adapter.predict(row)).up - up).magnitude < 1e-6) }
    }
    #expect(expected.missing.joined().contains { $0.isNaN })
    let words = try Adapter.refusal("LightGBMModel", model: try Expected.model("lightgbm_regression.txt"), runtime: runtime)
    #expect(words.contains("objective is regression"), "\(words)")
    let cut = Array(try Expected.model("lightgbm.txt").prefix(700))
    #expect(try Adapter.refusal("LightGBMModel", model: cut, runtime: runtime).contains("LightGBM"))
  }
}
