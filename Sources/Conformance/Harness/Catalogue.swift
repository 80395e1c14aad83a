/// All cases, in the order in which they are run and shown; a prerequisite stands before what needs it.
public enum Catalogue {
  public static let cases: [Case] =
    fileCases + loadingCases + lifeCases + behaviourCases + orderCases + modelCases + stateCases + purityCases + memoryCases + inputCases
    + enduranceCases

  public static func find(_ id: String) -> Case? { cases.first { $0.id == id } }

  /// These cases, and all that they need.
  static func closure(of ids: [String]) -> [Case] {
    var wanted: Set<String> = []
    func add(_ id: String) {
      guard wanted.insert(id).inserted else { return }
      for name in find(id)?.prerequisites ?? [] { add(name) }
    }
    for id in ids { add(id) }
    return cases.filter { wanted.contains($0.id) }
  }
}
