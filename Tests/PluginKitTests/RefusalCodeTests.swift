import Risk
import Testing

/// In a file of its own: kit and host both have a `RefusalCode`.
@Suite struct RefusalCodeTests {
  @Test func `the kit's refusal codes are the host's`() {
    for (name, code) in KitTests.refusalCodes {
      #expect(RefusalCode.allCases.first { $0.name == name }.map { UInt32($0.rawValue) } == code, "\(name)")
    }
  }
}
