import Engine
import Market
import Risk

/// The first refusal of each code in words, with what was found, what was allowed and how much was left: what somebody
/// asks who sees the counts.
public struct FirstRefusals: Sendable {
  public struct Entry: Sendable {
    public var code: RefusalCode
    public var text: String
  }

  public private(set) var entries: [Entry] = []
  private var isKnown = [Bool](repeating: false, count: 256)

  public init() {}

  /// The words, if this is the first of its code; a code's later ones cost a look and no text.
  public mutating func add(_ record: RefusalRecord, spec: InstrumentSpec) -> String? {
    let code = record.refusal.code
    if isKnown[Int(code.rawValue)] { return nil }
    isKnown[Int(code.rawValue)] = true
    let text = record.refusal.text(for: spec)
    entries.append(Entry(code: code, text: text))
    return text
  }
}
