import Foundation
import TestKit
import Testing

/// CompiledModel calls what model compilers write, in every form that the signature language has.
@Suite struct CompiledModelTests {
  private let folder: TemporaryFolder
  private let scores: RuntimeFile

  init() throws {
    folder = try TemporaryFolder()
    scores = try Compiled.runtime("compiled_scores", in: folder)
  }

  struct Form: Sendable, CustomStringConvertible {
    var function: String
    var signature: String
    var answer: String
    var isNarrow = false
    var description: String { "\(function) \(signature) \(answer)" }
  }

  static let forms: [Form] = [
    Form(function: "score", signature: "void(f64*,f64*)", answer: "p_down,p_up"),
    Form(function: "score", signature: " void ( f64 [ 18 ] , f64[2] ) ", answer: "p_down,p_up"),
    Form(function: "margin", signature: "f64(f64*)", answer: "margin"),
    Form(function: "probability", signature: "f64(f64[18])", answer: "p_up"),
    Form(function: "eighteen", signature: "f64(f64 x 18)", answer: "p_up"),
    Form(function: "narrow", signature: "f32(f32*,u64)", answer: "p_up", isNarrow: true),
    Form(function: "predict", signature: "void(f32[18], i32=0, f64*)", answer: "p_up", isNarrow: true),
    Form(function: "predict", signature: "void(f32[18], i32=1, f64[1])", answer: "margin", isNarrow: true),
  ]

  private func margin(_ row: [Double], isNarrow: Bool = false) -> Double {
    row.enumerated().reduce(0) { $0 + (isNarrow ? Double(Float($1.element)) : $1.element) / Double(1 + $1.offset) }
  }

  @Test(arguments: forms) func `Each form gives the model's own answer, row after row`(_ form: Form) throws {
    let adapter = try Adapter(
      "CompiledModel", runtime: scores, parameters: ["function": form.function, "signature": form.signature, "answer": form.answer])
    var chance = Chance.seeded("compiled \(form)")
    for round in 0..<200 {
      if round == 100 { adapter.reset() }
      let row = (0..<18).map { _ in Double.random(in: -3...3, using: &chance) }
      let wanted = 1 / (1 + exp(-margin(row, isNarrow: form.isNarrow)))
      let found = try #require(adapter.predict(row))
      #expect((found.up - wanted).magnitude < (form.isNarrow ? 1e-6 : 1e-15), "\(form)")
      #expect((found.up + found.down - 1).magnitude < 1e-6 && (found.edge - (found.up - 0.5)).magnitude < 1e-12)
    }
    #expect(adapter.predict([1, 2, 3]) == nil || !form.signature.contains("18"), "another number of features than the signature's is no call")
  }

  @Test func `Features one by one, constants and the count come in the order that is written`() throws {
    let three = try Adapter("CompiledModel", runtime: scores, parameters: ["function": "three", "signature": "f64(f64,f64,f64)", "answer": "p_up"])
    #expect(try #require(three.predict([1, -2, 6])).up == 1 / (1 + exp(-(1.0 - 1.0 + 2.0))))
    let weighted = try Adapter(
      "CompiledModel", runtime: scores, parameters: ["function": "weighted", "signature": "f32(i64=-3,f32,f32 x 1,u32)", "answer": "p_up"])
    // -3 + 0.5 + 0.25 + 2 features
    #expect(try #require(weighted.predict([0.5, 0.5])).up == Double(Float(1 / (1 + exp(0.25)))))
    #expect(weighted.predict([0.5]) == nil && weighted.predict([0.5, 0.5, 0.5]) == nil)
  }

  @Test func `What are no probabilities is an error and not a prediction`() throws {
    for (function, signature, answer) in [
      ("beyond", "f64(f64*)", "p_up"), ("nothing", "f64(f64*)", "p_up"), ("nothing", "f64(f64*)", "margin"),
      ("half", "void(f64*,f64*)", "p_down,p_up"), ("silent", "void(f64*,f64*)", "p_up"),
    ] {
      let adapter = try Adapter("CompiledModel", runtime: scores, parameters: ["function": function, "signature": signature, "answer": answer])
      #expect(adapter.predict([Double](repeating: 1, count: 18)) == nil, "\(function)")
    }
    let margin = try Adapter("CompiledModel", runtime: scores, parameters: ["function": "margin", "signature": "f64(f64*)", "answer": "margin"])
    #expect(margin.predict([.nan] + [Double](repeating: 0, count: 17)) == nil)
    #expect(margin.predict([.infinity] + [Double](repeating: 0, count: 17))?.up == 1)
    #expect(margin.predict([Double](repeating: 0, count: 5000)) == nil, "more features than there is room for")
  }

