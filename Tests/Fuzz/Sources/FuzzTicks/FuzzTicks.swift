import Feeds
import Glibc
import Market

private let folder: String = {
  var name = Array("/dev/shm/quantumedge-fuzz-XXXXXX".utf8CString)
  precondition(mkdtemp(&name) != nil, "no folder in /dev/shm")
  return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}()

private let spec: InstrumentSpec = {
  guard let id = InstrumentID("binance.usdm.BTCUSDT"),
    let instrument = try? Instrument(
      id: id, baseAsset: "BTC", quoteAsset: "USDT", priceScale: 1, quantityScale: 3, minimumNotional: .zero, leverage: 5)
  else { preconditionFailure("the instrument is valid") }
  return instrument.spec
}()

/// Any bytes are a tick file, read to its end, or a refusal that names the file; packed or not, strict or passing over bad rows.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  guard size > 1 else { return 0 }
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  let path = "\(folder)/t.csv\(["", ".gz", ".zst"][Int(data[0] >> 2) % 3])"
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count && close(file) == 0, "no room in /dev/shm")
  do throws(TickFileError) {
    let reader = try TickFileReader(
      path: path, spec: spec, options: TickFileOptions(skipsBadRows: data[0] & 1 != 0, sortsByTime: data[0] & 2 != 0, bufferBytes: 4096))
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: 64)
    // Unsafe: room for one batch, freed here; only what the reader says it has put in is looked at.
    defer { batch.deallocate() }
    var last = Int64.min
    while true {
      let count = try reader.next(into: batch)
      if count == 0 { break }
      for tick in batch[..<count] {
        precondition(tick.trade.price.raw > 0 && tick.trade.quantity.raw > 0, "a tick without a price or a quantity")
        precondition(tick.exchangeMilliseconds >= last, "a tick before its predecessor")
        last = tick.exchangeMilliseconds
      }
    }
  } catch { precondition(error.description.contains(path), "a refusal without its file: \(error)") }
  return 0
}
