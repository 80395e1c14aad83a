import CLibYAML

/// Builds the node tree from libyaml's events; owns libyaml's parser and event for the length of one parse.
struct YAMLParser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let event: UnsafeMutablePointer<yaml_event_t>
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  /// Of the input in `bytes`, which has room for one even if there is none.
  private let length: Int
  private let path: String
  private var hasEvent = false
  private(set) var duplicates: [YAMLDuplicate] = []

  init(bytes source: [UInt8], path: String) throws(YAMLError) {
    // libyaml is told the encoding, lest the first bytes make it guess UTF-16; then the mark is ours to skip.
    let source = source.starts(with: [0xEF, 0xBB, 0xBF]) ? source.dropFirst(3) : source[...]
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw YAMLError(path: path, mark: YAMLMark(line: 1, column: 1), reason: "libyaml has no memory for a parser")
    }
    // Unsafe: libyaml keeps the pointers until yaml_parser_delete; all three are owned here and freed in deinit.
    self.parser = parser
    event = .allocate(capacity: 1)
    bytes = .allocate(capacity: max(1, source.count))
    _ = bytes.update(fromContentsOf: source)
    length = source.count
    self.path = path
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, source.count)
  }

  deinit {
    if hasEvent { yaml_event_delete(event) }
    yaml_parser_delete(parser)
    parser.deallocate()
    event.deallocate()
    bytes.deallocate()
  }

  /// The tree of the only document; nil if there is no content.
  mutating func document() throws(YAMLError) -> YAMLNode? {
    try advance()  // stream start
    try advance()
    if type == YAML_STREAM_END_EVENT { return nil }
    try advance()  // past the document's start
    let root = try node(depth: 1)
    try advance()  // document end
    try advance()
    guard type == YAML_STREAM_END_EVENT else { throw failure("a second document begins here; one file is one document, so remove the '---'") }
    if case .scalar("", isPlain: true) = root.content { return nil }
    return root
  }

  private var type: yaml_event_type_t { event.pointee.type }

  private var mark: YAMLMark { YAMLMark(event.pointee.start_mark) }

  private func failure(_ reason: String) -> YAMLError { YAMLError(path: path, mark: mark, reason: reason) }

  private mutating func advance() throws(YAMLError) {
    if hasEvent { yaml_event_delete(event) }
    hasEvent = false
    guard yaml_parser_parse(parser, event) == 1 else { throw YAMLError(parser.pointee, bytes: bytes.prefix(length), path: path) }
    hasEvent = true
  }

  /// The node that the current event begins.
  private mutating func node(depth: Int) throws(YAMLError) -> YAMLNode {
    let place = mark
    switch type {
    case YAML_SCALAR_EVENT:
      let scalar = event.pointee.data.scalar
      try refuseExtras(scalar.anchor, scalar.tag)
      // Unsafe: libyaml's text lives until the next advance; it is copied here.
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return YAMLNode(content: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), mark: place)
    case YAML_SEQUENCE_START_EVENT:
      try refuseExtras(event.pointee.data.sequence_start.anchor, event.pointee.data.sequence_start.tag)
      try refuseDepth(depth)
      var items: [YAMLNode] = []
      try advance()
      while type != YAML_SEQUENCE_END_EVENT {
        items.append(try node(depth: depth + 1))
        try advance()
      }
      return YAMLNode(content: .sequence(items), mark: place)
    case YAML_MAPPING_START_EVENT:
      try refuseExtras(event.pointee.data.mapping_start.anchor, event.pointee.data.mapping_start.tag)
      try refuseDepth(depth)
      return YAMLNode(content: .mapping(try entries(depth: depth)), mark: place)
    case YAML_ALIAS_EVENT: throw failure("alias '*\(Self.text(event.pointee.data.alias.anchor))': aliases are not used here, write the value out")
    default: throw failure("a value is missing here")
    }
  }

  private mutating func entries(depth: Int) throws(YAMLError) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var seen: [String: Int] = [:]
    try advance()
    while type != YAML_MAPPING_END_EVENT {
      let key = try node(depth: depth + 1)
      guard case .scalar(let name, _) = key.content else {
        throw YAMLError(path: path, mark: key.mark, reason: "a key is a word, not a list or a mapping")
      }
      try advance()
      let entry = YAMLNode.Entry(key: name, keyMark: key.mark, value: try node(depth: depth + 1))
      if let index = seen[name] {
        duplicates.append(YAMLDuplicate(key: name, first: entries[index].keyMark, second: key.mark))
        entries[index] = entry
      } else {
        seen[name] = entries.count
        entries.append(entry)
      }
      try advance()
    }
    return entries
  }

  private func refuseDepth(_ depth: Int) throws(YAMLError) {
    if depth > YAMLDocument.depthLimit { throw failure("nested deeper than \(YAMLDocument.depthLimit) levels") }
  }

  private func refuseExtras(_ anchor: UnsafeMutablePointer<yaml_char_t>?, _ tag: UnsafeMutablePointer<yaml_char_t>?) throws(YAMLError) {
    if anchor != nil { throw failure("anchor '&\(Self.text(anchor))': anchors are not used here, write the value out") }
    if tag != nil { throw failure("tag '\(Self.text(tag))': tags are not used here, remove it") }
  }

  private static func text(_ name: UnsafeMutablePointer<yaml_char_t>?) -> String {
    guard let name else { return "" }
    return String(cString: name)
  }
}
