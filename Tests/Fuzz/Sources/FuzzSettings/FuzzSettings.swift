import Glibc
import Market
import Settings

/// A folder for each kind of file, so that none lies beside another's.
private let folders: [String] = {
  var name = Array("/dev/shm/quantumedge-fuzz-XXXXXX".utf8CString)
  precondition(mkdtemp(&name) != nil, "no folder in /dev/shm")
  let root = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return ["settings", "pairs", "old"].map { kind in
    precondition(mkdir("\(root)/\(kind)", 0o700) == 0, "no room in /dev/shm")
    return "\(root)/\(kind)"
  }
}()

/// Any bytes are settings, instruments, or a file of the Python system, or a refusal whose lines name a place; the first byte says which.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  guard size > 0 else { return 0 }
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  let kind = Int(data[0]) % folders.count
  let path = "\(folders[kind])/settings.yaml"
  do throws(SettingsError) {
    switch kind {
    case 0:
      put(bytes, path)
      check(try Settings.read(path: path, overrides: [], environment: [:]))
    case 1:
      put(Array("app: {mode: paper}\n".utf8), path)
      put(bytes, "\(folders[kind])/pairs.yaml")
      check(try Settings.read(path: path, overrides: [], environment: [:]))
    default:
      put(bytes, path)
      let imported = try ReferenceImport.read(path)
      // What it writes is read as settings, whatever they are worth.
      check(imported.faults(as: path))
      check(imported.left)
      precondition(!imported.text.isEmpty)
    }
  } catch {
    precondition(!error.violations.isEmpty, "a refusal without words")
    check(error.violations)
  }
  return 0
}

private func check(_ reading: SettingsReading) {
  precondition(!reading.rows.isEmpty && reading.rows.allSatisfy { !$0.origin.isEmpty }, "a value from nowhere")
  check(reading.warnings)
  let instruments = reading.settings.pairs.instruments
  precondition(!instruments.isEmpty && Set(instruments.map(\.id)).count == instruments.count, "no instruments, or one of them twice")
  precondition(!reading.settings.canonicalText.isEmpty && !reading.settings.pairs.canonicalText.isEmpty)
}

private func check(_ lines: [String]) { precondition(lines.allSatisfy { !$0.isEmpty && !$0.contains("\n") }, "a word for people that is no line") }

private func put(_ bytes: [UInt8], _ path: String) {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count && close(file) == 0, "no room in /dev/shm")
}
