/// When each code refused: counts in slots of equal width, as many slots as a narrow chart can show.
///
/// The slots begin as seconds. When time runs past the last one, neighbours are merged and each slot from then on covers twice
/// as long, so that no refusal is ever lost.
struct RefusalTimes {
  static let slotCount = 128

  private(set) var startMilliseconds: Int64 = 0
  private(set) var slotMilliseconds: Int64 = 1000
  private var isBegun = false
  /// By code. A code's slots are made with its first refusal: most codes never refuse.
  private var slots: [[Int]]

  init(codeCount: Int) { slots = Array(repeating: [], count: codeCount) }

  mutating func add(_ code: Int, _ timeMilliseconds: Int64) {
    if !isBegun {
      isBegun = true
      startMilliseconds = timeMilliseconds
    }
    // What an exchange's clock dates before the first one is counted with it.
    let offset = max(0, timeMilliseconds - startMilliseconds)
    while offset >= slotMilliseconds * Int64(Self.slotCount) { halve() }
    if slots[code].isEmpty { slots[code] = Array(repeating: 0, count: Self.slotCount) }
    slots[code][Int(offset / slotMilliseconds)] += 1
  }

  /// Of one code, in the order of time; empty: it never refused.
  func counts(_ code: Int) -> [Int] { slots[code] }

  private mutating func halve() {
    for code in slots.indices where !slots[code].isEmpty {
      for slot in 0..<Self.slotCount / 2 { slots[code][slot] = slots[code][2 * slot] + slots[code][2 * slot + 1] }
      for slot in Self.slotCount / 2..<Self.slotCount { slots[code][slot] = 0 }
    }
    slotMilliseconds *= 2
  }
}
