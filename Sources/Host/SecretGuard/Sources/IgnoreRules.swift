/// The .gitignore files from the checked folder down to one of its folders, where git itself is not asked.
///
/// Of git's own: no global file, no .git/info/exclude, nothing from above the folder.
struct IgnoreRules {
  private struct Row {
    var glob: PathGlob
    var base: FilePath
    var isNegated: Bool
    var isForFolders: Bool
  }

  private var rows: [Row] = []

  /// The same, with the rows of a deeper folder's file, which come after.
  func adding(_ text: [UInt8], in base: FilePath) -> IgnoreRules {
    var copy = self
    for var line in text.split(separator: Byte.newline) {
      if line.last == 0x0D { line = line.dropLast() }
      while line.last == 0x20, line.dropLast().last != Byte.backslash { line = line.dropLast() }
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      let isNegated = first == UInt8(ascii: "!")
      if isNegated { line = line.dropFirst() }
      let isForFolders = line.last == UInt8(ascii: "/")
      if isForFolders { line = line.dropLast() }
      guard !line.isEmpty else { continue }
      // A slash ties the row to its folder; without one it holds at any depth.
      let isTied = line.contains(UInt8(ascii: "/"))
      let glob = PathGlob(isTied ? Array(line) : Array("**/".utf8) + line)
      copy.rows.append(Row(glob: glob, base: base, isNegated: isNegated, isForFolders: isForFolders))
    }
    return copy
  }

  /// The last row that knows it decides.
  func ignores(_ path: FilePath, isFolder: Bool) -> Bool {
    for row in rows.reversed() where isFolder || !row.isForFolders {
      let depth = row.base.isEmpty ? 0 : row.base.bytes.count + 1
      if row.glob.matches(FilePath(path.bytes.dropFirst(depth))) { return !row.isNegated }
    }
    return false
  }
}
