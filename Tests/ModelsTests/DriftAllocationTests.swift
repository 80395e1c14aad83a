import Engine
import Foundation
import Models
import PluginABI
import TestKit
import Testing

/// Runs itself once more with the allocation counter loaded: nothing in this process can count for it.
@Suite struct DriftAllocationTests {
  private static let askedToCount = ProcessInfo.processInfo.environment["QE_DRIFT_COUNTS"] != nil
  private static let isSanitized = ProcessInfo.processInfo.environment["QE_SANITIZE"] != nil

  @Test(.enabled(if: !askedToCount && !isSanitized, "a sanitizer counts for itself"))
  func `A closed second allocates nothing, not even when windows are full and rows come and go`() throws {
    let counter = Workplace.plugin("AllocationCounter")
    try #require(FileManager.default.fileExists(atPath: counter.path), "\(counter.path)")
    let folder = try TemporaryFolder()
    let child = Process()
    child.executableURL = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    child.arguments = ["--testing-library", "swift-testing", "--filter", "DriftAllocationTests"]
    child.environment = ["LD_PRELOAD": counter.path, "QE_DRIFT_COUNTS": folder.path("counts"), "PATH": "/usr/bin:/bin"]
    child.standardOutput = FileHandle.nullDevice
    child.standardError = FileHandle.nullDevice
    try child.run()
    child.waitUntilExit()
    try #require(child.terminationStatus == 0)
    let counts = try String(contentsOfFile: folder.path("counts"), encoding: .utf8).split(separator: " ").compactMap { Int($0) }
    try #require(counts.count == 11)
    #expect(counts[0] > 0, "what is known to allocate is counted")
    // The runner's other threads may allocate meanwhile, and do not do so every time.
    #expect(counts.dropFirst().min() == 0, "per 2000 closed seconds: \(counts.dropFirst())")
  }

  @Test(.enabled(if: askedToCount, "counts in a process of its own")) func `the child that counts`() throws {
    let path = try #require(ProcessInfo.processInfo.environment["QE_DRIFT_COUNTS"])
    // Unsafe: the counter's own function, of the type that its source gives it.
    let symbol = try #require(dlsym(nil, "qe_allocation_count"))
    let count = unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)
    var chance = Chance(seed: 7)
    let columns = (0..<29).map { "c\($0)" }
    let spread = DriftBaseline.Spread.deciles((0..<1000).map { _ in chance.normal() })
    let baseline = DriftBaseline(features: Dictionary(uniqueKeysWithValues: columns.map { ($0, spread) }), scores: spread)
    let feed = DriftFeed([ModelMonitor.Place(columns: columns, horizonSeconds: 30, baseline: baseline)])
    let rows = (0..<50).map { _ in columns.map { _ in chance.chance(5) ? Double.nan : chance.normal() } }
    func run(_ seconds: Int) {
      for bar in 0..<seconds { feed.close(rows[bar % 50], pUp: bar % 7 == 0 ? .nan : Double(bar % 101) / 100, price: Double(bar % 13)) }
    }
    var before = count()
    _ = feed.figures()
    var counts = [count() - before]
    run(3000)
    for _ in 0..<10 {
      before = count()
      run(2000)
      counts.append(count() - before)
    }
    try counts.map(String.init).joined(separator: " ").write(toFile: path, atomically: true, encoding: .utf8)
  }
}
