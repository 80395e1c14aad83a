import Glibc
import Kernel

/// git as a child, with a deadline. Its answers come in a memory file, so it never waits for us.
struct Git {
  enum Failure: Error, Equatable {
    case absent
    /// What it said, in one line.
    case refused(String)
    case late(seconds: Int)
    case broken(String)
  }

  /// Where it is asked.
  let folder: FilePath
  /// Whether a hook's own words (which index is committed) hold.
  let inheritsRepository: Bool
  private static let deadlineSeconds = 120
  /// What git tells its hooks of the repository that they are in.
  private static let repositoryVariables = [
    "GIT_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_PREFIX=", "GIT_COMMON_DIR=", "GIT_OBJECT_DIRECTORY=", "GIT_NAMESPACE=",
  ]

  /// All that it writes.
  func ask(_ words: [String], input: [UInt8] = []) throws(Failure) -> [UInt8] {
    let output = try run(words, input: input)
    return output.tail(Int.max)
  }

  /// The memory file that it wrote to.
  func run(_ words: [String], input: [UInt8] = []) throws(Failure) -> MemoryFile {
    do {
      let (output, given, errors) = (try MemoryFile(name: "git-output"), try MemoryFile(name: "git-input"), try MemoryFile(name: "git-errors"))
      guard MemoryFile.replace(given.descriptor, with: input) else { throw Failure.broken("no memory for what git is asked") }
      let fixed = ["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]
      // The shell turns the child's descriptors 3 and 4 into what git writes to and reads from; every word is an argument of
      // its own, so nothing of them is a command.
      let child = try Subprocess.start(
        "/bin/sh",
        arguments: ["-c", "cd -- \"$0\" || exit 125; command -v git >/dev/null || exit 127; exec git \"$@\" <&4 >&3", folder.text] + fixed + words,
        environment: environment, result: output.descriptor, lent: given.descriptor, error: errors.descriptor)
      let isOver = Subprocess.wait([child], milliseconds: Self.deadlineSeconds * 1000).isEmpty
      let ending = try child.end(killing: isOver)
      if isOver { throw Failure.late(seconds: Self.deadlineSeconds) }
      switch ending {
      case .exited(0): return output
      case .exited(127): throw Failure.absent
      default:
        let words = String(decoding: errors.tail(2000), as: UTF8.self).split(separator: "\n").first.map(String.init)
        throw Failure.refused(words ?? "\(ending)")
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .broken("\(error)")
    }
  }

  private var environment: [String] {
    var result: [String] = ["LC_ALL=C"]
    var entry = environ
    while let text = entry.pointee {
      let variable = String(cString: text)
      let isRepository = Self.repositoryVariables.contains { variable.hasPrefix($0) }
      if !variable.hasPrefix("LC_ALL="), inheritsRepository || !isRepository { result.append(variable) }
      entry += 1
    }
    return result
  }

  // MARK: - What it is asked

  var isWorkTree: Bool {
    get throws(Failure) { String(decoding: try ask(["rev-parse", "--is-inside-work-tree"]), as: UTF8.self).hasPrefix("true") }
  }

  /// Of the work tree; nil where there is none.
  var topFolder: String? {
    guard let answer = try? ask(["rev-parse", "--show-toplevel"]), answer.last == 0x0A, answer.count > 1 else { return nil }
    return String(decoding: answer.dropLast(), as: UTF8.self)
  }

  /// What it tracks and what it does not ignore, relative to the folder; a path that ends with a slash is a repository within.
  func files() throws(Failure) -> [FilePath] {
    let list = try ask(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."])
    // Once for each side of a conflict.
    return Array(Set(list.split(separator: 0).map(FilePath.init))).sorted()
  }

  struct StagedFile {
    var path: FilePath
    /// 0o100644, 0o120000 of a symlink, 0o160000 of a submodule.
    var mode: Int
    var object: String
  }

  /// What the index has and the last commit has not.
  func stagedFiles() throws(Failure) -> [StagedFile] {
    let list = try ask([
      "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative", "--diff-filter=ACMRT", "--",
      ".",
    ])
    let fields = list.split(separator: 0, omittingEmptySubsequences: true)
    return stride(from: 0, to: fields.count - 1, by: 2).compactMap { index in
      // :old-mode new-mode old-object new-object letter
      let words = fields[index].split(separator: 0x20)
      guard words.count == 5, let mode = Int(String(decoding: words[1], as: UTF8.self), radix: 8) else { return nil }
      return StagedFile(path: FilePath(fields[index + 1]), mode: mode, object: String(decoding: words[3], as: UTF8.self))
    }
  }
}
