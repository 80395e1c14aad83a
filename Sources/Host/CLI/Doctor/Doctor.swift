import Cryptography
import Daemon
import Kernel
import Market
import Plugins
import Secrets
import Session
import Settings

/// The looks of the doctor. Each changes nothing, asks nobody for a passphrase, and ends in bounded time.
enum Doctor {
  /// As run would refuse it, once all else is there.
  static func mode(_ settings: Settings) -> [Finding] {
    guard settings.mode.tradesOnVenue else { return [] }
    return [
      .fail(
        "mode", "app.mode \(settings.mode.rawValue) has no venue in this version: run ends before it trades", cure: "use paper or mock until then")
    ]
  }

  // MARK: Secrets

  /// - Parameter descriptor: has the passphrase; nil = only the environment may.
  static func secrets(_ settings: Settings, passphraseDescriptor descriptor: Int32? = nil) -> [Finding] {
    let needs = settings.secretNeeds
    let container = container(settings)
    guard !needs.required.isEmpty else { return [.pass("secrets", "mode \(settings.mode.rawValue) uses none")] + container }
    var findings: [Finding] = container
    do throws(SecretsError) {
      let source = PassphraseSource(descriptor: descriptor, environment: HostEnvironment.secrets, mayAsk: false)
      let found = try RunSecrets.resolve(settings, passphrase: source)
      findings += found.names.map { name in
        .pass("secrets", "\(name.rawValue) is there, from \(found.origin(of: name).map { "\($0)" } ?? "nowhere")")
      }
      findings += found.warnings.map { .warn("secrets", $0, cure: "see docs/SECRETS.md") }
    } catch {
      findings.append(.fail("secrets", "\(error)", cure: "see docs/SECRETS.md"))
    }
    if SecureMemory.state != .locked {
      findings.append(
        .warn(
          "secrets", "memory for secrets is \(SecureMemory.state.rawValue): it could reach swap", cure: "raise the limit of locked memory (ulimit -l)"
        ))
    }
    if ProcessLimits.maximumCoreBytes > 0 {
      findings.append(.warn("secrets", "core dumps are on: one would hold secrets", cure: "switch them off (ulimit -c 0)"))
    }
    return findings
  }

  /// The file itself, without a passphrase: its rights and its format.
  private static func container(_ settings: Settings) -> [Finding] {
    let path = settings.resolved(settings.secrets.file)
    guard Files.isPresent(path) else { return [] }
    do throws(SecretsError) {
      let file = try SecretFile.read(path)
      if case .fernet = file.format {
        return [.warn("secrets", "\(path) has the old format", cure: "rewrite it with: quantumedge secrets init --migrate")]
      }
      var findings: [Finding] = [.pass("secrets", "\(path): \(file.format.words)")]
      if let advice = SecretMigration.keptAdvice(besides: path) {
        findings.append(.warn("secrets", advice, cure: "rm \(path + SecretMigration.suffix)"))
      }
      return findings + file.warnings.map { .warn("secrets", $0, cure: "see docs/SECRETS.md") }
    } catch {
      switch error.code {
      // It may be whole: a later host reads it.
      case .container(.versionUnsupported), .container(.algorithmUnsupported): return [.warn("secrets", "\(error)", cure: "see docs/SECRETS.md")]
      // --force adds to what can be opened, which this cannot.
      case .container:
        return [
          .warn("secrets", "\(error)", cure: "bring a copy of it back, or remove it (rm \(path)), then: quantumedge secrets init --file \(path)")
        ]
      default: return [.warn("secrets", "\(error)", cure: "see docs/SECRETS.md")]
      }
    }
  }

  // MARK: Plugins

