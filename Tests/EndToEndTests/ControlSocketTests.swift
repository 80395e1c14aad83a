import Foundation
import Glibc
import TestKit
import Testing

/// What a control socket may meet, and what must not become of the host by it.
@Suite struct ControlSocketTests {
  private let paper: OperatorHost

  init() throws { paper = try OperatorHost() }

  private func end(_ child: Child) throws {
    child.signal(SIGTERM)
    let outcome = try child.finish(deadlineSeconds: 30)
    #expect(outcome.exitCode == 0, "\(outcome)")
  }

  @Test func `A thousand commands are a thousand inputs, in order`() throws {
    let child = try paper.start()
    let socket = try paper.socket()
    let lines = (0..<1000).map { "{\"command\": \"\($0 % 2 == 0 ? "halt" : "resume")\"}\n" }
    try socket.send(lines.joined())
    var last = 0
    for index in 0..<1000 {
      let answer = try socket.answer()
      let sequence = try #require(answer["sequence"] as? Int)
      #expect(sequence > last && answer["ok"] as? Bool == true)
      #expect((answer["halted"] is NSNull) == (index % 2 == 1))
      last = sequence
    }
    try end(child)
  }

  @Test func `Garbage is answered and changes nothing`() throws {
    var chance = Chance.seeded("Garbage is answered and changes nothing")
    let child = try paper.start()
    let socket = try paper.socket()
    let before = try socket.status()
    for _ in 0..<200 {
      let count = Int.random(in: 1...300, using: &chance)
      // No line end, no blank: each is one line.
      try socket.send((0..<count).map { _ in UInt8.random(in: 33...255, using: &chance) } + [0x0A])
      let answer = try socket.answer()
      #expect(answer["ok"] as? Bool == false && answer["error"] is String)
    }
    let long = try paper.socket()
    try? long.send(String(repeating: "{", count: 200_000))
    #expect(try (long.answer()["error"] as? String)?.contains("65536 bytes") == true)
    let after = try socket.status()
    #expect(after["halted"] is NSNull && after["fills"] as? Int == before["fills"] as? Int)
    try end(child)
  }

  @Test func `Clients that stop in the middle or never read hold up nobody`() throws {
    let child = try paper.start()
    let halves = try (0..<40).map { _ in try paper.socket() }
    for half in halves { try? half.send("{\"command\": \"ha") }
    let deaf = try (0..<4).map { _ in try paper.socket() }
    for client in deaf { #expect(client.fill(String(repeating: "{\"command\": \"status\"}\n", count: 200))) }
    let started = Date()
    let outcome = try paper.command(["risk", "halt"])
    #expect(outcome.exitCode == 0 && outcome.errors.hasPrefix("halted; 1 order cancelled"), "\(outcome)")
    #expect(Date().timeIntervalSince(started) < 10)
    // The engine's own clock goes on: its line comes each second.
    let uptime = try #require(try paper.socket().status()["uptime_s"] as? Int)
    try child.waitForError("paper \(uptime + 2)s")
    withExtendedLifetime((halves, deaf)) {}
    try end(child)
  }

  @Test func `After a crash the stale socket is no host, and the next one takes its place`() throws {
    let child = try paper.start()
    child.signal(SIGKILL)
    #expect(try child.finish(deadlineSeconds: 30).exitCode == 128 + SIGKILL)
    #expect(FileManager.default.fileExists(atPath: paper.socketPath))
    #expect(try paper.command(["status"]).exitCode == 69)
    let next = try paper.startAgain()
    #expect(try paper.command(["status", "--json"]).json["pid"] as? Int == Int(next.processID))
    try end(next)
    #expect(!FileManager.default.fileExists(atPath: paper.socketPath), "and leaves nothing behind")
  }

  @Test func `A second host is refused and leaves the first one's socket alone`() throws {
    let child = try paper.start()
    let second = try paper.host.run(paper.arguments(["--duration", "1"]))
    #expect(second.exitCode == 69 && second.errors.contains("another host runs in paper mode"), "\(second)")
    #expect(try paper.command(["status", "--json"]).json["pid"] as? Int == Int(child.processID))
    try end(child)
  }

  @Test func `A socket that somebody removed is there again`() throws {
    let child = try paper.start()
    try FileManager.default.removeItem(atPath: paper.socketPath)
    try child.waitForError("control.sock was removed by somebody; it is made again")
    #expect(try paper.command(["status", "--json"]).json["pid"] as? Int == Int(child.processID))
    try end(child)
    #expect(!FileManager.default.fileExists(atPath: paper.socketPath))
  }

  @Test func `A file in the socket's place is nobody's to remove`() throws {
    let child = try paper.start()
    try end(child)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: paper.socketPath))
    let outcome = try paper.host.run(paper.arguments(["--duration", "1"]))
    #expect(outcome.exitCode == 69 && outcome.errorLines.count == 1 && outcome.errors.contains("control.sock"), "\(outcome)")
    #expect(try String(contentsOfFile: paper.socketPath, encoding: .utf8) == "mine")
  }

  @Test(.enabled(if: geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root and setpriv(1) to become somebody else"))
  func `Another user is refused, by the file and by the host`() throws {
    let child = try paper.start()
    // As nobody, who may look into every folder on the way.
    for folder in [paper.host.folder.url, paper.host.runtime] { chmod(folder.path, 0o755) }
    let other = { (script: String) in
      try Child(
        URL(fileURLWithPath: "/usr/bin/setpriv"), ["--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/perl", "-MSocket", "-e", script],
        environment: ["PATH": "/usr/bin:/bin"], folder: paper.host.folder.url
      ).finish(deadlineSeconds: 30)
    }
    let script = """
      $SIG{PIPE} = "IGNORE"; socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un("\(paper.socketPath)")) or do { print "connect: $!\\n"; exit 3 };
      syswrite($s, "{\\"command\\": \\"halt\\"}\\n"); my $l = <$s>; print $l;
      """
    let byFile = try other(script)
    #expect(byFile.exitCode == 3 && byFile.output.contains("Permission denied"), "\(byFile)")
    chmod(paper.socketPath, 0o666)
    let byHost = try other(script)
    #expect(byHost.output.contains("this host belongs to user 0, and you are user 65534"), "\(byHost)")
    try child.waitForError("control: user 65534 (process ")
    #expect(try paper.socket().status()["halted"] is NSNull)
    try end(child)
  }
}
