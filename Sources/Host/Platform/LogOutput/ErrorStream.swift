import Glibc
import Kernel

/// Standard error, or what stands for it: lines, and on a terminal a status line that is rewritten in place.
struct ErrorStream: ~Copyable {
  let descriptor: Int32
  let format: LogFormat
  let isTerminal: Bool
  let usesColour: Bool
  /// Nobody reads it any more.
  private var isGone = false
  private var showsStatus = false

  init(descriptor: Int32, format: LogFormat, isTerminal: Bool, usesColour: Bool) {
    self.descriptor = descriptor
    self.format = format
    // A machine that is given a terminal still reads JSON.
    self.isTerminal = isTerminal && format == .text
    self.usesColour = usesColour
  }

  mutating func append(_ record: LogRecord) {
    guard isTerminal else { return write(format.line(record) + "\n") }
    write("\(showsStatus ? "\r\u{1B}[K" : "")\(LogFormat.terminalLine(record))\n")
    showsStatus = false
  }

  mutating func show(status: String) {
    guard isTerminal else { return }
    var text = ""
    LogText.appendPlain(status, to: &text)
    // A line that wraps could not be taken back.
    let shown = text.prefix((Terminal.size(of: descriptor)?.columns ?? 80) - 1)
    write("\r\u{1B}[K\(usesColour ? "\u{1B}[36m\(shown)\u{1B}[0m" : String(shown))")
    showsStatus = true
  }

  private mutating func write(_ text: String) {
    if isGone { return }
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let left = bytes.count - offset
      // Unsafe: the array's own bytes, for one call.
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, left) }
      if count >= 0 {
        offset += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Somebody who shares it has made it non-blocking: wait until it takes more.
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&entry, 1, -1)
      // A full disk may have room again.
      case ENOSPC, EDQUOT: return
      default:
        isGone = true
        return
      }
    }
  }
}
