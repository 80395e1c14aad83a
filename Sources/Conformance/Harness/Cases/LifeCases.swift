import Glibc
import PluginABI
import Plugins

extension Catalogue {
  /// From create to destroy.
  static let lifeCases: [Case] = [
    Case("create-destroy", "an instance is created with the given parameters, and destroyed", after: ["descriptor-valid"], seconds: 5) { trial in
      let plugin = try trial.plugin()
      for _ in 0..<3 { try Instance(plugin, InstanceSetting(plugin, trial.options)).destroy() }
      return "3 times"
    },
    Case("lifecycle", "each legal order of initialise, activate, deactivate and reset is accepted", after: ["create-destroy"], seconds: 10) { trial in
      let plugin = try trial.plugin()
      func born() throws -> Instance { try Instance(plugin, InstanceSetting(plugin, trial.options)) }
      let early = try born()
      try early.initialise()
      early.destroy()
      let whole = try born()
      try whole.initialise()
      try whole.reset()
      for _ in 0..<3 {
        try whole.activate()
        try whole.reset()
        try whole.deactivate()
        try whole.reset()
      }
      whole.destroy()
      return "every order"
    },
    Case("runs", "goes through a market without an error status", after: ["lifecycle"], seconds: 20, isSeeded: true) { trial in
      let events = trial.size(20_000, quick: 2000)
      let player = try trial.answers(events)
      return "\(player.calls) calls, \(player.intentCount) intents"
    },
    Case("create-makes-no-host-calls", "does not call the host inside create", after: ["create-destroy"], seconds: 5) { trial in
      let plugin = try trial.plugin()
      let instance = try Instance(plugin, InstanceSetting(plugin, trial.options))
      let count = instance.host.callCount
      instance.destroy()
      guard count == 0 else { throw Finding.fails("\(count) calls of get_extension inside create") }
      return "none"
    },
    Case(
      "error-text-bounded", "refuses a shorter configuration, and its text stays inside the room", strictness: 2, after: ["create-destroy"],
      seconds: 5
    ) {
      trial in
      let plugin = try trial.plugin()
      var setting = try InstanceSetting(plugin, trial.options)
      setting.structSize = 8
      var words = ""
      for capacity in [0, 1, 16, 512] {
        let text = EdgeText(capacity)
        try trial.watch(text.closedPage, failing: "create writes past an error text of \(capacity) bytes")
        var instance: UnsafeMutableRawPointer?
        let host = HostTable()
        let status = setting.withConfig { plugin.create(host.pointer, $0, &instance, text.start, capacity) }
        guard status != QE_OK else { throw Finding.fails("reads a configuration whose struct_size is 8 as if it were whole") }
        guard instance == nil else { throw Finding.fails("create failed and touched *instance") }
        guard text.isFrontUntouched else { throw Finding.fails("create writes in front of the error text") }
        // Untouched is no text either.
        if capacity > 0, text.text == nil, text.start[0] != 0x5A { throw Finding.fails("the text has no end within \(capacity) bytes") }
        if capacity == 512 { words = text.text ?? "" }
      }
      guard !words.isEmpty else { throw Finding.fails("create refuses without a reason") }
      return words
    },
    Case("parameter-defaults", "each default is accepted beside the given values", after: ["runs"], seconds: 10) { trial in
      let plugin = try trial.plugin()
      // Texts describe the model that is lent: with others it is another one.
      let fixed = Set(plugin.files.isEmpty ? [] : plugin.facts.parameters.filter { $0.type == QE_PARAMETER_TEXT }.map(\.name))
      for name in trial.options.parameters.keys.sorted() where !fixed.contains(name) {
        var options = trial.options
        options.parameters[name] = nil
        try tryOut(trial, try InstanceSetting(plugin, options), "\(name) at its default", mayRefuse: false)
      }
      return "\(trial.options.parameters.count) given, the rest are defaults"
    },
    Case("parameter-bounds", "the least and the greatest value of each parameter work, or are refused with a reason", strictness: 2, seconds: 30) {
      trial in
      let plugin = try trial.plugin()
      let base = try InstanceSetting(plugin, trial.options)
      var (tried, refused) = (0, 0)
      for (index, value) in base.values.enumerated() where value.row.type != QE_PARAMETER_TEXT && trial.options.parameters[value.row.name] == nil {
        for bound in [value.row.minimum, value.row.maximum] {
          guard let extreme = InstanceSetting.number(value.row, bound, base.instrument) else { continue }
          var setting = base
          setting.values[index] = extreme
          tried += 1
          if try !tryOut(trial, setting, "\(value.row.name)=\(bound)", mayRefuse: true) { refused += 1 }
        }
      }
      return "\(tried) values, \(refused) refused with a reason"
    },
    Case(
      "parameter-fuzz", "random values in bounds work, or are refused with a reason", strictness: 2, after: ["parameter-bounds"], seconds: 30,
      isSeeded: true
    ) {
      trial in
      let plugin = try trial.plugin()
      let base = try InstanceSetting(plugin, trial.options)
      var random = trial.random(7)
      var refused = 0
      let rounds = trial.size(200, quick: 24)
      for _ in 0..<rounds {
        var setting = base
        for (index, value) in base.values.enumerated() where trial.options.parameters[value.row.name] == nil {
          setting.values[index] = fuzzed(value, &random, base)
        }
        if try !tryOut(trial, setting, describe(setting), mayRefuse: true, events: 50) { refused += 1 }
      }
      return "\(rounds) sets, \(refused) refused with a reason"
    },
    Case("other-instruments", "spot, coarse and fine instruments work, or are refused with a reason", strictness: 3, seconds: 20) { trial in
      let plugin = try trial.plugin()
      var words: [String] = []
      for instrument in SampleInstruments.all {
        var options = trial.options
        // What these decimals cannot hold is given as 1.
        for row in plugin.facts.parameters where row.type == QE_PARAMETER_QUANTITY || row.type == QE_PARAMETER_PRICE {
          guard options.parameters[row.name] == nil, InstanceSetting.number(row, row.defaultValue, instrument) == nil else { continue }
          options.parameters[row.name] = "1"
        }
        guard let setting = try? InstanceSetting(plugin, options, instrument: instrument) else { continue }
        let name = "\(instrument.id.market.rawValue)/\(instrument.spec.priceScale)/\(instrument.spec.quantityScale)"
        let works = try tryOut(trial, setting, name, mayRefuse: true, events: trial.size(5000, quick: 500))
        words.append("\(name) \(works ? "works" : "refused")")
      }
      return words.joined(separator: ", ")
    },
  ]

