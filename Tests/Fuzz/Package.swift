// swift-tools-version: 6.2
import PackageDescription

// libFuzzer's targets, a package of its own: its flags would keep the main package from linking. `make fuzz` and `make soak`.

let settings: [SwiftSetting] = [.unsafeFlags(["-parse-as-library"])]

func fuzzer(_ name: String) -> Target {
  .executableTarget(name: name, dependencies: [.product(name: "FuzzedTargets", package: "QuantumEdge")], swiftSettings: settings)
}

let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "QuantumEdge", path: "../..")],
  targets: [
    fuzzer("FuzzYAML"), fuzzer("FuzzContainer"), fuzzer("FuzzJournal"), fuzzer("FuzzLedger"), fuzzer("FuzzTicks"), fuzzer("FuzzModels"),
    fuzzer("FuzzManifest"), fuzzer("FuzzSettings"),
  ],
  swiftLanguageModes: [.v6]
)
