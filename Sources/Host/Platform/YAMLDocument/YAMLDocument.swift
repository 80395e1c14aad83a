import CLibYAML

/// One YAML document by libyaml, strictly: duplicate keys, anchors, aliases and tags are refused, sizes are bounded.
public struct YAMLDocument: Sendable {
  /// Nil for a file without content.
  public let root: YAMLNode?

  public static let sizeLimit = 1 << 20
  public static let depthLimit = 32

  /// - Parameter path: only for messages.
  public init(bytes: [UInt8], path: String) throws(YAMLError) {
    let start = YAMLMark(line: 1, column: 1)
    guard bytes.count <= Self.sizeLimit else { throw YAMLError(path: path, mark: start, reason: "the file is larger than 1 MiB") }
    var parser = try Parser(bytes: bytes, path: path)
    root = try parser.document()
  }
}

/// Owns libyaml's parser and event for the length of one parse.
private struct Parser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let event: UnsafeMutablePointer<yaml_event_t>
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let path: String
  private var hasEvent = false

  init(bytes source: [UInt8], path: String) throws(YAMLError) {
    self.path = path
    // Unsafe: libyaml keeps the pointers until yaml_parser_delete; all three are owned here and freed in deinit.
    parser = .allocate(capacity: 1)
    event = .allocate(capacity: 1)
    bytes = .allocate(capacity: max(1, source.count))
    _ = bytes.update(fromContentsOf: source)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      event.deallocate()
      bytes.deallocate()
      throw YAMLError(path: path, mark: YAMLMark(line: 1, column: 1), reason: "libyaml has no memory")
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, source.count)
    // Here and not earlier: a byte order mark of UTF-8 is skipped by libyaml itself only without a set encoding.
    if source.starts(with: [0xEF, 0xBB, 0xBF]) { yaml_parser_set_input_string(parser, bytes.baseAddress! + 3, source.count - 3) }
  }

  deinit {
    if hasEvent { yaml_event_delete(event) }
    yaml_parser_delete(parser)
    parser.deallocate()
    event.deallocate()
    bytes.deallocate()
  }

  mutating func document() throws(YAMLError) -> YAMLNode? {
    try advance()  // stream start
    try advance()
    if type == YAML_STREAM_END_EVENT { return nil }
    try advance()  // after document start
    let root = try node(depth: 0)
    try advance()  // document end
    try advance()
    guard type == YAML_STREAM_END_EVENT else { throw failure("a second document begins; one file is one document") }
    if case .scalar("", isPlain: true) = root.content { return nil }
    return root
  }

  private var type: yaml_event_type_t { event.pointee.type }

  private var mark: YAMLMark { Self.mark(event.pointee.start_mark) }

  private static func mark(_ mark: yaml_mark_t) -> YAMLMark { YAMLMark(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }

  private func failure(_ reason: String) -> YAMLError { YAMLError(path: path, mark: mark, reason: reason) }

  private mutating func advance() throws(YAMLError) {
    if hasEvent { yaml_event_delete(event) }
    hasEvent = false
    guard yaml_parser_parse(parser, event) == 1 else {
      let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it is not YAML"
      let place = parser.pointee.error == YAML_READER_ERROR ? offsetMark(Int(parser.pointee.problem_offset)) : Self.mark(parser.pointee.problem_mark)
      throw YAMLError(path: path, mark: place, reason: problem)
    }
    hasEvent = true
  }

  /// The reader knows a byte offset alone.
  private func offsetMark(_ offset: Int) -> YAMLMark {
    let before = bytes.prefix(min(offset, bytes.count))
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    return YAMLMark(line: line, column: column)
  }

  /// The node that the current event begins.
  private mutating func node(depth: Int) throws(YAMLError) -> YAMLNode {
    guard depth < YAMLDocument.depthLimit else { throw failure("nested deeper than \(YAMLDocument.depthLimit) levels") }
    let place = mark
    switch type {
    case YAML_SCALAR_EVENT:
      let scalar = event.pointee.data.scalar
      try refuseExtras(scalar.anchor, scalar.tag)
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return YAMLNode(content: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), mark: place)
    case YAML_SEQUENCE_START_EVENT:
      try refuseExtras(event.pointee.data.sequence_start.anchor, event.pointee.data.sequence_start.tag)
      var items: [YAMLNode] = []
      try advance()
      while type != YAML_SEQUENCE_END_EVENT {
        items.append(try node(depth: depth + 1))
        try advance()
      }
      return YAMLNode(content: .sequence(items), mark: place)
    case YAML_MAPPING_START_EVENT:
      try refuseExtras(event.pointee.data.mapping_start.anchor, event.pointee.data.mapping_start.tag)
      return YAMLNode(content: .mapping(try entries(depth: depth)), mark: place)
    case YAML_ALIAS_EVENT: throw failure("aliases (*name) are not used here; write the value out")
    default: throw failure("a value is missing here")
    }
  }

  private mutating func entries(depth: Int) throws(YAMLError) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var seen: [String: YAMLMark] = [:]
    try advance()
    while type != YAML_MAPPING_END_EVENT {
      let key = try node(depth: depth + 1)
      guard case .scalar(let name, _) = key.content else {
        throw YAMLError(path: path, mark: key.mark, reason: "a key is a word, not a list or a mapping")
      }
      if let first = seen.updateValue(key.mark, forKey: name) {
        throw YAMLError(path: path, mark: key.mark, reason: "'\(name)' is here a second time; the first is in line \(first.line)")
      }
      try advance()
      entries.append(YAMLNode.Entry(key: name, keyMark: key.mark, value: try node(depth: depth + 1)))
      try advance()
    }
    return entries
  }

  private func refuseExtras(_ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?) throws(YAMLError) {
    if anchor != nil { throw failure("anchors (&name) are not used here; write the value out") }
    if tag != nil { throw failure("tags (!name) are not used here") }
  }
}
