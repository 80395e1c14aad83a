import Compression
import Kernel
import Market

/// The files of one kind and symbol, one after the other.
final class RowStream {
  enum Kind: String, CaseIterable {
    case ticks, trades, orderbooks

    var suffix: String { self == .ticks ? "csv" : "jsonl" }
    /// Before the symbol in a file's name.
    var prefix: String { self == .ticks ? "" : "\(rawValue)_" }
  }

  let kind: Kind
  let symbol: StorageOptions.Symbol
  private let options: StorageOptions
  private let own: OwnFiles
  private let folder: String
  /// Held as long as this host stores the symbol here.
  private let lock: FileLock
  private var file: StoredFile?
  private var begun: Int64 = 0
  private var buffer: [UInt8] = []
  private var waiting = 0
  private var oldest: Int64 = 0
  /// Not before then is it tried again.
  private(set) var nextTryNanoseconds: Int64 = 0
  private var scratch = [UInt8](repeating: 0, count: TickRow.maximumLength)

  private(set) var rows = 0
  private(set) var dropped = 0
  private(set) var trouble: String?

  /// While the disk takes nothing, so much is kept in memory; what comes then is dropped.
  private static let patience = 8 << 20
  private static let day: Int64 = 86_400_000_000_000
  /// No row is longer.
  private static let pieceBytes = 256 << 10
  private static let header = Array(TickRow.header.utf8)

  /// Nil when another host stores the symbol there.
  init?(_ kind: Kind, _ symbol: StorageOptions.Symbol, _ options: StorageOptions) throws(KernelError) {
    self.kind = kind
    self.symbol = symbol
    self.options = options
    folder = "\(options.folder)/\(kind.rawValue)\(options.source.isEmpty ? "" : "/\(options.source)")"
    own = OwnFiles(folder: folder)
    try Files.createFolders(folder)
    guard let lock = try FileLock.tryAcquire(Self.lockPath(folder, symbol.key)) else { return nil }
    self.lock = lock
  }

  /// Who has it stores the symbol in the folder.
  static func lockPath(_ folder: String, _ key: String) -> String { "\(folder)/.\(key).lock" }

  var lockPath: String { Self.lockPath(folder, symbol.key) }

  /// Nil while none is open.
  var path: String? { file?.path }

  // MARK: Rows

  func append(_ message: UnsafeRawBufferPointer, _ now: Int64) {
    guard buffer.count < Self.patience else {
      dropped += 1
      return
    }
    if waiting == 0 { oldest = now }
    waiting += 1
    let milliseconds = message.load(fromByteOffset: 8, as: Int64.self)
    switch kind {
    case .ticks: tick(message, milliseconds)
    case .trades: trade(message, milliseconds)
    case .orderbooks: book(message, milliseconds)
    }
    if waiting >= options.flushRows { flush(now) }
  }

  private func tick(_ message: UnsafeRawBufferPointer, _ milliseconds: Int64) {
    let trade = Trade(
      price: Price(raw: message.load(fromByteOffset: 16, as: Int64.self)), quantity: Quantity(raw: message.load(fromByteOffset: 24, as: Int64.self)),
      takerSide: isSell(message) ? .sell : .buy)
    // Unsafe: the array's own room, as much as one row takes.
    let count = scratch.withUnsafeMutableBufferPointer {
      TickRow.write(
        Tick(exchangeMilliseconds: milliseconds, trade: trade), priceScale: symbol.priceScale, quantityScale: symbol.quantityScale,
        to: $0.baseAddress!)
    }
    buffer.append(contentsOf: scratch[..<count])
  }

  private func isSell(_ message: UnsafeRawBufferPointer) -> Bool {
    message.load(fromByteOffset: 32, as: UInt64.self) == UInt64(Side.sell.rawValue)
  }

  /// As Binance's own trade message: m is true when the buyer was the maker, and so the taker sold.
  private func trade(_ message: UnsafeRawBufferPointer, _ milliseconds: Int64) {
    text("{\"e\":\"trade\",\"E\":")
    number(milliseconds, 0)
    text(",\"T\":")
    number(milliseconds, 0)
    text(",\"s\":\"\(symbol.name)\",\"p\":\"")
    number(message.load(fromByteOffset: 16, as: Int64.self), symbol.priceScale)
    text("\",\"q\":\"")
    number(message.load(fromByteOffset: 24, as: Int64.self), symbol.quantityScale)
    text(isSell(message) ? "\",\"m\":true}\n" : "\",\"m\":false}\n")
  }

  private func book(_ message: UnsafeRawBufferPointer, _ milliseconds: Int64) {
    text("{\"e\":\"depth\",\"E\":")
    number(milliseconds, 0)
    text(",\"s\":\"\(symbol.name)\"")
    var place = 24
    for (name, count) in [("bids", message.load(fromByteOffset: 16, as: UInt32.self)), ("asks", message.load(fromByteOffset: 20, as: UInt32.self))] {
      text(",\"\(name)\":[")
      for index in 0..<Int(count) {
        text(index == 0 ? "[\"" : ",[\"")
        number(message.load(fromByteOffset: place, as: Int64.self), symbol.priceScale)
        text("\",\"")
        number(message.load(fromByteOffset: place + 8, as: Int64.self), symbol.quantityScale)
        text("\"]")
        place += 16
      }
      text("]")
    }
    text("}\n")
  }

