import Kernel
import Market
import Synchronization

/// Stores what the market's feeds bring: the engine's thread hands it over, a thread of its own writes.
///
/// The engine never waits: what finds no room in the queue is dropped for storage alone, and counted.
public final class MarketStorage: @unchecked Sendable {
  // Unchecked: streams are the writer's thread's alone once it runs; what others read is atomic or behind the lock.
  public let recorder: StorageRecorder
  /// What was mended of former lives' files, for people.
  public let notes: [String]
  private let queue: MessageQueue
  private let streams: [RowStream]
  /// By symbol.
  private let ticks: [RowStream?]
  private let trades: [RowStream?]
  private let books: [RowStream?]
  private let foreign: [String]
  private let shared = Mutex(StorageStatus())
  private let isEnding = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)
  private var nextClean: Int64 = 0
  private var taken = 0
  private let bound: StorageBound?
  private var boundTrouble: String?
  /// Files that were open in the last turn.
  private var lastOpen: Set<String> = []

  private static let pauseNanoseconds: Int64 = 10_000_000
  private static let cleanNanoseconds: Int64 = 3600 * 1_000_000_000

  /// Takes the symbols' locks, mends what a former life left torn.
  ///
  /// - Throws: a folder cannot be made.
  public init(_ options: StorageOptions) throws(KernelError) {
    var foreign: [String] = []
    func streams(_ kind: RowStream.Kind, _ isWanted: Bool) throws(KernelError) -> [RowStream?] {
      var made: [RowStream?] = []
      for symbol in options.symbols {
        let stream = isWanted ? try RowStream(kind, symbol, options) : nil
        if isWanted, stream == nil, !foreign.contains(symbol.name) { foreign.append(symbol.name) }
        made.append(stream)
      }
      return made
    }
    ticks = try streams(.ticks, options.savesTicks)
    trades = try streams(.trades, options.savesTrades)
    books = try streams(.orderbooks, options.savesBooks)
    self.streams = (ticks + trades + books).compactMap(\.self)
    self.foreign = foreign
    bound = StorageBound(options)
    notes = self.streams.flatMap { $0.repair() }
    queue = MessageQueue(capacity: options.queueBytes)
    recorder = StorageRecorder(queue, savesBooks: options.savesBooks)
  }

  /// Begins to write, on a thread of its own.
  public func start() throws(KernelError) {
    try BackgroundThread.start { [self] in
      while !isEnding.load(ordering: .acquiring) {
        turn(Clocks.realtimeNanoseconds())
        Clocks.sleep(nanoseconds: Self.pauseNanoseconds)
      }
      end(Clocks.realtimeNanoseconds())
      hasEnded.store(true, ordering: .releasing)
    }
  }

  /// Waits until all that was handed over is in its files, but not for ever: a disk that hangs must not hold the host.
  public func finish(timeoutSeconds: Int64 = 10) {
    isEnding.store(true, ordering: .releasing)
    let deadline = Clocks.monotonicNanoseconds() + timeoutSeconds * 1_000_000_000
    while !hasEnded.load(ordering: .acquiring) {
      if Clocks.monotonicNanoseconds() > deadline {
        shared.withLock { $0.trouble = $0.trouble ?? "the disk did not take the last rows within \(timeoutSeconds) s" }
        return
      }
      Clocks.sleep(nanoseconds: 1_000_000)
    }
  }

  public var status: StorageStatus {
    var status = shared.withLock { $0 }
    status.dropped += queue.dropped
    status.foreign = foreign
    return status
  }

  // MARK: The writer's side

  /// Takes what has come, writes what is due.
  func turn(_ now: Int64) {
    queue.receive { message in
      taken += 1
      let index = Int(Int32(bitPattern: message.load(fromByteOffset: 4, as: UInt32.self)))
      guard ticks.indices.contains(index) else { return }
      if message.load(as: UInt32.self) == StoredMessage.Kind.trade.rawValue {
        ticks[index]?.append(message, now)
        trades[index]?.append(message, now)
      } else {
        books[index]?.append(message, now)
      }
    }
    for stream in streams { stream.turn(now) }
    let open = Set(streams.compactMap(\.path))
    if now >= nextClean {
      nextClean = now + Self.cleanNanoseconds
      for stream in streams { stream.clean(now) }
      keepWithinBound(open)
    } else if open != lastOpen {
      // One was followed by another.
      keepWithinBound(open)
    }
    lastOpen = open
    tell()
  }

  private func keepWithinBound(_ open: Set<String>) {
    do throws(KernelError) {
      try bound?.apply(open: open, held: Set(streams.map(\.lockPath)))
      boundTrouble = nil
    } catch { boundTrouble = "\(error)" }
  }

  func end(_ now: Int64) {
    turn(now)
    for stream in streams { stream.end(now) }
    tell()
  }

  private func tell() {
    let ticks = ticks.compactMap(\.self)
    let status = StorageStatus(
      taken: taken, rows: ticks.reduce(0) { $0 + $1.rows }, rowsBySymbol: Dictionary(uniqueKeysWithValues: ticks.map { ($0.symbol.key, $0.rows) }),
      dropped: streams.reduce(0) { $0 + $1.dropped }, trouble: streams.lazy.compactMap(\.trouble).first ?? boundTrouble,
      foreign: [], files: streams.compactMap(\.path))
    shared.withLock { $0 = status }
  }
}
