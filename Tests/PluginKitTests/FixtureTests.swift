import Foundation
import PluginABI
import Testing

@Suite struct FixtureTests {
  static func churn(_ mode: String, every: Double = 1, tickSize: Int64 = 1) throws -> PluginInstance {
    try PluginInstance(try PluginLibrary("Churn"), ["every": every], texts: ["mode": mode], tickSize: tickSize)
  }

  @Test func `trade mode buys and sells in turn every so many trades`() throws {
    let instance = try FixtureTests.churn("trade", every: 3)
    let wishes = try (0..<12).map { _ in try instance.run(5_000_000) }
    #expect(wishes.map(\.count) == [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0])
    #expect(wishes.joined().map(\.side) == [QE_SIDE_BUY, QE_SIDE_SELL, QE_SIDE_BUY, QE_SIDE_SELL])
    #expect(Set(wishes.joined().map(\.tag)).count == 4)
  }

  @Test func `limit_cancel mode places a limit below the price and cancels it on the next trade`() throws {
    let instance = try FixtureTests.churn("limit_cancel", every: 2, tickSize: 10)
    let wishes = try (0..<4).flatMap { _ in try instance.run(5_000_007) }
    #expect(wishes.map(\.kind) == [QE_INTENT_SUBMIT, QE_INTENT_CANCEL, QE_INTENT_SUBMIT, QE_INTENT_CANCEL])
    #expect(wishes[0].price == 4_975_000 && wishes[0].side == QE_SIDE_BUY && wishes[1].target_tag == wishes[0].tag)
    #expect(instance.context.position == 0 && instance.resting.isEmpty)
  }

  @Test(arguments: [1, 10] as [Int64])
  func `refused mode sends what no host may accept`(_ tickSize: Int64) throws {
    let instance = try FixtureTests.churn("refused", tickSize: tickSize)
    for _ in 0..<5 {
      let wish = try #require(try instance.trade(5_000_007).first)
      #expect(wish.type == QE_TYPE_LIMIT && (wish.price == 0 || wish.price % tickSize != 0))
      _ = try instance.update(wish.tag, QE_ORDER_REFUSED)
    }
  }

  @Test func `the workload enters with a bracket on every tenth trade, leaves on the next, and takes back what did not fill`() throws {
    let instance = try PluginInstance(try PluginLibrary("Workload"), market: "usdm", tickSize: 10)
    #expect(try instance.quote(5_000_000, 5_000_010).isEmpty)
    var wishes: [(trade: Int, intent: qe_intent)] = []
    for trade in 0..<120 {
      for intent in try instance.trade(5_000_000) {
        wishes.append((trade, intent))
        switch intent.kind {
        case QE_INTENT_SUBMIT where intent.flags == 0: #expect(try instance.fill(intent, at: 5_000_000).isEmpty)
        case QE_INTENT_SUBMIT: #expect(try instance.update(intent.tag, QE_ORDER_WORKING).isEmpty)
        case QE_INTENT_CANCEL:
          #expect(try instance.update(intent.target_tag, QE_ORDER_CANCELLED).isEmpty)
          #expect(try instance.update(intent.tag, QE_ORDER_DONE).isEmpty)
        default: #expect(try instance.fill(intent, at: 5_000_000).isEmpty)
        }
      }
    }
    #expect(wishes.map(\.trade) == Array(stride(from: 0, to: 120, by: 10)))
    let entries = wishes.map(\.intent).filter { $0.kind == QE_INTENT_SUBMIT }
    #expect(entries.map(\.side) == [1, 2, 1, 2, 1, 2] && entries.map(\.type) == [1, 2, 2, 1, 2, 2])
    #expect(entries.map(\.price) == [0, 5_000_000, 5_000_000, 0, 5_000_010, 5_000_010])
    for entry in entries {
      let below = min(entry.stop_price, entry.take_profit_price), above = max(entry.stop_price, entry.take_profit_price)
      #expect(below < 5_000_000 && above > 5_000_010 && above - below == 2000 && (entry.stop_price == below) == (entry.side == QE_SIDE_BUY))
    }
    #expect(wishes.map(\.intent.kind) == [1, 4, 1, 4, 1, 2, 1, 4, 1, 4, 1, 2] && instance.context.position == 0)
    // A bracket's leg fills meanwhile: the next wish is an entry again.
    let entry = try #require(try instance.trade(5_000_000).first)
    #expect(try instance.fill(entry, at: 5_000_000).isEmpty)
    instance.context.position = 0
    #expect(try instance.update(0, QE_ORDER_FILLED, filled: entry.quantity, price: 4_999_000).isEmpty)
    for _ in 0..<9 { #expect(try instance.trade(5_000_000).isEmpty) }
    #expect(try instance.trade(5_000_000).first?.kind == QE_INTENT_SUBMIT)
  }

  @Test func `a mode that it does not know is refused`() throws {
    #expect(throws: PluginInstance.Refused.self) { try FixtureTests.churn("chaos") }
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["QE_SANITIZE"] == nil, "a sanitizer counts for itself"))
  func `the allocation counter counts what a process allocates`() throws {
    let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let library = URL(fileURLWithPath: executable).deletingLastPathComponent().appendingPathComponent("libAllocationCounter.so").path
    try #require(FileManager.default.fileExists(atPath: library), "\(library)")
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("allocations-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    func count(_ lines: Int) throws -> [String: Int] {
      let shell = Process()
      // Not sh: dash ends by _exit, past all destructors. A name costs bash an allocation at least.
      shell.executableURL = URL(fileURLWithPath: "/bin/bash")
      shell.arguments = ["-c", "i=0; while [ $i -lt \(lines) ]; do eval \"name_$i=$i\"; i=$((i+1)); done"]
      shell.environment = ["LD_PRELOAD": library, "QE_ALLOCATION_COUNT_FILE": file.path]
      try shell.run()
      shell.waitUntilExit()
      try #require(shell.terminationStatus == 0)
      let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { $0.split(separator: " ") }
      return Dictionary(uniqueKeysWithValues: rows.map { (String($0[0]), Int($0[1])!) })
    }
    let few = try count(10)
    let many = try count(1000)
    #expect(Set(few.keys) == ["allocations", "malloc", "calloc", "realloc", "aligned", "free", "bytes"])
    #expect(few["allocations"]! > 0 && many["allocations"]! >= few["allocations"]! + 900)
    #expect(many["allocations"]! == many["malloc"]! + many["calloc"]! + many["realloc"]! + many["aligned"]!)
  }
}
