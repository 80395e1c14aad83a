import Foundation
import TestKit
import Testing

/// Nobody but Risk makes an ApprovedOrder. That is a promise of the compiler, so the compiler is asked.
@Suite struct MintingTests {
  /// Type-checks a file against the modules of this build; the compiler's words, empty when it has none.
  private func compile(_ source: String) throws -> (status: Int32, output: String) {
    let folder = try TemporaryFolder()
    let file = try folder.write(source, to: "Minting.swift")
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["swiftc", "-typecheck", "-swift-version", "6", "-I", Workplace.testFolder.appendingPathComponent("Modules").path, file]
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  private static let request =
    "OrderRequest(instrument: 0, instance: 0, side: .buy, type: .market, quantity: Quantity(raw: 1), price: Price(raw: 0))"

  @Test func theCompilerIsAskedTheRightWay() throws {
    let result = try compile(
      """
      import Market
      import Risk
      func look(_ order: ApprovedOrder) -> OrderRequest { order.request }
      let request = \(Self.request)
      """)
    #expect(result.status == 0, "\(result.output)")
  }

  @Test(arguments: ["import Risk", "@testable import Risk"])
  func mintingOutsideRiskDoesNotCompile(importLine: String) throws {
    let result = try compile(
      """
      import Market
      \(importLine)
      let order = ApprovedOrder(request: \(Self.request), id: 1, slot: 0, isReducing: true)
      """)
    #expect(result.status != 0)
    #expect(result.output.contains("inaccessible due to 'fileprivate' protection level"), "\(result.output)")
  }

  @Test(arguments: ["import Risk", "@testable import Risk"])
  func anExtensionCannotMintEither(importLine: String) throws {
    let result = try compile(
      """
      import Market
      \(importLine)
      extension ApprovedOrder {
        init(forged request: OrderRequest) { self.init(request: request, id: 1, slot: 0, isReducing: true) }
      }
      """)
    #expect(result.status != 0)
    // The compiler does not even see the initialiser from here.
    #expect(result.output.contains("extra arguments") || result.output.contains("fileprivate"), "\(result.output)")
  }

  @Test(arguments: ["import Risk", "@testable import Risk"])
  func anApprovedOrderCannotBeChangedOrDecoded(importLine: String) throws {
    let changed = try compile("import Market\n\(importLine)\nfunc forge(_ order: inout ApprovedOrder) { order.request = \(Self.request) }")
    #expect(changed.status != 0)
    #expect(changed.output.contains("'let' constant") || changed.output.contains("cannot assign"), "\(changed.output)")
    let decoded = try compile("\(importLine)\nfunc take<T: Decodable>(_: T.Type) {}\nfunc forge() { take(ApprovedOrder.self) }")
    #expect(decoded.status != 0)
  }
}
