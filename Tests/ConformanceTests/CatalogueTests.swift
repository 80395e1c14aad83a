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
}
