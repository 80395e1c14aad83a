import Engine
import Market

/// The keys of plugins.* and engine.*.
extension SettingsField {
  static let plugins: [SettingsField] = [
    whole("plugins.max_intents_per_event", \.plugins.maximumIntentsPerEvent, 1...256),
    optionalWhole("plugins.max_intents_per_second", \.plugins.maximumIntentsPerSecond, 1...1_000_000, none: "unlimited"),
    choice("plugins.isolation", \.plugins.isolation),
    isolations("plugins.isolation_by_instance"),
    instances("plugins.shadow", \.plugins.shadows),
    whole("plugins.deadline_us", \.plugins.deadlineMicroseconds, 100...1_000_000),
    whole("plugins.start_timeout_seconds", \.plugins.startTimeoutSeconds, 1...60),
    whole("plugins.spin_iterations", \.plugins.spinIterations, 0...1_000_000),
    processors("plugins.worker_cpus"),
    whole("plugins.worker_memory_mb", \.plugins.workerMemoryMegabytes, 16...65_536),
    choice("plugins.on_failure", \.plugins.onFailure),
    whole("plugins.restart_limit", \.plugins.restartLimit, 0...1_000_000),
    whole("plugins.restart_backoff_ms", \.plugins.restartBackOffMilliseconds, 1...600_000),
    whole("plugins.restart_backoff_max_ms", \.plugins.maximumRestartBackOffMilliseconds, 1...3_600_000),
    whole("plugins.warm_up_seconds", \.plugins.warmUpSeconds, 0...86_400),
    digests("plugins.trusted_keys", \.plugins.trustedKeys, "public key"),
    flag("plugins.require_signature", \.plugins.requireSignature),
    digests("plugins.in_process_digests", \.plugins.inProcessDigests, "SHA-256 of a library"),
    optionalWhole("engine.cpu", \.engine.cpu, 0...1023, none: "any"),
    whole("engine.max_step_ms", \.engine.maximumStepMilliseconds, 100...60_000),
  ]

  static func whole<Value: FixedWidthInteger & Sendable>(_ name: String, _ path: Path<Value>, _ range: ClosedRange<Int64>) -> SettingsField {
    integer(name, range) {
      Int64($0[keyPath: path])
    } set: {
      $0[keyPath: path] = Value($1)
    }
  }

  /// - Parameter none: what `null` means, for people.
  static func optionalWhole<Value: FixedWidthInteger & Sendable>(
    _ name: String, _ path: Path<Value?>, _ range: ClosedRange<Int64>, none: String
  ) -> SettingsField {
    SettingsField(name: name, shape: .optional(.integer(range), none: none)) { settings, written in
      if case .null = written {
        settings[keyPath: path] = nil
        return nil
      }
      return read(written, scale: 0, range, "write a whole number, \(range.lowerBound)...\(range.upperBound), or null for \(none)") {
        settings[keyPath: path] = Value($0)
      }
    } show: {
      $0[keyPath: path].map { "\($0)" } ?? "null"
    }
  }

  private static func isolations(_ name: String) -> SettingsField {
    let advice = "write a list of ID=process or ID=in_process, as [EMACross@BTCUSDT/0=process]"
    return SettingsField(name: name, shape: .list(example: "[EMACross@BTCUSDT/0=process]")) { settings, written in
      var rows: [String: Isolation] = [:]
      for item in written.items where !item.isEmpty {
        let parts = item.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts[0].contains("@"), parts[0].contains("/"), Excerpt.isClean(parts[0]),
          let isolation = Isolation(rawValue: parts[1])
        else { return "\(Excerpt.quoted(item)) is no instance's isolation; \(advice)" }
        guard rows.updateValue(isolation, forKey: parts[0]) == nil else { return "\(Excerpt.quoted(parts[0])) is there twice; \(advice)" }
      }
      settings.plugins.isolationByInstance = rows
      return nil
    } show: {
      $0.plugins.isolationByInstance.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }.joined(separator: ",")
    }
  }

  private static func instances(_ name: String, _ path: Path<[String]>) -> SettingsField {
    SettingsField(name: name, shape: .list(example: "[EMACross@BTCUSDT/0]")) { settings, written in
      var ids: [String] = []
      for item in written.items where !item.isEmpty {
        guard item.contains("@"), item.contains("/"), !item.contains("="), Excerpt.isClean(item), !ids.contains(item) else {
          return "\(Excerpt.quoted(item)) is no instance, or is there twice; write a list of ids, as [EMACross@BTCUSDT/0]"
        }
        ids.append(item)
      }
      settings[keyPath: path] = ids
      return nil
    } show: {
      $0[keyPath: path].joined(separator: ",")
    }
  }

  private static func processors(_ name: String) -> SettingsField {
    SettingsField(name: name, shape: .list(example: "[1, 2]")) { settings, written in
      var numbers: [Int] = []
      for item in written.items where !item.isEmpty {
        guard let number = Int(item), (0...1023).contains(number), !numbers.contains(number) else {
          return "\(Excerpt.quoted(item)) is no CPU, or is there twice; write a list of numbers, 0...1023, as [1, 2]"
        }
        numbers.append(number)
      }
      settings.plugins.workerCPUs = numbers
      return nil
    } show: {
      $0.plugins.workerCPUs.map(String.init).joined(separator: ",")
    }
  }

  /// 32 bytes each, in hexadecimal.
  private static func digests(_ name: String, _ path: Path<[String]>, _ what: String) -> SettingsField {
    SettingsField(name: name, shape: .list(example: "64 hexadecimal digits each")) { settings, written in
      var texts: [String] = []
      for item in written.items where !item.isEmpty {
        guard item.utf8.count == 64, item.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }), !texts.contains(item) else {
          return "\(Excerpt.quoted(item)) is no \(what), or is there twice; write a list of 64 lower-case hexadecimal digits each"
        }
        texts.append(item)
      }
      settings[keyPath: path] = texts
      return nil
    } show: {
      $0[keyPath: path].joined(separator: ",")
    }
  }
}
