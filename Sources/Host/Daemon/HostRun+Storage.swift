import Logging
import Kernel
import Market
import Session
import Settings
import Storage

extension HostRun {
  /// What stores the feeds' data; nil where the settings or the feed want none.
  func makeStorage(_ instruments: [Instrument], _ log: RunLog) throws -> MarketStorage? {
    let wanted = settings.storage
    // A recording is a file already.
    guard wanted.savesTicks || wanted.savesTrades || wanted.savesOrderBooks, !settings.takesRecordings else { return nil }
    let storage: MarketStorage
    do throws(KernelError) {
      storage = try MarketStorage(settings.storageOptions(for: instruments))
      try storage.start()
    } catch { throw SessionError(.unavailable, "storage: \(error)") }
    for note in storage.notes { log.host.warning("storage: \(note)") }
    for symbol in storage.status.foreign { log.host.warning("storage: another host stores \(symbol) in \(settings.dataFolder); this one does not") }
    return storage
  }
}

extension Settings {
  func storageOptions(for instruments: [Instrument]) -> StorageOptions {
    var options = StorageOptions(
      folder: dataFolder,
      symbols: instruments.map {
        StorageOptions.Symbol(
          name: $0.id.symbol, market: $0.id.market.rawValue, priceScale: Int($0.spec.priceScale), quantityScale: Int($0.spec.quantityScale))
      })
    // Nobody is to train on it by accident.
    options.source = takesMockFeed ? "mock" : ""
    options.savesTicks = storage.savesTicks
    options.savesTrades = storage.savesTrades
    options.savesBooks = storage.savesOrderBooks
    options.maximumTickBytes = storage.maximumTickMegabytes << 20
    options.maximumLineBytes = storage.maximumLineMegabytes << 20
    options.maximumLineNanoseconds = storage.maximumLineMinutes * 60_000_000_000
    options.lineRetentionDays = storage.lineRetentionDays == 0 ? nil : storage.lineRetentionDays
    options.tickRetentionDays = storage.tickRetentionDays
    options.maximumTotalBytes = storage.maximumTotalGigabytes.map { $0 << 30 }
    options.flushRows = Int(storage.flushRows)
    options.flushNanoseconds = storage.flushMilliseconds * 1_000_000
    options.compression = storage.compression == .zstd ? .zstd : .none
    return options
  }
}
