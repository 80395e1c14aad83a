import Foundation
import Kernel
import Plugins
import TestKit

/// A library as it is lent in `files.runtime[]`: sealed, and kept open for the life of the tests.
struct RuntimeFile {
  var name: String
  var path: String
  var memory: SealedMemoryFile

  /// - Throws: `dependency_not_allowed` and the like, as the host does before it lends one.
  init(_ path: String) throws {
    let file = try PluginFile.read(path)
    try file.prepareRuntime()
    (name, self.path, memory) = (file.fileName, path, try SealedMemoryFile(name: file.fileName, bytes: file.bytes))
  }

  /// What the library counts of its own things that nobody has let go of.
  var live: Int32 {
    guard let handle = dlopen(memory.path, RTLD_NOW | RTLD_NOLOAD), let symbol = dlsym(handle, "fake_live") else { return -1 }
    // Unsafe: the fixture gives its function this type.
    return unsafeBitCast(symbol, to: (@convention(c) () -> Int32).self)()
  }
}

/// Libraries that a test compiles from the sources in Plugins/Fixtures/Models.
enum Compiled {
  static let folder = Workplace.packageFolder.appendingPathComponent("Plugins/Fixtures/Models")

  private static let compiler = ["gcc", "clang", "cc"].lazy.compactMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }.first

  static func library(_ source: String, _ options: [String] = [], in folder: TemporaryFolder) throws -> String {
    try compile(Self.folder.appendingPathComponent("\(source).c").path, "lib\(source)\(options.joined().filter(\.isLetter)).so", options, folder)
  }

  /// Of a text in C.
  static func library(text: String, _ name: String, in folder: TemporaryFolder) throws -> String {
    try compile(try folder.write(text, to: "\(name).c"), "lib\(name).so", [], folder)
  }

  private static func compile(_ source: String, _ name: String, _ options: [String], _ folder: TemporaryFolder) throws -> String {
    guard let compiler else { throw Refused(text: "there is no C compiler: install gcc") }
    let path = folder.path(name)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: compiler)
    process.arguments = ["-std=gnu11", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-o", path, source] + options + ["-lm"]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Refused(text: "\(compiler) does not compile \(source)") }
    return path
  }

  static func runtime(_ source: String, _ options: [String] = [], in folder: TemporaryFolder) throws -> RuntimeFile {
    try RuntimeFile(try library(source, options, in: folder))
  }
}

/// The real runtime libraries, from their makers' wheels: unpacked in the folder that QE_MODEL_RUNTIMES names.
enum Wheels {
  static let lightGBM = find { $0 == "lib_lightgbm.so" }
  static let onnxRuntime = find { $0.hasPrefix("libonnxruntime.so.1") }

  static let areAbsent =
    "QE_MODEL_RUNTIMES names no folder with that library: pip download lightgbm onnxruntime --no-deps, unzip both there"

  private static func find(_ isWanted: (String) -> Bool) -> String? {
    guard let folder = ProcessInfo.processInfo.environment["QE_MODEL_RUNTIMES"] else { return nil }
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.first { isWanted(($0 as NSString).lastPathComponent) }.map { "\(folder)/\($0)" }
  }
}

/// The models in Plugins/Fixtures/Models, and what their makers' own libraries said of some rows.
struct Expected {
  let rows: [[Double]]
  let missing: [[Double]]
  private let answers: [String: Any]

  init() throws {
    let data = try Data(contentsOf: Compiled.folder.appendingPathComponent("expected.json"))
    answers = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    func table(_ value: Any?) -> [[Double]] { (value as? [[Any]] ?? []).map { $0.map { ($0 as? NSNumber)?.doubleValue ?? .nan } } }
    (rows, missing) = (table(answers["rows"]), table(answers["missing"]))
  }

  subscript(name: String) -> [Double] { answers[name] as? [Double] ?? [] }

  static func model(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: Compiled.folder.appendingPathComponent(name))) }
}
