import Glibc
import Kernel
import PluginABI

extension Catalogue {
  /// Long runs and many lives.
  static let enduranceCases: [Case] = [
    Case("million-events", "memory stays flat over a million events", strictness: 2, after: ["no-allocations"], seconds: 120, isSeeded: true) {
      trial in
      let instance = try trial.active()
      var player = try trial.player(instance)
      // First the host's own tables and the plugin's grow to their size.
      let events = trial.size(1_000_000, quick: 20_000)
      try player.play(events / 10)
      let before = try residentBytes()
      try player.play(events - events / 10)
      let growth = try residentBytes() - before
      try instance.end()
      guard growth < 4 << 20 else { throw Finding.fails("grew by \(growth >> 10) KiB in \(events) events") }
      return "\(events) events, \(max(0, growth) >> 10) KiB more"
    },
    Case(
      "leaks", "a thousand lives leave no memory and no descriptor behind", strictness: 3, after: ["deterministic", "no-threads"], seconds: 60,
      isSeeded: true, setup: .init(isWaivedForNativeRuntime: true)
    ) {
      trial in
      let rounds = trial.size(1000, quick: 200)
      func live(_ count: Int) throws { for _ in 0..<count { _ = try trial.answers(5) } }
      try live(20)
      let descriptors = try Files.names(in: "/proc/self/fd").count
      // The least of two stretches: the C library's own tables grow once, a leak in both.
      var growth = Int.max
      for _ in 0..<2 {
        let bytes = AllocationCount.heapBytes()
        try live(rounds)
        growth = min(growth, AllocationCount.heapBytes() - bytes)
        if growth < 64 * rounds { break }
      }
      let more = try Files.names(in: "/proc/self/fd").count - descriptors
      guard more <= 0 else { throw Finding.fails("\(more) descriptors are left after \(rounds) lives") }
      guard growth < 64 * rounds else { throw Finding.fails("\(growth) bytes are left after \(rounds) lives") }
      return "\(rounds) lives"
    },
  ]

  private static func residentBytes() throws -> Int {
    // A file of /proc has no size to bound by.
    guard let file = fopen("/proc/self/statm", "re") else { throw Finding.skips("/proc/self/statm cannot be read") }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { throw Finding.skips("/proc/self/statm is empty") }
    let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    guard words.count > 1, let pages = Int(words[1]) else { throw Finding.skips("/proc/self/statm is not as expected") }
    return pages * 4096
  }
}
