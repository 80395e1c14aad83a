import Glibc
import Kernel
import Testing

@testable import Daemon

@Suite struct RestartPolicyTests {
  @Test func `Delays double to a minute, and the tenth restart in a row is the last`() {
    var policy = RestartPolicy()
    let delays = (0..<12).map { _ in policy.ended(.exited(75), ranSeconds: 599) }
    #expect(delays == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map { .restart(afterSeconds: $0) } + [.finish, .finish])
    #expect(policy.ended(.exited(75), ranSeconds: 600) == .restart(afterSeconds: 1), "ten minutes of good running begin anew")
    #expect(policy.ended(.killed(SIGSEGV), ranSeconds: 0) == .restart(afterSeconds: 2))
  }

  @Test func `Hangs and faults are restarted, every other end is passed on`() {
    for signal in [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGTRAP] { #expect(RestartPolicy.isRecoverable(.killed(signal)), "\(signal)") }
    for signal in [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU] { #expect(!RestartPolicy.isRecoverable(.killed(signal)), "\(signal)") }
    #expect((0...255).filter { RestartPolicy.isRecoverable(.exited($0)) } == [75])
    var policy = RestartPolicy()
    #expect(policy.ended(.exited(69), ranSeconds: 5) == .finish && policy.restarts == 0)
    #expect(KeptProcess.End.killed(SIGSEGV).exitCode == 139 && KeptProcess.End.exited(69).exitCode == 69)
  }

  @Test func `The child gets every word but the parent's own`() {
    let words = ["run", "--keep-alive", "--mode", "mock", "--duration", "30", "--set", "a.b=--duration", "--duration=5", "--json"]
    #expect(KeepAlive.childArguments(words) == ["run", "--mode", "mock", "--set", "a.b=--duration", "--json"])
  }
}
