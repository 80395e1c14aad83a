/// A file of a manifest, as an adapter is lent it at `create`.
package struct LentFile {
  /// As in the manifest; "model" for the model itself.
  package let name: String
  /// Valid until the instance is destroyed: whoever makes the instance sees to it.
  package let bytes: UnsafeRawBufferPointer
  /// A sealed memory file, for a runtime library; -1 for all else.
  package let descriptor: Int32

  package init(name: String, bytes: UnsafeRawBufferPointer, descriptor: Int32 = -1) {
    self.name = name
    self.bytes = bytes
    self.descriptor = descriptor
  }
}
