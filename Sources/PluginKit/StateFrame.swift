/// The frame around a state: magic, frame version, author's version, length, checksum; then the payload.
enum StateFrame {
  static let size = 32
  private static let magic: UInt64 = 0x3145_5441_5453_4551  // "QESTATE1", little-endian
  private static let version: UInt32 = 1

  /// Writes the header in front of the payload that already lies behind it.
  static func seal(_ bytes: UnsafeMutableRawBufferPointer, name: UnsafePointer<CChar>, stateVersion: UInt32) {
    let payload = UnsafeRawBufferPointer(rebasing: bytes[size...])
    bytes.storeBytes(of: magic.littleEndian, toByteOffset: 0, as: UInt64.self)
    bytes.storeBytes(of: version.littleEndian, toByteOffset: 8, as: UInt32.self)
    bytes.storeBytes(of: stateVersion.littleEndian, toByteOffset: 12, as: UInt32.self)
    bytes.storeBytes(of: UInt64(payload.count).littleEndian, toByteOffset: 16, as: UInt64.self)
    bytes.storeBytes(of: checksum(payload, name, stateVersion).littleEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// The payload, nil for anything but bytes that `seal` finished for the same plugin and state version.
  static func open(_ bytes: UnsafeRawBufferPointer, name: UnsafePointer<CChar>, stateVersion: UInt32) -> UnsafeRawBufferPointer? {
    guard bytes.count >= size,
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)) == magic,
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) == version,
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)) == stateVersion,
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)) == UInt64(bytes.count - size)
    else { return nil }
    let payload = UnsafeRawBufferPointer(rebasing: bytes[size...])
    let found = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    return found == checksum(payload, name, stateVersion) ? payload : nil
  }

  /// FNV-1a over the plugin's name, the state version and the payload: each step is a bijection of the running value, so
  /// one altered byte always shows. It guards against damage, not against an attacker, who could as well alter the plugin.
  private static func checksum(_ payload: UnsafeRawBufferPointer, _ name: UnsafePointer<CChar>, _ stateVersion: UInt32) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var index = 0
    while name[index] != 0 {
      add(UInt8(bitPattern: name[index]))
      index += 1
    }
    withUnsafeBytes(of: stateVersion.littleEndian) { for byte in $0 { add(byte) } }
    for byte in payload { add(byte) }
    return hash
  }
}
