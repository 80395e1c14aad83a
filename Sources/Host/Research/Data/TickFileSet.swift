import Compression
import Feeds
import Kernel
import Market

/// The tick files of one symbol in a folder, in the order of their first ticks.
public struct TickFileSet: Sendable {
  /// One of them that has ticks.
  public struct File: Sendable, Hashable {
    public var path: String
    public var firstMilliseconds: Int64
    /// On the disk.
    public var bytes: Int64
  }

  public let symbol: String
  public let files: [File]
  /// Files with a header and nothing behind it, as a host leaves one that it has just begun.
  public let emptyFiles: [String]
  public let spec: InstrumentSpec

  /// Of all names of a folder those of one symbol: `BTCUSDT_….csv`, packed or not, live or rotated.
  ///
  /// The whole symbol stands before an underscore, so ETHUSDT does not find ETHUSDTX_….csv; its case matters not.
  /// - Parameter others: symbols that exist as well: BTCUSDT leaves what BTCUSDT_270326 owns.
  public static func names(of symbol: String, in names: [String], others: [String] = []) -> [String] {
    let prefix = symbol.uppercased() + "_"
    let longer = others.map { $0.uppercased() + "_" }.filter { $0 != prefix && $0.hasPrefix(prefix) }
    return names.filter { name in
      let upper = name.uppercased()
      guard upper.hasPrefix(prefix), !longer.contains(where: upper.hasPrefix) else { return false }
      return [".CSV", ".CSV.GZ", ".CSV.ZST"].contains { upper.hasSuffix($0) }
    }
  }

  /// - Parameters:
  ///   - spec: the symbol's scales; nil = those of the data, for which each file is read once more.
  ///   - others: as of `names(of:in:others:)`.
  ///   - limit: only so many of the latest files; nil = all.
  /// - Throws: `dataMissing` without a file of the symbol, `dataInvalid` for one that cannot be read.
  public init(
    symbol: String, folder: String, spec: InstrumentSpec?, others: [String] = [], options: TickFileOptions = TickFileOptions(), limit: Int? = nil
  ) throws(ResearchError) {
    let found: [String]
    do throws(KernelError) { found = Self.names(of: symbol, in: try Files.names(in: folder), others: others) } catch {
      throw ResearchError(.dataMissing, "\(error)")
    }
    let paths = found.map { "\(folder)/\($0)" }.filter { !Files.isFolder($0) }
    guard !paths.isEmpty else {
      throw ResearchError(.dataMissing, "\(folder): no \(symbol)_*.csv, .csv.gz or .csv.zst; name the folder of the tick files with --data")
    }
    var empty: [String] = []
    var full: [String] = []
    for path in paths { if try Self.hasRows(path) { full.append(path) } else { empty.append(path) } }
    let measured: InstrumentSpec
    if let spec { measured = spec } else { measured = try Self.scan(full, symbol, options) }
    var files: [File] = []
    for path in full { files.append(try Self.look(path, measured, options)) }
    // Names decide between equal times, so that the same folder is always read in the same order.
    files.sort { ($0.firstMilliseconds, $0.path) < ($1.firstMilliseconds, $1.path) }
    self.symbol = symbol
    self.spec = measured
    self.files = limit.map { files.suffix($0) } ?? files
    emptyFiles = empty
    guard !files.isEmpty else { throw ResearchError(.dataMissing, "\(folder): the \(paths.count) files of \(symbol) have no rows yet") }
  }

  /// Scales that hold all files.
  private static func scan(_ paths: [String], _ symbol: String, _ options: TickFileOptions) throws(ResearchError) -> InstrumentSpec {
    var scales = TickScales(priceDecimals: 0, quantityDecimals: 0, largestPrice: 1, largestQuantity: 1)
    do throws(TickFileError) {
      for path in paths {
        let own = try TickFileScan.scales(path: path, options: options)
        scales.priceDecimals = max(scales.priceDecimals, own.priceDecimals)
        scales.quantityDecimals = max(scales.quantityDecimals, own.quantityDecimals)
      }
    } catch {
      throw ResearchError(error)
    }
    do throws(Instrument.Invalid) {
      return try scales.instrument(id: InstrumentID(venue: "none", market: .spot, symbol: symbol), baseAsset: "BASE", quoteAsset: "QUOTE").spec
    } catch {
      throw ResearchError(.dataInvalid, "\(symbol): \(error.reason); give it a row in pairs.yaml")
    }
  }

  var totalBytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

  private static func look(_ path: String, _ spec: InstrumentSpec, _ options: TickFileOptions) throws(ResearchError) -> File {
    do throws(TickFileError) {
      let reader = try TickFileReader(path: path, spec: spec, options: options)
      var tick = Tick(exchangeMilliseconds: 0, trade: Trade(price: .zero, quantity: .zero, takerSide: .buy))
      var count = 0
      try withUnsafeMutablePointer(to: &tick) { pointer throws(TickFileError) in
        // Unsafe: a batch of one tick in this frame.
        count = try reader.next(into: UnsafeMutableBufferPointer(start: pointer, count: 1))
      }
      guard count == 1 else { throw TickFileError(.badData, path: path, reason: "no ticks") }
      return File(path: path, firstMilliseconds: tick.exchangeMilliseconds, bytes: reader.fileBytes)
    } catch {
      throw ResearchError(error)
    }
  }

  /// Whether anything but line ends stands behind the first line.
  private static func hasRows(_ path: String) throws(ResearchError) -> Bool {
    do throws(CompressionError) {
      let reader = try ByteReader(path: path)
      // Unsafe: scratch for the reader, owned here; only what it wrote is looked at.
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 12, alignment: 16)
      defer { buffer.deallocate() }
      var isBehindHeader = false
      while true {
        let count = try reader.read(into: buffer)
        if count == 0 { return false }
        for byte in buffer[..<count] {
          if isBehindHeader, byte != 0x0A, byte != 0x0D { return true }
          if byte == 0x0A { isBehindHeader = true }
        }
      }
    } catch {
      throw ResearchError(.dataInvalid, "\(error.path): \(error.reason)")
    }
  }
}
