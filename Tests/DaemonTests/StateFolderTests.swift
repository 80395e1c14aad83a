import Foundation
import Journal
import Kernel
import Market
import Session
import Settings
import TestKit
import Testing

@testable import Daemon

/// What a mode and account remember, and who may have it.
@Suite struct StateFolderTests {
  private let folder: TemporaryFolder
  private let settings: Settings

  init() throws {
    folder = try TemporaryFolder()
    var settings = Settings()
    settings.mode = .mock
    settings.runtimePath = folder.url.path
    self.settings = settings
  }

  private var path: String { StateFolder.path(settings) }

  private func put(_ content: Data, _ name: String) throws {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: file)
  }

  @Test func `A second host is refused, whoever removes the lock's file`() throws {
    let first = try StateFolder(settings)
    for _ in 0..<2 {
      do {
        _ = try StateFolder(settings)
        Issue.record("a second host has the state folder")
      } catch { #expect((error as? SessionError)?.kind == .unavailable && "\(error)".contains("another host runs in mock mode"), "\(error)") }
      try? FileManager.default.removeItem(atPath: "\(first.path)/lock")
    }
    _ = consume first
    _ = try StateFolder(settings)
  }

  @Test func `The last run without its head refuses the start, and what is no journal does not`() throws {
    #expect(try HostRun.lastRun(settings) == nil)
    try put(Data(count: 1000), "journal/20260101-000000-000000000/000001.qej")
    #expect(try HostRun.lastRun(settings) == nil, "a start that was killed before it had begun")
    try put(Data(repeating: 1, count: 1000), "journal/20260102-000000-000000000/000001.qej")
    let error = #expect(throws: SessionError.self) { try HostRun.lastRun(settings) }
    #expect(error?.kind == .unavailable, "\(error as Any)")
    #expect(error?.description.contains("20260102-000000-000000000: there is no journal (no head.json)") == true, "\(error as Any)")
  }

  @Test(arguments: [("mock", "binance", "paper"), ("paper", "binance", "paper"), ("mock", "other", "paper"), ("mock", "binance", "two")])
  func `A journal of another mode, venue or account is not gone on from`(mode: String, venue: String, account: String) throws {
    let head = JournalHead(
      mode: mode, venue: venue, account: account, startedAt: "", hostVersion: "", hostDigest: "", libc: "", cpuFeatures: [], settings: [],
      settingsDigest: "", pairs: "", instances: [])
    guard (mode, venue, account) != ("mock", "binance", "paper") else { return try HostRun.checkOwner(head, "j", settings) }
    let error = #expect(throws: SessionError.self) { try HostRun.checkOwner(head, "j", settings) }
    #expect(error?.kind == .unavailable && error?.description.contains("j: is of \(mode)/\(venue)/\(account)") == true, "\(error as Any)")
  }

  // MARK: The ledger

  @Test func `Rebuild puts a damaged ledger aside and makes a new one`() throws {
    for round in ["ledger.db.damaged", "ledger.db.damaged-2"] {
      let rubbish = Data(round.utf8) + Data(repeating: 0x41, count: 20_000)
      try put(rubbish, "ledger.db")
      #expect(throws: (any Error).self) { try AccountLedger.upToDate(settings, anew: false) }
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(path)/ledger.db")) == rubbish, "only rebuild touches it")
      let (_, left, damaged) = try AccountLedger.upToDate(settings, anew: true)
      #expect(left.isEmpty && damaged == "\(path)/\(round)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(round)")) == rubbish)
      // And then it is whole.
      let again = try AccountLedger.upToDate(settings, anew: true)
      #expect(again.damaged == nil)
    }
  }

  @Test func `First calls at one time are all answered`() async throws {
    // There is a ledger, and nothing in it yet.
    try put(Data(), "ledger.db")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { [settings] in #expect(throws: Never.self) { try AccountLedger.upToDate(settings, anew: false) } } }
    }
  }
}
