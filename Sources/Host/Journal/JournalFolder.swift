import Kernel
import Market

/// The journals of one state folder, one folder each; their names sort by time.
public struct JournalFolder: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public func path(_ name: String) -> String { "\(path)/\(name)" }

  /// Oldest first. What is no journal is not among them.
  public func names() throws(JournalError) -> [String] {
    do throws(KernelError) {
      return try Files.names(in: path).filter { Files.isPresent("\(path)/\($0)/\(JournalFormat.headName)") }.sorted()
    } catch {
      if error.isMissing { return [] }
      throw JournalError(error)
    }
  }

  /// The same with those whose head is gone and in which records stand: what a host wrote there is not known.
  public func namesWithHeadless() throws(JournalError) -> [String] {
    do throws(KernelError) {
      var names: [String] = []
      for name in try Files.names(in: path) {
        let hasHead = Files.isPresent("\(path)/\(name)/\(JournalFormat.headName)")
        if hasHead { names.append(name) } else if try hasRecords(name) { names.append(name) }
      }
      return names
    } catch {
      if error.isMissing { return [] }
      throw JournalError(error)
    }
  }

  /// A name for a journal that begins now, behind all that are there: also where the clock was set back, so that the last one by name is
  /// the last one written.
  ///
  /// - Returns: also the name that it had to be put behind; nil where the clock is right.
  public func nextName(nanoseconds: Int64) throws(JournalError) -> (name: String, behind: String?) {
    let stamp = UTCStamp.text(nanoseconds: nanoseconds)
    let names: [String]
    do throws(KernelError) { names = try Files.names(in: path) } catch {
      guard error.isMissing else { throw JournalError(error) }
      names = []
    }
    guard let last = names.filter({ Self.number(ofStamp: $0) != nil }).max(), last >= stamp, let number = Self.number(ofStamp: last) else {
      return (stamp, nil)
    }
    // A nanosecond on, as text: that a second may have 60 of them is of no matter to the order.
    var digits = String(number + 1)
    digits.insert("-", at: digits.index(digits.startIndex, offsetBy: 14))
    digits.insert("-", at: digits.index(digits.startIndex, offsetBy: 8))
    return (digits, last)
  }

  /// The digits of `20261123-014500-123456789`; nil for another name.
  private static func number(ofStamp name: String) -> Int128? {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [8, 6, 9], parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
    return Int128(parts.joined())
  }

  /// Whether anything was ever written into one of its segments: they are zeros until then.
  private func hasRecords(_ name: String) throws(KernelError) -> Bool {
    let folder = "\(path)/\(name)"
    guard Files.isFolder(folder) else { return false }
    for file in try Files.names(in: folder) where JournalFormat.segmentNumber(file) != nil {
      if try Files.read("\(folder)/\(file)", upTo: JournalFormat.blockSize).contains(where: { $0 != 0 }) { return true }
    }
    return false
  }

  /// Removes the oldest that are too old or too many; the last one stays, whatever it is, and so does the one that the account goes on from.
  ///
  /// - Parameters:
  ///   - kept: goes on being needed; nil = none but the last.
  ///   - retentionDays: nil = for ever.
  ///   - maximumBytes: of all together; nil = no bound.
  ///   - mayGo: asked before one is removed.
  /// - Returns: the names of those that are gone.
  public func clean(
    keeping kept: String? = nil, retentionDays: Int64?, maximumBytes: Int64?, nowNanoseconds: Int64, mayGo: (String) -> Bool = { _ in true }
  ) throws(JournalError) -> [String] {
    let names = try names()
    var sizes: [String: Int64] = [:]
    do throws(KernelError) { for name in names { sizes[name] = try size(name) } } catch { throw JournalError(error) }
    var total = sizes.values.reduce(0, +)
    var removed: [String] = []
    for name in names.dropLast() where name != kept {
      let isOld = try retentionDays.map { days throws(JournalError) in try age(name, nowNanoseconds) > days * 86_400 } ?? false
      guard isOld || maximumBytes.map({ total > $0 }) ?? false, mayGo(name) else { continue }
      do throws(KernelError) { try remove(name) } catch { throw JournalError(error) }
      total -= sizes[name] ?? 0
      removed.append(name)
    }
    return removed
  }

  private func age(_ name: String, _ now: Int64) throws(JournalError) -> Int64 {
    do throws(KernelError) {
      return now / 1_000_000_000 - (try Files.modified("\(path)/\(name)/\(JournalFormat.headName)"))
    } catch { throw JournalError(error) }
  }

  private func size(_ name: String) throws(KernelError) -> Int64 {
    var total: Int64 = 0
    for file in try Files.names(in: "\(path)/\(name)") { total += try Files.size("\(path)/\(name)/\(file)") }
    return total
  }

  /// What the host wrote; a file that somebody put beside it stays, and its folder with it.
  private func remove(_ name: String) throws(KernelError) {
    let folder = "\(path)/\(name)"
    // The head last: without it what is left would be nobody's.
    for file in try Files.names(in: folder) where JournalFormat.isOwn(file) && file != JournalFormat.headName {
      try Files.remove("\(folder)/\(file)")
    }
    try Files.remove("\(folder)/\(JournalFormat.headName)")
    Files.removeEmptyFolder(folder)
  }

  /// Removes what starts left that were killed before they had a journal: folders without a head in which stand a journal's files alone,
  /// and no record.
  /// No host may be starting here meanwhile.
  ///
  /// - Returns: the names of those that are gone.
  public func removeUnfinished() throws(JournalError) -> [String] {
    do throws(KernelError) {
      var removed: [String] = []
      for name in try Files.names(in: path) where Files.isFolder("\(path)/\(name)") {
        let files = try Files.names(in: "\(path)/\(name)")
        guard !files.isEmpty, files.allSatisfy({ JournalFormat.isOwn($0) && $0 != JournalFormat.headName }) else { continue }
        if try hasRecords(name) { continue }
        for file in files { try Files.remove("\(path)/\(name)/\(file)") }
        Files.removeEmptyFolder("\(path)/\(name)")
        removed.append(name)
      }
      return removed
    } catch {
      if error.isMissing { return [] }
      throw JournalError(error)
    }
  }
}
