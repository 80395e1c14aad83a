import Feeds
import Foundation
import Kernel
import Market
import TestKit
import Testing

@testable import Storage

/// Storage with a clock of the test's own: the writer's turns are called by hand.
final class Clockwork {
  let folder: TemporaryFolder
  var options: StorageOptions
  var now: Int64
  var storage: MarketStorage

  init(at now: Int64 = 1_700_000_000_000_000_000, _ change: (inout StorageOptions) -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    options = StorageOptions(
      folder: folder.url.path,
      symbols: [
        StorageOptions.Symbol(name: "BTCUSDT", market: "usdm", priceScale: 1, quantityScale: 3),
        StorageOptions.Symbol(name: "ETHUSDT", market: "spot", priceScale: 2, quantityScale: 4),
      ])
    change(&options)
    self.now = now
    storage = try MarketStorage(options)
  }

  func pass(seconds: Double) {
    // What has come is taken at once, as the writer's own thread does it.
    storage.turn(now)
    now += Int64(seconds * 1e9)
    storage.turn(now)
  }

  /// Another life of the host, in the same folder.
  func restart() throws {
    storage.end(now)
    let options = options
    // The old one's locks go first.
    storage = try MarketStorage(
      { () -> StorageOptions in
        var other = options
        other.folder = folder.path("elsewhere")
        return other
      }())
    storage = try MarketStorage(options)
  }

  func trade(_ price: Int64, _ quantity: Int64 = 1, instrument: Int32 = 0, side: Side = .buy) {
    storage.recorder.trade(
      Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: side), instrument: instrument, milliseconds: now / 1_000_000)
  }

  func names(_ kind: String = "ticks", _ prefix: String = "BTC") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path(kind))) ?? []).filter { $0.contains(prefix) && !$0.hasPrefix(".") }.sorted()
  }

  /// Every row of the symbol's tick files, by our own reader, in the order of their names.
  func ticks(priceScale: Int = 1, quantityScale: Int = 3, _ prefix: String = "BTC") throws -> [Tick] {
    let spec = try Instrument(
      id: InstrumentID(venue: "binance", market: .usdm, symbol: "\(prefix)USDT"), baseAsset: prefix, quoteAsset: "USDT", priceScale: priceScale,
      quantityScale: quantityScale
    ).spec
    var all: [Tick] = []
    for name in names("ticks", prefix) {
      let reader = try TickFileReader(path: folder.path("ticks/\(name)"), spec: spec)
      let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 512)
      defer { batch.deallocate() }
      while true {
        let count = try reader.next(into: batch)
        if count == 0 { break }
        all += batch[..<count]
      }
    }
    return all
  }
}

@Suite("What is stored of the market")
struct StorageTests {
  @Test(arguments: [StorageOptions.Compression.none, .zstd])
  func `Over days, rotations and restarts every row is read back exactly once and in order`(compression: StorageOptions.Compression) throws {
    var chance = Chance.seeded("rows of storage")
    let clockwork = try Clockwork {
      $0.compression = compression
      $0.maximumTickBytes = 20_000
      $0.savesTrades = true
      $0.maximumLineBytes = 10_000
      $0.lineRetentionDays = nil
    }
    var written: [Tick] = []
    for _ in 0..<400 {
      for _ in 0..<Int.random(in: 0...60, using: &chance) {
        let price = Int64.random(in: 1...1_000_000, using: &chance)
        let quantity = Int64.random(in: 1...10_000_000, using: &chance)
        let side: Side = Bool.random(using: &chance) ? .buy : .sell
        clockwork.trade(price, quantity, side: side)
        clockwork.trade(price, quantity, instrument: 1)
        written.append(
          Tick(
            exchangeMilliseconds: clockwork.now / 1_000_000,
            trade: Trade(price: Price(raw: price), quantity: Quantity(raw: quantity), takerSide: side)))
      }
      clockwork.pass(seconds: Double.random(in: 0...1500, using: &chance))
      if chance.chance(2) { try clockwork.restart() }
    }
    try clockwork.restart()
    #expect(try clockwork.ticks() == written)
    #expect(try clockwork.ticks(priceScale: 2, quantityScale: 4, "ETH").count == written.count)
    #expect(clockwork.names().count > 10)
    // Days, sizes and lives: each file has a name of this form.
    for name in clockwork.names() {
      #expect(name.wholeMatch(of: /BTCUSDT_usdm_\d{8}_\d{6}(_\d+)?\.csv(\.zst)?/) != nil, "\(name)")
    }
    if compression == .none {
      let lines = try clockwork.names("trades").flatMap {
        try String(contentsOfFile: clockwork.folder.path("trades/\($0)"), encoding: .utf8).split(separator: "\n")
      }
      #expect(lines.count == written.count)
      let first = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
      #expect(first["s"] as? String == "BTCUSDT" && first["e"] as? String == "trade" && first["m"] as? Bool == (written[0].trade.takerSide == .sell))
    } else {
      #expect(clockwork.names().count { $0.hasSuffix(".zst") } > 10)
    }
  }

