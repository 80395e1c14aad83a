import Cryptography

/// Bytes from the hexadecimal digits of a standard's example.
func hex(_ digits: String) -> [UInt8] {
  let digits = Array(digits.filter { $0 != " " })
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
}

extension SecureBytes {
  convenience init(_ bytes: [UInt8]) {
    var copy = bytes
    self.init(taking: &copy)
  }

  convenience init(_ text: String) { self.init(Array(text.utf8)) }

  var array: [UInt8] { withBytes { Array($0) } }
}
