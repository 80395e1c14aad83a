import Session

/// What became of a command.
struct ControlAnswer: Sendable {
  enum Content: Sendable {
    /// An engine input was taken to its end.
    case done(Done)
    case status(RunStatus)
    /// It was not done.
    case failed(String)
    /// The same, because of what was asked.
    case wrong(String)
  }

  struct Done: Sendable {
    /// Of the engine input; 0 = there was none to do.
    var sequence: UInt64
    /// What happened and what to do next, for people.
    var message: String
    /// Why nothing may open after it; nil when it may.
    var blocked: String?
    var openOrdersBefore: Int
    var openOrdersAfter: Int
    /// Symbols that are not flat after it.
    var positions: [(name: String, position: Figure)]
  }

  var content: Content

  /// One object of one line.
  func json(to command: String?) -> JSONValue {
    switch content {
    case .failed(let text): .object([("ok", .boolean(false)), ("command", .optional(command)), ("error", .text(text))])
    case .wrong(let text):
      .object([("ok", .boolean(false)), ("command", .optional(command)), ("error", .text(text)), ("is_request_wrong", .boolean(true))])
    case .status(let status): .object([("ok", .boolean(true)), ("command", .optional(command)), ("status", status.json)])
    case .done(let done):
      .object([
        ("ok", .boolean(true)), ("command", .optional(command)), ("sequence", .integer(Int(done.sequence))), ("message", .text(done.message)),
        ("halted", .optional(done.blocked)), ("orders_cancelled", .integer(max(0, done.openOrdersBefore - done.openOrdersAfter))),
        ("open_orders", .integer(done.openOrdersAfter)),
        ("positions", .object(done.positions.map { (key: $0.name, value: $0.position.json) })),
      ])
    }
  }
}
