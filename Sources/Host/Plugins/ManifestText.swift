/// What texts of a manifest may be.
package enum ManifestText {
  /// 1...64 letters, digits and _: a name that is a folder's name too.
  package static func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == UInt8(ascii: "_") }
  }

  /// Whether a path, relative to the manifest's folder, does not leave it.
  package static func staysInside(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/") && !path.split(separator: "/").contains("..") && !path.utf8.contains(0)
  }
}
