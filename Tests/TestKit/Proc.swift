import Kernel

/// Files under `/proc`. Foundation gives the first page of one for the whole of it.
public enum Proc {
  public static func bytes(_ path: String) throws -> [UInt8] { try Files.readUnsized(path, limit: 1 << 26) }

  /// Lines of `maps` of a process, or of this one.
  public static func maps(of process: String = "self") throws -> [Substring] {
    String(decoding: try bytes("/proc/\(process)/maps"), as: UTF8.self).split(separator: "\n")
  }
}
