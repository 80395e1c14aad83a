import ScaffoldTexts

/// One embedded file. The only place that touches the C table.
struct EmbeddedText {
  /// In the package, with `__NAME__` for its name.
  let path: String
  let language: PluginLanguage?
  /// A copy of the contract, to be stamped; otherwise it is for the author to change.
  let isCopy: Bool
  let text: String

  static func all() -> [EmbeddedText] {
    (0..<scaffold_text_count).map { index in
      let entry = scaffold_text_at(index).pointee
      return EmbeddedText(
        path: String(cString: entry.path),
        language: entry.languages == SCAFFOLD_SWIFT ? .swift : entry.languages == SCAFFOLD_C ? .c : nil,
        isCopy: entry.is_copy == 1,
        // The bytes are static memory of `size` bytes.
        text: String(decoding: UnsafeBufferPointer(start: entry.bytes, count: entry.size), as: UTF8.self))
    }
  }
}
