/// The one plugin of this library: its descriptor and tables, made at the first call of the entry and kept for the life
/// of the process.
@usableFromInline enum Library {
  /// Of `qe_event.as`; the layout of ABI 1 is frozen.
  @inlinable static var payloadOffset: Int { 8 }

  struct Made {
    let name: String
    let descriptor: UnsafePointer<qe_descriptor>
    let type: any (Plugin & ~Copyable).Type
    let stateful: (any (Plugin & Stateful & ~Copyable).Type)?
  }

  // Written once, by the entry: [control], so no two threads are here.
  nonisolated(unsafe) static var made: Made?

  static func descriptor(
    _ major: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int, _ content: () -> Content
  ) -> UnsafePointer<qe_descriptor>? {
    guard major == QE_ABI_MAJOR else {
      write("supports plugin ABI \(PluginKit.supportedRange), the host asked for \(major)", to: error, capacity)
      return nil
    }
    let content = content()
    if let defect = content.defect {
      write("\(content.name): \(defect)", to: error, capacity)
      return nil
    }
    if let made {
      if made.name == content.name { return made.descriptor }
      write("\(content.name): this library already is the plugin \(made.name)", to: error, capacity)
      return nil
    }
    let new = Made(name: content.name, descriptor: DescriptorTable.make(content), type: content.type, stateful: content.stateful)
    made = new
    return new.descriptor
  }

  /// At most `capacity` bytes with the NUL, cut between characters.
  static func write(_ text: String, to error: UnsafeMutablePointer<CChar>, _ capacity: Int) {
    guard capacity > 0 else { return }
    var end = 0
    for scalar in text.unicodeScalars {
      let bytes = UTF8.encode(scalar)!
      guard end + bytes.count < capacity else { break }
      for byte in bytes {
        error[end] = CChar(bitPattern: byte)
        end += 1
      }
    }
    error[end] = 0
  }
}
