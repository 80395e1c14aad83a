import Glibc
import Journal
import Kernel
import Ledger
import Market
import Replay
import Settings

private let folder: String = {
  var name = Array("/dev/shm/quantumedge-fuzz-XXXXXX".utf8CString)
  precondition(mkdtemp(&name) != nil, "no folder in /dev/shm")
  let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let settings = Settings()
  let instrument = settings.pairs.instrument("BTCUSDT")!
  let head = JournalHead(
    mode: "mock", venue: "binance", account: "paper", startedAt: "", hostVersion: "", hostDigest: "", libc: "", cpuFeatures: [],
    settings: settings.recordedLines, settingsDigest: "", pairs: settings.pairs.recordedText(of: [instrument]),
    instances: [
      JournalHead.Instance(
        id: "EMACross@BTCUSDT/0", instrument: instrument.id.description, horizonSeconds: 0, digest: "", fileName: "", parameters: [:],
        isolation: "in_process", events: .max, timerMilliseconds: 1000)
    ])
  let writer = try? JournalWriter(folder: path, head: head, options: JournalOptions(sync: .none, segmentBytes: 2 * JournalFormat.blockSize))
  writer?.close()
  return path
}()

private let file = open("\(folder)/000001.qej", O_RDWR | O_CREAT | O_TRUNC, 0o600)
private let ledger = try? Ledger(path: nil)

/// Any bytes are a journal that the ledger takes to its end or refuses with words, and nothing of a refused one is in it. The first byte says
/// which: bytes as they are, or what came of inputs, with checksums that are right, so that what stands behind them is reached. The inputs'
/// own figures are the engine's, and are not made up here.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  guard size > 1, let ledger else { return 0 }
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  var segment = data[0] & 1 == 0 ? Array(bytes.prefix(2 * JournalFormat.blockSize)) : records(bytes)
  segment += [UInt8](repeating: 0, count: (JournalFormat.blockSize - segment.count % JournalFormat.blockSize) % JournalFormat.blockSize)
  precondition(ftruncate(file, 0) == 0 && pwrite(file, segment, segment.count, 0) == segment.count, "no room in /dev/shm")
  do {
    try LedgerProjection.project(folder, name: "j", into: ledger, isFinal: true)
    let there = try ledger.finalJournals()
    precondition(there == ["j"], "taken, and not there")
    for table in LedgerTable.allCases {
      try ledger.forEach(table) { row in precondition(row.count == table.columns.count + 1, "a row of another table") }
    }
  } catch { precondition(error is any Fault && !"\(error)".isEmpty, "a refusal without words: \(error)") }
  return 0
}

/// Answers and actions with the fuzzer's variants and payloads, some to each clock input: a byte for the kind, one for the variant, one for
/// the payload's length.
private func records(_ bytes: [UInt8]) -> [UInt8] {
  let kinds = RecordKind.allCases.filter { !$0.isInput }
  var block: [UInt8] = []
  var sequence: UInt64 = 0
  var place = 0
  func add(_ kind: RecordKind, _ variant: UInt8, _ payload: ArraySlice<UInt8>) -> Bool {
    let length = (JournalFormat.headerSize + payload.count + 7) & ~7
    guard block.count + length <= JournalFormat.blockCapacity else { return false }
    if kind.isInput { sequence += 1 }
    var record: [UInt8] = [0, 0, 0, 0, UInt8(length & 255), UInt8(length >> 8), kind.rawValue, variant]
    let now = Int64(sequence) * 7_000_000_000
    record += withUnsafeBytes(of: sequence.littleEndian, Array.init) + withUnsafeBytes(of: now.littleEndian, Array.init) + payload
    record += [UInt8](repeating: 0, count: length - record.count)
    let checksum = record.withUnsafeBytes { CRC32C.value(of: $0.baseAddress! + 4, length - 4) }
    record.replaceSubrange(0..<4, with: withUnsafeBytes(of: checksum.littleEndian, Array.init))
    block += record
    return true
  }
  guard add(.clock, 0, []) else { return block }
  while place + 3 <= bytes.count {
    let payload = bytes[(place + 3)...].prefix(Int(bytes[place + 2]))
    if bytes[place] & 0x80 != 0 { guard add(.clock, 0, []) else { break } }
    guard add(kinds[Int(bytes[place] & 0x7F) % kinds.count], bytes[place + 1], payload) else { break }
    place += 3 + payload.count
  }
  return block
}