  @Test func `Two files in one second have two names, and a made-up market a folder of its own`() throws {
    let clockwork = try Clockwork {
      $0.maximumTickBytes = 1
      $0.flushRows = 1
    }
    for number in 1...3 {
      clockwork.trade(Int64(number))
      clockwork.pass(seconds: 0.001)
    }
    #expect(clockwork.names() == ["BTCUSDT_usdm_20231114_221320.csv", "BTCUSDT_usdm_20231114_221320_2.csv", "BTCUSDT_usdm_20231114_221320_3.csv"])
    let mock = try Clockwork { $0.source = "mock" }
    mock.trade(1)
    mock.pass(seconds: 2)
    #expect(mock.names("ticks/mock").count == 1 && mock.names("ticks").isEmpty)
  }

  @Test func `Rows are written at their number or their age, and not before`() throws {
    let clockwork = try Clockwork { $0.flushRows = 10 }
    for _ in 1...9 { clockwork.trade(1) }
    clockwork.pass(seconds: 0.1)
    #expect(clockwork.storage.status.rows == 0)
    clockwork.trade(1)
    clockwork.pass(seconds: 0.1)
    #expect(clockwork.storage.status.rows == 10)
    clockwork.trade(1)
    clockwork.pass(seconds: 0.5)
    #expect(clockwork.storage.status.rows == 10)
    clockwork.pass(seconds: 1)
    #expect(clockwork.storage.status.rows == 11 && clockwork.storage.status.files.count == 1)
  }

  @Test func `Cleaning removes what hosts wrote and is old or too much, and nothing else`() throws {
    let clockwork = try Clockwork {
      $0.tickRetentionDays = 2
      $0.flushRows = 1
    }
    let manager = FileManager.default
    var first = ""
    for day in 0..<6 {
      clockwork.trade(1)
      clockwork.pass(seconds: 3600)
      if day == 0 {
        first = try #require(clockwork.names().first)
        // Like ours, and in the place of ours.
        try Data("timestamp,price,qty,side\n".utf8).write(to: URL(fileURLWithPath: clockwork.folder.path("ticks/BTCUSDT_usdm_20200101_000000.csv")))
        try Data("mine".utf8).write(to: URL(fileURLWithPath: clockwork.folder.path("ticks/mine.csv")))
      }
      if day == 1 {
        let second = try #require(clockwork.names().filter { $0 > first }.last)
        try manager.removeItem(atPath: clockwork.folder.path("ticks/\(second)"))
        try Data("mine now".utf8).write(to: URL(fileURLWithPath: clockwork.folder.path("ticks/\(second)")), options: .atomic)
      }
      clockwork.pass(seconds: 86_400 - 3600)
    }
    let names = clockwork.names()
    #expect(!names.contains(first), "\(names)")
    #expect(names.contains("BTCUSDT_usdm_20200101_000000.csv") && manager.fileExists(atPath: clockwork.folder.path("ticks/mine.csv")))
    let texts = try names.map { try String(contentsOfFile: clockwork.folder.path("ticks/\($0)"), encoding: .utf8) }
    #expect(texts.contains("mine now") && names.count <= 6, "\(names)")

    let small = try Clockwork {
      $0.maximumTotalBytes = 200
      $0.maximumTickBytes = 60
      $0.flushRows = 1
    }
    for number in 1...20 {
      small.trade(Int64(number))
      small.pass(seconds: 2)
    }
    #expect(small.names().count <= 5 && !small.names().isEmpty)
    #expect(try small.ticks().last?.trade.price.raw == 20)
  }

