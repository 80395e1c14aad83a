import Foundation
import TestKit
import Testing

/// The folder tree is the architecture: every import is held to the table in Package.swift.
@Suite struct LayeringTests {
  static let order = [
    "contract", "values", "engine", "platform", "adapters", "composition", "supervisor", "pluginParts", "plugins", "fixtures", "tests",
  ]
  /// What the system brings; targets that are pure may not have it.
  static let systemModules: Set<String> = ["Glibc", "FoundationEssentials", "Synchronization"]
  /// Libraries of others in Swift; each is imported by the targets that list it.
  static let products: Set<String> = [
    "ArgumentParser", "GRDB", "HTTPTypes", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "Logging", "NIOCore", "NIOSSL",
  ]
  /// A model's adapter is a plugin; training reads ticks and writes models.
  static let adapterArrows: [String: Set<String>] = ["Models": ["Plugins"], "Research": ["Feeds", "Models", "Plugins"]]
  static let pureSections: Set<String> = ["values", "engine"]

  let table: PackageTable

  init() throws { table = try PackageTable() }

  @Test func theTableIsReadInFull() throws {
    #expect(Set(table.rooms.map(\.section)) == Set(Self.order))
    for name in ["Market", "Risk", "Engine", "CLibYAML", "Kernel", "Feeds", "Scaffold", "Session", "quantumedge", "EMACross", "Churn", "RiskTests"] {
      #expect(table.room(name) != nil, "\(name) is missing from what the test has read")
    }
    #expect(table.room("Engine")?.dependencies == ["Features", "Market", "PluginABI", "Risk"])
    #expect(table.room("quantumedge")?.dependencies.contains("Backtest") == true)
    // Every folder below Sources/Host that has Swift files belongs to a target.
    let sources = Workplace.packageFolder.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String } ?? []
    #expect(files.count > 50)
    for file in files where file.hasSuffix(".swift") {
      #expect(table.rooms.contains { "Sources/\(file)".hasPrefix($0.path + "/") }, "Sources/\(file) belongs to no target")
    }
  }

  @Test func everyImportIsADeclaredDependency() throws {
    for room in table.rooms {
      for imported in try imports(of: room) {
        let isTest = room.section == "tests"
        if isTest, ["Testing", "XCTest", "Foundation", "FoundationXML", "Dispatch"].contains(imported.module) { continue }
        if Self.systemModules.contains(imported.module) {
          // An atomic that does nothing but lie in its place, and one that a watchdog looks at.
          if imported.module == "Synchronization", ["Market/Pin.swift", "Market/CallMark.swift"].contains(where: imported.place.contains) {
            continue
          }
          #expect(!Self.pureSections.contains(room.section), "\(imported.place): \(room.name) is pure and imports \(imported.module)")
          continue
        }
        if room.name == "quantumedge", imported.module == "ArgumentParser" { continue }
        #expect(
          room.dependencies.contains(imported.module),
          "\(imported.place): \(room.name) imports \(imported.module), which Package.swift does not give it")
      }
    }
  }

  @Test func everyDeclaredDependencyIsUsed() throws {
    for room in table.rooms where room.section != "fixtures" && room.section != "plugins" && room.section != "contract" && room.name != "quantumedge"
    {
      let used = Set(try imports(of: room).map(\.module))
      if used.isEmpty { continue }  // C targets and system libraries
      for dependency in room.dependencies where !(room.section == "tests" && dependency == "TestKit") {
        #expect(used.contains(dependency), "\(room.name) lists \(dependency) and does not use it")
      }
    }
  }

  @Test func arrowsRunUpTheListOnly() {
    for room in table.rooms {
      guard let layer = Self.order.firstIndex(of: room.section) else { continue }
      for name in room.dependencies where !Self.products.contains(name) {
        guard let target = table.room(name), let below = Self.order.firstIndex(of: target.section) else {
          #expect(Bool(false), "\(room.name) depends on \(name), which the table does not have")
          continue
        }
        #expect(below <= layer, "\(room.name) (\(room.section)) depends on \(name) (\(target.section)), which comes later")
        if room.section == "adapters", target.section == "adapters" {
          #expect(
            name == "\(room.name)Texts" || Self.adapterArrows[room.name]?.contains(name) == true,
            "adapters do not import each other: \(room.name) -> \(name)")
        }
        if target.section == "platform" {
          #expect(
            ["platform", "adapters", "composition", "supervisor", "tests"].contains(room.section)
              || (room.name, name) == ("CompiledModel", "CLibFFI"),
            "\(room.name) is no place for \(name)")
        }
        #expect(target.name != "PluginKit" || ["plugins", "tests"].contains(room.section), "the host never imports PluginKit: \(room.name)")
      }
    }
  }

  @Test func nobodyLooksIntoRiskAndNoTestLinksAPlugin() throws {
    let plugins = Set(table.rooms.filter(\.isPlugin).map(\.name))
    for room in table.rooms {
      for imported in try imports(of: room) {
        #expect(!(imported.isTestable && imported.module == "Risk"), "\(imported.place): Risk is never imported @testable")
      }
      #expect(room.dependencies.isDisjoint(with: plugins), "\(room.name) links a plugin: two would define the entry twice")
    }
  }

  private func imports(of room: PackageTable.Room) throws -> [ImportedModule] {
    let nested = table.rooms.map(\.path).filter { $0.hasPrefix(room.path + "/") }
    return try ImportedModule.all(in: room, except: nested)
  }
}
