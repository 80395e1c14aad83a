/// The one plugin of this library: its descriptor and tables, made at the first call of the entry and kept for the life
/// of the process.
@usableFromInline enum Library {
  /// Of `qe_event.as`; the layout of ABI 1 is frozen.
  @inlinable static var payloadOffset: Int { 8 }

  /// What an author's type says, before it becomes C tables.
  @usableFromInline struct Content {
    let name: String
    let version: String
    let summary: String
    let parameters: [Parameter]
    let kind: UInt32
    let operations: InstanceOperations
    @usableFromInline var events: UInt64 = 0
    @usableFromInline var timerPeriodMilliseconds: Int64 = 0
    @usableFromInline var featureSchemaHash: [UInt8]?

    @usableFromInline init<P: Plugin & ~Copyable>(_ type: P.Type, kind: UInt32, _ operations: InstanceOperations) {
      name = P.name
      version = P.version
      summary = P.summary
      parameters = P.parameters
      self.kind = kind
      self.operations = operations
    }

    /// What the author has to correct; nil if nothing.
    var defect: String? {
      guard Name.isPlugin(name) else { return "the name '\(name)' is not [A-Za-z][A-Za-z0-9_]* of at most 64" }
      if let defect = parameters.lazy.compactMap(\.defect).first { return defect }
      if Set(parameters.map(\.name)).count != parameters.count { return "two parameters have one name" }
      if events & Events.timer.rawValue != 0, timerPeriodMilliseconds <= 0 {
        return "a timer is subscribed, so timerPeriodMilliseconds must be above 0"
      }
      if let hash = featureSchemaHash, hash.count != 32 { return "featureSchemaHash has \(hash.count) bytes, not 32" }
      return nil
    }
  }

  struct Made {
    let descriptor: UnsafePointer<qe_descriptor>
    let operations: InstanceOperations
  }

  // Written once, by the entry: [control], so no two threads are here.
  nonisolated(unsafe) static var made: Made?

  @usableFromInline static func descriptor(
    _ major: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int, _ content: () -> Content
  ) -> UnsafePointer<qe_descriptor>? {
    guard major == QE_ABI_MAJOR else {
      write("supports plugin ABI \(PluginKit.supportedRange), the host asked for \(major)", to: error, capacity)
      return nil
    }
    if let made { return made.descriptor }
    let content = content()
    if let defect = content.defect {
      write("\(content.name): \(defect)", to: error, capacity)
      return nil
    }
    let new = Made(descriptor: DescriptorTable.make(content), operations: content.operations)
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
