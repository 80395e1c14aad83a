import Foundation
import Market
import Testing

@testable import Report

@Suite struct ReportFolderTests {
  private static let files = ["equity.csv", "report.html", "results.json", "roundtrips.csv", "trades.csv"]

  @Test func `the folder appears only when it is whole`() throws {
    let scratch = try Scratch()
    let recorder = try ReportFixture.recorder(scratch.path + "/deep/er/r/")
    #expect(try scratch.names("deep/er") == ["r.partial-\(getpid())"])
    try recorder.finish(ReportFixture.summary())
    #expect(try scratch.names("deep/er") == ["r"])
    #expect(try scratch.names("deep/er/r") == Self.files)
  }

  @Test func `a run that fails leaves nothing`() throws {
    struct Stop: Error {}
    let scratch = try Scratch()
    func run() throws {
      var recorder = try ReportFixture.recorder(scratch.path + "/r")
      recorder.fill(ReportFixture.fill(0, .buy, price: 1, position: 1))
      throw Stop()
    }
    #expect(throws: Stop.self) { try run() }
    #expect(try scratch.names() == [])
  }

  @Test func `a full disk is named and leaves nothing`() throws {
    // /dev/full takes nothing: what a full disk does, by a link in the place of the file.
    let scratch = try Scratch()
    func run() throws {
      let folder = try ReportFolder(scratch.path + "/r")
      try FileManager.default.createSymbolicLink(atPath: folder.file(.equity), withDestinationPath: "/dev/full")
      var file = try TextFile(folder.file(.equity))
      for _ in 0..<100_000 { file.write("row\n") }
      try file.finish()
    }
    let error = #expect(throws: ReportError.self) { try run() }
    #expect(error?.kind == .failed)
    #expect(error?.description.contains("equity.csv: cannot write: No space left on device") == true)
    #expect(try scratch.names() == [])
  }

  @Test func `an older report and an empty folder are replaced`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path + "/r", withIntermediateDirectories: false)
    for title in ["first", "second"] {
      try ReportFixture.recorder(scratch.path + "/r").finish(ReportFixture.summary(title: title))
      #expect(try scratch.names() == ["r"])
      #expect(try scratch.text("r/report.html").contains("<h1>\(title)</h1>"))
    }
  }

  @Test func `an older report stays when the new run fails`() throws {
    let scratch = try Scratch()
    try ReportFixture.recorder(scratch.path + "/r").finish(ReportFixture.summary(title: "first"))
    do {
      var recorder = try ReportFixture.recorder(scratch.path + "/r")
      recorder.fill(ReportFixture.fill(0, .buy, price: 1, position: 1))
    }
    #expect(try scratch.names() == ["r"])
    #expect(try scratch.text("r/report.html").contains("<h1>first</h1>"))
  }

  @Test(arguments: [["notes.txt"], ["results.json", "thesis.tex"], ["trades.csv"]])
  func `a folder of someone else's is refused by name`(names: [String]) throws {
    let scratch = try Scratch()
    let folder = scratch.url.appendingPathComponent("mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    for name in names { try Data("x".utf8).write(to: folder.appendingPathComponent(name)) }
    let error = #expect(throws: ReportError.self) { _ = try ReportFixture.recorder(folder.path) }
    #expect(error?.code == .foreignFolder)
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("'\(names.last!)'") == true)
    #expect(error?.description.contains(folder.path) == true)
    #expect(try scratch.names() == ["mine"])
    #expect(try scratch.names("mine") == names)
  }

  @Test func `a file that comes into the folder during the run stops its replacement`() throws {
    let scratch = try Scratch()
    func run() throws {
      let recorder = try ReportFixture.recorder(scratch.path + "/r")
      try FileManager.default.createDirectory(atPath: scratch.path + "/r", withIntermediateDirectories: false)
      try Data().write(to: scratch.url.appendingPathComponent("r/notes.txt"))
      try recorder.finish(ReportFixture.summary())
    }
    let error = #expect(throws: ReportError.self) { try run() }
    #expect(error?.code == .foreignFolder)
    #expect(try scratch.names() == ["r"])
    #expect(try scratch.names("r") == ["notes.txt"])
  }

  @Test func `a plain file is refused`() throws {
    let scratch = try Scratch()
    try Data().write(to: scratch.url.appendingPathComponent("f"))
    let error = #expect(throws: ReportError.self) { _ = try ReportFixture.recorder(scratch.path + "/f") }
    #expect(error?.code == .notAFolder)
  }

  @Test func `an empty path is refused`() {
    let error = #expect(throws: ReportError.self) { _ = try ReportFixture.recorder("") }
    #expect(error?.kind == .usage)
  }

  @Test func `a link to a report stays a link`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path + "/real", withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: scratch.path + "/link", withDestinationPath: scratch.path + "/real")
    try ReportFixture.recorder(scratch.path + "/link").finish(ReportFixture.summary())
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path + "/link") == scratch.path + "/real")
    #expect(try scratch.names("real") == Self.files)
  }

  @Test func `what a dead process of our number left is cleared`() throws {
    let scratch = try Scratch()
    let partial = scratch.path + "/r.partial-\(getpid())"
    try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: false)
    try Data("old".utf8).write(to: URL(fileURLWithPath: partial + "/trades.csv"))
    try ReportFixture.recorder(scratch.path + "/r").finish(ReportFixture.summary())
    #expect(try scratch.names() == ["r"])
  }
}
