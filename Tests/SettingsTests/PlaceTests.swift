import Foundation
import TestKit
import Testing

@testable import Settings

@Suite("Where settings come from")
struct PlaceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var real: String { folder.url.resolvingSymlinksInPath().path }

  @Test func `Relative paths are relative to QE_ROOT, else to the folder above config, else to the file's own`() throws {
    try FileManager.default.createDirectory(atPath: folder.path("r/config"), withIntermediateDirectories: true)
    let inConfig = try folder.write("app: {data_path: d}\n", to: "r/config/settings.yaml")
    let alone = try folder.write("app: {data_path: d, runtime_path: /abs}\n", to: "s.yaml")
    #expect(try Settings.load(path: inConfig, overrides: [], environment: [:]).dataFolder == "\(real)/r/d")
    let settings = try Settings.load(path: alone, overrides: [], environment: [:])
    #expect(settings.dataFolder == "\(real)/d" && settings.runtimeFolder == "/abs")
    #expect(try Settings.load(path: alone, overrides: [], environment: ["QE_ROOT": "/usr"]).dataFolder == "/usr/d")
    // What a variable or the command line sets is relative to the same folder.
    #expect(try Settings.load(path: alone, overrides: ["app.data_path=o"], environment: ["QE_ROOT": "/usr"]).dataFolder == "/usr/o")
  }

  @Test func `QE_CONFIG_PATH is relative to QE_ROOT, QE_CONFIG_DIR names the folder, QE_ROOT has config below it`() throws {
    try FileManager.default.createDirectory(atPath: folder.path("r/config"), withIntermediateDirectories: true)
    try folder.write("features: {max_gap_seconds: 1}\n", to: "r/config/settings.yaml")
    try folder.write("features: {max_gap_seconds: 2}\n", to: "r/other.yaml")
    let root = folder.path("r")
    func gap(_ environment: [String: String]) throws -> Int64 {
      try Settings.load(path: nil, overrides: [], environment: environment).maximumGapSeconds
    }
    #expect(try gap(["QE_ROOT": root]) == 1)
    #expect(try gap(["QE_ROOT": root, "QE_CONFIG_PATH": "other.yaml"]) == 2)
    #expect(try gap(["QE_CONFIG_DIR": folder.path("r/config")]) == 1)
    #expect(try gap(["QE_ROOT": folder.url.path]) == 3600)
  }

  @Test func `A variable that names what is not there is refused, and so is a file above that others can write`() throws {
    func refusal(_ environment: [String: String]) throws -> SettingsError? {
      do throws(SettingsError) {
        _ = try Settings.read(path: nil, overrides: [], environment: environment)
        return nil
      } catch { return error }
    }
    let none = folder.path("none")
    try folder.write("", to: "file")
    for environment in [["QE_ROOT": none], ["QE_ROOT": folder.path("file")], ["QE_CONFIG_DIR": none], ["QE_CONFIG_DIR": folder.url.path]] {
      let error = try #require(try refusal(environment), "\(environment)")
      #expect(error.kind == .missingInput && error.violations.count == 1 && error.violations[0].hasPrefix(environment.keys.first!), "\(error)")
    }
  }

  @Test func `What was found above must be this user's alone, with all that it names`() throws {
    for name in ["config/settings.yaml", "config/pairs.yaml"] {
      try FileManager.default.createDirectory(atPath: folder.path("config"), withIntermediateDirectories: true)
      try folder.write(name.hasSuffix("pairs.yaml") ? "venue: binance\ninstruments:\n  BTCUSDT: {}\n" : "", to: name)
    }
    let place = SettingsPlace(file: folder.path("config/settings.yaml"), root: folder.url.path, isFromAbove: true)
    for path in [".", "config", "config/settings.yaml", "config/pairs.yaml"] {
      let (path, mode) = (folder.path(path), path.hasSuffix("yaml") ? 0o600 : 0o700)
      for (bits, words) in [(0o022, "everybody"), (0o020, "its group")] {
        try FileManager.default.setAttributes([.posixPermissions: mode | bits], ofItemAtPath: path)
        let error = #expect(throws: SettingsError.self) { try SettingsPlace.checkOwner(path) }
        #expect(error?.violations.first?.contains(words) == true, "\(path): \(error as Any)")
        if path.hasSuffix("pairs.yaml") {
          #expect(throws: SettingsError.self) { try Settings.read(at: place, overrides: [], environment: [:]) }
        }
      }
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      try SettingsPlace.checkOwner(path)
    }
    // In a sticky folder nobody removes what is another's.
    try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: folder.url.path)
    try SettingsPlace.checkOwner(folder.url.path)
    if getuid() == 0 {
      try #require(chown(folder.path("config/pairs.yaml"), 65534, 65534) == 0)
      let error = #expect(throws: SettingsError.self) { try SettingsPlace.checkOwner(folder.path("config/pairs.yaml")) }
      #expect(error?.violations.first?.contains("another user") == true)
    }
  }

  @Test func `What was read at a start is what is read again`() throws {
    try FileManager.default.createDirectory(atPath: folder.path("config"), withIntermediateDirectories: true)
    let file = try folder.write("risk: {max_leverage: 2}\n", to: "config/settings.yaml")
    let first = try Settings.read(path: file, overrides: [], environment: [:])
    #expect(try Settings.read(at: first.place, overrides: [], environment: [:]).settings == first.settings)
    try FileManager.default.removeItem(atPath: file)
    #expect { try Settings.read(at: first.place, overrides: [], environment: [:]) } throws: {
      ($0 as? SettingsError)?.kind == .missingInput
    }
    // Where there was no file, one that comes is not looked for.
    let none = SettingsPlace(file: nil, root: folder.url.path)
    try folder.write("risk: {max_leverage: 2}\n", to: "config/settings.yaml")
    #expect(try Settings.read(at: none, overrides: [], environment: [:]).settings.value(of: "risk.max_leverage") == "5")
  }

  @Test func `Every key has a variable of its own, over the file and under the command line`() throws {
    let loading = try Loading()
    #expect(EnvironmentKeys.byVariable.count == SettingsField.all.count)
    let text = "risk: {session: {max_daily_loss_abs: 1}}\n"
    let environment = ["QE_RISK_SESSION_MAX_DAILY_LOSS_ABS": "2"]
    #expect(try loading.load(text, environment: environment).value(of: "risk.session.max_daily_loss_abs") == "2")
    let both = try loading.read(text, overrides: ["risk.session.max_daily_loss_abs=3"], environment: environment)
    #expect(both.settings.value(of: "risk.session.max_daily_loss_abs") == "3" && both.origins["risk.session.max_daily_loss_abs"] == "--set")
    #expect(try loading.read(text).origins["risk.session.max_daily_loss_abs"]?.hasSuffix("s.yaml:1") == true)
    #expect(
      try loading.violations(text, environment: ["QE_RISK_SESSION_MAX_DAILY_LOSS_ABS": ""]) == [
        "QE_RISK_SESSION_MAX_DAILY_LOSS_ABS: is empty; write a value for risk.session.max_daily_loss_abs, or unset it"
      ])
    #expect(
      try loading.violations("feed: {mock: {symbols: [BTCUSDT, NOSUCH]}}\n") == [
        "s.yaml:1: feed.mock.symbols: NOSUCH is not in pairs.yaml; correct the name, or write its figures there"
      ])
    // What everybody can read of a process is no place for a token.
    for (overrides, environment) in [(["supervisor.api_token=qe-marked"], [:]), ([], ["QE_SUPERVISOR_API_TOKEN": "qe-marked"])] {
      let violations = try loading.violations(text, overrides: overrides, environment: environment)
      #expect(violations.count == 1 && violations[0].contains("SUPERVISOR_API_TOKEN, which is taken out of the environment"), "\(violations)")
      #expect(!violations[0].contains("qe-marked"))
    }
    #expect(
      try loading.violations("", environment: ["QE_RISK_MAX_LEVERGE": "2", "QE_RELEASE_DIR": "x"]) == [
        "QE_RISK_MAX_LEVERGE: sets no key; did you mean 'QE_RISK_MAX_LEVERAGE'?"
      ])
  }

  @Test func `The reference's variables count: EXCHANGE, and the Supervisor's address in their order`() throws {
    let loading = try Loading()
    #expect(try loading.load("app: {exchange: binance_usdm}\n", environment: ["EXCHANGE": "binance_spot"]).exchange == .binanceSpot)
    func url(_ text: String, _ environment: [String: String]) throws -> String {
      try loading.load(text, environment: environment).value(of: "supervisor.base_url")
    }
    let written = "supervisor: {base_url: 'http://written:1'}\n"
    #expect(try url(written, ["SUPERVISOR_URL": "http://variable:2", "SUPERVISOR_HOST": "h"]) == "http://variable:2")
    #expect(try url(written, ["SUPERVISOR_HOST": "h"]) == "http://written:1")
    #expect(try url("", ["SUPERVISOR_HOST": "h"]) == "http://h:8765")
    #expect(try url("", ["SUPERVISOR_PORT": "9", "QE_SUPERVISOR_HOST": "q", "SUPERVISOR_HOST": "h"]) == "http://q:9")
    #expect(try url("", [:]) == "http://127.0.0.1:8765")
    // What container systems set for a service of this name.
    let service = ["SUPERVISOR_HOST": "h", "SUPERVISOR_PORT": "tcp://10.0.0.1:8765"]
    #expect(try url("", service) == "http://h:8765")
    #expect(try loading.read("", environment: service).warnings.contains { $0.hasPrefix("SUPERVISOR_PORT: tcp://") })
    for port in ["0", "65536", "x"] {
      let violations = try loading.violations("", environment: ["SUPERVISOR_HOST": "h", "SUPERVISOR_PORT": port])
      #expect(violations.count == 1 && violations[0].hasPrefix("SUPERVISOR_PORT: "), "\(violations)")
    }
  }
}
