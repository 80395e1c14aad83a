import Foundation
import Market
import Testing

@testable import Scaffold

@Suite struct ScaffoldTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func source(_ path: String) throws -> String { try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) }

  static func package(_ language: PluginLanguage, _ name: String = "Sample") throws -> PluginPackage {
    PluginPackage(name: try PluginName(name), language: language, hostVersion: "9.8.7")
  }

  static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("scaffold-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  static func files(under folder: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder.path + "/" + $0, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }

  @Test func `a Swift package carries every source of the kit, stamped, and no other`() throws {
    let package = try ScaffoldTests.package(.swift)
    let kit = try FileManager.default.contentsOfDirectory(atPath: ScaffoldTests.root.appendingPathComponent("Sources/PluginKit").path)
    let carried = package.files.filter { $0.path.hasPrefix("Sources/PluginKit/") }
    #expect(carried.map { String($0.path.dropFirst("Sources/PluginKit/".count)) } == kit.sorted())
    for file in carried {
      let line = file.text.prefix { $0 != "\n" }
      #expect(line == "// A copy (\(package.stamp)): do not change it here.")
      #expect(try file.text.dropFirst(line.count + 1) == ScaffoldTests.source(file.path))
    }
    #expect(package.stamp == "PluginKit 1.0.0, plugin ABI 1.1, quantumedge 9.8.7")
  }

  @Test(arguments: PluginLanguage.allCases)
  func `header and version script equal the sources, and the layout check goes along with the kit`(_ language: PluginLanguage) throws {
    let files = Dictionary(uniqueKeysWithValues: try ScaffoldTests.package(language).files.map { ($0.path, $0.text) })
    let header = try #require(
      files[language == .c ? "Sources/Sample/include/quantumedge_plugin.h" : "Sources/PluginABI/include/quantumedge_plugin.h"])
    #expect(header.hasPrefix("/* A copy ("))
    #expect(try header.hasSuffix(ScaffoldTests.source("Sources/PluginABI/include/quantumedge_plugin.h")))
    #expect(try files["plugin.map"] == ScaffoldTests.source("Plugins/plugin.map"))
    #expect(files["plugin.map"] == "{ global: quantumedge_plugin_entry; local: *; };\n")
    if language == .swift {
      #expect(try files["Sources/PluginABI/layout.c"]?.hasSuffix(ScaffoldTests.source("Sources/PluginABI/layout.c")) == true)
    }
    for name in ["Package.swift", "README.md", "Makefile", ".gitignore", "Sources/Sample/Sample.\(language.rawValue)"] {
      #expect(files[name]?.isEmpty == false, "\(name)")
    }
    #expect(!files.values.contains { $0.contains("__NAME__") || $0.contains("__STAMP__") })
  }

  @Test(arguments: PluginLanguage.allCases)
  func `a package is written whole, also over an empty folder`(_ language: PluginLanguage) throws {
    try ScaffoldTests.withFolder { folder in
      let package = try ScaffoldTests.package(language)
      try FileManager.default.createDirectory(at: folder.appendingPathComponent("empty"), withIntermediateDirectories: false)
      for name in ["new", "empty", "slash/"] {
        let path = folder.path + "/" + name
        try package.write(to: path)
        #expect(try ScaffoldTests.files(under: URL(fileURLWithPath: path)) == package.files.map(\.path))
        for file in package.files { #expect(try String(contentsOfFile: path + "/" + file.path, encoding: .utf8) == file.text) }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["empty", "new", "slash"])
    }
  }

  @Test func `what is in the way is left alone and named, and nothing stays behind`() throws {
    try ScaffoldTests.withFolder { folder in
      let package = try ScaffoldTests.package(.c)
      let full = folder.appendingPathComponent("full")
      try FileManager.default.createDirectory(at: full, withIntermediateDirectories: false)
      try Data("mine".utf8).write(to: full.appendingPathComponent("file"))
      #expect(throws: ScaffoldError.notEmpty(path: full.path)) { try package.write(to: full.path) }
      let file = full.appendingPathComponent("file").path
      #expect(throws: ScaffoldError.notEmpty(path: file)) { try package.write(to: file) }
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
      let orphan = folder.path + "/no/parent"
      let error = #expect(throws: ScaffoldError.self) { try package.write(to: orphan) }
      #expect(error?.kind == .failed && error?.description.contains(folder.path + "/no") == true)
      #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == ["full", "full/file"])
    }
  }

  @Test func `a write that fails half way leaves nothing behind`() throws {
    try ScaffoldTests.withFolder { folder in
      // A file in the place of a folder that later files need.
      let broken = PluginPackage(
        name: try PluginName("Sample"), language: .c, stamp: "",
        files: [.init(path: "a", text: "x"), .init(path: "b/c", text: "y"), .init(path: "a/d", text: "z")])
      #expect(throws: ScaffoldError.self) { try broken.write(to: folder.path + "/new") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func `names that could not be a target, a type and a library are refused as usage`() throws {
    for name in ["", "9a", "_a", "a-b", "a b", "../a", "a/b", "ä", String(repeating: "a", count: 65), "a\n", "class", "Swift", "PluginKit"] {
      let error = #expect(throws: ScaffoldError.self, "\(name)") { try PluginName(name) }
      #expect(error?.kind == .usage)
    }
    for name in ["a", "Z9_", String(repeating: "a", count: 64)] { #expect(try PluginName(name).text == name) }
  }

  @Test func `no public name of the kit can be a plugin's name`() throws {
    for file in try ScaffoldTests.package(.swift).files where file.path.hasPrefix("Sources/PluginKit/") {
      for line in file.text.split(separator: "\n") where line.hasPrefix("public ") {
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        guard ["struct", "enum", "protocol", "typealias"].contains(words[1]) else { continue }
        #expect(throws: ScaffoldError.reservedName(String(words[2]))) { try PluginName(String(words[2])) }
      }
    }
  }
}
