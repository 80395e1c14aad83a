import Conformance
import Foundation
import Plugins
import TestKit
import Testing

/// Each fixture fails exactly the case that it is made for, and what behaves fails none.
@Suite struct MatrixTests {
  /// A row of Plugins/Fixtures/matrix.txt, which tools/conformance-matrix.sh prints.
  struct Row: Sendable, CustomStringConvertible {
    var library: String
    var parameters: [String: String]
    /// nil = none.
    var failing: String?
    var description: String { "\(library) \(parameters.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " "))" }
  }

  static let rows: [Row] = {
    let file = Workplace.packageFolder.appendingPathComponent("Plugins/Fixtures/matrix.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let words = line.split(separator: " ").map(String.init)
      let pairs = words.count == 3 ? words[1].split(separator: ",").map { $0.split(separator: "=").map(String.init) } : []
      let failing = words.last == "-" ? nil : words.last
      return Row(library: words[0], parameters: Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) }), failing: failing)
    }
  }()

  static func verdict(_ library: URL, _ parameters: [String: String] = [:], isQuick: Bool = true) throws -> Verdict {
    var options = Options()
    (options.strictness, options.isQuick, options.parameters) = (10, isQuick, parameters)
    return try Runner(
      Subject.read(library.path).file, options, executable: Workplace.buildFolder.appendingPathComponent("quantumedge-conformance").path
    ).run()
  }

  @Test func `Every case has a fixture that fails it`() {
    let covered = Set(Self.rows.compactMap(\.failing))
    #expect(Self.rows.count > 50 && Self.rows.count { $0.failing == nil } == 2)
    #expect(Set(Catalogue.cases.map(\.id)) == covered)
  }

  @Test func `Each fault fails exactly its case, and what needs that one is skipped by name`() throws {
    for row in Self.rows {
      let verdict = try Self.verdict(Workplace.plugin(row.library), row.parameters)
      let failed = verdict.results.filter { $0.outcome.isFailure || $0.outcome == .warn }
      #expect(failed.map(\.id) == (row.failing.map { [$0] } ?? []), "\(row): \(failed.map { "\($0.id): \($0.detail)" })")
      #expect(verdict.results.count == Catalogue.cases.count, "\(row)")
      var blocked = Set(failed.map(\.id))
      for test in Catalogue.cases {
        guard let result = verdict.results.first(where: { $0.id == test.id }) else { continue }
        let cause = test.prerequisites.first { blocked.contains($0) }
        guard result.outcome == .skip else {
          #expect(cause == nil, "\(row): \(test.id) ran after \(cause ?? "") had failed")
          continue
        }
        if result.detail.hasPrefix("for ") { continue }
        // Named is what has failed, however far back.
        #expect(cause != nil && failed.contains { result.detail == "prerequisite \($0.id)" }, "\(row): \(test.id): \(result.detail)")
        blocked.insert(test.id)
      }
    }
  }

  @Test(arguments: ["EMACross", "OrderFlow", "BreakoutC"]) func `The samples pass every case at strictness 10`(name: String) throws {
    // What is shipped is a release build; one without optimisation allocates where the shipped one does not.
    try #require(ProcessInfo.processInfo.environment["QE_RELEASE_DIR"] != nil, "QE_RELEASE_DIR is not set: run make test")
    let verdict = try Self.verdict(Workplace.plugin(name), isQuick: false)
    let others = verdict.results.filter { $0.outcome != .pass }
    #expect(others.map(\.id) == ["predict-in-bounds", "batch-equals-single"], "\(others.map { "\($0.id): \($0.detail)" })")
    let runs = try #require(verdict.results.first { $0.id == "runs" })
    #expect(!runs.detail.contains(", 0 intents"), "the sample market makes it act: \(runs.detail)")
  }
}
