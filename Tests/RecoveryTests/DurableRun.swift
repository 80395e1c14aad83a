import Engine
import Foundation
import Journal
import Kernel
import Market
import Risk
import Session
import Settings
import Simulation
import TestKit

/// A disk whose syncs a test holds, lets go and breaks.
final class HeldDisk: @unchecked Sendable {
  // Unchecked: all of it is read and written under `condition`.
  private let condition = NSCondition()
  private var isHeld = false
  private var isBroken = false
  private var syncs = 0
  private var news = 0

  func hold() { change { $0.isHeld = true } }
  func letGo() { change { $0.isHeld = false } }

  func fail() {
    change {
      $0.isBroken = true
      $0.isHeld = false
    }
  }

  /// Syncs that were done.
  var syncCount: Int { condition.withLock { syncs } }

  var disk: JournalDisk {
    JournalDisk(sync: { [self] file throws(KernelError) in
      if condition.withLock({
        while isHeld { condition.wait() }
        return isBroken
      }) {
        throw KernelError("sync", file.path, code: EIO)
      }
      try file.sync()
      change { $0.syncs += 1 }
    })
  }

  /// What the journal tells of the disk.
  func tell() { change { $0.news += 1 } }

  /// Until there is more news than that; gives how much there is.
  func wait(beyond seen: Int) throws -> Int {
    let end = Date(timeIntervalSinceNow: 20)
    condition.lock()
    defer { condition.unlock() }
    while news <= seen { if !condition.wait(until: end) { throw Silence() } }
    return news
  }

  struct Silence: Error {}

  private func change(_ body: (HeldDisk) -> Void) {
    condition.withLock {
      body(self)
      condition.broadcast()
    }
  }
}

/// A loop with a journal whose orders leave once the disk has them, on a disk that a test holds.
final class DurableRun: RunObserver {
  let folder: TemporaryFolder
  let disk = HeldDisk()
  let strategy: ScriptedStrategy
  private(set) var loop: TradingLoop
  /// Numbers of orders, as they left; with how many syncs were done.
  private(set) var sent: [(order: UInt64, syncs: Int)] = []
  private(set) var fills: [FillRecord] = []
  private(set) var refusals: [RefusalCode] = []
  private var news = 0
  private var milliseconds: Int64 = 1_704_067_200_000
  private let clock = WallClock()

  /// A wall clock that stands beside the data's times, and jumps where a test wants.
  private final class WallClock {
    var aheadNanoseconds: Int64 = 0
    var run: Int64 = 1_704_067_200_000_000_000
  }

  var journal: String { folder.path("journal") }
  private let settings: Settings
  private let instrument: Instrument

  /// - Parameter isLive: whether there is a wall clock.
  init(isLive: Bool = true, script: @escaping ScriptedStrategy.Script) throws {
    folder = try TemporaryFolder()
    var settings = Settings()
    settings.mode = .mock
    settings.limits = Samples.farLimits
    settings.simulation.initialCash = Money(units: 1_000_000)
    settings.decisionFilters = DecisionFilters()
    settings.maximumInflightEntries = 8
    let instrument = settings.pairs.instrument("BTCUSDT")!
    (self.settings, self.instrument) = (settings, instrument)
    strategy = ScriptedStrategy(script: script)
    let head = JournalHead(
      mode: "mock", venue: "binance", account: "paper", startedAt: "20240101-000000-000000000", hostVersion: "0.1.0", hostDigest: "00", libc: "glibc",
      cpuFeatures: [], settings: settings.recordedLines, settingsDigest: "00", pairs: settings.pairs.recordedText(of: [instrument]),
      instances: [
        JournalHead.Instance(
          id: "S@BTCUSDT/0", instrument: instrument.id.description, horizonSeconds: 0, digest: "00", fileName: "libS.so", parameters: [:],
          isolation: "in_process", events: strategy.binding.events, timerMilliseconds: 0)
      ])
    let disk = disk
    let writer = try JournalWriter(
      folder: folder.path("journal"), head: head, options: JournalOptions(sync: .always, segmentBytes: 8 * JournalFormat.blockSize), disk: disk.disk,
      onDurable: { disk.tell() })
    let relay = Relay()
    let clock = clock
    loop = TradingLoop(
      try settings.engineConfiguration(
        instruments: [instrument], instances: [EngineConfiguration.Instance(binding: strategy.binding, instrument: 0, horizonSeconds: 0)]),
      model: settings.simulation, syntheticSpread: .zero, owner: nil, observer: relay, journal: writer,
      realTime: isLive
        ? {
          clock.run += 1000
          return clock.run + clock.aheadNanoseconds
        } : nil)
    relay.target = self
  }

  func trade(_ price: Int64) {
    milliseconds += 1
    clock.run = milliseconds * 1_000_000
    let trade = Trade(price: Price(raw: price), quantity: Quantity(raw: 10), takerSide: .buy)
    loop.trade(Tick(exchangeMilliseconds: milliseconds, trade: trade), instrument: 0, receiveNanoseconds: milliseconds * 1_000_000)
  }

  func command(_ command: Event.Command) { loop.command(command, receiveNanoseconds: milliseconds * 1_000_000) }

  /// The wall clock alone goes on.
  func pass(seconds: Int64) { clock.aheadNanoseconds += seconds * 1_000_000_000 }

  /// As the host: woken by the journal, it sends what the disk has, until nothing waits.
  func drain() throws {
    loop.sendDurable(receiveNanoseconds: milliseconds * 1_000_000)
    while loop.isWaitingForDisk {
      news = try disk.wait(beyond: news)
      loop.sendDurable(receiveNanoseconds: milliseconds * 1_000_000)
    }
  }

  func end() { loop.closeJournal() }

  /// Records of a kind, in words.
  func records(_ kind: RecordKind) throws -> [(input: UInt64, fields: [UInt64])] {
    var reader = try JournalReader(folder: journal, checksChain: true)
    var all: [(input: UInt64, fields: [UInt64])] = []
    while let record = try reader.next() {
      guard record.kind == kind else { continue }
      var decoder = record.decoder
      all.append(
        (record.sequence, kind == .sent ? [decoder.take(), UInt64(decoder.take(UInt32.self)), decoder.take(), decoder.take()] : [decoder.take()]))
    }
    return all
  }

  func sent(_ order: ApprovedOrder) { sent.append((order.id, disk.syncCount)) }
  func filled(_ fill: FillRecord) { fills.append(fill) }
  func refused(_ record: RefusalRecord) { refusals.append(record.refusal.code) }
  func closed(_ trip: RoundTrip) {}
  func riskChanged(_ refusal: Refusal) {}
  func failed(instance: Int32, _ failure: PluginFailure) {}

  /// The loop holds its observer, and must not hold its owner.
  private final class Relay: RunObserver {
    weak var target: DurableRun?
    func sent(_ order: ApprovedOrder) { target?.sent(order) }
    func filled(_ fill: FillRecord) { target?.filled(fill) }
    func refused(_ record: RefusalRecord) { target?.refused(record) }
    func closed(_ trip: RoundTrip) {}
    func riskChanged(_ refusal: Refusal) {}
    func failed(instance: Int32, _ failure: PluginFailure) {}
  }
}
