import Session
import ArgumentParser
import Daemon
import Kernel

/// `quantumedge status`: one screen of a running host.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "status", abstract: "Show what a running host does.")

  @OptionGroup var host: HostOptions

  @Flag(name: .long, help: "Again each second, until SIGINT: the screen on a terminal, a line elsewhere.")
  var watch = false

  func run() throws {
    let client = try host.clientForOperator()
    guard watch else {
      let status = try ask(client)
      if host.output.json { return try Console.result(status.json.description) }
      return Console.line(StatusScreen.lines(status, width: Terminal.size(of: 2)?.columns ?? 200).joined(separator: "\n"))
    }
    let signals = StopSignals()
    let screen = Console.isTerminal && !host.output.json ? WatchedScreen() : nil
    // Whatever ends it, the terminal is as it was before.
    defer { screen?.close() }
    repeat {
      let status = try ask(client)
      if let screen {
        screen.show(status)
      } else if host.output.json {
        try Console.result(status.json.description)
      } else {
        Console.line(status.line)
      }
    } while signals.wait(nanoseconds: 1_000_000_000) == nil
  }

  private func ask(_ client: ControlClient) throws -> RunStatus {
    guard let status = try client.ask(.status).answer.status else { throw ExitCode.failure }
    return status
  }
}

/// The terminal's other screen, so that what stood there comes back.
private final class WatchedScreen {
  private var isOpen = true

  init() { Console.write("\u{1B}[?1049h\u{1B}[?25l") }

  func show(_ status: RunStatus) {
    let size = Terminal.size(of: 2) ?? (columns: 80, rows: 24)
    // Each line overwrites the old one and clears what is left of it: nothing flickers.
    let lines = StatusScreen.lines(status, width: size.columns, height: size.rows).map { Console.printable($0) + "\u{1B}[K" }
    Console.write("\u{1B}[H" + lines.joined(separator: "\r\n") + "\u{1B}[J")
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    Console.write("\u{1B}[?25h\u{1B}[?1049l")
  }
}
