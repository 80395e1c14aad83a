/// Variables that set keys: `QE_` and the key's name for every key, and the reference's own names.
public enum EnvironmentKeys {
  /// The reference's, in the order of their strength among each other.
  static let reference: [(variable: String, key: String)] = [
    ("QE_RUNTIME_DIR", "app.runtime_path"), ("QE_DATA_DIR", "app.data_path"), ("EXCHANGE", "app.exchange"), ("SUPERVISOR_URL", "supervisor.base_url"),
  ]

  /// Variables that begin as ours and set no key.
  static let others: Set<String> = ["QE_ROOT", "QE_CONFIG_PATH", "QE_CONFIG_DIR", "QE_LOGS_DIR", "QE_RUNTIME_DIR", "QE_DATA_DIR", "QE_ARTIFACTS_DIR"]

  /// `risk.session.max_drawdown_abs` is QE_RISK_SESSION_MAX_DRAWDOWN_ABS.
  static func variable(of key: String) -> String { "QE_" + key.uppercased().replacing(".", with: "_") }

  static let byVariable: [String: String] = Dictionary(uniqueKeysWithValues: SettingsField.names.map { (variable(of: $0), $0) })

  /// The starts of variables that can only be meant for a key: a misspelt one is refused, not passed over.
  static let prefixes: [String] = Set(SettingsField.names.map { "QE_" + $0.prefix { $0 != "." }.uppercased() + "_" }).sorted()

  /// What of an environment can mean something here.
  public static func concerns(_ name: String) -> Bool {
    name.hasPrefix("QE_") || name.hasSuffix("SUPERVISOR_HOST") || name.hasSuffix("SUPERVISOR_PORT") || reference.contains { $0.variable == name }
  }

  /// `http://HOST:PORT`, from the reference's two variables; nil if neither is set.
  ///
  /// - Parameter passedOver: told of each variable that container systems set for a service of this name, `tcp://...`: it is not meant.
  static func supervisorURL(in environment: [String: String], passedOver: (String) -> Void) -> (variable: String, url: String)? {
    func value(_ name: String) -> (String, String)? {
      for variable in ["QE_" + name, name] {
        guard let text = environment[variable], !text.isEmpty else { continue }
        if text.hasPrefix("tcp://") { passedOver(variable) } else { return (variable, text) }
      }
      return nil
    }
    let (host, port) = (value("SUPERVISOR_HOST"), value("SUPERVISOR_PORT"))
    guard let variable = host?.0 ?? port?.0 else { return nil }
    // What is no port is told by the variable that has it.
    let isPort = port.map { (UInt16($0.1) ?? 0) > 0 } ?? true
    return (isPort ? variable : port!.0, "http://\(host?.1 ?? "127.0.0.1"):\(port?.1 ?? "8765")")
  }
}
