// swift-tools-version: 6.2
import PackageDescription

// One table is the architecture. Arrows run from a later section of it to an earlier one only, and adapters do not import
// each other; Tests/Layering holds every import to this file. docs/ARCHITECTURE.md says why.

/// Set by CI, so that a user's newer compiler with new warnings still builds.
let strict = Context.environment["QE_STRICT"] == "1"
/// A sanitizer's own symbols stay undefined in a plugin until the host loads it.
let sanitized = Context.environment["QE_SANITIZE"] != nil

let swiftSettings: [SwiftSetting] = strict ? [.treatAllWarnings(as: .error)] : []
/// What tests walk millions of times: CI's debug build optimises it, and keeps its assertions.
let hotSettings: [SwiftSetting] =
  swiftSettings
  + (Context.environment["QE_OPTIMIZE"] == "1" ? [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))] : [])
/// For whatever has GRDB below it: its own meaning of "\(text)" got into files that had never heard of it. A file has the members of what
/// it imports itself.
let besideGRDB: [SwiftSetting] = swiftSettings + [.enableUpcomingFeature("MemberImportVisibility")]
// No FMA contraction: Swift does none, and results must not differ between the two languages.
let cSettings: [CSetting] = [.unsafeFlags(["-ffp-contract=off"])] + (strict ? [.treatAllWarnings(as: .error)] : [])
// simdjson's pkg-config file defines this too. It is written here, and the library is no `system` target, because SwiftPM
// does not take a -D from such a file and warns at each build.
let cxxSettings: [CXXSetting] = [.define("SIMDJSON_THREADS_ENABLED", to: "1")] + (strict ? [.treatAllWarnings(as: .error)] : [])
let simdjson: [LinkerSetting] = [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]

func room(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = swiftSettings) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/Host/Platform/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

// MARK: - What a plugin author sees

let contract: [Target] = [
  .target(name: "PluginABI", path: "Sources/PluginABI", cSettings: cSettings),
  room("PluginKit", "Sources/PluginKit", ["PluginABI"]),
]

// MARK: - The host, layer by layer

let values: [Target] = [
  room("Market", "Sources/Host/Market", settings: hotSettings),
  room("Markup", "Sources/Host/Markup"),
  room("JSONTree", "Sources/Host/JSONTree", ["Market"]),
  room("Features", "Sources/Host/Features", ["Market"], settings: hotSettings),
  room("Risk", "Sources/Host/Risk", ["Market"], settings: hotSettings),
]

let engine: [Target] = [
  room("Engine", "Sources/Host/Engine", ["Features", "Market", "PluginABI", "Risk"], settings: hotSettings),
  room("Simulation", "Sources/Host/Simulation", ["Engine", "Market", "Risk"], settings: hotSettings),
]

