import Foundation
import PluginABI
import Testing

/// A plugin of the build, loaded as a host would: by the one symbol.
struct PluginLibrary {
  struct Missing: Error, CustomStringConvertible { let description: String }
  typealias Entry = @convention(c) (UInt32, UInt32, UnsafeMutablePointer<CChar>, Int) -> UnsafePointer<qe_descriptor>?

  let name: String
  let path: String
  let entry: Entry
  let descriptor: UnsafePointer<qe_descriptor>

  /// In the folder of the test program; a missing one is a failure, never a skip.
  init(_ name: String) throws {
    let folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    path = URL(fileURLWithPath: folder).deletingLastPathComponent().appendingPathComponent("lib\(name).so").path
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, "quantumedge_plugin_entry") else {
      throw Missing(description: "\(path): \(String(cString: dlerror()))")
    }
    self.name = name
    // The header gives the symbol this type.
    entry = unsafeBitCast(symbol, to: Entry.self)
    var error = [CChar](repeating: 0, count: 256)
    guard let descriptor = entry(QE_ABI_MAJOR, QE_ABI_MINOR, &error, error.count) else {
      throw Missing(description: "\(path): \(text(error))")
    }
    self.descriptor = descriptor
  }

  var strategy: qe_strategy { descriptor.pointee.strategy!.pointee }
  var parameters: UnsafeBufferPointer<qe_parameter> {
    UnsafeBufferPointer(start: descriptor.pointee.parameters, count: Int(descriptor.pointee.parameter_count))
  }
  var state: qe_state_extension? {
    descriptor.pointee.get_extension!(QE_EXTENSION_STATE)?.assumingMemoryBound(to: qe_state_extension.self).pointee
  }
}

func text(_ bytes: [CChar]) -> String { String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }

/// SplitMix64: the seed is all there is to a run.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From QE_SEED, or the clock; printed either way.
  static func seeded(_ test: String = #function) -> Generator {
    let seed = ProcessInfo.processInfo.environment["QE_SEED"].flatMap { UInt64($0) } ?? UInt64(Date().timeIntervalSince1970 * 1000)
    print("\(test): QE_SEED=\(seed)")
    return Generator(seed: seed)
  }

  /// A walk around 50,000.00 in hundredths, with runs long enough for averages to cross.
  mutating func prices(_ count: Int) -> [Int64] {
    var price: Int64 = 5_000_000
    var drift: Int64 = 0
    return (0..<count).map { index in
      if index % 50 == 0 { drift = Int64.random(in: -400...400, using: &self) }
      price = max(100, price + drift + Int64.random(in: -900...900, using: &self))
      return price
    }
  }
}