  /// Whether an instance can be created; if so it lives through a short market.
  @discardableResult private static func tryOut(_ trial: Trial, _ setting: InstanceSetting, _ what: String, mayRefuse: Bool, events: Int = 200) throws
    -> Bool
  {
    do {
      _ = try trial.answers(events, setting)
      return true
    } catch let refusal as Refused {
      guard mayRefuse, !refusal.text.isEmpty else { throw Finding.fails("\(what): \(refusal)") }
      return false
    } catch let finding as Finding {
      if finding.outcome == .skip { throw finding }
      throw Finding.fails("\(what): \(finding.text)")
    }
  }

  private static func fuzzed(_ value: InstanceSetting.Value, _ random: inout Random, _ setting: InstanceSetting) -> InstanceSetting.Value {
    let row = value.row
    if row.type == QE_PARAMETER_TEXT {
      let length = Int(random.below(random.chance(0.1) ? 4096 : 12))
      return InstanceSetting.Value(row: row, text: String(decoding: (0..<length).map { _ in UInt8(1 + random.below(126)) }, as: UTF8.self))
    }
    let spread = row.maximum - row.minimum
    // Small values are where plugins are at home; large ones where they overflow.
    var real = row.minimum + (random.chance(0.5) ? random.unit() : random.unit() * random.unit() * random.unit()) * spread
    if row.type == QE_PARAMETER_INTEGER || row.type == QE_PARAMETER_BOOLEAN { real = real.rounded() }
    real = min(max(real, row.minimum), row.maximum)
    if row.type == QE_PARAMETER_REAL { return InstanceSetting.Value(row: row, real: real) }
    if let exact = InstanceSetting.number(row, real, setting.instrument) { return exact }
    // On the grid of the decimals.
    return InstanceSetting.number(row, min(max(real.rounded(), row.minimum), row.maximum), setting.instrument) ?? value
  }

  private static func describe(_ setting: InstanceSetting) -> String {
    setting.values.map { "\($0.row.name)=\($0.row.type == QE_PARAMETER_TEXT ? "'\($0.text.prefix(12))'" : "\($0.real)")" }.joined(separator: " ")
  }
}
