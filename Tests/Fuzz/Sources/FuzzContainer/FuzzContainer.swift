import Cryptography
import Secrets

private let passphrase: Secret = {
  var bytes = Array("a phrase".utf8)
  return Secret(taking: &bytes)
}()

/// A container that opens, as cheap as is accepted.
private let sealed: [UInt8] = {
  var contents = SecretContents()
  guard let scrypt = Scrypt(cost: SecretContainer.minimumCost, blockSize: 1, parallelism: 1),
    (try? contents.set("OPENAI_API_KEY", to: passphrase)) != nil,
    let bytes = try? SecretContainer.seal(contents, passphrase: passphrase, scrypt: scrypt)
  else { fatalError("no container to change") }
  return bytes
}()

/// Changes to it, each a place (two bytes) and a byte: nothing but the unchanged one opens, and that one does.
private func openChanged(_ edits: ArraySlice<UInt8>) {
  var bytes = sealed
  for start in stride(from: edits.startIndex, to: edits.endIndex - 2, by: 3) {
    let place = (Int(edits[start]) << 8 | Int(edits[start + 1])) % bytes.count
    // What scrypt costs is held down, as below.
    if !(11..<20).contains(place) { bytes[place] = edits[start + 2] }
  }
  let isOpen = (try? SecretContainer.open(bytes: bytes, passphrase: passphrase)) != nil
  precondition(isOpen == (bytes == sealed), "a changed container opens, or an unchanged one does not")
}

/// Any bytes are a container or a refusal by name. What the header asks of scrypt is held to the cheapest that is accepted: the
/// bounds have tests of their own, and a second for each input would find nothing.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  var bytes = Array(UnsafeBufferPointer(start: data, count: size))
  if size > 0, bytes[0] == UInt8(ascii: "M") { openChanged(bytes[1...]) }
  // What the header asks for, before anybody pays for it.
  do throws(SecretContainer.Refusal) { _ = try SecretContainer.format(of: bytes) } catch {
    precondition(!"\(error)".isEmpty, "a refusal without words")
  }
  if size > 20, bytes[0] == UInt8(ascii: "Q") {
    // N = 2^14, r = 1, p = 1.
    bytes.replaceSubrange(11..<20, with: [0x0E, 0, 0, 0, 1, 0, 0, 0, 1])
  }
  do throws(SecretContainer.Refusal) {
    _ = try SecretContainer.open(bytes: bytes, passphrase: passphrase)
  } catch { precondition(!"\(error)".isEmpty, "a refusal without words") }
  // The JSON inside, as if the key were right.
  let plaintext = bytes.withUnsafeBytes { SecureBytes(copying: $0) }
  for format in [SecretContainer.Format.fernet, .version1(.standard)] {
    do throws(SecretContainer.Refusal) { _ = try SecretContainer.contents(of: plaintext, in: format) } catch {
      precondition(!"\(error)".isEmpty, "a refusal without words")
    }
  }
  return 0
}
