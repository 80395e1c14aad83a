// swift-tools-version: 6.2
import Foundation
import PackageDescription

// One table is the architecture: a target's layer says what it may import (docs/ARCHITECTURE.md; Tests/Layering holds
// the sources to it). Arrows run from a later layer to an earlier one only.

/// Set by CI, so that a user's newer compiler with new warnings still builds.
let strict = Context.environment["QE_STRICT"] == "1"
/// A sanitizer's own symbols stay undefined in a plugin until the host loads it.
let sanitized = Context.environment["QE_SANITIZE"] != nil

let swiftSettings: [SwiftSetting] = strict ? [.treatAllWarnings(as: .error)] : []
// No FMA contraction: Swift does none, and results must not differ between the two languages.
let cSettings: [CSetting] = [.unsafeFlags(["-ffp-contract=off"])] + (strict ? [.treatAllWarnings(as: .error)] : [])

func swift(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings)
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/Host/Platform/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

// A plugin shows one symbol (nothing else hides Swift's), stays loaded, and must not need what the host does not have;
// libm it has (rounding is there), and only a plugin that rounds names it. lld, because gold leaves local symbols of
// Swift in the dynamic table.
let pluginLinkerSettings: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld"] + (["--version-script=\(Context.packageDirectory)/Plugins/plugin.map", "-znodelete", "--gc-sections", "--as-needed", "-lm"] + (sanitized ? [] : ["-zdefs"]))
      .flatMap { ["-Xlinker", $0] })
]

func swiftPlugin(_ name: String, _ path: String) -> Target {
  .target(name: name, dependencies: ["PluginKit"], path: path, swiftSettings: swiftSettings, linkerSettings: pluginLinkerSettings)
}

/// Plain C against the header alone.
func cPlugin(_ name: String, _ path: String) -> Target {
  .target(
    name: name, dependencies: ["PluginABI"], path: path, publicHeadersPath: ".", cSettings: cSettings, linkerSettings: pluginLinkerSettings)
}

// Each is a library product of the same name: lib<name>.so beside the executable.
let plugins: [Target] = [
  swiftPlugin("EMACross", "Plugins/EMACross"),
  cPlugin("BreakoutC", "Plugins/BreakoutC"),
  cPlugin("EMACrossC", "Plugins/Fixtures/EMACrossC"),
  cPlugin("Churn", "Plugins/Fixtures/Churn"),
]
  // Each breaks the contract in ways of its own.
  + ["Misbehaving", "MisbehavingWrongABI", "MisbehavingNullEntry", "MisbehavingShortDescriptor", "MisbehavingNullTable", "MisbehavingModel", "MisbehavingDescriptor"]
  .map { cPlugin($0, "Plugins/Fixtures/\($0)") }

/// Preloaded by tests to count allocations; not a plugin.
let allocationCounter = Target.target(
  name: "AllocationCounter", path: "Plugins/Fixtures/AllocationCounter", publicHeadersPath: ".", cSettings: cSettings)

let host: [Target] = [
  // values
  .target(name: "PluginABI", path: "Sources/PluginABI", cSettings: cSettings),
  swift("PluginKit", "Sources/PluginKit", ["PluginABI"]),
  swift("Market", "Sources/Host/Market"),
  swift("Risk", "Sources/Host/Risk", ["Market"]),
  // engine
  swift("Engine", "Sources/Host/Engine", ["Market", "Risk", "PluginABI"]),
  swift("Simulation", "Sources/Host/Simulation", ["Market", "Risk", "Engine"]),
  // platform: one target per outside library or kernel duty
  system("CLibYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
  system("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
  system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
  system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
  .target(name: "CKernel", path: "Sources/Host/Platform/CKernel", cSettings: cSettings),
  swift("YAMLDocument", "Sources/Host/Platform/YAMLDocument", ["CLibYAML"]),
  swift("Cryptography", "Sources/Host/Platform/Cryptography", ["CLibCrypto"]),
  swift("Compression", "Sources/Host/Platform/Compression", ["CZlib", "CZstd"]),
  swift("Kernel", "Sources/Host/Platform/Kernel", ["CKernel"]),
  // adapters
  swift("Feeds", "Sources/Host/Feeds", ["Market", "Compression"]),
  swift("Plugins", "Sources/Host/Plugins", ["Market", "Engine", "PluginABI", "Cryptography", "Kernel"]),
  swift("Report", "Sources/Host/Report", ["Market", "Risk"]),
  swift("Settings", "Sources/Host/Settings", ["Market", "Risk", "Simulation", "YAMLDocument"]),
  // composition
  swift(
    "Session", "Sources/Host/Session",
    ["Market", "Risk", "Engine", "Simulation", "Plugins", "Settings", "Cryptography"]),
  swift("Backtest", "Sources/Host/Backtest", ["Market", "Risk", "Engine", "Simulation", "Feeds", "Plugins", "Settings", "Session"]),
  swift("Daemon", "Sources/Host/Daemon", ["Market", "Risk", "Engine", "Simulation", "Feeds", "Plugins", "Settings", "Session", "Kernel"]),
  .executableTarget(
    name: "quantumedge",
    dependencies: [
      "Market", "Risk", "Engine", "Feeds", "Plugins", "Settings", "Session", "Backtest", "Daemon",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    path: "Sources/Host/CLI", swiftSettings: swiftSettings),
  // tests
  .testTarget(name: "ReportTests", dependencies: ["Report", "Market"], path: "Tests/ReportTests", swiftSettings: swiftSettings),
]

func test(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestKit"], path: "Tests/\(name)", swiftSettings: swiftSettings)
}

// No test lists a plugin target: two of them would define the entry twice. The libraries are built beside the tests.
let tests: [Target] = [
  .target(name: "TestKit", dependencies: ["Market", "Risk", "Engine", "PluginABI"], path: "Tests/TestKit", swiftSettings: swiftSettings),
  test("MarketTests", ["Market"]),
  test("CryptographyTests", ["Cryptography"]),
  test("KernelTests", ["Kernel"]),
  test("PluginsTests", ["Market", "Engine", "Plugins", "PluginABI", "Cryptography", "Kernel"]),
  test("RiskTests", ["Market", "Risk"]),
  test("PluginKitTests", ["PluginABI", "PluginKit"]),
  test("EngineTests", ["Market", "Risk", "Engine", "Simulation", "PluginABI"]),
]

let tests: [Target] = [
  .testTarget(name: "CompressionTests", dependencies: ["Compression"], path: "Tests/CompressionTests", swiftSettings: swiftSettings),
  .testTarget(name: "FeedsTests", dependencies: ["Feeds", "Market", "Compression"], path: "Tests/FeedsTests", swiftSettings: swiftSettings),
]

// While the rooms are being built: only those that exist.
let libraries = (plugins + [allocationCounter]).filter { FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + $0.path!) }
let built = (host + libraries + tests).filter { FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + $0.path!) }
for target in built {
  target.dependencies.removeAll {
    if case .byNameItem(let name, _) = $0 { return !built.contains { $0.name == name } }
    return false
  }
}

let package = Package(
  name: "QuantumEdge",
  products: [.executable(name: "quantumedge", targets: ["quantumedge"])]
    + libraries.map { .library(name: $0.name, type: .dynamic, targets: [$0.name]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: built + tests,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
