import YAMLDocument

extension YAMLDuplicate {
  /// As its description, on one line whatever the key is.
  var words: String {
    var shown = self
    shown.key = Excerpt.line(key)
    return shown.description
  }
}