  @Test func `The bound is one for all symbols and kinds: the oldest of them all go, and a foreign file stays`() throws {
    let clockwork = try Clockwork {
      $0.savesTrades = true
      $0.maximumTotalBytes = 2000
      $0.maximumTickBytes = 60
      $0.maximumLineBytes = 150
      $0.flushRows = 1
    }
    let foreign = clockwork.folder.path("ticks/mine.csv")
    for number in 1...40 {
      clockwork.trade(Int64(number))
      clockwork.pass(seconds: 2)
      if number == 1 { try Data(count: 5000).write(to: URL(fileURLWithPath: foreign)) }
    }
    func sizes(_ kind: String) throws -> [(name: String, size: Int)] {
      let folder = clockwork.folder.path(kind)
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains("_usdm_") }.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")).count)
      }
    }
    let (ticks, trades) = (try sizes("ticks"), try sizes("trades"))
    let total = (ticks + trades).reduce(0) { $0 + $1.size }
    // Of each kind something is there, and no kind alone is below the bound by its own right.
    #expect(total <= 2000 + 150 && total > 1000 && !ticks.isEmpty && !trades.isEmpty, "\(total) \(ticks) \(trades)")
    #expect(FileManager.default.fileExists(atPath: foreign))
    #expect(try clockwork.ticks().last?.trade.price.raw == 40)
  }

  @Test func `A torn last row is cut off by the next start, and a second host goes on without the symbol`() throws {
    let clockwork = try Clockwork { $0.flushRows = 1 }
    clockwork.trade(600_000)
    clockwork.pass(seconds: 1)
    let other = try MarketStorage(clockwork.options)
    #expect(other.status.foreign == ["BTCUSDT", "ETHUSDT"])
    let path = clockwork.folder.path("ticks/\(clockwork.names()[0])")
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("1700000000000,60".utf8))
    try file.close()
    try clockwork.restart()
    #expect(clockwork.storage.notes.count == 1 && clockwork.storage.notes[0].hasSuffix("its last row was torn, 16 bytes are cut off"))
    #expect(try clockwork.ticks().map(\.trade.price.raw) == [600_000])
  }

  @Test func `While the disk takes nothing rows wait, and nothing is lost or torn when it does again`() throws {
    let clockwork = try Clockwork { $0.flushRows = 1 }
    clockwork.trade(1)
    clockwork.pass(seconds: 1)
    // No new file can be made: the folder is gone from under it.
    let ticks = clockwork.folder.path("ticks")
    try clockwork.restart()
    try FileManager.default.moveItem(atPath: ticks, toPath: ticks + ".away")
    clockwork.trade(2)
    clockwork.pass(seconds: 1)
    let trouble = clockwork.storage.status.trouble
    #expect(trouble?.contains("/ticks/") == true, "\(String(describing: trouble))")
    clockwork.trade(3)
    clockwork.pass(seconds: 1.5)
    try FileManager.default.moveItem(atPath: ticks + ".away", toPath: ticks)
    clockwork.pass(seconds: 1.5)
    #expect(clockwork.storage.status.trouble == nil && clockwork.storage.status.dropped == 0)
    #expect(try clockwork.ticks().map(\.trade.price.raw) == [1, 2, 3])
  }

  @Test func `A file that somebody takes away is followed by another, and one that cannot be listed is not left`() throws {
    let clockwork = try Clockwork { $0.flushRows = 1 }
    clockwork.trade(1)
    clockwork.pass(seconds: 1)
    let (ticks, manager) = (clockwork.folder.path("ticks"), FileManager.default)
    try manager.moveItem(atPath: "\(ticks)/\(clockwork.names()[0])", toPath: clockwork.folder.path("mine.csv"))
    clockwork.trade(2)
    clockwork.pass(seconds: 1)
    #expect(try clockwork.ticks().map(\.trade.price.raw) == [2] && clockwork.storage.status.rowsBySymbol["BTCUSDT_usdm"] == 2)
    // The list takes no line: each second a file is tried, and none stays.
    try clockwork.restart()
    let list = "\(ticks)/\(OwnFiles.listName)"
    try manager.moveItem(atPath: list, toPath: list + ".away")
    try manager.createDirectory(atPath: list, withIntermediateDirectories: false)
    clockwork.trade(3)
    for _ in 0..<5 { clockwork.pass(seconds: 1.5) }
    #expect(clockwork.names().count == 1 && clockwork.storage.status.trouble?.contains(OwnFiles.listName) == true)
    try manager.removeItem(atPath: list)
    try manager.moveItem(atPath: list + ".away", toPath: list)
    clockwork.pass(seconds: 1.5)
    #expect(try clockwork.ticks().map(\.trade.price.raw) == [2, 3] && clockwork.storage.status.trouble == nil)
    // What waits at the end and finds no room is told.
    clockwork.trade(4)
    try manager.moveItem(atPath: ticks, toPath: ticks + ".away")
    clockwork.storage.end(clockwork.now)
    #expect(clockwork.storage.status.dropped == 1 && clockwork.storage.status.rows == 1)
  }

  @Test func `A torn line of the list hides no other file, and a file with the removed one's inode is not ours`() throws {
    let clockwork = try Clockwork {
      $0.flushRows = 1
      $0.tickRetentionDays = 1
    }
    clockwork.trade(1)
    clockwork.pass(seconds: 1)
    let list = URL(fileURLWithPath: clockwork.folder.path("ticks/\(OwnFiles.listName)"))
    var bytes = try Data(contentsOf: list)
    bytes.append(Data(#"{"name":"BTC"#.utf8))
    try bytes.write(to: list)
    clockwork.now += 86_400_000_000_000
    clockwork.pass(seconds: 1)
    clockwork.trade(2)
    clockwork.pass(seconds: 1)
    let own = OwnFiles(folder: clockwork.folder.path("ticks"))
    #expect(try own.entries().map(\.name) == clockwork.names())
    #expect(clockwork.names().count == 2)
    // The oldest is replaced in place: the same inode, another birth.
    var entry = try own.entries()[0]
    entry.identity.bornNanoseconds -= 1
    try own.change(removing: [entry.name], adding: [entry])
    clockwork.now += 5 * 86_400_000_000_000
    clockwork.trade(3)
    clockwork.pass(seconds: 1)
    #expect(clockwork.names().contains(entry.name))
    #expect(try !own.entries().contains { $0.name == entry.name })
  }

  @Test func `A kill while packing leaves the rows once`() throws {
    for isListed in [false, true] {
      let clockwork = try Clockwork { $0.flushRows = 1 }
      clockwork.trade(1)
      clockwork.pass(seconds: 1)
      let name = clockwork.names()[0]
      let plain = clockwork.folder.path("ticks/\(name)")
      let writer = try TickFileWriter(path: plain + ".zst", priceScale: 1, quantityScale: 3, replaces: false)
      for tick in try clockwork.ticks() { try writer.write(tick) }
      try writer.finish()
      let own = OwnFiles(folder: clockwork.folder.path("ticks"))
      var entry = try own.entries()[0]
      entry.name += ".zst"
      entry.identity = try #require(Files.identity(at: plain + ".zst"))
      // Before the list was changed, or after.
      if isListed { try own.change(removing: [name], adding: [entry]) }
      // One of ours that only begins alike stays.
      try clockwork.folder.write("timestamp,price,qty,side\n", to: "ticks/other.csv")
      try clockwork.restart()
      #expect(clockwork.names() == [name + ".zst"], "\(clockwork.names())")
      #expect(try own.entries() == [entry] && clockwork.storage.notes.count == 1)
      #expect(try clockwork.ticks().map(\.trade.price.raw) == [1])
    }
  }

  @Test func `Files of a symbol that nobody stores any more are cleaned up, and those of another host are not`() throws {
    let clockwork = try Clockwork {
      $0.flushRows = 1
      $0.tickRetentionDays = 1
    }
    clockwork.trade(1, instrument: 1)
    clockwork.pass(seconds: 1)
    var only = clockwork.options
    only.symbols.removeLast()
    clockwork.options = only
    #expect(clockwork.names("ticks", "ETH").count == 1)
    try clockwork.restart()
    clockwork.now += 3 * 86_400_000_000_000
    let lock = try FileLock.acquire(clockwork.folder.path("ticks/.ETHUSDT_spot.lock"))
    clockwork.pass(seconds: 1)
    #expect(clockwork.names("ticks", "ETH").count == 1, "who stores it cleans up after it")
    _ = consume lock
    clockwork.pass(seconds: 4000)
    #expect(clockwork.names("ticks", "ETH").isEmpty)
  }

  @Test func `A full queue drops for storage alone, and counts`() throws {
    let clockwork = try Clockwork { $0.queueBytes = 4096 }
    for number in 1...1000 { clockwork.trade(Int64(number)) }
    clockwork.pass(seconds: 2)
    let kept = try clockwork.ticks()
    #expect(kept.count + clockwork.storage.status.dropped == 1000 && kept.count == 4096 / 48)
    #expect(kept.map(\.trade.price.raw) == (1...Int64(kept.count)).map { $0 })
  }

  @Test func `The queue gives every message once and in order to another thread`() throws {
    let queue = MessageQueue(capacity: 1 << 12)
    let total = 200_000
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var failures = 0
    nonisolated(unsafe) var next = 0
    Thread.detachNewThread {
      while next < total {
        queue.receive { message in
          if message.load(as: Int.self) != next || message.count != 8 * (1 + next % 5) { failures += 1 }
          next += 1
        }
      }
      done.signal()
    }
    for number in 0..<total {
      while !queue.send(8 * (1 + number % 5), { $0.storeBytes(of: number, as: Int.self) }) { sched_yield() }
    }
    done.wait()
    #expect(failures == 0 && next == total)
  }

  @Test func `Order books are stored with symbol and time`() throws {
    let clockwork = try Clockwork { $0.savesBooks = true }
    clockwork.storage.recorder.quote(
      Quote(bidPrice: Price(raw: 599_999), bidQuantity: Quantity(raw: 1500), askPrice: Price(raw: 600_000), askQuantity: .zero), instrument: 0,
      milliseconds: 1_700_000_000_123)
    clockwork.pass(seconds: 2)
    let name = try #require(clockwork.names("orderbooks").first)
    #expect(
      try String(contentsOfFile: clockwork.folder.path("orderbooks/\(name)"), encoding: .utf8)
        == #"{"e":"depth","E":1700000000123,"s":"BTCUSDT","bids":[["59999.9","1.5"]],"asks":[["60000","0"]]}"# + "\n")
  }
}
