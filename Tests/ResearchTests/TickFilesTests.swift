import Features
import Feeds
import Kernel
import Market
import Research
import TestKit
import Testing

/// Which files a symbol has, and what comes of several of them.
@Suite struct TickFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ ticks: some Collection<Tick>, _ name: String) throws {
    let writer = try TickFileWriter(path: folder.path(name), priceScale: 4, quantityScale: 3, replaces: true)
    for tick in ticks { try writer.write(tick) }
    try writer.finish()
  }

  private func dataset(_ symbol: String, spec: InstrumentSpec? = MadeMarket.spec, options: TickFileOptions = TickFileOptions(), limit: Int? = nil)
    throws -> Dataset
  {
    let set = try TickFileSet(symbol: symbol, market: .usdm, folder: folder.url.path, spec: spec, options: options, limit: limit)
    return try DatasetBuilder.build(set, schema: .v1, maximumGapSeconds: 3600, options: options)
  }

  @Test func `a symbol finds its files by its whole name, packed or not, live or rotated`() {
    let names = [
      "ETHUSDT_stream_20260101_000000.csv", "ETHUSDT_20260101_010000.csv.gz", "ETHUSDT_x.csv.zst", "ETHUSDTX_20260101_000000.csv", "ETHUSDT.csv",
      "ETHUSDT_20260101_000000.jsonl", "XETHUSDT_1.csv", "ethusdt_2.csv", "ETHUSDT_270326_20260101_000000.csv",
    ]
    #expect(
      TickFileSet.names(of: "ETHUSDT", in: names) == [
        "ETHUSDT_stream_20260101_000000.csv", "ETHUSDT_20260101_010000.csv.gz", "ETHUSDT_x.csv.zst", "ethusdt_2.csv",
        "ETHUSDT_270326_20260101_000000.csv",
      ])
    #expect(
      TickFileSet.names(of: "ETHUSDT", in: names, others: ["ETHUSDT", "ETHUSDT_270326", "BTCUSDT"]).last == "ethusdt_2.csv",
      "a dated contract's file is not the perpetual's")
  }

  @Test func `files that overlap, repeat or lie within another give the same rows as one file`() throws {
    let ticks = MadeMarket().ticks(seconds: 400, seed: 11)
    let whole = MadeMarket.dataset(ticks)
    let third = ticks.count / 3
    // Names against the order of their content; the second begins inside a second, the third lies within both.
    try write(ticks[..<(2 * third)], "MADEUSDT_c.csv")
    try write(ticks[(third + 1)...], "MADEUSDT_a.csv.gz")
    try write(ticks[(third + 100)..<(third + 200)], "MADEUSDT_b.csv.zst")
    try write(MadeMarket(volatilityBps: 50).ticks(seconds: 90, seed: 5), "MADEUSDTX_d.csv")
    try folder.write("timestamp,price,qty,side\n", to: "MADEUSDT_live.csv")
    let merged = try dataset("MADEUSDT")
    #expect(merged.summary.ticks == ticks.count)
    #expect(merged.summary.overlappingRows == (2 * third - third - 1) + 100)
    #expect(merged.summary.emptyFiles.count == 1)
    #expect(merged.rowCount == whole.rowCount)
    for row in 0..<whole.rowCount { #expect(merged.features(ofRow: row) == whole.features(ofRow: row)) }
  }

  @Test func `equal trades of one millisecond in one file are several, in two files one`() throws {
    let tick = MadeMarket().ticks(seconds: 1, seed: 1)[0]
    var later = tick
    later.exchangeMilliseconds += 5
    try write([tick, tick, tick, later], "MADEUSDT_1.csv")
    try write([tick, tick, later, later], "MADEUSDT_2.csv")
    let summary = try dataset("MADEUSDT").summary
    // Three of the first moment and two of the second; what both have is taken once.
    #expect(summary.ticks == 5)
    #expect(summary.overlappingRows == 3)
    #expect(summary.repeatedRows == 3)
  }

  @Test func `however a recording is cut into files that overlap, its rows are the same`() throws {
    var chance = Chance.seeded("cuts of a recording")
    for round in 0..<15 {
      var ticks = MadeMarket().ticks(seconds: 150, seed: UInt64.random(in: 1...1_000_000, using: &chance))
      // Moments with several trades, equal ones among them, so that cuts fall into them.
      for index in ticks.indices.dropFirst() where chance.chance(30) {
        ticks[index].exchangeMilliseconds = ticks[index - 1].exchangeMilliseconds
        if chance.chance(40) { ticks[index].trade = ticks[index - 1].trade }
      }
      let files = Int.random(in: 1...6, using: &chance)
      var covered = 0
      var names: [String] = []
      for file in 0..<files {
        // From somewhere in what there is already to somewhere behind it. A file holds whole moments or none of them: a recorder
        // that begins within one has no way to tell whose equal trades are whose.
        var start = Int.random(in: max(0, covered - 80)...covered, using: &chance)
        var end = file == files - 1 ? ticks.count : Int.random(in: min(covered + 1, ticks.count)...ticks.count, using: &chance)
        while start > 0, ticks[start].exchangeMilliseconds == ticks[start - 1].exchangeMilliseconds { start -= 1 }
        while end < ticks.count, ticks[end].exchangeMilliseconds == ticks[end - 1].exchangeMilliseconds { end += 1 }
        names.append("CUTUSDT_\(UInt16.random(in: 0 ... .max, using: &chance))_\(round)_\(file).csv")
        try write(ticks[start..<end], names[file])
        covered = max(covered, end)
        if covered == ticks.count { break }
      }
      let (merged, whole) = (try dataset("CUTUSDT"), MadeMarket.dataset(ticks))
      #expect(merged.summary.ticks == ticks.count, "round \(round)")
      #expect(merged.rowCount == whole.rowCount && merged.summary.repeatedRows == whole.summary.repeatedRows)
      for row in 0..<min(whole.rowCount, merged.rowCount) {
        #expect(merged.features(ofRow: row) == whole.features(ofRow: row), "round \(round), row \(row)")
      }
      for name in names { try Files.remove(folder.path(name)) }
    }
  }

  @Test func `only the latest files are read where a limit says so`() throws {
    let ticks = MadeMarket().ticks(seconds: 300, seed: 12)
    try write(ticks[..<200], "MADEUSDT_z.csv")
    try write(ticks[200...], "MADEUSDT_a.csv")
    let summary = try dataset("MADEUSDT", limit: 1).summary
    #expect(summary.files == [folder.path("MADEUSDT_a.csv")])
    #expect(summary.ticks == ticks.count - 200)
  }

  @Test func `two markets of one symbol in one folder are never one series`() throws {
    // As a host stores them that records both.
    let ticks = MadeMarket().ticks(seconds: 90, seed: 14)
    try write(ticks, "MADEUSDT_usdm_20240101-000000.csv")
    try write(ticks.dropLast(7), "MADEUSDT_spot_20240101-000000.csv")
    try write(ticks.dropLast(9), "MADEUSDT_spot_20240101-010000.csv.gz")
    func set(_ market: Market) throws(ResearchError) -> TickFileSet {
      try TickFileSet(symbol: "MADEUSDT", market: market, folder: folder.url.path, spec: MadeMarket.spec)
    }
    let usdm = try set(.usdm)
    #expect(usdm.files.map(\.path) == [folder.path("MADEUSDT_usdm_20240101-000000.csv")])
    #expect(usdm.notes == ["2 files of spot left out: this is usdm"])
    #expect(try DatasetBuilder.build(usdm, schema: .v1, maximumGapSeconds: 3600).summary.notes == usdm.notes)
    #expect(try set(.spot).files.count == 2)
    let none = #expect(throws: ResearchError.self) { try set(.coinm) }
    #expect(
      none?.code == .dataMissing && none?.description.contains("2 files of spot, 1 file of usdm there: name it as binance.spot.MADEUSDT") == true)
  }

  @Test func `a file that names no market and is finer than its instrument has the decimals of its data, but never beside files that name it`() throws
  {
    let coarse = try Instrument(
      id: MadeMarket.instrument.id, baseAsset: "MADE", quoteAsset: "USDT", priceScale: 1, quantityScale: 3)
    let ticks = MadeMarket().ticks(seconds: 90, seed: 15)
    try write(ticks, "MADEUSDT_stream_20240101_000000.csv")
    func set() throws -> TickFileSet { try TickFileSet(symbol: "MADEUSDT", market: .usdm, folder: folder.url.path, spec: coarse.spec) }
    let alone = try set()
    #expect(alone.spec.priceScale == 4 && alone.notes.count == 1)
    #expect(alone.notes[0].contains("MADEUSDT_stream_20240101_000000.csv") && alone.notes[0].contains("binance.spot.MADEUSDT"), "\(alone.notes)")
    let (read, whole) = (try DatasetBuilder.build(alone, schema: .v1, maximumGapSeconds: 3600), MadeMarket.dataset(ticks))
    #expect(read.rowCount == whole.rowCount && whole.rowCount > 0)
    for row in 0..<whole.rowCount { #expect(read.features(ofRow: row) == whole.features(ofRow: row)) }
    try folder.write("timestamp,price,qty,side\n1704067200000,1000.5,1,buy\n", to: "MADEUSDT_usdm_20240101-000000.csv")
    let marked = try set()
    #expect(marked.spec == coarse.spec && marked.files.map(\.path) == [folder.path("MADEUSDT_usdm_20240101-000000.csv")])
    #expect(marked.notes.count == 1 && marked.notes[0].contains("left out"), "\(marked.notes)")
  }

  @Test func `files that a limit leaves out are not read`() throws {
    let ticks = MadeMarket().ticks(seconds: 90, seed: 16)
    // Its first row says when it is of; what stands behind that is nobody's business.
    try folder.write("timestamp,price,qty,side\n1704060000000,1,1,buy\n1704060000001,none of it,1,buy\n", to: "MADEUSDT_b.csv")
    try write(ticks, "MADEUSDT_a.csv")
    for spec in [MadeMarket.spec, nil] {
      #expect(try dataset("MADEUSDT", spec: spec, limit: 1).summary.ticks == ticks.count)
      #expect(throws: ResearchError.self) { try dataset("MADEUSDT", spec: spec) }
    }
  }

  @Test func `a symbol without scales has those of its data`() throws {
    let ticks = MadeMarket().ticks(seconds: 100, seed: 13)
    try write(ticks, "MADEUSDT_1.csv")
    let (known, found) = (try dataset("MADEUSDT"), try dataset("MADEUSDT", spec: nil))
    #expect(known.rowCount > 0 && known.rowCount == found.rowCount)
    for row in 0..<known.rowCount { #expect(known.features(ofRow: row) == found.features(ofRow: row)) }
  }

  @Test func `what cannot be read is named with file and line`() throws {
    let path = try folder.write("timestamp,price,qty,side\n1704067200000,1,1,buy\n1704067200000,x,1,buy\n", to: "MADEUSDT_usdm_1.csv")
    let missing = #expect(throws: ResearchError.self) { try TickFileSet(symbol: "NOUSDT", market: .usdm, folder: folder.url.path, spec: nil) }
    #expect(missing?.code == .dataMissing && missing?.description.contains("no NOUSDT_*.csv") == true)
    let set = try TickFileSet(symbol: "MADEUSDT", market: .usdm, folder: folder.url.path, spec: MadeMarket.spec)
    let bad = #expect(throws: ResearchError.self) { try DatasetBuilder.build(set, schema: .v1, maximumGapSeconds: 3600) }
    #expect(bad?.code == .dataInvalid && bad?.description.contains("\(path):3") == true)
    let skipping = try DatasetBuilder.build(set, schema: .v1, maximumGapSeconds: 3600, options: TickFileOptions(skipsBadRows: true))
    #expect(skipping.summary.badRows == 1 && skipping.summary.firstBadRows[0].contains(":3:"))
  }

  @Test func `a file of bad rows alone is empty where bad rows are passed over, and they are counted`() throws {
    let ticks = MadeMarket().ticks(seconds: 90, seed: 17)
    try write(ticks, "MADEUSDT_usdm_2.csv")
    let broken = try folder.write("timestamp,price,qty,side\nx,1,1,buy\n1704067200000,x,1,buy\n", to: "MADEUSDT_usdm_1.csv")
    // Good for any other instrument, and finer than this one.
    try folder.write("timestamp,price,qty,side\n1704067200000,1.00001,1,buy\n", to: "MADEUSDT_usdm_3.csv")
    for spec in [MadeMarket.spec, nil] {
      #expect(throws: ResearchError.self) { try dataset("MADEUSDT", spec: spec) }
      let summary = try dataset("MADEUSDT", spec: spec, options: TickFileOptions(skipsBadRows: true)).summary
      #expect(summary.emptyFiles == [broken] && summary.firstBadRows.first?.hasPrefix("\(broken):2: ") == true)
      #expect(summary.badRows == (spec == nil ? 2 : 3) && summary.ticks == ticks.count + (spec == nil ? 1 : 0))
    }
  }

  @Test func `rows that do not fit into memory beside their models are refused while they are read`() throws {
    try write(MadeMarket().ticks(seconds: 300, seed: 19), "MADEUSDT_usdm_1.csv")
    let set = try TickFileSet(symbol: "MADEUSDT", market: .usdm, folder: folder.url.path, spec: MadeMarket.spec)
    func build(_ available: Int?, jobs: Int) throws(ResearchError) -> Dataset {
      try DatasetBuilder.build(set, schema: .v1, maximumGapSeconds: 3600, memory: MemoryNeed(availableBytes: available, jobs: jobs))
    }
    // 299 bars of 24 bytes and 239 rows of 18 floats and a bar's number, doubled; a model of 14 bytes a value and 40 a row.
    let (alone, model) = (2 * (299 * 24 + 239 * 76), 239 * (18 * 14 + 40))
    #expect(try build(alone, jobs: 0).rowCount == 239)
    #expect(try build(alone + 3 * model, jobs: 3).rowCount == 239)
    #expect(try build(nil, jobs: 3).rowCount == 239)
    let refused = #expect(throws: ResearchError.self) { try build(alone + 3 * model - 1, jobs: 3) }
    #expect(refused?.code == .memoryTooSmall && refused?.kind.exitCode == 69)
    #expect(refused?.description.contains("--limit-files") == true && refused?.description.contains("--jobs") == true)
    #expect(throws: ResearchError.self) { try build(alone - 1, jobs: 0) }
  }

  @Test func `files whose rows go back in time are sorted where that is asked for`() throws {
    let ticks = MadeMarket().ticks(seconds: 120, seed: 18)
    let half = ticks.count / 2
    try write(ticks[..<half].reversed(), "MADEUSDT_b.csv")
    try write(ticks[half...].reversed(), "MADEUSDT_a.csv")
    let refusal = #expect(throws: ResearchError.self) { try dataset("MADEUSDT") }
    #expect(refusal?.description.contains("--sort") == true)
    for spec in [MadeMarket.spec, nil] {
      let (sorted, whole) = (try dataset("MADEUSDT", spec: spec, options: TickFileOptions(sortsByTime: true)), MadeMarket.dataset(ticks))
      #expect(sorted.summary.ticks == ticks.count && sorted.rowCount == whole.rowCount && whole.rowCount > 0)
      for row in 0..<min(sorted.rowCount, whole.rowCount) { #expect(sorted.features(ofRow: row) == whole.features(ofRow: row)) }
    }
  }
}
