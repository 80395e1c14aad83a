import Engine
import Foundation
import Journal
import Market
import PluginABI
import Risk
import Session
import Settings
import Simulation
import TestKit

/// A run of scripted strategies with a journal, and what an unkilled host knew after each event.
final class KilledRun {
  /// What a restart must not change.
  struct Known: Equatable {
    var cash: Money
    var positions: [Int64]
    var fees: [Money]
    var realized: [Money]
    var dayBase: Money
    var peak: Money
    /// Raw quantity that is left, by order id.
    var open: [UInt64: Int64]
  }

  let folder: TemporaryFolder
  let settings: Settings
  let instruments: [Instrument]
  private let strategies: [ScriptedStrategy]
  /// By the number of the last input of each event.
  private(set) var known: [UInt64: Known] = [:]

  var journal: String { folder.path("journal") }

  /// Files of snapshots that were kept on the way, by the input behind which they were.
  private(set) var snapshots: [UInt64: Data] = [:]

  /// - Parameters:
  ///   - snapshots: how often one is kept, in events; nil = never.
  ///   - tightensAt: the event before which the limit of the first symbol becomes a small one.
  init(seed: UInt64, events: Int, snapshots every: Int? = nil, tightensAt: Int? = nil) throws {
    folder = try TemporaryFolder()
    var settings = Settings()
    settings.mode = .mock
    settings.limits = Samples.farLimits
    settings.simulation.initialCash = Money(units: 1_000_000)
    instruments = ["BTCUSDT", "ETHUSDT"].map { settings.pairs.instrument($0)! }
    self.settings = settings
    strategies = (0..<3).map { Self.strategy(seed: seed &+ $0) }
    try run(seed: seed, events: events, snapshots: every, tightensAt: tightensAt)
  }

  /// Wishes at trades alone, whatever it is told: another life of it wishes the same.
  static func strategy(seed: UInt64) -> ScriptedStrategy {
    var tag: UInt64 = 0
    return ScriptedStrategy(events: [QE_EVENT_TRADE, QE_EVENT_ORDER_UPDATE]) { context, event in
      guard event.kind == QE_EVENT_TRADE else { return [] }
      var chance = Chance(seed: seed &+ context.sequence)
      tag += 1
      let side: Side = chance.chance(50) ? .buy : .sell
      let price = context.last_price + Int64.random(in: -60...60, using: &chance)
      switch Int.random(in: 0..<10, using: &chance) {
      case 0, 1: return [.market(tag, side, Int64.random(in: 1...20, using: &chance))]
      case 2, 3: return [.limit(tag, side, Int64.random(in: 1...20, using: &chance), at: price)]
      case 4:
        var intent = qe_intent.market(tag, side, Int64.random(in: 1...20, using: &chance))
        intent.stop_price = side == .buy ? context.last_price - 300 : context.last_price + 300
        intent.take_profit_price = side == .buy ? context.last_price + 300 : context.last_price - 300
        return [intent]
      case 5: return tag > 3 ? [.cancel(tag, target: tag - UInt64.random(in: 1...3, using: &chance))] : []
      default: return []
      }
    }
  }

  private var configuration: EngineConfiguration {
    get throws {
      try settings.engineConfiguration(
        instruments: instruments,
        instances: strategies.enumerated().map {
          EngineConfiguration.Instance(binding: $1.binding, instrument: Int32($0 / 2), horizonSeconds: 0)
        })
    }
  }

  var head: JournalHead {
    JournalHead(
      mode: "mock", venue: "binance", account: "paper", startedAt: "20240101-000000-000000000", hostVersion: "0.1.0", hostDigest: "00", libc: "glibc",
      cpuFeatures: [], settings: settings.recordedLines, settingsDigest: "00", pairs: settings.pairs.recordedText(of: instruments),
      instances: strategies.enumerated().map { index, strategy in
        JournalHead.Instance(
          id: "S\(index)@\(instruments[index / 2].id.symbol)/0", instrument: instruments[index / 2].id.description, horizonSeconds: 0, digest: "00",
          fileName: "libS.so", parameters: [:], isolation: "in_process", events: strategy.binding.events,
          timerMilliseconds: strategy.binding.timerPeriodMilliseconds)
      })
  }

