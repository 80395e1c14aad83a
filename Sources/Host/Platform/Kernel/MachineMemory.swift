/// Memory that can be had without pushing anything out.
public enum MachineMemory {
  /// Of the machine, or of this control group where that has less; nil where the kernel does not say.
  public static var availableBytes: Int? {
    let machine = figure("MemAvailable:", in: "/proc/meminfo").map { $0 * 1024 }
    guard let bound = number(in: "\(group)/memory.max"), let used = number(in: "\(group)/memory.current") else { return machine }
    // Pages of files that nobody is using are given back.
    let left = max(0, bound - used + (figure("inactive_file", in: "\(group)/memory.stat") ?? 0))
    return min(machine ?? left, left)
  }

  private static let group = "/sys/fs/cgroup"

  private static func text(_ path: String) -> String? {
    guard let bytes = try? Files.readUnsized(path, limit: 1 << 16) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func number(in path: String) -> Int? { text(path).flatMap { Int($0.prefix { $0.isNumber }) } }

  private static func figure(_ name: String, in path: String) -> Int? {
    for line in text(path)?.split(separator: "\n") ?? [] {
      let words = line.split(separator: " ")
      if words.first == Substring(name), words.count > 1 { return Int(words[1]) }
    }
    return nil
  }
}
