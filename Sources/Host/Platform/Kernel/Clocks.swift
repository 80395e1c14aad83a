import Glibc

/// The kernel's clocks, in ns.
public enum Clocks {
  public static func monotonicNanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }
  /// Since the epoch, UTC; may jump.
  public static func realtimeNanoseconds() -> Int64 { read(CLOCK_REALTIME) }

  public static func sleep(nanoseconds: Int64) {
    var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    nanosleep(&time, nil)
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// What this process has used.
public enum ProcessFigures {
  /// Whose process this is, by the rights it has.
  public static var user: UInt32 { geteuid() }
  public static var number: Int32 { getpid() }

  /// Whether a process of that number is there, whoever's it is.
  public static func isRunning(_ number: Int32) -> Bool { number > 0 && (kill(number, 0) == 0 || errno == EPERM) }

  /// User and system time of all threads.
  public static func cpuSeconds() -> Double {
    let usage = usage()
    let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// User and system time of the calling thread, exact to the ns.
  public static func threadCPUSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The most memory that was resident at once.
  ///
  /// From this program's own memory map: getrusage would also count what the process that started it had resident.
  public static func peakResidentBytes() -> Int {
    guard let file = fopen("/proc/self/status", "re") else { return usage().ru_maxrss * 1024 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split { $0 == " " || $0 == "\t" }
      if words.first == "VmHWM:", words.count > 1, let kilobytes = Int(words[1]) { return kilobytes * 1024 }
    }
    return usage().ru_maxrss * 1024
  }

  private static func usage() -> rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }
}
