import CLibCrypto

/// OpenSSL refused what it has no reason to refuse: no memory, no random numbers, a library built without the algorithm.
public struct CryptographyError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// Takes OpenSSL's own reason off its queue, so that it is not blamed on a later call.
  init(_ what: String) {
    var text = [CChar](repeating: 0, count: 256)
    let code = ERR_peek_last_error()
    ERR_error_string_n(code, &text, text.count)
    ERR_clear_error()
    let reason = code == 0 ? "no reason given" : String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    description = "OpenSSL: \(what): \(reason)"
  }
}
