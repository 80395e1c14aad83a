import Foundation
import PluginABI
import TestKit

/// A model adapter of the build, loaded as a host would: by the one symbol.
struct ModelPlugin: @unchecked Sendable {
  // Unchecked: the descriptor is static memory that nobody writes.
  struct Missing: Error, CustomStringConvertible { let description: String }
  typealias Entry = @convention(c) (UInt32, UInt32, UnsafeMutablePointer<CChar>, Int) -> UnsafePointer<qe_descriptor>?

  let name: String
  let descriptor: UnsafePointer<qe_descriptor>

  /// In the folder of the test program; a missing one is a failure, never a skip.
  init(_ name: String) throws { try self.init(name, at: Workplace.plugin(name).path) }

  init(_ name: String, at path: String) throws {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, "quantumedge_plugin_entry") else {
      throw Missing(description: "\(path): \(String(cString: dlerror()))")
    }
    self.name = name
    // Unsafe: the header gives the symbol this type.
    let entry = unsafeBitCast(symbol, to: Entry.self)
    var error = [CChar](repeating: 0, count: 256)
    guard let descriptor = entry(QE_ABI_MAJOR, QE_ABI_MINOR, &error, error.count) else {
      throw Missing(description: "\(path): \(text(error))")
    }
    self.descriptor = descriptor
  }

  // Unsafe: what a model's descriptor must have, the host checks it before anything else.
  var model: qe_model { descriptor.pointee.model!.pointee }
  var batch: qe_predict_batch_extension? {
    descriptor.pointee.get_extension!(QE_EXTENSION_PREDICT_BATCH)?.assumingMemoryBound(to: qe_predict_batch_extension.self).pointee
  }
}

func text(_ bytes: [CChar]) -> String { String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
