import Market
import Simulation
import YAMLDocument

/// Lays file, environment and `--set` over the defaults, and collects all that is wrong.
struct SettingsLoader {
  static let manual = "config/settings.yaml"
  /// More faults than anybody reads; a file of nothing but faults must not cost more than a good one.
  static let maximumViolations = 100

  private(set) var settings = Settings()
  private(set) var violations: [String] = []
  private(set) var warnings: [String] = []
  private(set) var origins: [String: String] = [:]
  /// What the settings file names is read only if it is this user's or root's alone.
  var ownFilesOnly = false
  private var omitted = 0
  /// Where each key was set last, for what is found only at the end.
  private var places: [String: String] = [:]
  /// Keys set on the command line, and by variables.
  private var overridden: Set<String> = []
  private var fromVariables: [String: String] = [:]
  /// Keys whose strongest value cannot be read, or stands there twice.
  private var doubtful: Set<String> = []
  /// Whether the file has something that could have been meant for a key of `app`.
  private var hasStrayKeys = false
  /// Keys that only a file of the reference can have, with their lines.
  private var reference: [(key: String, line: Int)] = []

  init(root: String) { settings.root = root }

  mutating func apply(_ document: YAMLDocument, from file: String) {
    for duplicate in document.duplicates.prefix(Self.maximumViolations) { note("\(file):\(duplicate.words)") }
    omitted += max(0, document.duplicates.count - Self.maximumViolations)
    guard let root = document.root else { return }
    guard case .mapping(let entries) = root.content else {
      hasStrayKeys = true
      note("\(file):\(root.mark.line): settings are sections with keys below them; see \(Self.manual)")
      return
    }
    apply(entries, prefix: "", file)
    // Each field once, however many keys stand there twice.
    let twice = Set(document.duplicates.lazy.map { $0.key[...] })
    for field in SettingsField.all where twice.contains(field.name[...]) || field.name.split(separator: ".").contains(where: twice.contains) {
      doubtful.insert(field.name)
    }
  }

  /// Whether there is one meaning alone of what was said of a key, or of its not being said.
  func isCertain(_ key: String, fileWasRead: Bool) -> Bool {
    if doubtful.contains(key) { return false }
    return places[key] != nil || (fileWasRead && !hasStrayKeys && omitted == 0)
  }

  /// The reference's names first, ours over them.
  mutating func apply(_ environment: [String: String]) {
    if environment["SUPERVISOR_URL", default: ""].isEmpty, places["supervisor.base_url"] == nil,
      let (variable, url) = EnvironmentKeys.supervisorURL(
        in: environment, passedOver: { warnings.append("\($0): tcp://... is what container systems set; it is not read, a host or a port is") })
    {
      fromVariables["supervisor.base_url"] = variable
      set("supervisor.base_url", .text(url), place: variable, origin: variable)
    }
    apply("QE_LOGS_DIR", "app.log_file", environment["QE_LOGS_DIR"].flatMap { $0.isEmpty ? nil : "\($0)/quantumedge.log" })
    // As in the Python system: the file goes with the runtime folder, unless somebody names another one.
    if places["ops.status_file"] == nil {
      apply("QE_RUNTIME_DIR", "ops.status_file", environment["QE_RUNTIME_DIR"].flatMap { $0.isEmpty ? nil : "\($0)/bot_status.json" })
    }
    for (variable, key) in EnvironmentKeys.reference { apply(variable, key, environment[variable]) }
    for variable in environment.keys.sorted() where variable.hasPrefix("QE_") && !EnvironmentKeys.others.contains(variable) {
      if let key = EnvironmentKeys.byVariable[variable] {
        if SettingsField.named(key)?.shape == .confidential {
          note("\(variable): would stay readable in this process's environment; \(Self.confidentialAdvice)")
        } else if environment[variable] == "" {
          // Of a unit file whose own variable is not set: what was meant to be tighter would be the default.
          note("\(variable): is empty; write a value for \(key), or unset it")
        } else {
          apply(variable, key, environment[variable])
        }
      } else if environment[variable] != "", !variable.hasSuffix("SUPERVISOR_HOST"), !variable.hasSuffix("SUPERVISOR_PORT"),
        EnvironmentKeys.prefixes.contains(where: { variable.hasPrefix($0) })
      {
        let names = EnvironmentKeys.byVariable.keys.sorted()
        note("\(Excerpt.line(variable)): sets no key; \(Suggestion.text(for: variable, among: names, manual: Self.manual))")
      }
    }
  }

