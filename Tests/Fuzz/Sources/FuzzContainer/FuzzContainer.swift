import Cryptography
import Secrets

private let passphrase: Secret = {
  var bytes = Array("a phrase".utf8)
  return Secret(taking: &bytes)
}()

/// Any bytes are a container or a refusal by name. What the header asks of scrypt is held to the cheapest that is accepted: the
/// bounds have tests of their own, and a second for each input would find nothing.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  var bytes = Array(UnsafeBufferPointer(start: data, count: size))
  if size > 20, bytes[0] == UInt8(ascii: "Q") {
    // N = 2^14, r = 1, p = 1.
    bytes.replaceSubrange(11..<20, with: [0x0E, 0, 0, 0, 1, 0, 0, 0, 1])
  }
  do throws(SecretContainer.Refusal) {
    _ = try SecretContainer.format(of: bytes)
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
