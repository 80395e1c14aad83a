import Journal
import Testing

@Suite struct HostIdentityTests {
  @Test func `It names what this machine's arithmetic may depend on`() throws {
    let host = HostIdentity.current(version: "1.2.3")
    #expect(host.version == "1.2.3" && host.digest.count == 64 && !host.libc.isEmpty)
    #if arch(x86_64)
      #expect(host.cpuFeatures.contains("sse4_2"), "every x86-64 since 2008: \(host.cpuFeatures)")
    #else
      #expect(host.cpuFeatures.contains("asimd"), "every arm64: \(host.cpuFeatures)")
    #endif
    #expect(host.cpuFeatures == host.cpuFeatures.sorted())
  }
}