  private mutating func apply(_ variable: String, _ key: String, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    fromVariables[key] = variable
    set(key, WrittenValue(word: value), place: variable, origin: variable)
  }

  mutating func apply(override word: String) {
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
      return note("--set \(Excerpt.line(word)): a value is missing; write section.key=value")
    }
    let name = String(word[..<equals])
    // Without a value it says that there is none, which is nobody's secret.
    if SettingsField.named(name)?.shape == .confidential, word.index(after: equals) != word.endIndex {
      return note("--set \(name): every user of this machine can read what a process was started with; \(Self.confidentialAdvice)")
    }
    overridden.insert(name)
    set(name, WrittenValue(word: String(word[word.index(after: equals)...])), place: "--set \(Excerpt.line(name))", origin: "--set")
  }

  private static let confidentialAdvice =
    "give it as the variable SUPERVISOR_API_TOKEN, which is taken out of the environment, or keep it with: quantumedge secrets init --supervisor"

  /// What no key can see alone.
  mutating func checkTogether() {
    let (prices, symbols) = (settings.mock.startPrices.count, settings.mock.symbols.count)
    if prices != 1, prices != symbols {
      note("\(place("feed.mock.start_price")): \(prices) prices for \(symbols) symbols; write one for all, or one each")
    }
    if settings.simulation.feeAsset == .third, settings.simulation.thirdAsset.name == nil || settings.simulation.thirdAsset.price == .zero {
      note("\(place("simulation.fee_asset")): third needs simulation.third_asset_name and a third_asset_price above 0; write both")
    }
    for file in settings.replay.snapshots where !settings.replay.recordings.contains(where: { $0.symbol == file.symbol }) {
      note("\(place("feed.snapshot")): \(file.symbol) has no recording that this belongs to; name it in feed.recording alike")
    }
    if settings.websocket == .mock, !settings.replay.recordings.isEmpty, settings.mode == .paper {
      note("\(place("app.websocket")): mock, and feed.recording names data; remove one of them")
    }
    if settings.plugins.maximumRestartBackOffMilliseconds < settings.plugins.restartBackOffMilliseconds {
      note("\(place("plugins.restart_backoff_max_ms")): is below plugins.restart_backoff_ms; write at least as much")
    }
    if settings.models.drift.minimumBars > settings.models.drift.windowBars {
      note("\(place("ml.drift.min_bars")): is above ml.drift.window_bars, so that nothing is ever told; write at most as much")
    }
    let limits = settings.limits
    warnIfLooser("risk.max_order_notional", limits.maximumOrderNotional?.raw, "risk.max_notional_per_symbol", limits.maximumSymbolNotional?.raw)
    warnIfLooser("risk.max_notional_per_symbol", limits.maximumSymbolNotional?.raw, "risk.max_gross_exposure", limits.maximumGrossExposure?.raw)
    checkVenueMode()
    checkAddresses()
    for wish in SettingsField.wishes {
      guard let field = SettingsField.named(wish.name) else { continue }
      let value = field.show(settings)
      if wish.asks.map({ value == $0 }) ?? (value != field.show(Settings())) {
        warnings.append("\(place(wish.name)): this version \(wish.duty)")
      }
    }
  }

  /// Not wrong, but a limit that never holds is rarely meant.
  private mutating func warnIfLooser(_ inner: String, _ value: Int128?, _ outer: String, _ bound: Int128?) {
    guard let value, let bound, value > bound, places[inner] != nil || places[outer] != nil else { return }
    warnings.append("\(place(inner)): is larger than \(outer), which holds first")
  }

  /// Where orders leave the process.
  private mutating func checkVenueMode() {
    let mode = settings.mode
    guard mode.tradesOnVenue else { return }
    if settings.websocket == .mock {
      note("\(place("app.websocket")): \(mode.rawValue) trades on the venue's prices; mock is for paper, so remove it")
    }
    if !settings.replay.recordings.isEmpty {
      note("\(place("feed.recording")): \(mode.rawValue) trades on the venue's prices; recordings are for paper, so remove it")
    }
    if mode == .demo {
      for key in ["binance_demo.enabled", "binance_demo.testnet"] where settings.later[key] == "false" {
        note("\(place(key)): false, and app.mode is demo; write true, or another mode")
      }
    }
    if mode == .live {
      // What bounds real money is in a file that can be reviewed, not in somebody's shell history.
      let reason = "in live it stands in the settings file alone, where somebody can review it"
      for name in overridden.sorted() where SettingsField.named(name)?.isReviewed == true { note("--set \(name): \(reason)") }
      for (name, variable) in fromVariables.sorted(by: { $0.key < $1.key }) where SettingsField.named(name)?.isReviewed == true {
        note("\(variable): \(name): \(reason)")
      }
      if settings.liveAcknowledgement != Settings.liveAcknowledgement {
        note(
          "\(place("app.live_ack")): app.mode live trades real money; write app.live_ack: \"\(Settings.liveAcknowledgement)\" into the settings file")
      }
      if !settings.plugins.requireSignature, places["plugins.require_signature"] != nil {
        note("\(place("plugins.require_signature")): in live every plugin is signed; write true, or remove it")
      }
      if settings.plugins.trustedKeys.isEmpty {
        note("\(place("plugins.trusted_keys")): in live every plugin is signed; name the keys that are trusted")
      }
    }
    if settings.journal.sync == .off {
      note("\(place("journal.sync")): off is not accepted with app.mode \(mode.rawValue): what is held would not be known after a restart")
    }
    for field in SettingsField.all where field.isLimit && field.show(settings) == "null" {
      note("\(place(field.name)): unlimited is not accepted with app.mode \(mode.rawValue); write a limit")
    }
  }

  /// What carries tokens and prices goes over TLS, but to this machine itself.
  private mutating func checkAddresses() {
    func isOpen(_ name: String) -> Bool {
      WebAddress(SettingsField.named(name)?.show(settings) ?? "").map { !$0.isEncrypted && !$0.isThisMachine } ?? false
    }
    let section = settings.mode == .live ? "binance." : settings.mode == .demo ? "binance_demo." : nil
    if let section {
      for name in SettingsField.names where name.hasPrefix(section) && isOpen(name) {
        note("\(place(name)): is not encrypted; \(settings.mode.rawValue) talks to the venue by https and wss")
      }
    }
    if isOpen("supervisor.base_url") {
      warnings.append("\(place("supervisor.base_url")): is not encrypted, so that its token can be read on the way; use https")
    }
  }

  /// - Parameter file: the settings file, nil for none.
  mutating func loadPairs(besides file: String?) throws(SettingsError) {
    let name = settings.pairsFile
    let path = Self.path(name, besides: file)
    // The default name stands for the shipped instruments wherever there is no such file beside the settings.
    let isShipped = name == Settings().pairsFile && (file == nil || !SettingsFile.exists(path))
    if !isShipped {
      if ownFilesOnly { try SettingsPlace.checkOwner(path) }
      do throws(SettingsError) { settings.pairs = try Pairs.parse(try SettingsFile.document(path), path: path) } catch {
        // Alone it keeps its kind: a missing file is another exit code.
        if violations.isEmpty { throw error }
        for violation in error.violations { note(violation) }
      }
    }
    if settings.exchangeChoice != nil { settings.pairs = settings.pairs.with(defaultMarket: settings.exchange.market) }
  }

  /// A limit that is written for a symbol nobody knows would hold for none; one that is wider than the common one is rarely a slip, but
  /// it is to be seen.
  mutating func checkSymbols() {
    let key = "risk.max_notional_by_symbol"
    if let common = settings.limits.maximumSymbolNotional {
      for instrument in settings.pairs.instruments {
        guard let own = settings.exposureLimit(of: instrument), own > common else { continue }
        let isListed = own == (settings.symbolNotional[instrument.id.description] ?? settings.symbolNotional[instrument.id.symbol])
        warnings.append(
          "\(isListed ? place(key) : settings.pairsFile): \(instrument.id) may hold \(DecimalText.formatShort(own.raw, scale: Money.scale)), "
            + "more than risk.max_notional_per_symbol allows the others")
      }
    }
    for (key, symbols) in [("feed.mock.symbols", settings.mock.symbols), ("feed.recording", settings.replay.recordings.map(\.symbol))] {
      // The default is not what this file says, and a backtest asks for neither.
      guard let place = places[key] else { continue }
      for symbol in symbols where settings.pairs.instrument(symbol) == nil {
        note("\(place): \(Excerpt.line(symbol)) is not in \(settings.pairsFile); correct the name, or write its figures there")
      }
    }
    for symbol in settings.symbolNotional.keys.sorted() where settings.pairs.instrument(symbol) == nil {
      note("\(places[key] ?? key): \(symbol) is not in pairs.yaml, so that its limit would hold for nothing; correct the name")
    }
  }

  /// The recorded latencies, where the settings name a file of them.
  mutating func loadLatencies(besides file: String?) throws(SettingsError) {
    guard let name = settings.simulation.latency.file else { return }
    let path = Self.path(name, besides: file)
    if ownFilesOnly { try SettingsPlace.checkOwner(path) }
    let text = try SettingsFile.text(path)
    do throws(LatencyTable.Failure) { settings.simulation.latency.table = try LatencyTable.parse(text, path: path) } catch {
      note(error.description)
    }
  }

  /// The violations for people; one line alone where the file is one of the reference's.
  func report(of file: String?) -> [String] {
    if let file, let first = reference.first {
      let count = reference.count == 1 ? "1 key" : "\(reference.count) keys"
      return [
        "\(file):\(first.line): a settings file of the Python system (\(count) that this host does not have, as \(Excerpt.line(first.key))); "
          + "move it over with: quantumedge config import \(file)"
      ]
    }
    return violations + (omitted > 0 ? ["and \(omitted) more"] : [])
  }

  /// What the settings file names lies beside it.
  private static func path(_ name: String, besides file: String?) -> String {
    let folder = file.flatMap { file in file.lastIndex(of: "/").map { String(file[...$0]) } } ?? ""
    return name.hasPrefix("/") ? name : folder + name
  }

  // MARK: -

  private mutating func note(_ violation: String) {
    if isFull { omitted += 1 } else { violations.append(violation) }
  }

  private var isFull: Bool { violations.count >= Self.maximumViolations }

  /// Where a key was set, or its name.
  private func place(_ key: String) -> String { places[key] ?? key }

  private mutating func apply(_ entries: [YAMLNode.Entry], prefix: String, _ file: String) {
    for entry in entries {
      // It is refused already, and whoever reads it stops here too.
      if isFull {
        omitted += 1
        continue
      }
      let name = prefix + entry.key
      let line = entry.keyMark.line
      let place = "\(file):\(line): \(Excerpt.line(name))"
      if ReferenceKey.isForeign(name) {
        reference.append((name, line))
        continue
      }
      if case .mapping = entry.value.content, ReferenceKey.hasSection(name) {
        reference.append((name, line))
        continue
      }
      guard SettingsField.named(name) == nil, SettingsField.isSection(name) else {
        guard SettingsField.named(name) == nil || WrittenValue(entry.value) != nil else {
          doubtful.insert(name)
          note("\(place): a section or a list of lists; write one value")
          continue
        }
        set(name, WrittenValue(entry.value) ?? .null, place: place, origin: "\(file):\(line)")
        continue
      }
      switch entry.value.content {
      case .mapping(let inner): apply(inner, prefix: name + ".", file)
      case .scalar("", isPlain: true): break  // all its keys are comments
      default:
        hasStrayKeys = true
        note("\(place): this is a section; write its keys below it, indented")
      }
    }
  }

  private mutating func set(_ name: String, _ written: WrittenValue, place: String, origin: String) {
    guard let field = SettingsField.named(name) else {
      // Looking for what was meant costs more than all else.
      if isFull { return omitted += 1 }
      if name.hasPrefix("app.") || !SettingsField.isSection(String(name.prefix { $0 != "." })) { hasStrayKeys = true }
      let what = SettingsField.isSection(name) ? "a section, not a key" : "unknown key"
      return note("\(place): \(what); \(Suggestion.text(for: name, among: SettingsField.names, manual: Self.manual))")
    }
    places[name] = place
    origins[name] = origin
    if let problem = field.apply(&settings, written) {
      doubtful.insert(name)
      note("\(place): \(problem)")
    } else {
      doubtful.remove(name)
    }
  }
}

extension Settings {
  /// What app.live_ack must say.
  public static let liveAcknowledgement = "real money"
}
