import Plugins

extension Catalogue {
  /// What the file shows before any of its code runs.
  static let fileCases: [Case] = [
    Case(
      "one-symbol", "exports quantumedge_plugin_entry and nothing else", strictness: 3, after: [], seconds: 10,
      setup: .init(isBeforeLoading: true)
    ) { trial in
      guard let exported = try ElfFile(trial.file().bytes).exported else { throw Finding.skips("the file has no table of sections") }
      let others = exported.filter { $0 != entryName }
      guard others.isEmpty else {
        throw Finding.fails("\(others.count) more: \(others.prefix(3).joined(separator: ", ")); link with a version script (Plugins/plugin.map)")
      }
      guard exported.contains(entryName) else { throw Finding.skips("it exports nothing; see loads") }
      return "one"
    },
    Case(
      "no-undeclared-dependencies", "needs only libraries that the host has loaded", after: [], seconds: 10, setup: .init(isBeforeLoading: true)
    ) { trial in
      let file = try trial.file()
      guard let needed = ElfFile(file.bytes).needed else { throw Finding.skips("the file has no table of sections") }
      let missing = file.missingLibraries
      guard missing.isEmpty else { throw Finding.fails("\(missing.joined(separator: ", ")): the host does not have it") }
      return needed.isEmpty ? "none" : needed.joined(separator: ", ")
    },
  ]

  static let entryName = "quantumedge_plugin_entry"
}
