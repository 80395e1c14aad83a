import Foundation
import TestKit
import Testing

/// LightGBMModel, with a stand-in for the runtime that fails on request, and with the real one where it can be had.
@Suite struct LightGBMTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A small whole model; `fault` is for the stand-in.
  private func text(_ fault: String = "none", _ changes: [(String, String)] = [], categories: String = "5") -> [UInt8] {
    let trees = [
      "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=0.5 -inf\ndecision_type=2 2\nleft_child=1 -1\nright_child=-2 -3\n"
        + "leaf_value=0.1 -0.2 1e-3\nleaf_count=1 2 3\nis_linear=0\nshrinkage=1\n\n\n",
      "Tree=1\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\n\n\n",
      "Tree=2\nnum_leaves=2\nnum_cat=1\nsplit_feature=17\nthreshold=0\ndecision_type=1\nleft_child=-1\nright_child=-2\nleaf_value=1 2\n"
        + "cat_boundaries=0 1\ncat_threshold=\(categories)\n\n\n",
    ]
    var model =
      "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=17\nobjective=binary sigmoid:1\nfault=\(fault)\n"
      + "tree_sizes=\(trees.map { "\($0.utf8.count)" }.joined(separator: " "))\n\n" + trees.joined() + "end of trees\n"
    for (old, new) in changes {
      #expect(model.contains(old))
      model = model.replacingOccurrences(of: old, with: new)
    }
    return Array(model.utf8)
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
      (text("none", [("objective=binary", "objective=regression")]), "objective is regression"),
      (text("none", [("objective=binary", "object=binary")]), "objective is none"),
      (Array("tree\nTree=0\nobjective=binary\n".utf8), "objective is none"),
    ] {
      let words = try Adapter.refusal("LightGBMModel", model: model, runtime: runtime)
      #expect(words.contains(reason), "\(words)")
    }
  }

  @Test(arguments: ["2147483648", "4294967295"]) func `Category 31 of a set is one like the others`(_ word: String) throws {
    let runtime = try Compiled.runtime("fake_lightgbm", in: folder)
    let adapter = try Adapter("LightGBMModel", model: text(categories: word), runtime: runtime)
    #expect(adapter.predict([Double](repeating: 0, count: 18))?.up == 0.5)
    for beyond in ["4294967296", "-1", "1.5", ""] {
      let words = try Adapter.refusal("LightGBMModel", model: text(categories: beyond), runtime: runtime)
      #expect(words.contains("cat_boundaries is not right"), "\(words)")
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
  }

  /// Each leads the real library into the end of the process, or out of its memory.
  @Test(arguments: [
    ("num_class=1", "num_class=3", "3 classes"), ("num_tree_per_iteration=1", "num_tree_per_iteration=9", "one probability is wanted"),
    ("version=v4", "num_class=1", "num_class twice"), ("max_feature_idx=17", "max_feature_idx=-1", "max_feature_idx"),
    ("max_feature_idx=17", "max_feature_idx=16", "split_feature"), ("tree_sizes=", "sizes=", "no tree_sizes"),
    ("tree_sizes=", "tree_sizes=x", "tree_sizes"),
    ("tree_sizes=", "tree_sizes=1", "ends inside tree 0"), ("end of trees", "the end", "does not end after its trees"),
    ("Tree=1", "Tree=7", "tree 1 of the model's text"), ("num_leaves=3", "num_leaves=9", "leaf_value"),
    ("num_leaves=3", "num_leaves=x", "num_leaves"),
    ("num_cat=1", "num_cat=2", "cat_boundaries"), ("threshold=0\n", "threshold=1\n", "threshold leads to no category"),
    ("left_child=1 -1", "left_child=0 -1", "left_child leads nowhere"), ("left_child=1 -1", "left_child=2 -1", "left_child leads nowhere"),
    ("right_child=-2 -3", "right_child=-2 -9", "right_child leads nowhere"), ("threshold=0.5 -inf", "threshold=0.5 none", "threshold is not right"),
    ("0.1 -0.2 1e-3", "0.1 -inf 1e-3", "leaf_value"), ("is_linear=0", "is_linear=1", "linear leaves"), ("shrinkage=1", "shrinkage=.", "shrinkage"),
    ("leaf_count=1 2 3", "leaf_count=1 2 .", "leaf_count"), ("num_cat=0\nsplit", "num_cat=0\n\nplit", "not as LightGBM writes them"),
  ]) func `A text that the library would believe too much is refused before it sees it`(old: String, new: String, reason: String) throws {
    let runtime = try Compiled.runtime("fake_lightgbm", in: folder)
    let words = try Adapter.refusal("LightGBMModel", model: text("none", [(old, new)]), runtime: runtime)
    #expect(words.contains(reason), "\(words)")
  }

  @Test(.enabled(if: Wheels.lightGBM != nil, "\(Wheels.areAbsent)"))
  func `A model's text that was cut or altered anywhere does not end the process`() throws {
    let runtime = try RuntimeFile(try #require(Wheels.lightGBM))
    let whole = try Expected.model("lightgbm.txt")
    let row = try Expected().rows[0]
    var chance = Chance.seeded("altered LightGBM texts")
    var refused = 0
    for round in 0..<400 {
      var bytes = whole
      if round % 4 == 0 { bytes.removeLast(Int.random(in: 1..<whole.count, using: &chance)) }
      for _ in 0..<Int.random(in: 1...3, using: &chance) {
        let place = Int.random(in: 0..<bytes.count, using: &chance)
        bytes[place] = chance.chance(50) ? UInt8.random(in: 1...255, using: &chance) : Array("0123456789-. \n=e".utf8).randomElement(using: &chance)!
      }
      do { _ = try Adapter("LightGBMModel", model: bytes, runtime: runtime).predict(row) } catch is Refused { refused += 1 }
    }
    #expect(refused > 100)
  }
}
