import Foundation
import TestKit

/// Package.swift's table as the test reads it: sections in order, and each target with its folder and dependencies.
struct PackageTable {
  struct Room {
    var name: String
    var path: String
    var section: String
    var dependencies: Set<String>
    /// It exports the entry of a plugin.
    var isPlugin = false
  }

  let rooms: [Room]

  init() throws {
    let text = try String(contentsOf: Workplace.packageFolder.appendingPathComponent("Package.swift"), encoding: .utf8)
    var rooms: [Room] = []
    for match in text.matches(of: /let (?<section>\w+): \[Target\] = \[\n(?<rows>(?:.*\n)*?)\]\n/) {
      let rows = String(match.rows)
      // A row begins with a call at the first indentation and goes to the next one.
      for row in rows.split(separator: "\n  .", omittingEmptySubsequences: true).flatMap({ Self.split(String($0)) }) {
        guard let room = Self.room(row, section: String(match.section)) else { continue }
        rooms.append(room)
      }
    }
    self.rooms = rooms
  }

  private static func split(_ text: String) -> [String] {
    var rows: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      let isNew = line.hasPrefix("  ") && !line.hasPrefix("   ") && line.contains("(")
      if isNew || rows.isEmpty { rows.append(String(line)) } else { rows[rows.count - 1] += "\n" + line }
    }
    return rows
  }

  private static func room(_ row: String, section: String) -> Room? {
    // Of a product its own name counts, not its package's.
    let row = row.replacing(/package: "[^"]*"/, with: "")
    let quoted = row.matches(of: /"([^"]*)"/).map { String($0.1) }
    guard let name = quoted.first, !row.trimmingCharacters(in: .whitespaces).hasPrefix("//") else { return nil }
    if row.contains("system(") {
      return Room(name: name, path: "Sources/Host/Platform/\(name)", section: section, dependencies: [])
    }
    if row.contains(" test(") {
      return Room(
        name: name, path: "Tests/\(name)", section: section,
        dependencies: Set(Self.without(data: row).dropFirst().filter { !$0.contains("-") } + ["TestKit"]))
    }
    guard let path = quoted.first(where: { $0.contains("/") }) else { return nil }
    var dependencies = Set(quoted.dropFirst().filter { !$0.contains("/") && !$0.contains(".") && !$0.contains("-") && $0 != "Texts" })
    let isPlugin = row.contains("Plugin(")
    if row.contains("swiftPlugin(") { dependencies.insert("PluginKit") } else if isPlugin { dependencies = ["PluginABI"] }
    return Room(name: name, path: path, section: section, dependencies: dependencies, isPlugin: isPlugin)
  }

  /// The quoted words of a row, but for those that name folders of test data.
  private static func without(data row: String) -> [String] {
    row.replacing(/data: \[[^\]]*\]/, with: "").matches(of: /"([^"]*)"/).map { String($0.1) }
  }

  func room(_ name: String) -> Room? { rooms.first { $0.name == name } }
}

/// The imports of a target's own Swift files, with file and line.
struct ImportedModule {
  var module: String
  var isTestable: Bool
  var place: String

  static func all(in room: PackageTable.Room, except nested: [String]) throws -> [ImportedModule] {
    let folder = Workplace.packageFolder.appendingPathComponent(room.path)
    guard let files = FileManager.default.enumerator(atPath: folder.path) else { return [] }
    var found: [ImportedModule] = []
    for case let file as String in files where file.hasSuffix(".swift") {
      let path = "\(room.path)/\(file)"
      if nested.contains(where: { path.hasPrefix($0 + "/") }) { continue }
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        // What no import begins with need not be matched: that is nearly all, and matching is slow.
        guard let first = line.utf8.first, "@ipf".utf8.contains(first),
          let match = line.firstMatch(
            of:
              /^(?<attributes>(@[\w()]+ )*)((public|internal|private|fileprivate) )?import (struct |class |enum |func |let |var |protocol )?(?<module>\w+)/
          )
        else { continue }
        found.append(
          ImportedModule(module: String(match.module), isTestable: match.attributes.contains("@testable"), place: "\(path):\(index + 1)"))
      }
    }
    return found
  }
}
