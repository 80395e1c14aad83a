/// What an author's type says, before it becomes C tables.
struct Content {
  let type: any (Plugin & ~Copyable).Type
  let stateful: (any (Plugin & Stateful & ~Copyable).Type)?
  let kind: UInt32
  let name: String
  let version: String
  let summary: String
  let parameters: [Parameter]
  let events: Events
  let timerPeriodMilliseconds: Int64
  let featureSchemaHash: [UInt8]?

  init<S: Strategy & ~Copyable>(strategy type: S.Type, state: (any (Plugin & Stateful & ~Copyable).Type)? = nil) {
    self.type = type
    stateful = state
    kind = QE_KIND_STRATEGY
    name = S.name
    version = S.version
    summary = S.summary
    parameters = S.parameters
    events = S.events
    timerPeriodMilliseconds = S.timerPeriodMilliseconds
    featureSchemaHash = S.featureSchemaHash
  }

  init<M: Model & ~Copyable>(model type: M.Type, state: (any (Plugin & Stateful & ~Copyable).Type)? = nil) {
    self.type = type
    stateful = state
    kind = QE_KIND_MODEL
    name = M.name
    version = M.version
    summary = M.summary
    parameters = M.parameters
    events = []
    timerPeriodMilliseconds = 0
    featureSchemaHash = M.featureSchemaHash
  }

  /// What the author has to correct; nil if nothing.
  var defect: String? {
    guard Name.isPlugin(name) else { return "the name '\(name)' is not [A-Za-z][A-Za-z0-9_]* of at most 64" }
    if let defect = parameters.lazy.compactMap(\.defect).first { return defect }
    if Set(parameters.map(\.name)).count != parameters.count { return "two parameters have one name" }
    if events.contains(.timer), timerPeriodMilliseconds <= 0 {
      return "a timer is subscribed, so timerPeriodMilliseconds must be above 0"
    }
    if let hash = featureSchemaHash, hash.count != 32 { return "featureSchemaHash has \(hash.count) bytes, not 32" }
    return nil
  }
}
