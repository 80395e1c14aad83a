import Foundation

/// Where tests find things.
public enum Workplace {
  /// The folder with the test bundle, and so with every program and plugin library of its build.
  public static var testFolder: URL {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  }

  /// The folder of the programs and plugin libraries that are tested: what is shipped, in `QE_RELEASE_DIR` (`make test` sets it; five
  /// times as fast); else those that were built with the tests.
  public static var buildFolder: URL {
    ProcessInfo.processInfo.environment["QE_RELEASE_DIR"].map { URL(fileURLWithPath: $0, isDirectory: true) } ?? testFolder
  }

  /// The checkout.
  public static var packageFolder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  /// The team's recordings: beside the checkout, or in QE_SHARED; nil when absent.
  public static var shared: URL? {
    let folder =
      ProcessInfo.processInfo.environment["QE_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? packageFolder.deletingLastPathComponent().appendingPathComponent("shared")
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("data").path) ? folder : nil
  }

  public static let sharedIsAbsent = "../shared is absent: the recordings are not part of the repository"

  /// The library of a plugin. A missing one is a failure of the build, not a reason to skip.
  public static func plugin(_ name: String) -> URL { buildFolder.appendingPathComponent("lib\(name).so") }
}

/// A folder of its own for one test, removed with the value.
public final class TemporaryFolder {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("quantumedge-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }

  /// The same in one step, for a file that somebody watches: nobody sees a part of it.
  public func replace(_ text: String, at name: String) throws {
    try write(text, to: name + ".new")
    guard rename(path(name + ".new"), path(name)) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
