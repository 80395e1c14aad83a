import YAMLDocument

/// A settings file of the Python system, moved over.
public struct ReferenceImport: Sendable {
  /// The new settings.yaml: only what was set, with the old key where it had another name.
  public let text: String
  /// Old and new name with the value, in the order of the old file.
  public let taken: [String]
  /// `file:line: key: why`, for each that is not in the new file.
  public let left: [String]

  /// - Throws: the file is no YAML, no mapping, or not there; or a limit in it cannot be read.
  public static func read(_ path: String) throws(SettingsError) -> ReferenceImport {
    let document = try SettingsFile.document(path)
    guard let root = document.root, case .mapping(let entries) = root.content else {
      throw SettingsError(violations: ["\(path):\(document.root?.mark.line ?? 1): settings are sections with keys below them; is it the right file?"])
    }
    var reader = Reader(path: path)
    // The Python system took the last of two: so does this.
    for duplicate in document.duplicates {
      reader.left.append(
        "\(path):\(duplicate.first.line): \(Excerpt.line(duplicate.key)): stands again in line \(duplicate.second.line), which holds")
    }
    reader.read(entries, prefix: "")
    reader.dropMockFeed()
    // What bounds money is not dropped for being unreadable.
    if !reader.faults.isEmpty { throw SettingsError(violations: reader.faults) }
    return ReferenceImport(text: reader.text, taken: reader.taken, left: reader.left)
  }

  /// What `config check` refuses of the new text, one line each.
  ///
  /// - Parameter file: where it stands or will stand, since what lies beside it counts; nil = nowhere yet.
  public func faults(as file: String?) -> [String] {
    let name = file ?? "standard output"
    var loader = SettingsLoader(root: "")
    do throws(SettingsError) {
      loader.apply(try SettingsFile.parse(Array(text.utf8), name), from: name)
      try loader.loadPairs(besides: file)
      loader.checkTogether()
      loader.checkSymbols()
      try loader.loadLatencies(besides: file)
    } catch {
      return loader.report(of: name) + error.violations
    }
    return loader.report(of: name)
  }

  private struct Reader {
    let path: String
    var taken: [String] = []
    var left: [String] = []
    var faults: [String] = []
    private var values: [(key: String, text: String, from: String, place: String)] = []
    private var settings = Settings()

    init(path: String) { self.path = path }

    mutating func read(_ entries: [YAMLNode.Entry], prefix: String) {
      for entry in entries {
        let name = prefix + entry.key
        if case .mapping(let inner) = entry.value.content, ReferenceKey.isRead(into: name) {
          read(inner, prefix: name + ".")
          continue
        }
        take(name, entry)
      }
    }

    private mutating func take(_ name: String, _ entry: YAMLNode.Entry) {
      let place = "\(path):\(entry.keyMark.line)"
      func leave(_ why: String) { left.append("\(place): \(Excerpt.line(name)): \(why)") }
      let reference = ReferenceKey.named(name)
      if case .dropped(let why) = reference?.fate { return leave(why) }
      // A file may be part of each: what is ours already stays.
      guard let key = reference?.key ?? SettingsField.named(name)?.name, let field = SettingsField.named(key) else {
        return leave("no key of the Python system, and none here")
      }
      func refuse(_ problem: String) {
        if field.boundsMoney { faults.append("\(path):\(entry.keyMark.line): \(Excerpt.line(name)): \(problem)") } else { leave(problem) }
      }
      if field.shape == .confidential {
        return leave("a token does not stand in settings; give it as SUPERVISOR_API_TOKEN, or keep it with: quantumedge secrets init --supervisor")
      }
      guard let written = WrittenValue(entry.value)?.withFlagsOfYAML11(for: field.shape) else { return refuse("a section where a value is expected") }
      if field.shape.isNumber, let octal = written.octalOfYAML11 {
        return refuse("\(written.quoted) is \(octal) to the Python system, which reads a number that begins with 0 to the base of 8; write \(octal)")
      }
      guard let value = reference == nil ? written : reference?.value(written) else {
        if let why = reference?.whyNothing { return leave(why) }
        return written.isZeroOrNull
          ? leave("\(written.quoted) sets no limit") : refuse("\(written.quoted) is no amount; write one, 0 for no limit, or remove it")
      }
      var tried = settings
      if let problem = field.apply(&tried, value) { return refuse(problem) }
      let text = field.show(tried)
      if let index = values.firstIndex(where: { $0.key == key }) {
        // Two old keys, one new one: the tighter, as a running host would have it.
        let tighter = settings.tightened(by: tried)
        guard text != values[index].text, field.show(tighter) == text else {
          return leave("\(key) has \(values[index].text) from \(values[index].from) already")
        }
        left.append("\(values[index].place): \(Excerpt.line(values[index].from)): \(name), which is tighter, holds for \(key)")
        taken.removeAll { $0 == Self.taken(values[index].from, key) }
        values[index] = (key, text, name, place)
      } else {
        values.append((key, text, name, place))
      }
      settings = tried
      taken.append(Self.taken(name, key))
    }