  func loop(_ journal: JournalWriter?) throws -> TradingLoop {
    TradingLoop(try configuration, model: settings.simulation, syntheticSpread: .zero, owner: nil, observer: nil, journal: journal)
  }

  static func known(_ engine: borrowing Engine) -> Known {
    let count = 3
    return Known(
      cash: engine.cash, positions: (0..<count).map { engine.book(instance: $0).position }, fees: (0..<count).map { engine.book(instance: $0).fees },
      realized: (0..<count).map { engine.book(instance: $0).realized }, dayBase: engine.dayBase, peak: engine.peak,
      open: Dictionary(uniqueKeysWithValues: engine.openOrders.map { ($0.id, $0.remaining) }))
  }

  private func run(seed: UInt64, events: Int, snapshots every: Int?, tightensAt: Int?) throws {
    let writer = try JournalWriter(folder: journal, head: head, options: JournalOptions(sync: .none, segmentBytes: 2 * JournalFormat.blockSize))
    var loop = try loop(writer)
    var chance = Chance(seed: seed)
    var prices: [Int64] = [600_000, 300_000]
    var milliseconds: Int64 = 1_704_067_200_000
    for event in 0..<events {
      if event == tightensAt {
        loop.tighten(settings.limits, symbolNotional: [Money(units: 1500), nil], receiveNanoseconds: milliseconds * 1_000_000)
      }
      if let every, event % every == every - 1 {
        snapshots[loop.lastSequence] = try loop.keptSnapshot(
          head, instruments, pluginStates: strategies.map { _ in [UInt8(event % 256)] }, in: journal)
      }
      let index = Int.random(in: 0..<2, using: &chance)
      prices[index] += Int64.random(in: -40...40, using: &chance)
      milliseconds += Int64.random(in: 1...900, using: &chance)
      let trade = Trade(price: Price(raw: prices[index]), quantity: Quantity(raw: Int64.random(in: 1...50, using: &chance)), takerSide: .buy)
      loop.trade(
        Tick(exchangeMilliseconds: milliseconds, trade: trade), instrument: Int32(index), receiveNanoseconds: milliseconds * 1_000_000)
      known[loop.lastSequence] = Self.known(loop.engine)
    }
    loop.closeJournal()
  }

  // MARK: Killing

  /// Every record's place and length, in the order of the journal: segment, byte, length, kind, input.
  func records() throws -> [(segment: Int, offset: Int, length: Int, kind: RecordKind, sequence: UInt64)] {
    var all: [(segment: Int, offset: Int, length: Int, kind: RecordKind, sequence: UInt64)] = []
    for (number, name) in try segments().enumerated() {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(journal)/\(name)"))
      bytes.withUnsafeBytes { bytes in
        for block in 0..<bytes.count / JournalFormat.blockSize {
          var offset = block * JournalFormat.blockSize
          let end = offset + JournalFormat.blockCapacity
          while offset + JournalFormat.headerSize <= end {
            let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt16.self))
            guard length > 0, let kind = RecordKind(rawValue: bytes[offset + 6]) else { break }
            all.append((number, offset, length, kind, bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
            offset += length
          }
        }
      }
    }
    return all
  }

  private func segments() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: journal).filter { $0.hasSuffix(".qej") }.sorted()
  }

  /// Whether there is more than zeros in these bytes: without them the record is torn.
  func hasContent(segment: Int, _ range: Range<Int>) throws -> Bool {
    try Data(contentsOf: URL(fileURLWithPath: "\(journal)/\(segments()[segment])"))[range].contains { $0 != 0 }
  }

  /// The journal as a host leaves it that is killed when so many bytes of a segment are written.
  func killed(segment: Int, byte: Int) throws -> String {
    let path = folder.path("killed")
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(journal)/\(JournalFormat.headName)", toPath: "\(path)/\(JournalFormat.headName)")
    for (number, name) in try segments().enumerated() where number <= segment {
      var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(journal)/\(name)"))
      if number == segment { bytes.resetBytes(in: byte..<bytes.count) }
      try bytes.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
    return path
  }
}
