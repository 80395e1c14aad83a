import Logging

/// How a record becomes one line, without its line end.
public enum LogFormat: String, Sendable, CaseIterable {
  /// `2026-11-23T12:00:00.123Z INFO  host: message key=value`
  case text
  /// One object: ts, level, logger, message, then the metadata by name.
  case json

  public func line(_ record: LogRecord) -> String {
    switch self {
    case .text:
      var line = LogTime.text(nanoseconds: record.nanoseconds)
      let level = record.level.rawValue.uppercased()
      line += " \(level)\(String(repeating: " ", count: max(0, 5 - level.utf8.count))) "
      LogText.appendPlain(record.logger, to: &line)
      line += ": "
      Self.appendWords(of: record, to: &line)
      return line
    case .json:
      var line = "{\"ts\":\"\(LogTime.text(nanoseconds: record.nanoseconds))\",\"level\":\"\(record.level.rawValue)\",\"logger\":"
      LogText.appendJSON(record.logger, to: &line)
      line += ",\"message\":"
      LogText.appendJSON(record.message, to: &line)
      var names: Set<String> = ["ts", "level", "logger", "message"]
      for (name, value) in record.metadata.sorted(by: { $0.key < $1.key }) {
        // A name twice in one object means whatever the reader's parser makes of it. Names that are cut may meet, too.
        var name = String(String.UnicodeScalarView(name.unicodeScalars.prefix(256)))
        while !names.insert(name).inserted { name += "_" }
        line += ","
        LogText.appendJSON(name, to: &line)
        line += ":"
        Self.appendJSON(value, to: &line)
      }
      return line + "}"
    }
  }

  /// For a terminal: the words alone; who says it, unless it is the host itself.
  static func terminalLine(_ record: LogRecord) -> String {
    var line = record.level >= .error ? "error: " : record.level == .warning ? "warning: " : ""
    if record.logger != "host" {
      LogText.appendPlain(record.logger, to: &line)
      line += ": "
    }
    appendWords(of: record, to: &line)
    return line
  }

  private static func appendWords(of record: LogRecord, to line: inout String) {
    LogText.appendPlain(record.message, to: &line)
    for (name, value) in record.metadata.sorted(by: { $0.key < $1.key }) {
      line += " "
      LogText.appendValue(name, to: &line)
      line += "="
      LogText.appendValue("\(value)", to: &line)
    }
  }

  private static func appendJSON(_ value: Logger.MetadataValue, to line: inout String) {
    switch value {
    case .string(let text): LogText.appendJSON(text, to: &line)
    case .stringConvertible(let some): LogText.appendJSON("\(some)", to: &line)
    case .array(let values):
      line += "["
      for (index, value) in values.enumerated() {
        if index > 0 { line += "," }
        appendJSON(value, to: &line)
      }
      line += "]"
    case .dictionary(let members):
      line += "{"
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { line += "," }
        LogText.appendJSON(member.key, to: &line)
        line += ":"
        appendJSON(member.value, to: &line)
      }
      line += "}"
    }
  }
}