  static func plugins(_ settings: Settings) -> [Finding] {
    let store = StrategiesOutput.store(settings)
    var findings: [Finding] = []
    do {
      let places = try store.places()
      let symbols = ((try? HostRun.feedSymbols(settings)) ?? []).map { symbol in settings.pairs.instrument(symbol)?.id.symbol ?? symbol }
      if places.isEmpty || (!symbols.isEmpty && !places.contains { symbols.contains($0.symbol) }) {
        // As run would refuse it.
        findings.append(
          .fail(
            "plugins",
            "\(settings.runtimeFolder)/strategies has nothing published\(symbols.isEmpty ? "" : " for \(symbols.joined(separator: ", "))")",
            cure: "publish a strategy with: quantumedge strategies publish EMACross --symbol \(symbols.first ?? "BTCUSDT")"))
      }
      for place in places { findings.append(plugin(place, store, settings)) }
    } catch {
      findings.append(.fail("plugins", "\(error)", cure: "publish it again"))
    }
    let quarantine = Quarantine(folder: StateFolder.path(settings))
    do throws(SessionError) {
      findings += try quarantine.read().map { entry in
        .warn(
          "plugins", "\(entry.instance) is in quarantine: \(entry.reason)",
          cure: "let it run again with: quantumedge plugin quarantine release \(entry.digest.prefix(12)) --mode \(settings.mode.rawValue)")
      }
    } catch {
      findings.append(.fail("plugins", "\(error)", cure: "move the file away"))
    }
    return findings
  }

  /// As `strategies verify`.
  private static func plugin(_ place: (symbol: String, horizonSeconds: Int64), _ store: StrategyStore, _ settings: Settings) -> Finding {
    let name = "\(place.symbol)/\(place.horizonSeconds)"
    do {
      let entry = try store.entry(symbol: place.symbol, horizonSeconds: place.horizonSeconds)
      try StrategiesOutput.verify(entry, settings)
      let isShadow = entry.manifest.isShadow == true || settings.plugins.shadows.contains("\(entry.manifest.name)@\(name)")
      return .pass("plugins", "\(entry.manifest.name) for \(name) is whole and starts" + (isShadow ? ", as a shadow: in simulation only" : ""))
    } catch let error as SessionError where error.kind == .configuration {
      return .fail("plugins", "\(name): \(error)", cure: "write that into the settings file")
    } catch {
      return .fail(
        "plugins", "\(name): \(error)",
        cure: "publish it again, or take the one before with: quantumedge strategies rollback --symbol \(place.symbol)")
    }
  }

  // MARK: Feed

  static func feed(_ settings: Settings) -> [Finding] {
    do throws(SessionError) {
      let symbols = try HostRun.feedSymbols(settings).joined(separator: ", ")
      guard settings.takesRecordings else {
        return [.pass("feed", settings.takesMockFeed ? "made up: \(symbols)" : "the venue's: \(symbols)")]
      }
    } catch {
      return [.fail("feed", "\(error)", cure: "write one of both into the settings file")]
    }
    return (settings.replay.recordings + settings.replay.snapshots).map { file in
      let path = settings.resolved(file.path)
      do throws(KernelError) { try Files.checkReadable(path) } catch {
        return .fail("feed", "\(file.symbol): \(error)", cure: "correct feed.recording, feed.snapshot, or bring the file there")
      }
      return .pass("feed", "\(file.symbol): \(path) can be read")
    }
  }

  /// What a start would go on from.
  static func state(_ settings: Settings) -> [Finding] {
    if ControlClient(settings: settings).isAnybodyThere { return [] }
    do {
      guard let last = try HostRun.lastRun(settings) else { return [.pass("state", "a start begins anew")] }
      if let doubt = last.doubt {
        return [
          .warn(
            "state", "\(last.journal): \(doubt): a start is halted (\(last.words))",
            cure: "compare what is held, then: quantumedge risk resume")
        ]
      }
      return [.pass("state", "a start goes on from \(last.journal): \(last.words)")]
    } catch {
      return [.fail("state", "\(error)", cure: "see docs/JOURNAL.md")]
    }
  }

  // MARK: Disk

  private static let scarceBytes: UInt64 = 1 << 30
  private static let tooFewBytes: UInt64 = 100 << 20

