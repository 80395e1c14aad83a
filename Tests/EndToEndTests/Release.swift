import Foundation
import TestKit
import Testing

/// The release build, which some promises are about: a debug build keeps none on allocations.
enum Release {
  /// `QE_RELEASE_DIR` (set by `make test`) promises one, and then a missing one fails; else the package's own is taken if
  /// it is there, and nil means that nobody built one.
  static var executable: URL? {
    get throws {
      if let folder = ProcessInfo.processInfo.environment["QE_RELEASE_DIR"] {
        let promised = URL(fileURLWithPath: folder).appendingPathComponent("quantumedge")
        try #require(FileManager.default.isExecutableFile(atPath: promised.path), "QE_RELEASE_DIR has no quantumedge: \(promised.path)")
        return promised
      }
      let usual = Workplace.packageFolder.appendingPathComponent(".build/release/quantumedge")
      return FileManager.default.isExecutableFile(atPath: usual.path) ? usual : nil
    }
  }

  static let isAbsent = "no release build: run make test, or swift build -c release"
}
