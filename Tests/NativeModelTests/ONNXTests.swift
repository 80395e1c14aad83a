import Foundation
import TestKit
import Testing

/// ONNXModel, with a stand-in for the runtime that fails on request, and with the real one where it can be had.
@Suite struct ONNXTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let zeros = [Double](repeating: 0, count: 18)

  @Test(arguments: [
    ("load", "ONNX Runtime: loading the model failed: Protobuf parsing failed for this model"), ("no session", "loading the model gave nothing"),
    ("two inputs", "has 2 inputs"), ("inputs", "has 1000 inputs"), ("sequence input", "no tensor of reals of shape [1, features]"),
    ("whole input", "no tensor of reals"), ("flat", "no tensor of reals of shape"), ("deep", "has 12 dimensions"),
    ("any columns", "with a fixed number of features"), ("two outputs", "several outputs are tensors of reals (first, second)"),
    ("maps", "output first is a sequence of maps: export the model without ZipMap"), ("whole answer", "no output is a tensor of reals"),
  ]) func `A model that does not fit is refused in one line, and nothing is left`(fault: String, reason: String) throws {
    let runtime = try Compiled.runtime("fake_onnxruntime", in: folder)
    let words = try Adapter.refusal("ONNXModel", model: Array(fault.utf8), runtime: runtime)
    #expect(words.contains(reason), "\(words)")
    #expect(runtime.live == 0, "\(fault)")
  }

  @Test func `It predicts by one number or two, past a label, and lets go of all when it ends`() throws {
    let runtime = try Compiled.runtime("fake_onnxruntime", in: folder)
    for word in ["two numbers", "one number", "label"] {
      let adapter = try Adapter("ONNXModel", model: Array(word.utf8), runtime: runtime)
      let live = runtime.live
      for round in 0..<50 {
        if round == 25 { adapter.reset() }
        let value = Double(round - 25) / 64
        #expect(adapter.predict([Double](repeating: value, count: 18))?.up == 0.5 + 18 * value / 16, "\(word)")
      }
      #expect(runtime.live == live, "a prediction leaves nothing")
      #expect(adapter.predict([1, 2]) == nil)
    }
    #expect(runtime.live == 0)
    let named = try Adapter("ONNXModel", model: Array("label".utf8), runtime: runtime, parameters: ["output": "second"])
    #expect(named.predict(Self.zeros)?.up == 0.5)
    let words = try Adapter.refusal("ONNXModel", model: Array("label".utf8), runtime: runtime, parameters: ["output": "third"])
    #expect(words.contains("no output 'third'; it has first, second"), "\(words)")
  }

  @Test(arguments: ["run", "no answer", "three numbers", "other type", "no numbers", "not one"])
  func `An answer that is none is an error and not a prediction`(fault: String) throws {
    let runtime = try Compiled.runtime("fake_onnxruntime", in: folder)
    do { #expect(try Adapter("ONNXModel", model: Array(fault.utf8), runtime: runtime).predict(Self.zeros) == nil) }
    #expect(runtime.live == 0)
  }

  @Test func `Absent runtimes, other libraries and other versions are refused by name`() throws {
    let model = Array("two numbers".utf8)
    #expect(try Adapter.refusal("ONNXModel", model: model).contains("no runtime library was lent: name libonnxruntime.so.1 of ONNX Runtime"))
    #expect(try Adapter.refusal("ONNXModel", runtime: try Compiled.runtime("fake_onnxruntime", in: folder)).contains("no model was lent"))
    for (option, reason) in [
      ("-DWITHOUT_BASE", "exports no OrtGetApiBase"), ("-DVERSION=\"2.0.0\"", "is ONNX Runtime '2.0.0', 1.x is wanted"),
      ("-DWITHOUT_TABLE", "has no API of version 1 any more"),
    ] {
      let words = try Adapter.refusal("ONNXModel", model: model, runtime: try Compiled.runtime("fake_onnxruntime", [option], in: folder))
      #expect(words.contains(reason), "\(words)")
    }
  }

  @Test(.enabled(if: Wheels.onnxRuntime != nil, "\(Wheels.areAbsent)"))
  func `The real library answers as it does in Python`() throws {
    let (expected, runtime) = (try Expected(), try RuntimeFile(try #require(Wheels.onnxRuntime)))
    for (name, output, key) in [
      ("trees.onnx", "", "trees.onnx"), ("logistic.onnx", "", "logistic.onnx"), ("two_outputs.onnx", "p", "two_outputs.onnx p"),
    ] {
      let adapter = try Adapter("ONNXModel", model: try Expected.model(name), runtime: runtime, parameters: ["output": output])
      let wanted = expected[key]
      #expect(wanted.count == 24 && Set(wanted).count > 10)
      for (row, up) in zip(expected.rows, wanted) { #expect((try #require(adapter.predict(row), "\(name)").up - up).magnitude < 1e-6, "\(name)") }
    }
    for (name, output, reason) in [
      ("zipmap.onnx", "", "is a sequence of maps: export the model without ZipMap"), ("two_outputs.onnx", "", "several outputs are tensors of reals"),
      ("lightgbm.txt", "", "loading the model failed"),
    ] {
      let words = try Adapter.refusal("ONNXModel", model: try Expected.model(name), runtime: runtime, parameters: ["output": output])
      #expect(words.contains(reason), "\(words)")
    }
    let three = try Adapter("ONNXModel", model: try Expected.model("two_outputs.onnx"), runtime: runtime, parameters: ["output": "three"])
    #expect(three.predict(expected.rows[0]) == nil)
  }
}
