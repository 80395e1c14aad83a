import Cryptography
import Glibc
import Journal
import Kernel
import Market

private let folder: String = {
  var name = Array("/dev/shm/quantumedge-fuzz-XXXXXX".utf8CString)
  precondition(mkdtemp(&name) != nil, "no folder in /dev/shm")
  let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let head = JournalHead(
    mode: "mock", venue: "binance", account: "paper", startedAt: "", hostVersion: "", hostDigest: "", libc: "", cpuFeatures: [], settings: [],
    settingsDigest: "", pairs: "", instances: [])
  let writer = try? JournalWriter(folder: path, head: head, options: JournalOptions(sync: .none, segmentBytes: 2 * JournalFormat.blockSize))
  writer?.close()
  return path
}()

private let file = open("\(folder)/000001.qej", O_RDWR | O_CREAT | O_TRUNC, 0o600)

/// Any bytes are a snapshot beside a journal, and its place there, or a refusal that names it.
private func snapshot(_ bytes: [UInt8], isMended: Bool) {
  // Input 7: the name says which it is.
  let path = "\(folder)/snapshot-00000000000000000007.json"
  let content = isMended ? Array((SHA256Hasher.digest(of: bytes).hex + "\n").utf8) + bytes : bytes
  guard let file = fopen(path, "w") else { preconditionFailure("no room in /dev/shm") }
  fwrite(content, 1, content.count, file)
  fclose(file)
  do throws(JournalError) {
    var reader = try JournalReader(folder: folder, checksChain: false)
    let snapshot = try JournalSnapshot.read(
      path, headDigest: isMended && bytes.starts(with: "{".utf8) ? digest(in: bytes) ?? reader.headDigest : reader.headDigest)
    try reader.begin(after: snapshot)
    while try reader.next() != nil {}
  } catch { precondition("\(error)".contains(folder), "a refusal without a place: \(error)") }
}

/// As if the journal were the one that the bytes name, so that what stands behind that is reached.
private func digest(in bytes: [UInt8]) -> String? {
  let words = bytes.split(separator: UInt8(ascii: "\""))
  return words.first { $0.count == 64 }.map { String(decoding: $0, as: UTF8.self) }
}

/// Any bytes are a journal's segment, read to its end or refused with a place; and any payload is a record's or a refusal. The first byte
/// says which: bytes as they are, or cut into records whose checksums are right, so that what stands behind them is reached; or a snapshot.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  guard size > 1 else { return 0 }
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  if data[0] & 4 != 0 {
    snapshot(bytes, isMended: data[0] & 1 != 0)
    return 0
  }
  var segment = data[0] & 1 == 0 ? Array(bytes.prefix(2 * JournalFormat.blockSize)) : records(bytes)
  segment += [UInt8](repeating: 0, count: (JournalFormat.blockSize - segment.count % JournalFormat.blockSize) % JournalFormat.blockSize)
  precondition(ftruncate(file, 0) == 0 && pwrite(file, segment, segment.count, 0) == segment.count, "no room in /dev/shm")
  do throws(JournalError) {
    var reader = try JournalReader(folder: folder, checksChain: data[0] & 2 != 0)
    var count = 0
    while let record = try reader.next() {
      count += 1
      _ = JournalFailure(answer: record.payload)
      if record.kind.isInput {
        do throws(JournalError) { _ = try record.input() } catch { precondition(!"\(error)".isEmpty, "a refusal without words") }
      }
    }
    precondition(reader.ending != nil && count <= segment.count / JournalFormat.headerSize, "more records than bytes")
  } catch { precondition("\(error)".contains(folder), "a refusal without a place: \(error)") }
  return 0
}

/// Records with the fuzzer's kinds, variants and payloads: each begins with those two bytes and the payload's length.
private func records(_ bytes: [UInt8]) -> [UInt8] {
  var block: [UInt8] = []
  var sequence: UInt64 = 0
  var place = 0
  while place + 3 <= bytes.count {
    let payload = bytes[(place + 3)...].prefix(Int(bytes[place + 2]))
    let length = (JournalFormat.headerSize + payload.count + 7) & ~7
    guard block.count + length <= JournalFormat.blockCapacity else { break }
    let kind = RecordKind.allCases[Int(bytes[place]) % RecordKind.allCases.count]
    if kind.isInput { sequence += 1 }
    var record: [UInt8] = [0, 0, 0, 0, UInt8(length & 255), UInt8(length >> 8), kind.rawValue, bytes[place + 1]]
    record += withUnsafeBytes(of: sequence.littleEndian, Array.init) + [UInt8](repeating: 0, count: 8) + payload
    record += [UInt8](repeating: 0, count: length - record.count)
    let checksum = record.withUnsafeBytes { CRC32C.value(of: $0.baseAddress! + 4, length - 4) }
    record.replaceSubrange(0..<4, with: withUnsafeBytes(of: checksum.littleEndian, Array.init))
    block += record
    place += 3 + payload.count
  }
  return block
}