  static func folders(_ settings: Settings) -> [Finding] {
    var findings: [Finding] = []
    let log = settings.logging.file.map { settings.resolved($0) }
    let logFolder = log.map { path in path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "." }
    for (key, folder) in [("app.runtime_path", settings.runtimeFolder), ("app.data_path", settings.dataFolder)]
      + (logFolder.map { [("app.log_file", $0)] } ?? [])
    {
      guard let space = DiskSpace.nearest(to: folder) else {
        findings.append(.fail("disk", "\(key): \(folder) has no folder above it that can be looked at", cure: "make it"))
        continue
      }
      let free = "\(space.freeBytes >> 20) MiB free at \(space.folder)"
      if !space.isWritable {
        findings.append(.fail("disk", "\(key): \(space.folder) may not be written by this user", cure: "give it to the host's user (chown, chmod)"))
      } else if space.isWritableByAll {
        findings.append(
          .fail("disk", "\(key): \(space.folder) may be written by every user: they could replace plugins", cure: "take that away (chmod o-w)"))
      } else if space.freeBytes < tooFewBytes {
        findings.append(.fail("disk", "\(key): \(free)", cure: "make room, or move the folder"))
      } else if space.freeBytes < scarceBytes {
        findings.append(.warn("disk", "\(key): \(free)", cure: "make room"))
      } else {
        findings.append(.pass("disk", "\(key): \(free)"))
      }
    }
    let isRunning = ControlClient(settings: settings).isAnybodyThere
    findings.append(ports(StateFolder.controlSocketPath(settings), isRunning: isRunning))
    if isRunning {
      findings.append(
        .warn(
          "state", "a host runs on \(StateFolder.path(settings)): a second one is refused", cure: "look at it with: quantumedge status"))
    } else {
      findings.append(.pass("state", "no host runs on \(StateFolder.path(settings))"))
    }
    return findings
  }

  /// A run listens at its control socket and nowhere else; its folder's rights are looked at above.
  private static func ports(_ socket: String, isRunning: Bool) -> Finding {
    // A stale socket is taken away by the start; what is none is somebody's.
    if Files.isPresent(socket), !Files.isSocket(socket) {
      return .fail("ports", "\(socket): is there and no socket: the host cannot listen at it", cure: "move it away")
    }
    return .pass("ports", "no port is opened; the control socket \(socket) \(isRunning ? "is in use" : "is free")")
  }

  // MARK: Machine

  static func processors(_ settings: Settings) -> [Finding] {
    let wanted = settings.plugins.workerCPUs + (settings.engine.cpu.map { [Int($0)] } ?? [])
    guard !wanted.isEmpty else { return [] }
    let allowed = ChildProcess.allowedCPUs
    let missing = wanted.filter { !allowed.contains($0) }
    if missing.isEmpty { return [.pass("cpu", "\(wanted.count) CPUs are bound, and may be used")] }
    return [
      .fail(
        "cpu", "CPU \(missing.map(String.init).joined(separator: ", ")) of engine.cpu or plugins.worker_cpus may not be used here",
        cure: "name some of \(allowed.map(String.init).joined(separator: ", "))")
    ]
  }

  static func system() -> [Finding] {
    var findings: [Finding] = []
    let features = KernelFeatures.current
    findings.append(
      features.hasLandlock
        ? .pass("isolation", "the kernel has landlock")
        // Seccomp refuses what opens a file too: landlock is the second wall.
        : .warn("isolation", "the kernel has no landlock: workers have one wall less around files", cure: "run on Linux 5.13 or later"))
    for (name, isThere) in [
      ("seccomp", features.hasSeccomp), ("sealed memory files", features.hasSealedMemoryFiles),
    ] {
      findings.append(
        isThere
          ? .pass("isolation", "the kernel has \(name)")
          : .fail(
            "isolation", "the kernel has no \(name): workers do not start", cure: "run on Linux 5.13 or later, outside of containers that forbid it"))
    }
    switch KernelClock.isSynchronised {
    case true: findings.append(.pass("clock", "the kernel says that its clock is synchronised"))
    default:
      findings.append(
        .warn("clock", "the kernel does not say that its clock is synchronised", cure: "run an NTP client, as chrony; venues refuse late requests"))
    }
    let files = ProcessLimits.maximumOpenFiles
    findings.append(
      files >= 1024
        ? .pass("limits", "\(files) open files") : .warn("limits", "\(files) open files at most", cure: "raise it (ulimit -n 4096)"))
    return findings
  }
}
