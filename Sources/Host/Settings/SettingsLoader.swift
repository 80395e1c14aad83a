import Simulation
import YAMLDocument

/// Lays file, environment and `--set` over the defaults, and collects all that is wrong.
struct SettingsLoader {
  static let manual = "config/settings.yaml"

  private(set) var settings = Settings()
  private(set) var violations: [String] = []
  /// Where each key was set last, for what is found only at the end.
  private var places: [String: String] = [:]
  /// Keys set on the command line.
  private var overridden: Set<String> = []

  mutating func apply(_ root: YAMLNode?, from file: String) {
    guard let root else { return }
    guard case .mapping(let entries) = root.content else {
      violations.append("\(file):\(root.mark.line): settings are sections with keys below them; see \(Self.manual)")
      return
    }
    apply(entries, prefix: "", file)
  }

  mutating func apply(variable: String, key: String, in environment: [String: String]) {
    guard let value = environment[variable], !value.isEmpty else { return }
    set(key, .text(value), place: variable)
  }

  mutating func apply(override word: String) {
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
      violations.append("--set \(Excerpt.line(word)): a value is missing; write section.key=value")
      return
    }
    let name = String(word[..<equals])
    overridden.insert(name)
    set(name, WrittenValue(word: String(word[word.index(after: equals)...])), place: "--set \(Excerpt.line(name))")
  }

  /// What no key can see alone.
  mutating func checkTogether() {
    let (prices, symbols) = (settings.mock.startPrices.count, settings.mock.symbols.count)
    if prices != 1, prices != symbols {
      let key = "feed.mock.start_price"
      violations.append("\(places[key] ?? key): \(prices) prices for \(symbols) symbols; write one for all, or one each")
    }
    if settings.simulation.feeAsset == .third, settings.simulation.thirdAsset.name == nil || settings.simulation.thirdAsset.price == .zero {
      let key = "simulation.fee_asset"
      violations.append("\(places[key] ?? key): third needs simulation.third_asset_name and a third_asset_price above 0; write both")
    }
    for file in settings.replay.snapshots where !settings.replay.recordings.contains(where: { $0.symbol == file.symbol }) {
      let key = "feed.snapshot"
      violations.append("\(places[key] ?? key): \(file.symbol) has no recording that this belongs to; name it in feed.recording alike")
    }
    // What bounds real money is in a file that can be reviewed, not in somebody's shell history.
    if settings.mode == .live {
      for name in overridden.sorted() where name.hasPrefix("risk.") && SettingsField.named(name) != nil {
        violations.append("--set \(name): in live the risk section is not set on the command line; write it into the settings file")
      }
    }
    guard settings.mode.needsLimits else { return }
    for field in SettingsField.all where field.isLimit && field.show(settings) == "null" {
      violations.append("\(places[field.name] ?? field.name): unlimited is not accepted with app.mode \(settings.mode.rawValue); write a limit")
    }
  }

  /// - Parameter file: the settings file, nil for none.
  mutating func loadPairs(besides file: String?) throws(SettingsError) {
    let name = settings.pairsFile
    let path = Self.path(name, besides: file)
    // The default name stands for the shipped instruments wherever there is no such file beside the settings.
    if name == Settings().pairsFile, file == nil || !SettingsFile.exists(path) { return }
    do throws(SettingsError) { settings.pairs = try Pairs.parse(try SettingsFile.document(path), path: path) } catch {
      // Alone it keeps its kind: a missing file is another exit code.
      if violations.isEmpty { throw error }
      violations += error.violations
    }
  }

  /// A limit that is written for a symbol nobody knows would hold for none.
  mutating func checkSymbols() {
    let key = "risk.max_notional_by_symbol"
    for symbol in settings.symbolNotional.keys.sorted() where settings.pairs.instrument(symbol) == nil {
      violations.append("\(places[key] ?? key): \(symbol) is not in pairs.yaml, so that its limit would hold for nothing; correct the name")
    }
  }

  /// The recorded latencies, where the settings name a file of them.
  mutating func loadLatencies(besides file: String?) throws(SettingsError) {
    guard let name = settings.simulation.latency.file else { return }
    let path = Self.path(name, besides: file)
    let text = try SettingsFile.text(path)
    do throws(LatencyTable.Failure) { settings.simulation.latency.table = try LatencyTable.parse(text, path: path) } catch {
      violations.append(error.description)
    }
  }

  /// What the settings file names lies beside it.
  private static func path(_ name: String, besides file: String?) -> String {
    let folder = file.flatMap { file in file.lastIndex(of: "/").map { String(file[...$0]) } } ?? ""
    return name.hasPrefix("/") ? name : folder + name
  }

  // MARK: -

  private mutating func apply(_ entries: [YAMLNode.Entry], prefix: String, _ file: String) {
    for entry in entries {
      let name = prefix + entry.key
      let place = "\(file):\(entry.keyMark.line): \(Excerpt.line(name))"
      guard SettingsField.named(name) == nil, SettingsField.isSection(name) else {
        guard SettingsField.named(name) == nil || WrittenValue(entry.value) != nil else {
          violations.append("\(place): a section or a list of lists; write one value")
          continue
        }
        set(name, WrittenValue(entry.value) ?? .null, place: place)
        continue
      }
      switch entry.value.content {
      case .mapping(let inner): apply(inner, prefix: name + ".", file)
      case .scalar("", isPlain: true): break  // all its keys are comments
      default: violations.append("\(place): this is a section; write its keys below it, indented")
      }
    }
  }

  private mutating func set(_ name: String, _ written: WrittenValue, place: String) {
    guard let field = SettingsField.named(name) else {
      let what = SettingsField.isSection(name) ? "a section, not a key" : "unknown key"
      violations.append("\(place): \(what); \(Suggestion.text(for: name, among: SettingsField.names, manual: Self.manual))")
      return
    }
    places[name] = place
    if let problem = field.apply(&settings, written) { violations.append("\(place): \(problem)") }
  }
}
