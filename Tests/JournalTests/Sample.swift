import Engine
import Foundation
import Journal
import Market
import PluginABI
import Risk
import TestKit

/// A journal of made-up inputs in a folder of its own.
struct Sample {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  struct Failure: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  var path: String { folder.path("j") }

  static let head = JournalHead(
    mode: "mock", venue: "binance", account: "paper", startedAt: "20240101-000000-000000000", hostVersion: "0.1.0", hostDigest: "00", libc: "glibc",
    cpuFeatures: [], settings: ["app.mode=mock"], settingsDigest: "00", pairs: "", instances: [])

  func writer(segmentBytes: Int = 2 * JournalFormat.blockSize, sync: JournalSync = .none, disk: JournalDisk = JournalDisk()) throws -> JournalWriter {
    try JournalWriter(folder: path, head: Self.head, options: JournalOptions(sync: sync, segmentBytes: segmentBytes), disk: disk)
  }

  /// Trades whose price is their number.
  func write(_ count: Int, to writer: JournalWriter, from first: UInt64 = 1) {
    for number in first..<first + UInt64(count) {
      let time = EventTime(sequence: number, receiveNanoseconds: Int64(number) * 1000, exchangeMilliseconds: Int64(number))
      writer.input(time, Trade(price: Price(raw: Int64(number)), quantity: Quantity(raw: 1), takerSide: .buy), instrument: 0)
    }
  }

  /// As a host that ends in order.
  func end(_ writer: JournalWriter, after last: Int) {
    writer.input(end: EventTime(sequence: UInt64(last) + 1, receiveNanoseconds: Int64(last + 1) * 1000, exchangeMilliseconds: 0))
    writer.close()
  }

  /// Everything in it, by number and price; `place` of an error in the way it is told.
  func read(_ folder: String? = nil, checksChain: Bool = true) throws -> (numbers: [UInt64], ending: JournalEnding?) {
    var reader = try JournalReader(folder: folder ?? path, checksChain: checksChain)
    var numbers: [UInt64] = []
    while let record = try reader.next() {
      if case .event(let event) = try record.input(), case .trade(_, let trade) = event.payload {
        precondition(UInt64(trade.price.raw) == record.sequence)
        numbers.append(record.sequence)
      }
    }
    return (numbers, reader.ending)
  }

  var segments: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".qej") }.sorted() }
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) }

  /// In the place of the old file: a journal that is still open has that one mapped.
  func write(_ data: Data, to name: String) throws { try data.write(to: URL(fileURLWithPath: path + "/" + name), options: .atomic) }
}