  private func number(_ raw: Int64, _ scale: Int) {
    // Unsafe: the array's own room, as much as one number takes.
    let count = scratch.withUnsafeMutableBufferPointer { DecimalBytes.write(raw, scale: scale, to: $0.baseAddress!) }
    buffer.append(contentsOf: scratch[..<count])
  }

  private func text(_ text: String) { buffer.append(contentsOf: text.utf8) }

  // MARK: Files

  /// What waits too long is written, a file that is full or old is followed by the next.
  func turn(_ now: Int64) {
    if waiting > 0, now - oldest >= options.flushNanoseconds { flush(now) }
    if isDue(now) { rotate(now) }
  }

  private func isDue(_ now: Int64) -> Bool {
    guard let size = file?.size else { return false }
    if kind == .ticks { return size >= options.maximumTickBytes || now / Self.day != begun / Self.day }
    return size >= options.maximumLineBytes || now - begun >= options.maximumLineNanoseconds
  }

  /// Whole rows go to the file, as far as the disk takes them; the rest is tried again in a second, in another file if it is this one that
  /// takes nothing.
  func flush(_ now: Int64) {
    guard waiting > 0, now >= nextTryNanoseconds else { return }
    var written = 0
    do throws(KernelError) {
      if file?.isInPlace == false { file = nil }
      if file == nil { try open(now) }
      while written < buffer.count {
        let end = pieceEnd(from: written)
        // Unsafe: the array's own bytes, for one call.
        let failure = buffer.withUnsafeBytes { bytes in
          do throws(KernelError) {
            try file!.append(UnsafeRawBufferPointer(rebasing: bytes[written..<end]))
            return nil as KernelError?
          } catch { return error }
        }
        if let failure { throw failure }
        written = end
      }
      trouble = nil
    } catch {
      trouble = "\(error)"
      nextTryNanoseconds = now + 1_000_000_000
      // A full disk takes no other file either.
      if !error.isFull { file = nil }
    }
    let done = written == buffer.count ? waiting : buffer[..<written].count { $0 == 0x0A }
    rows += done
    waiting -= done
    buffer.removeFirst(written)
  }

  /// Where so much as is written at once ends, behind a whole row.
  private func pieceEnd(from start: Int) -> Int {
    guard buffer.count - start > Self.pieceBytes else { return buffer.count }
    return buffer[start..<start + Self.pieceBytes].lastIndex(of: 0x0A)! + 1
  }

  /// What waits at the end and is not taken is lost.
  func end(_ now: Int64) {
    flush(max(now, nextTryNanoseconds))
    dropped += waiting
    waiting = 0
    buffer = []
  }

  private func open(_ now: Int64) throws(KernelError) {
    let stem = "\(kind.prefix)\(symbol.key)_\(UTCStamp.second(nanoseconds: now))"
    var made: StoredFile?
    var number = 1
    while made == nil {
      let name = number == 1 ? "\(stem).\(kind.suffix)" : "\(stem)_\(number).\(kind.suffix)"
      do throws(KernelError) {
        // What was packed has the name too.
        if !Files.isPresent("\(folder)/\(name).zst") { made = try StoredFile(creating: "\(folder)/\(name)") }
      } catch {
        guard error.isThere else { throw error }
      }
      number += 1
    }
    var opened = made!
    made = nil
    do throws(KernelError) {
      if kind == .ticks { try Self.header.withBytes { (bytes) throws(KernelError) in try opened.append(bytes) } }
      try own.add(OwnFiles.Entry(name: Self.name(of: opened.path), identity: opened.identity, key: symbol.key, begun: now))
    } catch {
      // One that is on no list would be nobody's, and there would be another each second.
      if opened.isInPlace { try? Files.remove(opened.path) }
      throw error
    }
    begun = now
    file = consume opened
  }

  private static func name(of path: String) -> String { String(path[path.index(after: path.lastIndex(of: "/")!)...]) }

  /// Ends the file; the next row begins another.
  func rotate(_ now: Int64) {
    flush(now)
    guard let path = file?.path, waiting == 0 else { return }
    CrashPoint.pass(.beforeRotate)
    do throws(KernelError) { try file!.sync() } catch { trouble = "\(error)" }
    file = nil
    if options.compression == .zstd { pack(path) }
    CrashPoint.pass(.afterRotate)
    clean(now)
  }