/// One target per outside library or kernel duty; each owns every pointer of it.
let platform: [Target] = [
  system("CLibYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
  system("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
  system("CLibCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
  system("CLibFFI", pkgConfig: "libffi", apt: "libffi-dev"),
  system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
  system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
  // The one C++ target; its header is plain C.
  .target(name: "CJSON", path: "Sources/Host/Platform/CJSON", cxxSettings: cxxSettings, linkerSettings: simdjson),
  // Opens libxgboost when it is asked to train: nothing else needs it, and nothing links it.
  .target(name: "CXGBoost", path: "Sources/Host/Platform/CXGBoost", cSettings: cSettings),
  .target(name: "CKernel", path: "Sources/Host/Platform/CKernel", cSettings: cSettings),
  room("YAMLDocument", "Sources/Host/Platform/YAMLDocument", ["CLibYAML"]),
  room("Cryptography", "Sources/Host/Platform/Cryptography", ["CLibCrypto"]),
  room("HTTPClient", "Sources/Host/Platform/HTTPClient", ["CLibCurl", "Kernel"]),
  room("Compression", "Sources/Host/Platform/Compression", ["CZlib", "CZstd"]),
  room("JSONScanner", "Sources/Host/Platform/JSONScanner", ["CJSON"]),
  room("XGBoostLibrary", "Sources/Host/Platform/XGBoostLibrary", ["CXGBoost"]),
  room("Kernel", "Sources/Host/Platform/Kernel", ["CKernel"]),
  .target(
    name: "LogOutput", dependencies: ["Kernel", .product(name: "Logging", package: "swift-log")], path: "Sources/Host/Platform/LogOutput",
    swiftSettings: swiftSettings),
]

let adapters: [Target] = [
  room("Feeds", "Sources/Host/Feeds", ["Compression", "JSONScanner", "Market"]),
  room("Plugins", "Sources/Host/Plugins", ["Cryptography", "Engine", "Features", "Kernel", "Market", "PluginABI"]),
  room("Report", "Sources/Host/Report", ["Market", "Markup"]),
  room("Secrets", "Sources/Host/Secrets", ["Cryptography", "Kernel", "Market"]),
  .target(
    name: "Scaffold", dependencies: ["Market", "PluginABI", "ScaffoldTexts"], path: "Sources/Host/Scaffold", exclude: ["Texts"],
    swiftSettings: swiftSettings),
  // The files of a new plugin package, carried in the executable.
  .target(name: "ScaffoldTexts", path: "Sources/Host/Scaffold/Texts", cSettings: cSettings),
  .target(
    name: "Settings", dependencies: ["Engine", "Market", "Risk", "SettingsTexts", "Simulation", "YAMLDocument"], path: "Sources/Host/Settings",
    exclude: ["Texts"], swiftSettings: swiftSettings),
  // The shipped config/, carried in the executable.
  .target(name: "SettingsTexts", path: "Sources/Host/Settings/Texts", cSettings: cSettings),
  room("Storage", "Sources/Host/Storage", ["Compression", "Kernel", "Market"]),
  room("Journal", "Sources/Host/Journal", ["Cryptography", "Engine", "Kernel", "Market", "PluginABI", "Risk"]),
  .target(
    name: "Ledger", dependencies: ["Market", .product(name: "GRDB", package: "GRDB.swift")], path: "Sources/Host/Ledger",
    swiftSettings: swiftSettings),
  // A model's adapter is a plugin.
  room("Models", "Sources/Host/Models", ["Cryptography", "Engine", "Features", "JSONTree", "Kernel", "Market", "Plugins"]),
  // Trains: used by its commands alone, never by `run`.
  room(
    "Research", "Sources/Host/Research",
    ["Compression", "Cryptography", "Features", "Feeds", "JSONTree", "Kernel", "Market", "Markup", "Models", "Plugins", "XGBoostLibrary"]),
  room("SecretGuard", "Sources/Host/SecretGuard", ["Cryptography", "Kernel", "Market"]),
]

let composition: [Target] = [
  room(
    "Session", "Sources/Host/Session",
    [
      "Cryptography", "Engine", "Features", "Journal", "Kernel", "Market", "Models", "PluginABI", "Plugins", "Risk", "Settings", "Simulation",
    ]),
  room(
    "Backtest", "Sources/Host/Backtest",
    [
      "Cryptography", "Engine", "Feeds", "Journal", "Kernel", "Market", "Models", "PluginABI", "Plugins", "Report", "Risk", "Session", "Settings",
      "Simulation",
    ]),
  room(
    "Replay", "Sources/Host/Replay",
    [
      "Cryptography", "Engine", "Features", "Journal", "Kernel", "Ledger", "Market", "PluginABI", "Plugins", "Risk", "Session", "Settings",
      "Simulation",
    ],
    settings: besideGRDB),
  .target(
    name: "Supervision",
    dependencies: ["HTTPClient", "Kernel", "Market", "Risk", "Session", .product(name: "Logging", package: "swift-log")],
    path: "Sources/Host/Supervision", swiftSettings: swiftSettings),
  room("Drill", "Sources/Host/Drill", ["Engine", "Market", "PluginABI", "Risk", "Session", "Settings", "Simulation"]),
  // Tries a plugin case by case, each in a child.
  room("Conformance", "Sources/Conformance/Harness", ["Cryptography", "Features", "Kernel", "Market", "Models", "PluginABI", "Plugins"]),
  .executableTarget(
    name: "quantumedge-conformance",
    dependencies: ["Conformance", "Kernel", "Market", "Plugins", .product(name: "ArgumentParser", package: "swift-argument-parser")],
    path: "Sources/Conformance/CLI", swiftSettings: swiftSettings),
  .target(
    name: "Daemon",
    dependencies: [
      "Cryptography", "Engine", "Features", "Feeds", "HTTPClient", "Journal", "Kernel", "Ledger", "Market", "Models", "PluginABI", "Plugins",
      "Replay", "Risk", "Session", "Settings", "Simulation", "Storage", "Supervision", .product(name: "Logging", package: "swift-log"),
    ],
    path: "Sources/Host/Daemon", swiftSettings: besideGRDB),
  .executableTarget(
    name: "quantumedge",
    dependencies: [
      "Backtest", "Conformance", "Cryptography", "Daemon", "Drill", "Engine", "Features", "Feeds", "HTTPClient", "Journal", "JSONTree", "Kernel",
      "Ledger", "LogOutput", "Market", "Models", "Plugins", "Replay", "Report", "Research", "Scaffold", "SecretGuard", "Secrets", "Session",
      "Settings", "Simulation", "Storage", "XGBoostLibrary",
      .product(name: "ArgumentParser", package: "swift-argument-parser"), .product(name: "Logging", package: "swift-log"),
    ],
    path: "Sources/Host/CLI", swiftSettings: besideGRDB),
]

// MARK: - The Supervisor: over several hosts, a program of its own

let supervisor: [Target] = [
  room("Portfolio", "Sources/Supervisor/Portfolio", ["Market"]),
  room("Telemetry", "Sources/Supervisor/Telemetry", ["JSONTree"]),
  room("Policy", "Sources/Supervisor/Policy", ["JSONTree"]),
  .target(
    name: "SupervisorAgent",
    dependencies: [
      "Cryptography", "JSONTree", "Kernel", "Market", "Markup", "Policy", "Portfolio", "Settings", "Telemetry",
      .product(name: "Logging", package: "swift-log"),
    ],
    path: "Sources/Supervisor/Agent", swiftSettings: swiftSettings),
  .executableTarget(
    name: "quantumedge-supervisor",
    dependencies: [
      "Cryptography", "Kernel", "LogOutput", "Market", "Settings", "SupervisorAgent",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Hummingbird", package: "hummingbird"),
      .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "HummingbirdTLS", package: "hummingbird"),
      .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
    ],
    path: "Sources/Supervisor/CLI", swiftSettings: swiftSettings),
]

// MARK: - Plugins: each is a library product of the same name, lib<name>.so beside the executable

// A plugin shows one symbol (nothing else hides Swift's), stays loaded, and must not need what the host does not have;
// libm it has (rounding is there), and only a plugin that rounds names it. lld, because gold leaves local symbols of
// Swift in the dynamic table.
let pluginLinkerSettings: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld"]
      + (["--version-script=\(Context.packageDirectory)/Plugins/plugin.map", "-znodelete", "--gc-sections", "--as-needed", "-lm"]
      + (sanitized ? [] : ["-zdefs"])).flatMap { ["-Xlinker", $0] })
]

