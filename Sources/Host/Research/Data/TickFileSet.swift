import Compression
import Feeds
import Kernel
import Market

/// The tick files of one symbol and market in a folder, in the order of their first ticks.
public struct TickFileSet: Sendable {
  /// One of them that has ticks.
  public struct File: Sendable, Hashable {
    public var path: String
    public var firstMilliseconds: Int64
    /// On the disk.
    public var bytes: Int64
  }

  public let symbol: String
  public let market: Market
  public let files: [File]
  /// Files with a header and nothing behind it, as a host leaves one that it has just begun; and, where bad rows are passed
  /// over, those without a good one.
  public let emptyFiles: [String]
  /// Rows of files that had no good one.
  public let badRows: Int
  /// The first ten of them.
  public let firstBadRows: [String]
  public let spec: InstrumentSpec
  /// What its user should know of the choice, a line each.
  public let notes: [String]

  /// - Parameters:
  ///   - market: a file whose name says another one (`BTCUSDT_spot_….csv`) is left out; one that says none is taken.
  ///   - spec: the symbol's scales; nil = those of the data, for which each file is read once more. So are files whose name says no
  ///     market: where theirs are finer, all are read with those of the data.
  ///   - others: as of `names(of:in:others:)`.
  ///   - limit: only so many of the latest files; nil = all. Of the others the first row alone is looked at.
  /// - Throws: `dataMissing` without a file of the symbol, `dataInvalid` for one that cannot be read.
  public init(
    symbol: String, market: Market, folder: String, spec: InstrumentSpec?, others: [String] = [], options: TickFileOptions = TickFileOptions(),
    limit: Int? = nil
  ) throws(ResearchError) {
    let found: [String]
    do throws(KernelError) { found = Self.names(of: symbol, in: try Files.names(in: folder), others: others) } catch {
      throw ResearchError(.dataMissing, "\(error)")
    }
    var notes: [String] = []
    let foreign = found.compactMap { Self.market(of: $0, symbol: symbol) }.filter { $0 != market }
    if !foreign.isEmpty { notes.append("\(Self.list(foreign)) left out: this is \(market.rawValue)") }
    let own = found.filter { Self.market(of: $0, symbol: symbol).map { $0 == market } ?? true }
    let paths = own.map { "\(folder)/\($0)" }.filter { !Files.isFolder($0) }
    guard !paths.isEmpty else {
      let cure =
        foreign.isEmpty
        ? "name the folder of the tick files with --data" : "\(Self.list(foreign)) there: name it as binance.\(foreign[0].rawValue).\(symbol)"
      throw ResearchError(.dataMissing, "\(folder): no \(symbol)_*.csv, .csv.gz or .csv.zst of \(market.rawValue); \(cure)")
    }
    var look = Look()
    for path in paths { try look.take(path, options) }
    // Names decide between equal times, so that the same folder is always read in the same order.
    look.files.sort { ($0.firstMilliseconds, $0.path) < ($1.firstMilliseconds, $1.path) }
    var files = limit.map { Array(look.files.suffix($0)) } ?? look.files
    guard !files.isEmpty else { throw ResearchError(.dataMissing, "\(folder): the \(paths.count) files of \(symbol) have no rows yet") }
    if let spec {
      self.spec = try Self.fit(spec, &files, symbol, market, options, &notes)
    } else {
      self.spec = try Self.spec(Self.scan(files, options), symbol)
    }
    self.symbol = symbol
    self.market = market
    self.files = files
    self.notes = notes
    emptyFiles = look.empty
    badRows = look.badRows
    firstBadRows = look.firstBadRows
  }

  var totalBytes: Int64 { files.reduce(0) { $0 + $1.bytes } }

  // MARK: Names

  /// Of all names of a folder those of one symbol: `BTCUSDT_….csv`, packed or not, live or rotated, of whatever market.
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

  /// Which market a name of the symbol says, as the host names what it stores: `BTCUSDT_usdm_20261130-230000.csv`.
  static func market(of name: String, symbol: String) -> Market? {
    Market(rawValue: name.dropFirst(symbol.count + 1).prefix { $0 != "_" && $0 != "." }.lowercased())
  }

  /// "2 files of spot, 1 file of coinm"
  private static func list(_ markets: [Market]) -> String {
    Market.allCases.compactMap { market in
      let count = markets.count { $0 == market }
      return count == 0 ? nil : "\(count) file\(count == 1 ? "" : "s") of \(market.rawValue)"
    }.joined(separator: ", ")
  }

  // MARK: Scales

