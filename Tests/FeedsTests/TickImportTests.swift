import Feeds
import Foundation
import Market
import Testing

private let t: Int64 = 1_704_067_200_000

@Suite struct TickImportTests {
  private func files(_ folder: TickFolder) throws -> [String] {
    [
      try folder.write("TS_MS,Close,Volume,taker_side,x\r\n\(t + 10),1.50,2e0,S,\r\n\(t + 20),60000.25,0.10,B,\r\n", "late.csv.gz"),
      try folder.write("side,qty,ts,price\nbuy,1e-05,\(t),3\nSELL,1,\(t + 10),0.5\n", "early.zst"),
    ]
  }

  @Test func `files of any dialect become one canonical file in time order`() throws {
    let folder = try TickFolder()
    let report = try TickImport(inputs: files(folder), output: folder.file("out.csv")).run()
    #expect(
      try folder.text("out.csv")
        == "timestamp,price,qty,side\n\(t),3,0.00001,buy\n\(t + 10),0.5,1,sell\n\(t + 10),1.5,2,sell\n\(t + 20),60000.25,0.1,buy\n")
    #expect(report.rows == 4 && report.badRows == 0 && report.inputs.map(\.rows) == [2, 2])
    #expect(report.inputs.map(\.path) == [folder.file("early.zst"), folder.file("late.csv.gz")])

    // Canonical once is canonical for ever.
    _ = try TickImport(inputs: [folder.file("out.csv")], output: folder.file("again.csv.zst")).run()
    _ = try TickImport(inputs: [folder.file("again.csv.zst")], output: folder.file("again.csv")).run()
    #expect(try folder.text("again.csv") == folder.text("out.csv"))
  }

  @Test func `overlapping files are refused, or merged by sorting`() throws {
    let folder = try TickFolder()
    let a = try folder.write("ts,price,qty,side\n\(t),1,1,b\n\(t + 10),2,1,b\n\(t + 5),3,1,b\n", "a.csv")
    let b = try folder.write("ts,price,qty,side\n\(t + 5),4,1,b\n", "b.csv")
    #expect(fault { try TickImport(inputs: [a], output: folder.file("o.csv")).run() }?.line == 4)
    let c = try folder.write("ts,price,qty,side\n\(t),1,1,b\n\(t + 10),2,1,b\n", "c.csv")
    let error = fault { try TickImport(inputs: [c, b], output: folder.file("o.csv")).run() }
    #expect(error?.kind == .badData && error?.path == b && error?.reason.contains("--sort") == true)
    #expect(FileManager.default.fileExists(atPath: folder.file("o.csv")) == false)
    let report = try TickImport(inputs: [a, b], output: folder.file("o.csv"), options: TickFileOptions(sortsByTime: true)).run()
    #expect(report.rows == 4)
    let order = [(t, 1), (t + 5, 3), (t + 5, 4), (t + 10, 2)].map { "\($0.0),\($0.1),1,buy\n" }.joined()
    #expect(try folder.text("o.csv") == "timestamp,price,qty,side\n" + order)
  }

  @Test func `a bad input leaves no output, skipped rows are reported`() throws {
    let folder = try TickFolder()
    let bad = try folder.write("ts,price,qty,side\n\(t),1,1,b\n\(t),x,1,b\n", "bad.csv")
    #expect(fault { try TickImport(inputs: files(folder) + [bad], output: folder.file("o.csv")).run() }?.line == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.contains("o.csv") } == false)
    let report = try TickImport(inputs: [bad], output: folder.file("o.csv"), options: TickFileOptions(skipsBadRows: true)).run()
    #expect(report.rows == 1 && report.badRows == 1 && report.inputs[0].firstBadRows == ["\(bad):3: price \"x\" is not a number"])
  }

  @Test func `an output is replaced only when asked`() throws {
    let folder = try TickFolder()
    let inputs = try files(folder)
    _ = try folder.write("precious", "o.csv")
    #expect(fault { try TickImport(inputs: inputs, output: folder.file("o.csv")).run() }?.kind == .usage)
    #expect(try folder.text("o.csv") == "precious")
    _ = try TickImport(inputs: inputs, output: folder.file("o.csv"), replaces: true).run()
    #expect(try folder.text("o.csv").hasPrefix(TickFileWriter.header))
    #expect(fault { try TickImport(inputs: [], output: folder.file("p.csv")).run() }?.kind == .usage)
  }
}