func swiftPlugin(_ name: String, _ path: String, _ parts: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: ["PluginKit"] + parts, path: path, swiftSettings: swiftSettings, linkerSettings: pluginLinkerSettings)
}

/// Plain C against the header alone.
func cPlugin(_ name: String, _ path: String, linkedBy linkerSettings: [LinkerSetting] = pluginLinkerSettings) -> Target {
  .target(name: name, dependencies: ["PluginABI"], path: path, publicHeadersPath: ".", cSettings: cSettings, linkerSettings: linkerSettings)
}

/// What several plugins have in common, linked into each.
let pluginParts: [Target] = [
  room("ModelFormats", "Plugins/ModelFormats")
]

let plugins: [Target] = [
  swiftPlugin("EMACross", "Plugins/EMACross"),
  swiftPlugin("OrderFlow", "Plugins/OrderFlow"),
  cPlugin("BreakoutC", "Plugins/BreakoutC"),
  swiftPlugin("HorizonEnsemble", "Plugins/HorizonEnsemble"),
  swiftPlugin("XGBoostModel", "Plugins/XGBoostModel", ["ModelFormats"]),
  swiftPlugin("LinearModel", "Plugins/LinearModel", ["ModelFormats"]),
  swiftPlugin("CompiledModel", "Plugins/CompiledModel", ["CLibFFI", "ModelFormats"]),
  swiftPlugin("LightGBMModel", "Plugins/LightGBMModel", ["ModelFormats"]),
  swiftPlugin("ONNXModel", "Plugins/ONNXModel"),
]