  /// The packed file stands before the plain one goes.
  private func pack(_ path: String) {
    do throws(any Error) {
      let writer = try ByteWriter(path: "\(path).zst", encoding: .zstd)
      let reader = try ByteReader(path: path)
      let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
      // Unsafe: one reused chunk, freed here; only what was read is written.
      defer { chunk.deallocate() }
      while true {
        let count = try reader.read(into: chunk)
        if count == 0 { break }
        try writer.write(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
      }
      try writer.commit()
      let name = Self.name(of: path)
      guard let identity = Files.identity(at: "\(path).zst") else { throw KernelError("look at", "\(path).zst") }
      try own.change(removing: [name], adding: [OwnFiles.Entry(name: "\(name).zst", identity: identity, key: symbol.key, begun: begun)])
      CrashPoint.pass(.beforeUnpackedGoes)
      try Files.remove(path)
    } catch { trouble = "\(error)" }
  }

  /// A host that was killed while it packed may have left both: the same rows must not be there twice.
  ///
  /// - Returns: a line for people for each that is mended.
  private func tidyPacked(_ entries: [OwnFiles.Entry]) throws -> [String] {
    var notes: [String] = []
    for entry in entries where entry.key == symbol.key && own.isOurs(entry) {
      let isPacked = entry.name.hasSuffix(".zst")
      let (plain, packed) = isPacked ? (String(entry.name.dropLast(4)), entry.name) : (entry.name, "\(entry.name).zst")
      guard plain.hasSuffix(kind.suffix), Files.isPresent("\(folder)/\(plain)"), Files.isPresent("\(folder)/\(packed)"),
        try haveSameContent("\(folder)/\(plain)", "\(folder)/\(packed)"), let identity = Files.identity(at: "\(folder)/\(packed)")
      else { continue }
      if !isPacked {
        try own.change(
          removing: [plain], adding: [OwnFiles.Entry(name: packed, identity: identity, key: symbol.key, begun: entry.begun)])
      }
      try Files.remove("\(folder)/\(plain)")
      notes.append("\(folder)/\(plain): is packed beside it, and removed")
    }
    return notes
  }

  private func haveSameContent(_ plain: String, _ packed: String) throws -> Bool {
    let readers = (try ByteReader(path: plain), try ByteReader(path: packed))
    let size = 1 << 16
    let chunks = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * size, alignment: 16)
    // Unsafe: two halves of one buffer that is freed here; only what was read is compared.
    defer { chunks.deallocate() }
    func fill(_ reader: ByteReader, _ start: Int) throws -> Int {
      var count = 0
      while count < size {
        let more = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: chunks[start + count..<start + size]))
        if more == 0 { break }
        count += more
      }
      return count
    }
    while true {
      let (one, other) = (try fill(readers.0, 0), try fill(readers.1, size))
      guard one == other, chunks[..<one].elementsEqual(chunks[size..<size + other]) else { return false }
      if one < size { return true }
    }
  }

  // MARK: Old files

  /// A file of a former life that ends in the middle of a row loses that; a line for people for each.
  func repair() -> [String] {
    var notes: [String] = []
    do throws(any Error) {
      let entries = try own.entries()
      notes += try tidyPacked(entries)
      for entry in entries where entry.key == symbol.key && entry.name.hasSuffix(kind.suffix) && own.isOurs(entry) {
        let cut = try Files.cutTornLine("\(folder)/\(entry.name)")
        if cut > 0 { notes.append("\(folder)/\(entry.name): its last row was torn, \(cut) bytes are cut off") }
      }
    } catch { notes.append("\(error)") }
    return notes
  }

  /// Removes what is too old, of this symbol's files that hosts wrote, and of those that nobody stores any more; never one
  /// that is open.
  func clean(_ now: Int64) {
    // Its last row counts, not its first.
    let lifetime = kind == .ticks ? Self.day : options.maximumLineNanoseconds
    let days = kind == .ticks ? options.tickRetentionDays : options.lineRetentionDays
    guard let days else { return }
    let oldest = now - days * Self.day - lifetime
    do throws(KernelError) {
      let entries = try own.entries()
      try clean(entries.filter { $0.key == symbol.key }, begunBefore: oldest)
      for key in Set(entries.map(\.key)).subtracting([symbol.key]).sorted() {
        // Whoever stores it, here or in another process, cleans up after it.
        guard let lock = try FileLock.tryAcquire(Self.lockPath(folder, key)) else { continue }
        try clean(entries.filter { $0.key == key }, begunBefore: oldest)
        _ = consume lock
      }
    } catch { trouble = "\(error)" }
  }

  /// - Parameter entries: of one symbol, oldest first.
  private func clean(_ entries: [OwnFiles.Entry], begunBefore oldest: Int64) throws(KernelError) {
    let current = path.map { Self.name(of: $0) }
    var gone: Set<String> = []
    for entry in entries where entry.name != current {
      // One that is gone, or has something else in its place, is off the list alone.
      if own.isOurs(entry) {
        guard entry.begun < oldest else { continue }
        try Files.remove("\(folder)/\(entry.name)")
      }
      gone.insert(entry.name)
    }
    if !gone.isEmpty { try own.change(removing: gone) }
  }
}

extension [UInt8] {
  fileprivate func withBytes(_ body: (UnsafeRawBufferPointer) throws(KernelError) -> Void) throws(KernelError) {
    // Typed throws do not pass through the closure that lends the bytes.
    let failure = withUnsafeBytes { bytes in
      do throws(KernelError) {
        try body(bytes)
        return nil as KernelError?
      } catch { return error }
    }
    if let failure { throw failure }
  }
}
