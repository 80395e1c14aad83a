import Conformance
import Cryptography
import Foundation
import Kernel
import Plugins
import TestKit
import Testing

/// The harness tries an adapter with the model that a manifest names.
@Suite struct ModelManifestTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let tree = "Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\n\n"
  private static let lightGBMText =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=17\nobjective=binary sigmoid:1\ntree_sizes=\(tree.utf8.count)\n\n"
    + tree + "end of trees\n"

  private func place(_ source: String, _ name: String) throws -> [String: String] {
    try FileManager.default.copyItem(atPath: source, toPath: folder.path(name))
    return ["path": name, "sha256": SHA256Hasher.digest(of: try Files.read(folder.path(name), limit: 1 << 28)).hex]
  }

  /// A manifest with its files beside it; its path.
  private func manifest(
    _ adapter: String?, model: String, runtime: String? = nil, parameters: [String: Any] = [:], _ change: (inout [String: Any]) -> Void = { _ in }
  ) throws -> String {
    try folder.write(model, to: "model.source")
    var files: [String: Any] = ["model": try place(folder.path("model.source"), "model.txt")]
    if let adapter { files["adapter"] = try place(Workplace.plugin(adapter).path, "adapter.so") }
    if let runtime { files["runtime"] = [try place(runtime, "runtime.so")] }
    var object: [String: Any] = [
      "manifest_version": "model.v1", "symbol": "BTCUSDT", "horizon": 5, "features_version": "feat.v1", "parameters": parameters, "files": files,
    ]
    change(&object)
    try JSONSerialization.data(withJSONObject: object).write(to: folder.url.appendingPathComponent("manifest.json"))
    return folder.path("manifest.json")
  }

  private func verdict(_ path: String, only: [String] = []) throws -> Verdict {
    var options = Options()
    options.adopt(try Subject.read(path))
    (options.strictness, options.isQuick, options.only) = (10, true, only)
    return try Runner(
      Subject.read(path).file, options, executable: Workplace.buildFolder.appendingPathComponent("quantumedge-conformance").path
    ).run()
  }

  private func failures(_ verdict: Verdict) -> [String] {
    verdict.results.filter { $0.outcome.isFailure || $0.outcome == .warn }.map { "\($0.id): \($0.detail)" }
  }

  @Test func `A compiled model passes every case, those of the pure hot path too`() throws {
    let path = try manifest("CompiledModel", model: "compiled", runtime: Compiled.library("compiled_scores", in: folder))
    let verdict = try verdict(path)
    // Those two take times, which a machine that is busy with other tests cannot give.
    #expect(failures(verdict).filter { !$0.hasPrefix("latency") && !$0.hasPrefix("denormals") } == [])
    for id in ["no-allocations", "no-system-calls", "no-threads", "leaks", "batch-equals-single", "no-undeclared-dependencies"] {
      #expect(verdict.results.first { $0.id == id }?.outcome == .pass, "\(id)")
    }
  }

  @Test func `What a declared runtime waives is skipped by name, and nothing else is`() throws {
    let path = try manifest("LightGBMModel", model: Self.lightGBMText, runtime: Compiled.library("fake_lightgbm", in: folder))
    let verdict = try verdict(path)
    #expect(failures(verdict) == [])
    let waived = verdict.results.filter { $0.outcome == .skip && $0.detail == "native_runtime" }.map(\.id)
    #expect(Set(waived) == ["no-allocations", "no-system-calls", "no-clock", "latency", "no-threads", "leaks"])
    #expect(verdict.results.first { $0.id == "million-events" }?.outcome == .pass)
  }

  @Test func `A compiled model that allocates is not waived`() throws {
    let source = """
      #include <stdlib.h>
      void score(double *x, double *out) { void *volatile p = malloc(64); free(p); out[0] = 0.25; out[1] = 0.75; (void)x; }
      """
    let library = try Compiled.library(text: source, "allocates", in: folder)
    let verdict = try verdict(try manifest("CompiledModel", model: "x", runtime: library), only: ["no-allocations"])
    #expect(failures(verdict).count == 1 && failures(verdict)[0].hasPrefix("no-allocations: "), "\(failures(verdict))")
  }

  @Test func `An adapter without its model is skipped with the word that says what it needs`() throws {
    let verdict = try verdict(Workplace.plugin("ONNXModel").path, only: ["runs", "latency", "parameter-fuzz"])
    #expect(failures(verdict) == [])
    let skipped = verdict.results.filter { $0.outcome == .skip }
    #expect(Set(skipped.map(\.id)).isSuperset(of: ["create-destroy", "lifecycle", "runs", "latency", "parameter-fuzz"]))
    #expect(skipped.allSatisfy { $0.detail.hasPrefix("this adapter needs a model: give its manifest") })
  }

  @Test func `A refusal of the adapter with its model is a failure and names the reason`() throws {
    let verdict = try verdict(
      try manifest("CompiledModel", model: "x", runtime: Compiled.library("compiled_scores", in: folder), parameters: ["function": "none"]),
      only: ["create-destroy"])
    #expect(failures(verdict).first?.contains("exports no function 'none'") == true, "\(failures(verdict))")
  }

  @Test func `Manifests that do not hold are refused by name`() throws {
    let library = try Compiled.library("compiled_scores", in: folder)
    func message(_ change: (inout [String: Any]) -> Void) throws -> String {
      for name in ["model.txt", "adapter.so", "runtime.so"] { try? FileManager.default.removeItem(atPath: folder.path(name)) }
      let path = try manifest("CompiledModel", model: "x", runtime: library, change)
      do { _ = try Subject.read(path) } catch { return "\(error)" }
      return "nothing was thrown"
    }
    func edit(_ object: inout [String: Any], _ file: String, _ value: Any?) {
      var files = object["files"] as? [String: Any] ?? [:]
      files[file] = value
      object["files"] = files
    }
    let zeros = String(repeating: "0", count: 64)
    #expect(try message { edit(&$0, "adapter", nil) }.hasPrefix("adapter_missing: "))
    #expect(try message { edit(&$0, "model", nil) }.hasPrefix("manifest_invalid:files.model is missing: "))
    #expect(try message { $0["horizon"] = "five" }.hasPrefix("manifest_invalid:horizon has the wrong type: "))
    #expect(try message { edit(&$0, "model", ["path": "model.txt", "sha256": zeros]) }.hasPrefix("sha_mismatch: "))
    #expect(try message { edit(&$0, "model", ["path": "none.txt", "sha256": zeros]) }.hasPrefix("model_missing: "))
    #expect(try message { edit(&$0, "runtime", [["path": "none.so", "sha256": zeros]]) }.hasPrefix("file_missing: "))
    #expect(try message { edit(&$0, "adapter", ["path": "adapter.so", "sha256": zeros]) }.hasPrefix("sha_mismatch: "))
    #expect(try message { edit(&$0, "model", ["path": "../model.txt", "sha256": zeros]) }.hasPrefix("manifest_invalid:files.model.path: "))
    #expect(try message { edit(&$0, "model", ["path": "model.txt", "sha256": "ABC"]) }.hasPrefix("manifest_invalid:files.model.sha256: "))
    #expect(throws: (any Error).self) { try Subject.read(folder.path("nowhere.json")) }
  }

  @Test func `libffi is mapped by the host, and a runtime that needs what the host does not have is refused`() throws {
    let adapter = try PluginFile.read(Workplace.plugin("CompiledModel").path)
    #expect(adapter.neededLibraries.contains { $0.hasPrefix("libffi.so.") } && adapter.missingLibraries.isEmpty)
    let hungry = try Compiled.library("compiled_scores", ["-Wl,--no-as-needed", "-lanl"], in: folder)
    do {
      _ = try RuntimeFile(hungry)
      Issue.record("it was lent")
    } catch let error as PluginError { #expect(error.code == .dependencyNotAllowed("libanl.so.1")) }
    let verdict = try verdict(try manifest("CompiledModel", model: "x", runtime: hungry), only: ["create-destroy"])
    #expect(failures(verdict).contains { $0.contains("dependency_not_allowed:libanl.so.1") }, "\(failures(verdict))")
  }
}
