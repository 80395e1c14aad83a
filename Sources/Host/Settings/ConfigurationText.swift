import SettingsTexts

/// The shipped files of config/, as they were when the program was built. The only place that touches the C memory.
enum ConfigurationText {
  // Unsafe: static memory of exactly this size.
  static let settings = String(decoding: UnsafeBufferPointer(start: settings_text_settings, count: settings_text_settings_size), as: UTF8.self)
  static let supervisor = String(decoding: UnsafeBufferPointer(start: settings_text_supervisor, count: settings_text_supervisor_size), as: UTF8.self)
  static let risk = String(decoding: UnsafeBufferPointer(start: settings_text_risk, count: settings_text_risk_size), as: UTF8.self)
  static let pairs = String(decoding: UnsafeBufferPointer(start: settings_text_pairs, count: settings_text_pairs_size), as: UTF8.self)
}