  /// What the host stores fits its instrument. A file that says no market may be anybody's: it is scanned.
  private static func fit(
    _ spec: InstrumentSpec, _ files: inout [File], _ symbol: String, _ market: Market, _ options: TickFileOptions, _ notes: inout [String]
  ) throws(ResearchError) -> InstrumentSpec {
    var strangers: [File] = []
    for file in files where Self.market(of: name(file.path), symbol: symbol) == nil {
      if !fits(try scan([file], options), spec) { strangers.append(file) }
    }
    guard let first = strangers.first else { return spec }
    let which = strangers.count == 1 ? name(first.path) : "\(name(first.path)) and \(strangers.count - 1) more"
    let reason = "\(which) has finer decimals or larger values than \(market.rawValue).\(symbol) of pairs.yaml"
    let isMarked = files.contains { Self.market(of: name($0.path), symbol: symbol) != nil }
    if isMarked {
      // Prices of two markets in one series differ by a basis that no model could trade, and every model would find.
      files.removeAll { strangers.contains($0) }
      notes.append("\(reason): left out beside files that are named as of \(market.rawValue)")
      return spec
    }
    let scales = try scan(files, options)
    notes.append(
      "\(reason): all are read with the decimals of the data (price \(scales.priceDecimals), quantity \(scales.quantityDecimals)); "
        + "if they are of another market, name that, as binance.spot.\(symbol)")
    return try Self.spec(scales, symbol)
  }

  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private static func fits(_ scales: TickScales, _ spec: InstrumentSpec) -> Bool {
    let (price, quantity) = (Int(spec.priceScale) - scales.priceDecimals, Int(spec.quantityScale) - scales.quantityDecimals)
    guard price >= 0, quantity >= 0 else { return false }
    return Int128(scales.largestPrice) * Int128(PowerOfTen[price]) <= Int128(spec.maximumPrice)
      && Int128(scales.largestQuantity) * Int128(PowerOfTen[quantity]) <= Int128(spec.maximumQuantity)
  }

  /// Scales that hold all files.
  private static func scan(_ files: some Sequence<File>, _ options: TickFileOptions) throws(ResearchError) -> TickScales {
    var scales = TickScales(priceDecimals: 0, quantityDecimals: 0, largestPrice: 1, largestQuantity: 1)
    do throws(TickFileError) {
      for file in files {
        let own = try TickFileScan.scales(path: file.path, options: options)
        scales = TickScales(
          priceDecimals: max(scales.priceDecimals, own.priceDecimals), quantityDecimals: max(scales.quantityDecimals, own.quantityDecimals),
          largestPrice: larger(scales.largestPrice, scales.priceDecimals, own.largestPrice, own.priceDecimals),
          largestQuantity: larger(scales.largestQuantity, scales.quantityDecimals, own.largestQuantity, own.quantityDecimals))
      }
    } catch {
      throw ResearchError(error)
    }
    return scales
  }

  /// The larger of two decimals, at the finer of their scales; what does not fit into 64 bits is more than any instrument takes.
  private static func larger(_ one: Int64, _ scale: Int, _ other: Int64, _ otherScale: Int) -> Int64 {
    let finer = max(scale, otherScale)
    let (first, second) = (Int128(one) * Int128(PowerOfTen[finer - scale]), Int128(other) * Int128(PowerOfTen[finer - otherScale]))
    return Int64(clamping: max(first, second))
  }

  private static func spec(_ scales: TickScales, _ symbol: String) throws(ResearchError) -> InstrumentSpec {
    do throws(Instrument.Invalid) {
      return try scales.instrument(id: InstrumentID(venue: "none", market: .spot, symbol: symbol), baseAsset: "BASE", quoteAsset: "QUOTE").spec
    } catch {
      throw ResearchError(.dataInvalid, "\(symbol): \(error.reason); give it a row in pairs.yaml")
    }
  }
}

extension TickFileSet {
  /// Where files begin, and which of them say nothing.
  private struct Look {
    var files: [File] = []
    var empty: [String] = []
    var badRows = 0
    var firstBadRows: [String] = []

    mutating func take(_ path: String, _ options: TickFileOptions) throws(ResearchError) {
      guard try Self.hasRows(path) else { return empty.append(path) }
      let start: TickFileScan.Start
      do throws(TickFileError) { start = try TickFileScan.start(path: path, options: options) } catch { throw ResearchError(error) }
      if let first = start.firstMilliseconds {
        files.append(File(path: path, firstMilliseconds: first, bytes: start.bytes))
      } else {
        empty.append(path)
        badRows += start.badRowCount
        for row in start.badRows where firstBadRows.count < 10 { firstBadRows.append("\(path):\(row.line): \(row.reason)") }
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
}
