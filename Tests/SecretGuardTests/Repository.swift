import Foundation
import TestKit
import Testing

@testable import SecretGuard

/// A git repository of its own for one test.
struct Repository {
  let folder: TemporaryFolder
  var path: String { folder.url.path }

  init() throws {
    folder = try TemporaryFolder()
    try git("init", "-q")
  }

  /// The exit code of git, and what it wrote.
  @discardableResult
  func git(_ words: String..., mayFail: Bool = false) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["git", "-C", path, "-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"] + words
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
    environment["GIT_CONFIG_NOSYSTEM"] = "1"
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if !mayFail { try #require(process.terminationStatus == 0, "git \(words.joined(separator: " "))") }
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  func write(_ text: String, to name: String) throws {
    let file = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func check(isStaged: Bool = false, allowList: String? = nil) throws -> GuardReport {
    try SecretGuard.check(.init(folder: path, isStaged: isStaged, allowList: allowList))
  }

  /// `API_KEY=` and a random value.
  static func leak(_ chance: inout Chance) -> String { "API_KEY=" + KeyKind.text(KeyKind.alphanumeric, 40, &chance) + "\n" }
}
