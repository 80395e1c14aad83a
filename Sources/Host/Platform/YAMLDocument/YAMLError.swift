import CLibYAML

/// Why a file is no document: `file:line:column: what is wrong, what to do`.
public struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
  public var path: String
  public var mark: YAMLMark
  /// One line.
  public var reason: String

  public var description: String { "\(path):\(mark.line):\(mark.column): \(reason)" }

  init(path: String, mark: YAMLMark, reason: String) {
    self.path = path
    self.mark = mark
    self.reason = reason
  }

  /// What made libyaml stop, in words for people.
  ///
  /// - Parameter bytes: the input, for the errors of which libyaml knows a byte offset alone.
  init(_ parser: yaml_parser_t, bytes: Slice<UnsafeMutableBufferPointer<UInt8>>, path: String) {
    let problem = parser.problem.map { String(cString: $0) } ?? "this is not YAML"
    let context = parser.context.map { String(cString: $0) }
    switch parser.error {
    case YAML_READER_ERROR:
      let isControl = problem.hasPrefix("control characters")
      self.init(
        path: path, mark: YAMLMark(offset: Int(parser.problem_offset), in: bytes),
        reason: isControl ? "a control character; is this a text file?" : "not UTF-8 (\(problem)); save the file as UTF-8")
    case YAML_MEMORY_ERROR: self.init(path: path, mark: YAMLMark(line: 1, column: 1), reason: "libyaml has no memory")
    default:
      let problemMark = YAMLMark(parser.problem_mark)
      let contextMark = YAMLMark(parser.context_mark)
      // The end of a file says little; where the thing begins that has no end says much.
      if problem.hasSuffix("unexpected end of stream"), context == "while scanning a quoted scalar" {
        self.init(path: path, mark: contextMark, reason: "the quote that opens here is never closed")
      } else if context == "while parsing a flow mapping" || context == "while parsing a flow sequence" {
        let bracket = context == "while parsing a flow mapping" ? ("{", "}") : ("[", "]")
        self.init(
          path: path, mark: contextMark,
          reason: "the '\(bracket.0)' that opens here is not closed with '\(bracket.1)': \(problem) in line \(problemMark.line)")
      } else if YAMLError.isTab(at: problemMark, bytes) {
        self.init(path: path, mark: problemMark, reason: "a tab; YAML is indented with spaces")
      } else {
        let place = context.map { " (\($0), line \(contextMark.line))" } ?? ""
        self.init(path: path, mark: problemMark, reason: problem + place)
      }
    }
  }

  private static func isTab(at mark: YAMLMark, _ bytes: Slice<UnsafeMutableBufferPointer<UInt8>>) -> Bool {
    let lines = bytes.split(separator: 0x0A, maxSplits: mark.line, omittingEmptySubsequences: false)
    guard mark.line <= lines.count else { return false }
    let line = lines[mark.line - 1]
    // Spaces, then a tab, up to the place of the problem: a column counts characters, but before a tab there is only blank.
    let blank = line.prefix { $0 == 0x20 || $0 == 0x09 }
    return blank.contains(0x09) && mark.column <= blank.count + 1
  }
}