    /// The Python system traded in demo on prices of its mock.
    mutating func dropMockFeed() {
      guard let mode = values.first(where: { $0.key == "app.mode" })?.text, Mode(rawValue: mode)?.tradesOnVenue == true,
        let index = values.firstIndex(where: { $0.key == "app.websocket" && $0.text == "mock" })
      else { return }
      let dropped = values.remove(at: index)
      taken.removeAll { $0 == Self.taken(dropped.from, dropped.key) }
      left.append("\(dropped.place): \(Excerpt.line(dropped.from)): mock, and app.mode \(mode) trades on the venue's prices")
    }

    private static func taken(_ name: String, _ key: String) -> String { name == key ? key : "\(name) -> \(key)" }

    /// YAML in the order of the manual.
    var text: String {
      var lines = ["# Moved over from a settings file of the Python system by quantumedge config import."]
      var open: [String] = []
      for field in SettingsField.all.sorted(by: { Self.order($0.name) < Self.order($1.name) }) {
        guard let value = values.first(where: { $0.key == field.name }) else { continue }
        let parts = field.name.split(separator: ".").map(String.init)
        let sections = Array(parts.dropLast())
        let common = zip(open, sections).prefix { $0 == $1 }.count
        for depth in common..<sections.count { lines.append(String(repeating: "  ", count: depth) + sections[depth] + ":") }
        open = sections
        let indent = String(repeating: "  ", count: sections.count)
        let note = value.from == field.name ? "" : "  # was \(value.from)"
        lines.append("\(indent)\(parts.last ?? ""): \(Self.written(value.text, field.shape))\(note)")
      }
      return lines.joined(separator: "\n") + "\n"
    }

    /// Sections stay together, in the order of their first key.
    private static func order(_ name: String) -> Int {
      let section = name.prefix { $0 != "." }
      let keys = SettingsField.names
      let first = keys.firstIndex { $0.hasPrefix(section + ".") } ?? 0
      let subsection = name.split(separator: ".").dropLast().joined(separator: ".")
      let isNested = subsection != section
      let nested = isNested ? (keys.firstIndex { $0.hasPrefix(subsection + ".") } ?? 0) + 1 : 0
      return first * 1_000_000 + nested * 1000 + (keys.firstIndex(of: name) ?? 0)
    }

    private static func written(_ text: String, _ shape: ValueShape) -> String {
      switch shape {
      case .list: "[" + text.split(separator: ",").map { isPlain($0) ? String($0) : quoted(String($0)) }.joined(separator: ", ") + "]"
      case .optional(let inner, _): text == "null" ? text : written(text, inner)
      case .text, .path, .address, .confidential: quoted(text)
      default: text
      }
    }

    private static func quoted(_ text: String) -> String {
      "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Letters and digits with what never means something in YAML between them.
    private static func isPlain(_ word: Substring) -> Bool {
      func isWord(_ byte: UInt8) -> Bool { (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A) }
      return word.utf8.first.map(isWord) == true && word.utf8.allSatisfy { isWord($0) || "_./=-".utf8.contains($0) }
    }
  }
}