/// For tests only.
let fixtures: [Target] = [
  cPlugin("EMACrossC", "Plugins/Fixtures/EMACrossC"),
  cPlugin("Churn", "Plugins/Fixtures/Churn"),
  cPlugin("Workload", "Plugins/Fixtures/Workload"),
  // Passes the conformance harness, or fails the one case that it is told to fail; faults of a whole library are small ones.
  cPlugin("Faulty", "Plugins/Fixtures/Faulty"),
  cPlugin("FaultyAnyABI", "Plugins/Fixtures/FaultyAnyABI"),
  cPlugin("FaultyConstructor", "Plugins/Fixtures/FaultyConstructor"),
  cPlugin(
    "FaultyDependency", "Plugins/Fixtures/FaultyDependency", linkedBy: pluginLinkerSettings + [.unsafeFlags(["-Xlinker", "--no-as-needed", "-lanl"])]),
  cPlugin("FaultyExtensionAny", "Plugins/Fixtures/FaultyExtensionAny"),
  cPlugin("FaultyExtensionShort", "Plugins/Fixtures/FaultyExtensionShort"),
  cPlugin("FaultyNullTable", "Plugins/Fixtures/FaultyNullTable"),
  cPlugin("FaultyText", "Plugins/Fixtures/FaultyText"),
  cPlugin("FaultyTwoSymbols", "Plugins/Fixtures/FaultyTwoSymbols", linkedBy: [.unsafeFlags(["-use-ld=lld", "-Xlinker", "-znodelete"])]),
  cPlugin("FaultyUnstable", "Plugins/Fixtures/FaultyUnstable"),
  cPlugin("LogisticModel", "Plugins/Fixtures/LogisticModel"),
  // Tries to get out of its sandbox.
  cPlugin("Escape", "Plugins/Fixtures/Escape"),
  cPlugin("EscapeConstructor", "Plugins/Fixtures/EscapeConstructor"),
  cPlugin("Fatal", "Plugins/Fixtures/Fatal"),
  // Holds a position and fails at a random moment.
  cPlugin("Saboteur", "Plugins/Fixtures/Saboteur"),
  // Preloaded by tests to count allocations; not a plugin.
  .target(name: "AllocationCounter", path: "Plugins/Fixtures/AllocationCounter", publicHeadersPath: ".", cSettings: cSettings),
  // Each breaks the contract in ways of its own.
  cPlugin("Misbehaving", "Plugins/Fixtures/Misbehaving"),
  cPlugin("MisbehavingDescriptor", "Plugins/Fixtures/MisbehavingDescriptor"),
  cPlugin("MisbehavingModel", "Plugins/Fixtures/MisbehavingModel"),
  cPlugin("MisbehavingNullEntry", "Plugins/Fixtures/MisbehavingNullEntry"),
  cPlugin("MisbehavingNullTable", "Plugins/Fixtures/MisbehavingNullTable"),
  cPlugin("MisbehavingShortDescriptor", "Plugins/Fixtures/MisbehavingShortDescriptor"),
  cPlugin("MisbehavingWrongABI", "Plugins/Fixtures/MisbehavingWrongABI"),
]

// MARK: - Tests: none lists a plugin, two of them would define the entry twice; the libraries are built beside the tests

func test(
  _ name: String, _ dependencies: [Target.Dependency], data: [String] = [], settings: [SwiftSetting] = swiftSettings
) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestKit"], path: "Tests/\(name)", exclude: data, swiftSettings: settings)
}

