import Foundation
import Glibc
import TestKit
import Testing

/// `quantumedge secrets` as its users have it.
@Suite struct SecretsCommandTests {
  static let passphrase = "SCALPER_SECRETS_PASSPHRASE"
  static let newPassphrase = "SCALPER_SECRETS_PASSPHRASE_NEW"

  let host: Host
  /// Every value and passphrase of a test has this in it, and nothing else has.
  let marker = "canary\(UInt32.random(in: 0 ... .max))"

  init() throws {
    host = try Host()
    try FileManager.default.createDirectory(at: host.folder.url.appendingPathComponent("config"), withIntermediateDirectories: true)
  }

  private var keys: [String: String] { ["BINANCE_DEMO_API_KEY": "\(marker)-k", "BINANCE_DEMO_API_SECRET": "\(marker)-s"] }
  private func opened(_ more: [String: String] = [:]) -> [String: String] { [Self.passphrase: "\(marker)-p"].merging(more) { $1 } }

  private func config() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: host.folder.path("config")).sorted()
  }

  private func mode(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: host.folder.path(name))[.posixPermissions] as? Int
  }

  /// Runs, and finds no value in what it wrote.
  private func run(_ words: [String], _ environment: [String: String], exitCode: Int32, at location: SourceLocation = #_sourceLocation) throws
    -> Outcome
  {
    let outcome = try host.run(words, environment: environment)
    #expect(outcome.exitCode == exitCode, "\(outcome)", sourceLocation: location)
    #expect(!outcome.output.contains(marker) && !outcome.errors.contains(marker), "a value is shown: \(outcome)", sourceLocation: location)
    if exitCode != 0 {
      #expect(outcome.output.isEmpty && outcome.errorLines.count == 1, "\(outcome)", sourceLocation: location)
    }
    return outcome
  }

  private func names(_ environment: [String: String], _ more: [String] = [], at location: SourceLocation = #_sourceLocation) throws -> [String] {
    let outcome = try run(["secrets", "list", "--json"] + more, environment, exitCode: 0, at: location)
    return try #require(outcome.json["names"] as? [[String: Any]]).compactMap { $0["name"] as? String }
  }

  // MARK: - init and list

  @Test(arguments: [["secrets", "init"], ["init-secrets"]])
  func `Init takes the names of demo, and list shows them`(words: [String]) throws {
    let made = try run(words, opened(keys), exitCode: 0)
    #expect(made.errors == "made config/secrets.enc, with BINANCE_DEMO_API_KEY, BINANCE_DEMO_API_SECRET\n")
    #expect(try config() == ["secrets.enc"])
    #expect(try mode("config/secrets.enc") == 0o600)
    let listed = try run(["secrets", "list"], opened(), exitCode: 0)
    #expect(
      listed.errors
        == "config/secrets.enc: version 1, AES-256-GCM, scrypt N=131072 r=8 p=1\n  BINANCE_DEMO_API_KEY\n  BINANCE_DEMO_API_SECRET\n")
    let json = try run(["secrets", "list", "--json"], opened(), exitCode: 0)
    let container = try #require(try json.json["container"] as? [String: Any])
    #expect(container["version"] as? Int == 1 && container["n"] as? Int == 131072 && container["kdf"] as? String == "scrypt")
    let bytes = try Data(contentsOf: host.folder.url.appendingPathComponent("config/secrets.enc"))
    #expect(bytes.range(of: Data(marker.utf8)) == nil)
  }

  @Test func `Every missing name is told at once, the passphrase among them, and nothing is left`() throws {
    for (words, environment, missing) in [
      ([], [:], ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET", Self.passphrase]),
      (
        ["--mode", "live", "--llm", "--supervisor"], [:],
        [
          "BINANCE_API_KEY", "BINANCE_API_SECRET", "OPENAI_API_KEY", "OPENAI_API_KEY_SUPERVISOR", Self.passphrase,
        ]
      ),
      (["--mode", "live", "--exchange", "binance_spot"], opened(["BINANCE_API_SECRET": "\(marker)"]), ["BINANCE_API_KEY"]),
      (["--names", "ONE,TWO"], opened(["TWO": "\(marker)"]), ["ONE"]), ([], keys, [Self.passphrase]),
      ([], opened(["BINANCE_DEMO_API_KEY": "", "BINANCE_DEMO_API_SECRET": "\(marker)"]), ["BINANCE_DEMO_API_KEY"]),
    ] as [([String], [String: String], [String])] {
      let outcome = try run(["secrets", "init"] + words, environment, exitCode: 77)
      #expect(outcome.errors.contains("not in the environment: \(missing.joined(separator: ", ")); set "), "\(outcome)")
      #expect(try config().isEmpty)
    }
  }

  @Test func `What was not asked for is not taken, and said`() throws {
    let outcome = try run(["secrets", "init", "--llm"], opened(keys.merging(["OPENAI_API_KEY": "\(marker)-o"]) { $1 }), exitCode: 0)
    #expect(outcome.errors.contains("made config/secrets.enc, with OPENAI_API_KEY\n"))
    #expect(outcome.errors.contains("not taken, since not asked for: BINANCE_DEMO_API_KEY, BINANCE_DEMO_API_SECRET"))
    #expect(try names(opened()) == ["OPENAI_API_KEY"])
  }

  @Test func `An existing container is added to, and never replaced by accident`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    let before = try Data(contentsOf: host.folder.url.appendingPathComponent("config/secrets.enc"))
    let more = ["OTHER": "\(marker)-o", "BINANCE_DEMO_API_KEY": "\(marker)-new"]
    #expect(try run(["secrets", "init", "--names", "OTHER"], opened(more), exitCode: 65).errors.contains("it exists already; --force"))
    _ = try run(["secrets", "init", "--names", "OTHER", "--force"], [Self.passphrase: "\(marker)-wrong"].merging(more) { $1 }, exitCode: 77)
    #expect(try Data(contentsOf: host.folder.url.appendingPathComponent("config/secrets.enc")) == before)
    _ = try run(["secrets", "init", "--names", "OTHER", "--force"], opened(more), exitCode: 0)
    #expect(try names(opened()) == ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET", "OTHER"])
    #expect(try config() == ["secrets.enc"])
  }

  @Test(arguments: [
    (["init", "--mode", "paper"], 64, "uses no secrets"), (["init", "--mode", "real"], 64, "real"),
    (["init", "--exchange", "bingx_swap"], 64, "bingx_swap"),
    (["init", "--names", "SCALPER_SECRETS_PASSPHRASE"], 64, "opens the container"),
    (["init", "--names", "A,,B"], 64, "no name of a secret"), (["init", "--names", "A B"], 64, "no name of a secret"),
    (["init", "--migrate", "--llm"], 64, "--migrate"), (["list", "--passphrase-fd", "-1"], 64, "--passphrase-fd"),
    (["rotate", "--new-passphrase-fd=-7"], 64, "--new-passphrase-fd"), (["list"], 66, "secrets init"), (["rotate"], 66, "secrets init"),
    (["init", "--migrate"], 66, "there is no such file"),
  ])
  func `What makes no sense is refused`(words: [String], exitCode: Int, naming: String) throws {
    let outcome = try run(["secrets"] + words, opened(), exitCode: Int32(exitCode))
    #expect(outcome.errors.contains(naming), "\(outcome)")
    #expect(try config().isEmpty)
  }

  @Test func `An old container that is still kept is named when the passphrase changes, and by the doctor`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    let advice = "config/secrets.enc.fernet: the old passphrase still opens it"
    #expect(try !run(["secrets", "rotate"], opened([Self.newPassphrase: "\(marker)-2"]), exitCode: 0).errors.contains(advice))
    try host.folder.write("kept", to: "config/secrets.enc.fernet")
    let again = [Self.passphrase: "\(marker)-2", Self.newPassphrase: "\(marker)-3"]
    #expect(try run(["secrets", "rotate"], again, exitCode: 0).errors.contains(advice))
    let doctor = try host.run(["doctor", "--offline"])
    #expect(doctor.errorLines.contains { $0.hasPrefix("WARN secrets: ") && $0.contains(advice) }, "\(doctor)")
  }

  @Test func `Settings with a fault do not say which container is meant, and a named one needs none`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    try host.folder.write("app: {mode: fast}\n", to: "config/settings.yaml")
    let refused = try host.run(["secrets", "list"], environment: opened())
    #expect(
      refused.exitCode == 78 && refused.errors.contains("config/settings.yaml:1: app.mode") && refused.errors.contains("add --file FILE"),
      "\(refused)")
    #expect(try names(opened(), ["--file", "config/secrets.enc"]) == ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET"])
    _ = try run(["secrets", "list", "--file", "a", "--config", "b"], opened(), exitCode: 64)
  }

  @Test func `Nobody is asked where nobody is, and a wrong passphrase says so`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    #expect(try run(["secrets", "list"], [:], exitCode: 77).errors.contains("no passphrase for config/secrets.enc: set SCALPER_SECRETS_PASSPHRASE"))
    #expect(try run(["secrets", "list"], [Self.passphrase: ""], exitCode: 77).errors.contains("SCALPER_SECRETS_PASSPHRASE: the passphrase is empty"))
    #expect(try run(["secrets", "list"], [Self.passphrase: "\(marker)-no"], exitCode: 77).errors.contains("wrong passphrase"))
    #expect(try run(["secrets", "rotate"], opened(), exitCode: 77).errors.contains("no new passphrase"))
  }

  @Test func `A file that is not as it should be is refused by name, in one line, and stays as it is`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    let file = host.folder.url.appendingPathComponent("config/secrets.enc")
    let good = [UInt8](try Data(contentsOf: file))
    func changed(_ place: Int, _ byte: UInt8) -> [UInt8] {
      var bytes = good
      bytes[place] = byte
      return bytes
    }
    let cases: [(bytes: [UInt8], mode: Int, words: String)] = [
      ([], 0o600, "is empty"), (Array(good.dropLast()), 0o600, "is truncated"), (good + [0], 0o600, "has bytes after its end"),
      (Array("# not a container at all".utf8), 0o600, "is no container of secrets"), (changed(8, 2), 0o600, "container version 2"),
      (changed(9, 7), 0o600, "an algorithm"), (changed(11, 31), 0o600, "scrypt parameters"), (changed(11, 10), 0o600, "scrypt parameters"),
      (changed(12, 0xFF), 0o600, "scrypt parameters"), (changed(16, 0xFF), 0o600, "scrypt parameters"),
      (changed(24, good[24] ^ 1), 0o600, "wrong passphrase"),
      (changed(good.count - 1, good.last! ^ 1), 0o600, "was changed"), (changed(100, good[100] ^ 1), 0o600, "was changed"),
      ([UInt8](repeating: 0x51, count: 300 << 10), 0o600, "more bytes than"), (good, 0o666, "others may write"), (good, 0o620, "others may write"),
    ]
    for (bytes, mode, words) in cases {
      try Data(bytes).write(to: file)
      chmod(file.path, mode_t(mode))
      for command in [["list"], ["rotate"], ["init", "--force"]] {
        let outcome = try run(["secrets"] + command, opened(keys.merging([Self.newPassphrase: "\(marker)-n"]) { $1 }), exitCode: 77)
        #expect(outcome.errors.contains("config/secrets.enc: ") && outcome.errors.contains(words), "\(words): \(outcome)")
      }
      #expect([UInt8](try Data(contentsOf: file)) == bytes)
      #expect(try config() == ["secrets.enc"])
    }
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
    #expect(try run(["secrets", "list"], opened(), exitCode: 77).errors.contains("is not a regular file"))
  }

  @Test func `The default file stands below QE_ROOT`() throws {
    let elsewhere = try TemporaryFolder()
    try FileManager.default.createDirectory(at: elsewhere.url.appendingPathComponent("config"), withIntermediateDirectories: true)
    _ = try run(["secrets", "init"], opened(keys.merging(["QE_ROOT": elsewhere.url.path]) { $1 }), exitCode: 0)
    #expect(FileManager.default.fileExists(atPath: elsewhere.path("config/secrets.enc")))
    #expect(try config().isEmpty)
    // And a folder that is not there is not made.
    let outcome = try run(["secrets", "init", "--file", "none/secrets.enc"], opened(keys), exitCode: 69)
    #expect(outcome.errors.contains("none/secrets.enc"))
    #expect(try host.names() == ["config"])
  }

  // MARK: - rotate

  @Test func `Rotating changes the passphrase and nothing else`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    let file = host.folder.url.appendingPathComponent("config/secrets.enc")
    let before = try Data(contentsOf: file)
    _ = try run(["secrets", "rotate"], opened([Self.newPassphrase: "\(marker)-p"]), exitCode: 77)
    #expect(try Data(contentsOf: file) == before)
    let outcome = try run(["secrets", "rotate"], opened([Self.newPassphrase: "\(marker)-p2"]), exitCode: 0)
    #expect(outcome.errors == "rewrote config/secrets.enc: a new passphrase, new salt and nonce\n")
    #expect(try mode("config/secrets.enc") == 0o600)
    #expect(try config() == ["secrets.enc"])
    _ = try run(["secrets", "list"], opened(), exitCode: 77)
    #expect(try names([Self.passphrase: "\(marker)-p2"]) == ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET"])
  }

  @Test func `Rotating takes new values for the names that are there, unknown ones too`() throws {
    _ = try run(["secrets", "init", "--mode", "demo", "--names", "OTHER"], opened(keys.merging(["OTHER": "\(marker)-o"]) { $1 }), exitCode: 0)
    let renewed = ["OTHER": "\(marker)-o2", "BINANCE_DEMO_API_KEY": "\(marker)-k2", "OPENAI_API_KEY": "\(marker)-x"]
    let outcome = try run(["secrets", "rotate", "--values", "--json"], opened(renewed), exitCode: 0)
    #expect(try outcome.json["new_values"] as? [String] == ["BINANCE_DEMO_API_KEY", "OTHER"])
    #expect(try outcome.json["passphrase_changed"] as? Bool == false)
    #expect(try names(opened()) == ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET", "OTHER"])
    // The same again is nothing new, which only the right values can show.
    #expect(try run(["secrets", "rotate", "--values", "--json"], opened(renewed), exitCode: 0).json["new_values"] as? [String] == [])
  }

  @Test func `Both passphrases come by one descriptor`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    let shell = "printf '%s\\n%s\\n' \"$OLD\" \"$NEW\" | '\(host.executable.path)' secrets rotate --passphrase-fd 0 --new-passphrase-fd 0"
    let outcome = try host.start(
      ["-c", shell], environment: ["OLD": "\(marker)-p", "NEW": "\(marker)-p3"], executable: URL(fileURLWithPath: "/bin/sh")
    ).finish(deadlineSeconds: 60)
    #expect(outcome.exitCode == 0 && !outcome.errors.contains(marker), "\(outcome)")
    #expect(try names([Self.passphrase: "\(marker)-p3"]).count == 2)
  }

  // MARK: - The reference system's container

  /// Made with Python's cryptography: {"BINGX_DEMO_API_KEY":"old-key-1","BINGX_DEMO_API_SECRET":"old-secret-1","PORT":8765,"ON":true},
  /// "old passphrase".
  static let old = Data(
    base64Encoded: "AAECAwQFBgcICQoLDA0OD2dBQUFBQUJsVV9FQUFBRUNBd1FGQmdjSUNRb0xEQTBPRDJ0OE14dU1IQU9ERWNiaHZ2dW5ETlRkTFo0eXdTMXcyRXZGUDNkLTM3cl83NERP"
      + "SDVWS21NVDFnS2lDNVpNck9TRDBSaWtYWHVWNkU3UG4tcXhFNC1YR0NlemZqVGZiNDBQMUNzLUhDSGRlU3V1WC1PVVM3M3FhQl9hRkVqUnZqXzgwYUJFWHBQV1ROVHpQRzlBbTRR"
      + "dVRkMldHRDUxNnhMMlJfaGtCV3NneA==")!

  @Test func `An old container is read, migrated, and kept`() throws {
    let file = host.folder.url.appendingPathComponent("config/secrets.enc")
    try Self.old.write(to: file)
    chmod(file.path, 0o600)
    let environment = [Self.passphrase: "old passphrase"]
    let all = ["BINGX_DEMO_API_KEY", "BINGX_DEMO_API_SECRET", "ON", "PORT"]
    #expect(try names(environment) == all)
    #expect(try run(["secrets", "list"], environment, exitCode: 0).errors.contains("the old format"))
    for words in [["rotate"], ["init", "--force", "--names", "PORT"]] {
      let outcome = try run(["secrets"] + words, environment.merging([Self.newPassphrase: "x", "PORT": "1"]) { $1 }, exitCode: 65)
      #expect(outcome.errors.contains("init --migrate"), "\(outcome)")
    }
    _ = try run(["secrets", "init", "--migrate"], [Self.passphrase: "no"], exitCode: 77)
    #expect(try config() == ["secrets.enc"])
    #expect(try Data(contentsOf: file) == Self.old)
    let outcome = try run(["secrets", "init", "--migrate"], environment, exitCode: 0)
    #expect(outcome.errors.contains("rewrote config/secrets.enc, with \(all.joined(separator: ", "))"))
    #expect(!outcome.errors.contains("old-key"))
    #expect(try config() == ["secrets.enc", "secrets.enc.fernet"])
    #expect(try Data(contentsOf: host.folder.url.appendingPathComponent("config/secrets.enc.fernet")) == Self.old)
    #expect(try mode("config/secrets.enc") == 0o600)
    #expect(try mode("config/secrets.enc.fernet") == 0o600)
    #expect(try names(environment) == all)
    #expect(try run(["secrets", "init", "--migrate"], environment, exitCode: 65).errors.contains("new format already"))
    // The values are those of the old one: given again they are nothing new.
    let same = ["BINGX_DEMO_API_KEY": "old-key-1", "BINGX_DEMO_API_SECRET": "old-secret-1", "PORT": "8765", "ON": "True"]
    let rotated = try run(["secrets", "rotate", "--values", "--json"], environment.merging(same) { $1 }, exitCode: 0)
    #expect(try rotated.json["new_values"] as? [String] == [])
  }

  // MARK: - What others can see

  @Test func `A running host's environment has the names' values no longer, nor do its arguments`() throws {
    var environment = opened(keys)
    for name in [
      "BINANCE_API_KEY", "BINANCE_API_SECRET", "OPENAI_API_KEY", "OPENAI_API_KEY_SUPERVISOR", "SUPERVISOR_API_TOKEN", "TELEGRAM_BOT_TOKEN",
      "BINGX_API_KEY",
      "BINGX_API_SECRET", "BINGX_DEMO_API_KEY", "BINGX_DEMO_API_SECRET", Self.newPassphrase,
    ] { environment[name] = "\(marker)-\(name)" }
    environment["UNRELATED"] = "stays-\(marker)"
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let child = try host.start(["run", "--mode", "mock", "--duration", "60"], environment: environment)
    try child.waitForError("mock")
    let block = Data(try Proc.bytes("/proc/\(child.processID)/environ"))
    let arguments = Data(try Proc.bytes("/proc/\(child.processID)/cmdline"))
    child.signal(SIGTERM)
    _ = try child.finish(deadlineSeconds: 60)
    // It is the right process's, and another variable's value is still there.
    #expect(String(decoding: arguments, as: UTF8.self).contains("mock"))
    #expect(block.range(of: Data("UNRELATED=stays-\(marker)".utf8)) != nil)
    let entries = block.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    let shown = entries.filter { $0.contains(marker) }.map { $0.prefix { $0 != "=" } }
    #expect(shown == ["UNRELATED"])
    #expect(arguments.range(of: Data(marker.utf8)) == nil)
  }

  // MARK: - A person at a terminal

  private func person(
    _ words: [String], _ environment: [String: String] = [:], entries: [String] = [], executable: URL? = nil
  ) throws -> TerminalChild {
    var all = ["SWIFT_BACKTRACE": "enable=no", "PATH": "/usr/bin:/bin", "TERM": "xterm"]
    for name in ["LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] { all[name] = ProcessInfo.processInfo.environment[name] }
    all.merge(environment) { $1 }
    return try TerminalChild(executable ?? host.executable, words, entries: all.map { "\($0)=\($1)" } + entries, folder: host.folder.url)
  }

  @Test func `At a terminal it asks, and shows nothing of what is typed`() throws {
    let setup = try person(["secrets", "init"], ["BINANCE_DEMO_API_SECRET": "\(marker)-s"])
    try setup.wait(for: "BINANCE_DEMO_API_KEY: ")
    #expect(!setup.isEchoing)
    setup.type("\(marker)-k\n")
    try setup.wait(for: "passphrase for the new config/secrets.enc: ")
    setup.type("\(marker)-p\n")
    try setup.wait(for: "the same again: ")
    setup.type("\(marker)-p\n")
    #expect(try setup.finish() == 0)
    #expect(!setup.text.contains(marker) && setup.isEchoing, "\(setup.text)")
    #expect(try names(opened()) == ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET"])
    let list = try person(["secrets", "list"])
    try list.wait(for: "passphrase for config/secrets.enc: ")
    list.type("\(marker)-p\n")
    #expect(try list.finish() == 0)
    #expect(list.text.contains("BINANCE_DEMO_API_SECRET") && !list.text.contains(marker))
  }

  @Test func `Two that differ make nothing, and neither does an empty one`() throws {
    for (first, second, words) in [("a", "b", "differ"), ("", nil, "is empty")] as [(String, String?, String)] {
      let setup = try person(["secrets", "init"], keys)
      try setup.wait(for: "passphrase for the new config/secrets.enc: ")
      setup.type("\(first)\n")
      if let second {
        try setup.wait(for: "the same again: ")
        setup.type("\(second)\n")
      }
      #expect(try setup.finish() == 77)
      #expect(setup.text.contains(words), "\(setup.text)")
      #expect(try config().isEmpty)
    }
  }

  @Test(arguments: [("\u{3}", SIGINT), ("\u{1C}", SIGQUIT)])
  func `A key that ends it leaves the terminal as it was`(key: String, number: Int32) throws {
    let setup = try person(["secrets", "init"], keys)
    try setup.wait(for: "passphrase for the new config/secrets.enc: ")
    #expect(!setup.isEchoing)
    setup.type("half\(marker)\(key)")
    #expect(try setup.finish() == 128 + number)
    #expect(setup.isEchoing && !setup.text.contains(marker), "\(setup.text)")
    #expect(try config().isEmpty)
  }

  @Test func `Stopped and brought back, it asks again`() throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    let list = try person(["secrets", "list"])
    try list.wait(for: "passphrase for config/secrets.enc: ")
    // What was typed before the stop is forgotten. A leader of a session alone is not stopped by it, and goes on at once.
    list.type("half\u{1A}")
    try list.wait(for: "passphrase for config/secrets.enc: ")
    #expect(!list.isEchoing)
    list.type("\(marker)-p\n")
    #expect(try list.finish() == 0)
    #expect(list.isEchoing && list.text.contains("BINANCE_DEMO_API_KEY") && !list.text.contains(marker), "\(list.text)")
  }

  @Test(arguments: ["</dev/null", "<&-", "2>/dev/null"])
  func `At a terminal that is not its input and its error nobody is asked`(redirection: String) throws {
    _ = try run(["secrets", "init"], opened(keys), exitCode: 0)
    let shell = "'\(host.executable.path)' secrets list \(redirection); echo ended with $?"
    let list = try person(["-c", shell], executable: URL(fileURLWithPath: "/bin/sh"))
    #expect(try list.finish() == 0)
    #expect(list.text.contains("ended with 77") && !list.text.hasPrefix("passphrase for"), "\(list.text)")
  }

  @Test func `A name that the environment has twice is overwritten twice`() throws {
    _ = try host.succeed(["strategies", "publish", "EMACross", "--symbol", "BTCUSDT", "--param", "quantity=0.001"])
    let child = try person(
      ["run", "--mode", "mock", "--duration", "60"], ["QE_RUNTIME_DIR": host.runtime.path],
      entries: ["OPENAI_API_KEY=\(marker)-1", "LAST=\(marker)", "OPENAI_API_KEY=\(marker)-2", "OPENAI_API_KEY_OTHER=\(marker)"])
    try child.wait(for: "mock")
    let block = Data(try Proc.bytes("/proc/\(child.processID)/environ"))
    child.type("\u{3}")
    #expect(try child.finish() == 0)
    let shown = block.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.filter { $0.contains(marker) }.map { $0.prefix { $0 != "=" } }
    #expect(shown.sorted() == ["LAST", "OPENAI_API_KEY_OTHER"], "and no name that only begins like it")
  }

  @Test func `A signal from elsewhere does so too, and the end of input is said`() throws {
    let killed = try person(["secrets", "init"], keys)
    try killed.wait(for: "passphrase for the new config/secrets.enc: ")
    kill(killed.processID, SIGTERM)
    #expect(try killed.finish() == 128 + SIGTERM)
    #expect(killed.isEchoing)
    let ended = try person(["secrets", "init"], keys)
    try ended.wait(for: "passphrase for the new config/secrets.enc: ")
    ended.type("\u{4}")
    #expect(try ended.finish() == 77)
    #expect(ended.isEchoing && ended.text.contains("nothing was typed"), "\(ended.text)")
  }
}
