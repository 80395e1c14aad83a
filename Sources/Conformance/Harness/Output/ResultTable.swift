import Plugins

/// Results for people: one line a case, and the sum.
public struct ResultTable: Sendable {
  private let usesColour: Bool

  public init(usesColour: Bool) { self.usesColour = usesColour }

  /// All cases, as `--list` shows them.
  public static var catalogue: String {
    Catalogue.cases.map { test in
      let kind = test.kind == .both ? "" : " (\(test.kind.rawValue))"
      return "\(padded(test.id, width))  \(padded("\(test.strictness)", 2))  \(test.proves)\(kind)"
    }.joined(separator: "\n")
  }

  public func head(_ file: PluginFile, _ options: Options) -> String {
    let lent = options.files.map { "\($0.isRuntime ? "runtime" : "model")  \($0.path)  sha256 \($0.digest)\n" }.joined()
    return "\(file.path)\nsha256 \(file.digest)  strictness \(options.strictness)  seed \(options.seed)\n\(lent)"
  }

  public func row(_ result: CaseResult) -> String {
    let word = Self.padded(result.outcome.rawValue.uppercased(), 7)
    let seconds = Self.padded(left: fixed(result.seconds, 2), 6)
    let proves = Catalogue.find(result.id)?.proves ?? ""
    let isBad = result.outcome.isFailure || result.outcome == .warn
    let text =
      isBad
      ? "\(printable(result.detail))  [\(proves)]" : result.outcome == .skip ? printable(result.detail) : "\(proves): \(printable(result.detail))"
    return "\(coloured(word, result.outcome)) \(Self.padded(result.id, Self.width)) \(seconds) s  \(text)"
  }

  /// Ends with the sum; before it, how to see a failure of a seeded case again.
  public func tail(_ verdict: Verdict) -> String {
    var lines: [String] = [""]
    for result in verdict.results where result.outcome.isFailure || result.outcome == .warn {
      guard Catalogue.find(result.id)?.isSeeded == true else { continue }
      let parameters = verdict.options.parameters.sorted { $0.key < $1.key }.map { " --param '\($0.key)=\($0.value)'" }.joined()
      lines.append(
        "reproduce: quantumedge-conformance '\(verdict.options.manifest ?? verdict.file.path)' --only \(result.id) --seed \(verdict.options.seed) --strictness \(verdict.options.strictness)\(parameters)"
      )
    }
    return (lines + [verdict.summary]).joined(separator: "\n")
  }

  private static let width = 28

  private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
  private static func padded(left text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

  private func coloured(_ text: String, _ outcome: Outcome) -> String {
    guard usesColour else { return text }
    let code =
      switch outcome {
      case .pass: "32"
      case .fail, .crash, .timeout: "31"
      case .warn: "33"
      case .skip: "2"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

/// A number with this many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
  let scale = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
  let raw = Int((value * scale).rounded())
  guard decimals > 0 else { return "\(raw)" }
  let fraction = "\(raw % Int(scale))"
  return "\(raw / Int(scale)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
}

/// What a plugin wrote must not steer the reader's terminal.
func printable(_ text: String) -> String {
  String(text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : Character($0) })
}
