import Glibc
import Kernel

/// Looks through a folder, or what is staged in it, for secrets.
public struct SecretGuard {
  public struct Options: Sendable {
    /// What is checked; nil = the current one, and of what is staged the whole repository, since that is what is committed.
    public var folder: String?
    /// The staged blobs rather than the files.
    public var isStaged: Bool
    /// nil = `.secretguardallow` in the folder, which may be absent.
    public var allowList: String?

    public init(folder: String?, isStaged: Bool = false, allowList: String? = nil) {
      (self.folder, self.isStaged, self.allowList) = (folder, isStaged, allowList)
    }
  }

  private let root: FilePath
  private let options: Options
  private var allow: AllowList
  private var report: GuardReport

  /// - Throws: for a folder that is not there, an allow-list that cannot be understood, `isStaged` without git.
  public static func check(_ options: Options) throws(GuardError) -> GuardReport {
    let top = options.folder == nil && options.isStaged ? Git(folder: FilePath("."), inheritsRepository: true).topFolder : nil
    let folder = options.folder ?? top ?? "."
    guard Files.isFolder(folder) else {
      throw GuardError(.missingInput, "\(folder): no such folder; name the one to check")
    }
    let allow = try AllowList(options.allowList ?? "\(folder)/\(AllowList.fileName)", isOptional: options.allowList == nil)
    var check = SecretGuard(root: FilePath(folder), options: options, allow: allow, report: GuardReport(source: .folder))
    if options.isStaged { try check.staged() } else { check.folder() }
    return check.finished()
  }

  // MARK: - The files

  private mutating func folder() {
    for path in list() {
      if path.bytes.last == UInt8(ascii: "/") {
        report.skipped.append(.init(path: path, reason: "a repository of its own; check it there"))
        continue
      }
      named(path)
      do throws(OpenFile.Refusal) {
        let file = try OpenFile(root.appending(path))
        try scan(path, file.descriptor, offset: 0, count: file.byteCount)
        report.files += 1
      } catch {
        switch error {
        // Tracked, and deleted in the work tree: what is committed next has it no more.
        case .system(ENOENT), .system(ENOTDIR): continue
        case .symlink: report.files += 1
        case .folder: report.skipped.append(.init(path: path, reason: "a submodule; check it there"))
        case .notAFile: report.skipped.append(.init(path: path, reason: "not a file"))
        case .system(let code): report.unreadable.append(.init(path: path, reason: String(cString: strerror(code))))
        }
      }
    }
  }

  private mutating func list() -> [FilePath] {
    let git = Git(folder: root, inheritsRepository: false)
    do throws(Git.Failure) {
      if try git.isWorkTree {
        let files = try git.files()
        report.source = .git
        return files
      }
      report.warnings.append("\(root.text): not in a git work tree; all files that .gitignore does not name are read")
    } catch {
      let reason: String =
        switch error {
        case .absent: "git is not installed"
        case .refused(let words): words
        case .late(let seconds): "git gave no answer in \(seconds) s"
        case .broken(let words): words
        }
      report.warnings.append("\(root.text): \(reason); all files that .gitignore does not name are read")
    }
    let walk = FolderWalk(root)
    report.unreadable += walk.unreadable
    return walk.files
  }

  // MARK: - What is staged

  private mutating func staged() throws(GuardError) {
    report.source = .staged
    do throws(Git.Failure) {
      let git = Git(folder: root, inheritsRepository: true)
      let files = try git.stagedFiles()
      for file in files { named(file.path) }
      report.skipped += files.filter { $0.mode == 0o160000 }.map { .init(path: $0.path, reason: "a submodule; check it there") }
      var rest = files.filter { $0.mode & 0o170000 == 0o100000 }[...]
      while !rest.isEmpty {
        // One call of git for many blobs; each stands behind a line that says how long it is.
        let group = rest.prefix(Self.groupFiles)
        rest = rest.dropFirst(Self.groupFiles)
        let output = try git.run(["cat-file", "--batch"], input: Array(group.map { $0.object + "\n" }.joined().utf8))
        try blobs(group, in: output)
      }
      report.files += files.count { $0.mode == 0o120000 }
    } catch {
      throw switch error {
      case .absent: GuardError(.unavailable, "--staged: git is not installed")
      case .refused(let words): GuardError(.missingInput, "--staged: \(root.text): git says: \(words)")
      case .late(let seconds): GuardError(.unavailable, "--staged: \(root.text): git gave no answer in \(seconds) s")
      case .broken(let words): GuardError(.unavailable, "--staged: \(words)")
      }
    }
  }

  private static let groupFiles = 64

  private mutating func blobs(_ files: ArraySlice<Git.StagedFile>, in output: MemoryFile) throws(Git.Failure) {
    var offset = 0
    for file in files {
      do throws(OpenFile.Refusal) {
        // <object> blob <bytes>
        let head = try OpenFile.read(output.descriptor, at: offset, count: 200)
        guard let end = head.firstIndex(of: Byte.newline) else { throw .system(EIO) }
        let words = head[..<end].split(separator: 0x20)
        guard words.count == 3, let count = Int(String(decoding: words[2], as: UTF8.self)) else { throw .system(EIO) }
        try scan(file.path, output.descriptor, offset: offset + end + 1, count: count)
        report.files += 1
        offset += end + 1 + count + 1
      } catch {
        throw .broken("git's answer for \(file.path.text) cannot be read")
      }
    }
  }

  // MARK: - One file

  private mutating func named(_ path: FilePath) {
    guard let meaning = SensitiveName.meaning(path) else { return }
    add(Finding(path: path, line: 1, column: 1, rule: .sensitiveFile, what: meaning, value: []))
  }

  private mutating func scan(_ path: FilePath, _ descriptor: Int32, offset: Int, count: Int) throws(OpenFile.Refusal) {
    var scan = FileScan(path)
    report.bytes += try scan.run(descriptor, offset: offset, count: count)
    if scan.isCut { report.warnings.append("\(path.text): has more findings than the \(ContentScan.mostLeaks) that are told") }
    // A certificate is for everyone, whatever its file is called.
    if scan.hasPublicArmour, !scan.findings.contains(where: { $0.rule == .privateKey }) {
      report.findings.removeAll { $0.path == path && $0.rule == .sensitiveFile }
    }
    for finding in scan.findings { add(finding) }
  }

  private mutating func add(_ finding: Finding) {
    if allow.allows(finding) { report.allowed += 1 } else { report.findings.append(finding) }
  }

  private func finished() -> GuardReport {
    var result = report
    result.findings.sort { ($0.path, $0.line, $0.column) < ($1.path, $1.line, $1.column) }
    // What is staged is a part of what the list is for.
    if !options.isStaged {
      for entry in allow.entries where !entry.isUsed {
        result.warnings.append("\(allow.path):\(entry.line): nothing needs '\(entry.text)' any more; remove it")
      }
    }
    return result
  }
}
