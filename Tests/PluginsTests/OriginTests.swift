import Foundation
import TestKit
import Testing

@testable import Plugins

/// What a library's bytes say of who built it and what it needs, and what is refused for it.
@Suite struct OriginTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `Needed libraries and the toolchain are read from the bytes`() throws {
    let swift = try PluginFile.read(Workplace.plugin("EMACross").path)
    #expect(swift.neededLibraries.contains("libswiftCore.so") && swift.neededLibraries.contains("libc.so.6"), "\(swift.neededLibraries)")
    #expect(swift.swiftToolchain?.hasPrefix("clang ") == true && swift.swiftToolchain == HostToolchain.name, "\(swift.swiftToolchain ?? "nil")")
    let c = try PluginFile.read(Workplace.plugin("BreakoutC").path)
    #expect(!c.neededLibraries.isEmpty && c.swiftToolchain == nil)
  }

  @Test func `A library that the host has not loaded is refused before any code runs, in process and in a worker`() throws {
    let file = try PluginFile.read(Workplace.plugin("FaultyDependency").path)
    let code = PluginError.Code.dependencyNotAllowed("libanl.so.1")
    #expect(try fault { _ = try PluginLibrary.load(file) }.code == code)
    let check = StrategyCheck.isolated(
      options: WorkerOptions(executable: Workplace.buildFolder.appendingPathComponent("quantumedge").path), deliverableEvents: Libraries.deliverable)
    #expect(try fault { _ = try check.facts(file, Samples.perpetual(), 0, [:]) }.code == code)
  }

  /// The loader goes its own way through these tables; a reader that went another one let libanl.so.1 pass unseen.
  @Test(arguments: HiddenDependency.allCases)
  func `What the loader would see and a reader would not is refused`(_ trick: HiddenDependency) throws {
    let whole = Array(try Libraries.bytes("FaultyDependency"))
    #expect(ElfFacts(whole).needed.contains("libanl.so.1") && ElfFacts(whole).obscurity == nil)
    let path = try Libraries.write(Data(try trick.applied(to: whole)), "libHidden.so", in: folder)
    let error = try fault { _ = try PluginLibrary.load(path) }
    #expect(error.code == .compatMismatch("dynamic section") && error.description.contains(trick.reason), "\(error)")
  }

  @Test func `An entry that the loader passes over hides none after it`() throws {
    let path = try Libraries.write(
      Data(try HiddenDependency.withEntry(0x6000_0ABC, .max, Array(try Libraries.bytes("FaultyDependency")))), "libHidden.so", in: folder)
    #expect(try fault { _ = try PluginLibrary.load(path) }.code == .dependencyNotAllowed("libanl.so.1"))
  }

  @Test(arguments: ["EMACross", "OrderFlow", "BreakoutC", "EMACrossC", "Faulty"])
  func `What linkers write is read`(_ name: String) throws {
    let facts = ElfFacts(Array(try Libraries.bytes(name)))
    #expect(facts.obscurity == nil && facts.needed.contains("libc.so.6"), "\(facts.obscurity ?? "")")
  }

  @Test func `A Swift plugin of another toolchain is refused in process, a C plugin of any is not`() throws {
    // Its own compiler's commit is overwritten: as if another one had built it.
    let commit = try #require(HostToolchain.name?.split(separator: " ").last.map(String.init))
    let other = String(repeating: "0", count: commit.count)
    for (name, isRefused) in [("EMACross", true), ("BreakoutC", false)] {
      var data = try Libraries.bytes(name)
      while let place = data.range(of: Data(commit.utf8)) { data.replaceSubrange(place, with: Data(other.utf8)) }
      let path = try Libraries.write(data, "lib\(name).so", in: folder)
      if isRefused {
        let error = try fault { _ = try PluginLibrary.load(path) }
        #expect(error.code == .swiftRuntimeMismatch && error.description.contains(other) && error.description.contains(commit), "\(error)")
      } else {
        #expect(throws: Never.self) { _ = try PluginLibrary.load(path) }
      }
    }
  }

  @Test func `No bytes crash the reader`() throws {
    let whole = Array(try Libraries.bytes("BreakoutC"))
    var chance = Chance.seeded("hostile ELF")
    var different = 0
    for _ in 0..<400 {
      var bytes = whole
      // Most of the damage where the tables are.
      for _ in 0..<(1 + Int(chance.next() % 24)) {
        let limit = chance.next() % 3 == 0 ? UInt64(bytes.count) : 4096
        let place = Int(chance.next() % limit)
        bytes[chance.next() % 2 == 0 ? place : bytes.count - 1 - place] = UInt8(truncatingIfNeeded: chance.next() % 4 == 0 ? 0xFF : chance.next())
      }
      if chance.next() % 8 == 0 { bytes.removeLast(Int(chance.next() % UInt64(bytes.count))) }
      let facts = ElfFacts(bytes)
      #expect(facts.needed.count <= 4096)
      if facts.needed != ElfFacts(whole).needed { different += 1 }
    }
    #expect(different > 20, "the damage reaches what is read")
  }
}