let tests: [Target] = [
  room("TestKit", "Tests/TestKit", ["Engine", "Kernel", "Market", "PluginABI", "Risk"]),
  test("MarketTests", ["Market"]),
  test("RiskTests", ["Market", "Risk"]),
  test("FeaturesTests", ["Cryptography", "Features", "Market"]),
  test("EngineTests", ["Engine", "Features", "Market", "PluginABI", "Risk", "Simulation"]),
  test("SimulationTests", ["Engine", "Market", "Risk", "Simulation"]),
  test("CryptographyTests", ["Cryptography"]),
  test("KernelTests", ["Kernel"]),
  test("LogOutputTests", ["Kernel", "LogOutput", .product(name: "Logging", package: "swift-log")]),
  test("PluginsTests", ["Cryptography", "Engine", "Kernel", "Market", "PluginABI", "Plugins"]),
  test("ModelsTests", ["Cryptography", "Engine", "Features", "JSONTree", "Kernel", "Market", "Models", "PluginABI", "Plugins"]),
  test("ModelAdapterTests", ["PluginABI"], data: ["Models"]),
  test("NativeModelTests", ["Conformance", "Cryptography", "Kernel", "PluginABI", "Plugins"]),
  test("HorizonEnsembleTests", ["PluginABI"]),
  test("ResearchTests", ["Cryptography", "Features", "Feeds", "Kernel", "Market", "Models", "Research", "XGBoostLibrary"]),
  test("CompressionTests", ["Compression"]),
  test("HTTPClientTests", ["HTTPClient"]),
  test("JSONScannerTests", ["JSONScanner"]),
  test("StorageTests", ["Feeds", "Kernel", "Market", "Storage"]),
  test("JournalTests", ["Engine", "Journal", "Kernel", "Market", "PluginABI", "Risk"]),
  test("FeedsTests", ["Compression", "Feeds", "Market"]),
  test("ReportTests", ["Market", "Report"]),
  test("SecretsTests", ["CLibCrypto", "Cryptography", "Secrets"]),
  test("PluginKitTests", ["PluginABI", "PluginKit", "Risk"]),
  test("ScaffoldTests", ["Market", "Scaffold"]),
  test("SecretGuardTests", ["SecretGuard", "Secrets"]),
  test("YAMLDocumentTests", ["YAMLDocument"]),
  test("SettingsTests", ["Market", "Risk", "Settings", "Simulation"]),
  test(
    "RecoveryTests",
    [
      "Cryptography", "Engine", "Journal", "Kernel", "Ledger", "Market", "PluginABI", "Replay", "Risk", "Session", "Settings", "Simulation",
    ],
    settings: besideGRDB),
  test("SupervisionTests", ["HTTPClient", "Market", "Risk", "Session", "Supervision", .product(name: "Logging", package: "swift-log")]),
  test("PortfolioTests", ["Market", "Portfolio"]),
  test("TelemetryTests", ["JSONTree", "Telemetry"]),
  test("PolicyTests", ["JSONTree", "Policy"]),
  test("DrillTests", ["Drill", "Market", "Risk", "Settings"]),
  test("SessionTests", ["Cryptography", "Engine", "Market", "PluginABI", "Risk", "Session", "Simulation"]),
  test("ConformanceTests", ["Conformance", "PluginABI", "Plugins"]),
  test(
    "DaemonTests",
    [
      "Cryptography", "Daemon", "Engine", "Features", "Journal", "Kernel", "Market", "Models", "Plugins", "Risk", "Session", "Settings", "Simulation",
    ],
    settings: besideGRDB),
  test("EndToEndTests", ["Cryptography"]),
  test("LayeringTests", []),
]

let package = Package(
  name: "QuantumEdge",
  products: ["quantumedge", "quantumedge-conformance", "quantumedge-supervisor"].map { .executable(name: $0, targets: [$0]) }
    + (plugins + fixtures).map { .library(name: $0.name, type: .dynamic, targets: [$0.name]) }
    // For Tests/Fuzz, a package of its own.
    + [
      .library(
        name: "FuzzedTargets",
        targets: [
          "Cryptography", "Feeds", "Journal", "Kernel", "Ledger", "Market", "ModelFormats", "Models", "Replay", "Secrets", "Settings", "YAMLDocument",
        ])
    ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    // Hummingbird's own; named for the types of it that our server sets up.
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
  ],
  targets: contract + values + engine + platform + adapters + composition + supervisor + pluginParts + plugins + fixtures + tests,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx17
)
