import Foundation
import Market
import TestKit
import Testing

@testable import Daemon

/// What a watchdog leaves; that it ends the process is seen from outside (HangTests).
@Suite struct WatchdogTests {
  private let folder: TemporaryFolder
  private let suspects = [
    Suspect(digest: String(repeating: "a", count: 64), name: "A", instance: "A@BTCUSDT/0"),
    Suspect(digest: String(repeating: "b", count: 64), name: "B", instance: "B@BTCUSDT/5"),
  ]

  init() throws { folder = try TemporaryFolder() }

  private func watchdog(_ path: String) -> Watchdog {
    Watchdog(calls: WatchedCalls(CallMark(), instanceCount: 2), limit: .step(milliseconds: 1000), suspects: suspects, folder: path, say: { _ in })
  }

  private func stop() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: folder.url.appendingPathComponent("last-stop.json"))) as? [String: Any])
  }

  @Test func `The one in call is put into quarantine`() throws {
    let line = watchdog(folder.url.path).writeDown(.init(call: 1))
    #expect(line.hasPrefix("B@BTCUSDT/5: its call took longer than engine.max_step_ms = 1000; ") && !line.contains("\n"))
    #expect(try Quarantine(folder: folder.url.path).read().map(\.digest) == [suspects[1].digest])
    let stop = try stop()
    #expect(stop["instance"] as? String == "B@BTCUSDT/5" && stop["exit_code"] as? Int == 75 && stop["version"] as? Int == 1)
    #expect(stop["reason"] as? String == line && stop["host_pid"] as? Int == Int(getpid()))
  }

  @Test(arguments: [-1, 2, Int32.max]) func `Nobody is when the call cannot be told`(call: Int32) throws {
    let line = watchdog(folder.url.path).writeDown(.init(call: call))
    #expect(line.hasPrefix("the engine was stuck for longer than engine.max_step_ms = 1000; ") && line.contains("none is in quarantine"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["last-stop.json"])
    #expect(try stop()["instance"] == nil)
  }

  @Test func `What could not be written is said`() throws {
    // A file in the folder's place: not even root can write there.
    let path = try folder.write("", to: "file")
    let line = watchdog(path).writeDown(.init(call: 0))
    #expect(line.contains("it is NOT in quarantine and will run again: ") && line.contains("last-stop.json"))
    // A list that cannot be understood is not written over.
    try folder.write("broken", to: "quarantine.json")
    #expect(watchdog(folder.url.path).writeDown(.init(call: 0)).contains("NOT in quarantine and will run again: quarantine_invalid: "))
    #expect(try String(contentsOf: folder.url.appendingPathComponent("quarantine.json"), encoding: .utf8) == "broken")
  }
}
