import Conformance
import Foundation
import TestKit
import Testing

@Suite struct CatalogueTests {
  @Test func idsAreUniqueAndPrerequisitesStandBeforeWhatNeedsThem() {
    var seen: Set<String> = []
    for test in Catalogue.cases {
      #expect(seen.isSuperset(of: test.prerequisites), "\(test.id) needs what comes later or is not there")
      #expect(seen.insert(test.id).inserted, "\(test.id) comes twice")
      #expect(Options.strictnessRange.contains(test.strictness), "\(test.id)")
      #expect(test.seconds > 0, "\(test.id)")
    }
    #expect(seen.count >= 25)
  }

  @Test func `The page of cases has each case, with its words and strictness, and no other`() throws {
    let page = try String(contentsOf: Workplace.packageFolder.appendingPathComponent("docs/CONFORMANCE.md"), encoding: .utf8)
    let cases = page.components(separatedBy: "## Cases").last?.components(separatedBy: "\n## ").first ?? ""
    let rows = cases.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
    let wanted = Catalogue.cases.map { test in
      "| `\(test.id)` | \(test.proves)\(test.kind == .both ? "" : " (\(test.kind.rawValue))") | \(test.strictness) |"
    }
    #expect(rows == wanted)
  }
}
