import Kernel

/// What a journal asks of the disk. Tests put one in its place that fails when they want.
package struct JournalDisk: Sendable {
  /// A new segment: its path, its size in bytes.
  package var make: @Sendable (String, Int) throws(KernelError) -> MappedFile
  /// What was written to a segment is on the disk afterwards.
  package var sync: @Sendable (MappedFile) throws(KernelError) -> Void

  package init(
    make: @escaping @Sendable (String, Int) throws(KernelError) -> MappedFile = { path, size throws(KernelError) in
      try MappedFile(creating: path, size: size)
    },
    sync: @escaping @Sendable (MappedFile) throws(KernelError) -> Void = { file throws(KernelError) in try file.sync() }
  ) {
    self.make = make
    self.sync = sync
  }
}
