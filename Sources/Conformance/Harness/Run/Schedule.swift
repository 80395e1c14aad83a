/// Which case is next, and what is known of the others.
struct Schedule {
  enum Step {
    /// Known without running it.
    case settled(CaseResult)
    case start(Case, isSecond: Bool)
  }

  private var waiting: [Case]
  private let order: [String: Int]
  private var known: [String: CaseResult] = [:]
  /// First halves of cases that run twice.
  private var halves: [String: CaseResult] = [:]

  init(_ cases: [Case]) {
    waiting = cases
    order = Dictionary(uniqueKeysWithValues: cases.enumerated().map { ($1.id, $0) })
  }

  var results: [CaseResult] { known.values.sorted { order[$0.id, default: 0] < order[$1.id, default: 0] } }

  /// nil: nothing can be started now.
  mutating func next(running: [Case], hasCounter: Bool) -> Step? {
    if running.contains(where: \.setup.isAlone) { return nil }
    if let half = halves.first(where: { id, _ in !running.contains { $0.id == id } }), let test = Catalogue.find(half.key) {
      return .start(test, isSecond: true)
    }
    for (index, test) in waiting.enumerated() {
      let needed = test.prerequisites.filter { order[$0] != nil }
      guard needed.allSatisfy({ known[$0] != nil }) else { continue }
      if let failed = needed.first(where: { known[$0]?.isBlocking == true }) {
        return settle(index, "prerequisite \(root(of: failed))", isBlocking: true)
      }
      if test.setup.countsAllocations, !hasCounter {
        return settle(index, "libAllocationCounter.so is not beside the executable; build it, or install both", isBlocking: false)
      }
      if test.setup.isAlone, !running.isEmpty { return nil }
      waiting.remove(at: index)
      return .start(test, isSecond: false)
    }
    return nil
  }

  private mutating func settle(_ index: Int, _ detail: String, isBlocking: Bool) -> Step {
    let test = waiting.remove(at: index)
    let result = CaseResult(id: test.id, outcome: .skip, seconds: 0, detail: detail, isBlocking: isBlocking)
    known[test.id] = result
    return .settled(result)
  }

  /// The case that really failed, behind those that were skipped for it.
  private func root(of id: String) -> String {
    guard let result = known[id], result.outcome == .skip else { return id }
    return result.detail.split(separator: " ").last.map(String.init) ?? id
  }

  /// Notes what a child came to; the whole of the case, unless it runs once more.
  mutating func note(_ result: CaseResult, strictness: Int) -> CaseResult? {
    guard let test = Catalogue.find(result.id) else { return nil }
    var whole = result
    if test.setup.isTwice {
      if let first = halves.removeValue(forKey: result.id) {
        whole.seconds += first.seconds
        if result.outcome == .pass, result.fingerprint != first.fingerprint {
          whole.outcome = strictness < test.strictness ? .warn : .fail
          whole.isBlocking = true
          whole.detail = "two processes with other environment, folder and addresses gave different answers to the same events"
        }
      } else if result.outcome == .pass {
        halves[result.id] = result
        return nil
      }
    }
    known[result.id] = whole
    return whole
  }
}
