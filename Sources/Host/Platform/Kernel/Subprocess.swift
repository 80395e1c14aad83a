import CKernel
import Glibc

/// A child in a process group of its own. Whoever starts one ends it: `end` kills what is left and reaps it.
public struct Subprocess: Sendable {
  public enum Ending: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  public let process: Int32
  private let descriptor: Int32

  /// Starts an executable. It finds `result` at descriptor 3 and `lent` at 4; its output goes nowhere, its errors to `error`.
  ///
  /// - Parameters:
  ///   - environment: `NAME=value`; the whole of it.
  ///   - folder: to start in; nil = ours.
  public static func start(
    _ path: String, arguments: [String], environment: [String], folder: String? = nil, result: Int32, lent: Int32, error: Int32
  ) throws(KernelError) -> Subprocess {
    let words = CStrings([path] + arguments)
    let variables = CStrings(environment)
    var (process, descriptor): (Int32, Int32) = (0, -1)
    let files = qe_subprocess_files(result: result, lent: lent, error: error)
    let code = qe_subprocess_start(path, words.pointers, variables.pointers, folder, files, &process, &descriptor)
    guard code == 0 else { throw KernelError("start", path, code: code) }
    return Subprocess(process: process, descriptor: descriptor)
  }

  /// Waits until one of them has ended or the time is over; those that have ended, by index.
  public static func wait(_ children: [Subprocess], milliseconds: Int) -> [Int] {
    var list = children.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    // Interrupted or failed: nobody has ended, and the caller's deadlines hold.
    guard poll(&list, nfds_t(list.count), Int32(clamping: milliseconds)) > 0 else { return [] }
    return list.indices.filter { list[$0].revents != 0 }
  }

  /// Ends it and all that it started.
  ///
  /// - Parameter killing: false for one that `wait` has named.
  public func end(killing: Bool) throws(KernelError) -> Ending {
    var (code, signalled): (Int32, Int32) = (0, 0)
    let failure = qe_subprocess_end(process, descriptor, killing ? 1 : 0, &code, &signalled)
    guard failure == 0 else { throw KernelError("reap", "process \(process)", code: failure) }
    return signalled == 1 ? .signalled(code) : .exited(code)
  }

  /// For the child: dies with its parent, and is held to bounds. A memory of 0 is not bounded.
  public static func settle(parent: Int32, memoryBytes: UInt64, fileBytes: UInt64) throws(KernelError) {
    let code = qe_subprocess_settle(parent, memoryBytes, fileBytes)
    guard code == 0 else { throw KernelError("settle", "the child", code: code) }
  }
}

/// A NULL-terminated table of C strings.
private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    count = texts.count
    // Unsafe: owned here until deinit; execve wants it so.
    pointers = .allocate(capacity: texts.count + 1)
    for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
    pointers[texts.count] = nil
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }
}
