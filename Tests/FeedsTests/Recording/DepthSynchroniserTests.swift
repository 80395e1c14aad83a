import Feeds
import Testing

/// Hand-made sequences around every boundary of Binance's two sets of rules.
@Suite struct DepthSynchroniserTests {
  typealias Verdict = DepthSynchroniser.Verdict

  private func make(_ rules: DepthSynchroniser.Rules, snapshot: Int64? = nil, live: Int64? = nil) -> DepthSynchroniser {
    var synchroniser = DepthSynchroniser(rules: rules)
    if let snapshot { #expect(synchroniser.snapshot(lastUpdateID: snapshot) == true) }
    if let live { #expect(synchroniser.update(first: live, last: live, previous: rules == .futures ? snapshot : nil) == .apply) }
    return synchroniser
  }

  @Test(arguments: [DepthSynchroniser.Rules.spot, .futures]) func `without a snapshot there is no book`(rules: DepthSynchroniser.Rules) {
    var synchroniser = make(rules)
    #expect(!synchroniser.isValid && synchroniser.updateID == nil)
    #expect(synchroniser.update(first: 1, last: 5, previous: 0) == .wait)
    #expect(synchroniser.update(first: 6, last: 9, previous: 5) == .wait)
    #expect(synchroniser.snapshot(lastUpdateID: 9) == true)
    #expect(synchroniser.isValid && synchroniser.updateID == 9)
  }

  /// After a snapshot with id 100: U and u of the first update.
  @Test(arguments: [
    (90, 98, Verdict.discard), (90, 99, .discard), (90, 100, .discard), (100, 100, .discard), (90, 101, .apply), (100, 101, .apply),
    (101, 101, .apply), (101, 110, .apply), (102, 110, .gap), (150, 160, .gap),
  ])
  func `spot begins with the update behind the snapshot's id`(first: Int64, last: Int64, verdict: Verdict) {
    var synchroniser = make(.spot, snapshot: 100)
    #expect(synchroniser.update(first: first, last: last, previous: nil) == verdict)
    #expect(synchroniser.isValid == (verdict != .gap))
    #expect(synchroniser.updateID == (verdict == .apply ? last : verdict == .discard ? 100 : nil))
  }

  /// The book at 101: U and u of the next update.
  @Test(arguments: [
    (95, 99, Verdict.discard), (95, 100, .discard), (95, 101, .apply), (101, 101, .apply), (102, 102, .apply), (102, 110, .apply),
    (99, 110, .apply), (103, 110, .gap),
  ])
  func `spot goes on with contiguous ids`(first: Int64, last: Int64, verdict: Verdict) {
    var synchroniser = make(.spot, snapshot: 100, live: 101)
    #expect(synchroniser.update(first: first, last: last, previous: nil) == verdict)
    #expect(synchroniser.updateID == (verdict == .apply ? last : verdict == .discard ? 101 : nil))
  }

  /// After a snapshot with id 100: U, u and pu of the first update. The trap is u = 100: spot drops it, futures keep it.
  @Test(arguments: [
    (90, 98, 89, Verdict.discard), (90, 99, 89, .discard), (90, 100, 89, .apply), (100, 100, 99, .apply), (90, 105, 89, .apply),
    (100, 105, 99, .apply), (101, 105, 99, .gap), (101, 105, 101, .gap), (103, 110, 100, .apply), (103, 110, 102, .gap),
  ])
  func `futures begin with the update that holds the snapshot's id, or names it`(
    first: Int64, last: Int64, previous: Int64, verdict: Verdict
  ) {
    var synchroniser = make(.futures, snapshot: 100)
    #expect(synchroniser.update(first: first, last: last, previous: previous) == verdict)
    #expect(synchroniser.updateID == (verdict == .apply ? last : verdict == .discard ? 100 : nil))
  }

  @Test func `futures: the update that ends in the snapshot's id, then its successor with a hole between`() {
    var synchroniser = make(.futures, snapshot: 100)
    #expect(synchroniser.update(first: 80, last: 99, previous: 70) == .discard)
    #expect(synchroniser.update(first: 95, last: 100, previous: 99) == .apply)
    #expect(synchroniser.update(first: 108, last: 120, previous: 100) == .apply)
    #expect(synchroniser.updateID == 120)
  }

  /// The book at 105: U, u and pu of the next update. Ids have holes, the predecessor alone counts.
  @Test(arguments: [
    (106, 110, 105, Verdict.apply), (120, 130, 105, .apply), (106, 110, 104, .gap), (106, 110, 106, .gap), (100, 105, 99, .gap),
  ])
  func `futures go on by the predecessor that an update names`(first: Int64, last: Int64, previous: Int64, verdict: Verdict) {
    var synchroniser = make(.futures, snapshot: 100)
    #expect(synchroniser.update(first: 98, last: 105, previous: 97) == .apply)
    #expect(synchroniser.update(first: first, last: last, previous: previous) == verdict)
    #expect(synchroniser.isValid == (verdict == .apply))
  }

  @Test func `an update of futures that names no predecessor is a gap`() {
    var synchroniser = make(.futures, snapshot: 100)
    #expect(synchroniser.update(first: 98, last: 105, previous: 97) == .apply)
    #expect(synchroniser.update(first: 106, last: 107, previous: nil) == .gap)
  }

  @Test(arguments: [DepthSynchroniser.Rules.spot, .futures])
  func `after a gap everything waits for the next snapshot, which the book begins from`(rules: DepthSynchroniser.Rules) {
    var synchroniser = make(rules, snapshot: 100)
    #expect(synchroniser.update(first: 100, last: 105, previous: 99) == .apply)
    #expect(synchroniser.update(first: 110, last: 115, previous: 109) == .gap)
    #expect(synchroniser.update(first: 116, last: 120, previous: 115) == .wait)
    #expect(synchroniser.snapshot(lastUpdateID: 118) == true)
    #expect(synchroniser.update(first: 110, last: 115, previous: 109) == .discard)
    #expect(synchroniser.update(first: 116, last: 120, previous: 115) == .apply)
    #expect(synchroniser.updateID == 120)
  }

  @Test func `a snapshot that nobody needs changes nothing`() {
    var synchroniser = make(.spot, snapshot: 100, live: 101)
    for id in [50, 101, 500] as [Int64] { #expect(synchroniser.snapshot(lastUpdateID: id) == false) }
    #expect(synchroniser.updateID == 101)
    #expect(synchroniser.update(first: 102, last: 103, previous: nil) == .apply)
  }
}