  @Test(arguments: [
    ("", "no answer(arguments)"), ("f64", "no answer(arguments)"), ("f64(f64*", "no answer(arguments)"), ("f64(f64*))", "no answer(arguments)"),
    ("f64((f64*)", "no answer(arguments)"), ("int(f64*)", "'int' is none of"), ("(f64*)", "'' is none of"), ("f64()", "'' is no argument"),
    ("f64(f64*,)", "'' is no argument"), ("f64(double*)", "'double*' is no argument"), ("f64(f64**)", "'f64**' is no argument"),
    ("f64(f64[0])", "'f64[0]' is no argument"), ("f64(f64[4097])", "'f64[4097]' is no argument"), ("f64(f64[1e1])", "'f64[1e1]' is no argument"),
    ("f64(f64[+5])", "'f64[+5]' is no argument"), ("f64(f64 x 0)", "'f64 x 0' is no argument"), ("f64(f64 x 257)", "'f64 x 257' is no argument"),
    ("f64(f64 x 200,f64 x 200)", "more than 256 arguments"), ("f64(u64)", "takes no features"), ("f64(i32=1)", "takes no features"),
    ("f64(f64*,i32=2147483648)", "is no argument"), ("f64(f64*,u32=-1)", "is no argument"), ("f64(f64*,f64)", "not both"),
    ("f64(f32,f64)", "all f64 or all f32"), ("void(f64*)", "needs a second pointer"), ("f64(f64*,f64*)", "answers twice"),
    ("void(f64*,f64*,f64*)", "more than two pointers"), ("f64(f64*\u{7}", "ASCII"), ("f64(é)", "ASCII"),
    (String(repeating: " ", count: 2000), "at most"),
  ]) func `A signature that is none is refused with what is wrong in it`(text: String, reason: String) throws {
    let words = try Adapter.refusal("CompiledModel", runtime: scores, parameters: ["function": "probability", "signature": text, "answer": "p_up"])
    #expect(words.hasPrefix("signature") && words.contains(reason), "\(words)")
  }

  @Test func `No text is a crash: random signatures are read or refused`() throws {
    var chance = Chance.seeded("random signatures")
    let parts = [
      "f64", "f32", "void", "(", ")", "*", ",", "[", "]", "18", "x", " ", "u64", "i32", "=", "0", "-", "9999999999999999999999", "\u{0301}",
    ]
    var refused = 0
    for _ in 0..<300 {
      let text = (0..<Int.random(in: 0..<12, using: &chance)).map { _ in parts.randomElement(using: &chance)! }.joined()
      // It is never called: with such words a call would be a crash by rights.
      do { _ = try Adapter("CompiledModel", runtime: scores, parameters: ["function": "none such", "signature": text]) } catch is Refused {
        refused += 1
      }
    }
    #expect(refused == 300)
  }

  @Test func `A wrong name, a wrong meaning and an absent library are refused in one line each`() throws {
    #expect(try Adapter.refusal("CompiledModel").contains("no runtime library was lent: name the compiled model's library in files.runtime[]"))
    #expect(try Adapter.refusal("CompiledModel", runtime: scores, parameters: ["function": "scores"]).contains("exports no function 'scores'"))
    #expect(try Adapter.refusal("CompiledModel", runtime: scores, parameters: ["function": ""]).contains("exports no function ''"))
    #expect(try Adapter.refusal("CompiledModel", runtime: scores, parameters: ["answer": "up"]).contains("answer 'up' is none of"))
    for signature in ["f64(f64*)", "void(f64*,f64[1])"] {
      let words = try Adapter.refusal("CompiledModel", runtime: scores, parameters: ["signature": signature, "answer": "p_down,p_up"])
      #expect(words.contains("2 numbers, the signature has room for 1"), "\(words)")
    }
  }
}
