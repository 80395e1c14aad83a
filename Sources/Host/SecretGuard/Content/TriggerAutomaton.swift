/// Finds all trigger words at once (Aho and Corasick), and the long runs of base64 characters, in one pass.
struct TriggerAutomaton: Sendable {
  struct Hit {
    /// Behind the word's last byte.
    var end: Int
    var length: Int
    var trigger: Trigger
  }

  /// What a pass has seen, by place.
  struct Sight {
    var hits: [Hit] = []
    var runs: [Range<Int>] = []
  }

  static let shared = TriggerAutomaton(Trigger.words)
  /// Shorter runs are looked at only where a name asks for a value.
  static let runMinimum = 20

  /// A byte's column in `next`; the highest bit: it is a character of base64.
  private let column: [UInt8]
  /// 64 columns a state.
  private let next: [UInt16]
  /// The words that end in a state: where they begin in `ended`.
  private let endings: [Range<Int>]
  private let ended: [Int]
  private let words: [(word: String, trigger: Trigger)]

  init(_ words: [(word: String, trigger: Trigger)]) {
    self.words = words
    var column = [UInt8](repeating: 0, count: 256)
    var columns: UInt8 = 1
    for (word, _) in words {
      for byte in word.utf8 where column[Int(byte)] == 0 {
        column[Int(byte)] = columns
        if Byte.isLetter(byte) { column[Int(byte & ~0x20)] = columns }
        columns += 1
      }
    }
    precondition(columns <= 64, "the trigger words have more different characters than a state has columns")
    var goto: [[Int]] = [[Int](repeating: 0, count: 64)]
    var own: [[Int]] = [[]]
    for (index, entry) in words.enumerated() {
      var state = 0
      for byte in entry.word.utf8 {
        let place = Int(column[Int(byte)])
        if goto[state][place] == 0 {
          goto.append([Int](repeating: 0, count: 64))
          own.append([])
          goto[state][place] = goto.count - 1
        }
        state = goto[state][place]
      }
      own[state].append(index)
    }
    // Breadth first: a state's longest proper suffix is ready before the state is.
    var suffix = [Int](repeating: 0, count: goto.count)
    var queue = goto[0].filter { $0 != 0 }
    var head = 0
    while head < queue.count {
      let state = queue[head]
      head += 1
      own[state] += own[suffix[state]]
      for place in 0..<64 {
        let child = goto[state][place]
        if child == 0 {
          goto[state][place] = goto[suffix[state]][place]
        } else {
          suffix[child] = goto[suffix[state]][place]
          queue.append(child)
        }
      }
    }
    next = goto.flatMap { $0.map(UInt16.init) }
    var ended: [Int] = []
    var endings: [Range<Int>] = []
    for list in own {
      endings.append(ended.count..<(ended.count + list.count))
      ended += list
    }
    (self.ended, self.endings) = (ended, endings)
    for byte in UInt8.min...UInt8.max where Byte.isBase64(byte) { column[Int(byte)] |= 0x80 }
    self.column = column
  }

  func look(at bytes: [UInt8]) -> Sight {
    var sight = Sight()
    let hasEnding = endings.map { !$0.isEmpty }
    // Unsafe: the one loop that sees every byte; the tables are complete, so every index is inside by construction.
    bytes.withUnsafeBufferPointer { bytes in
      column.withUnsafeBufferPointer { column in
        next.withUnsafeBufferPointer { next in
          hasEnding.withUnsafeBufferPointer { hasEnding in
            var (state, run) = (0, 0)
            for index in 0..<bytes.count {
              let place = column[Int(bytes[index])]
              state = Int(next[state &* 64 &+ Int(place & 0x7F)])
              if hasEnding[state] { note(state, index + 1, &sight) }
              if place & 0x80 != 0 {
                run &+= 1
              } else {
                if run >= Self.runMinimum { sight.runs.append((index - run)..<index) }
                run = 0
              }
            }
            if run >= Self.runMinimum { sight.runs.append((bytes.count - run)..<bytes.count) }
          }
        }
      }
    }
    return sight
  }

  private func note(_ state: Int, _ end: Int, _ sight: inout Sight) {
    for index in endings[state] {
      let entry = words[ended[index]]
      sight.hits.append(Hit(end: end, length: entry.word.utf8.count, trigger: entry.trigger))
    }
  }
}
