/// Why an intent did not become an order. Raw values are frozen: plugins see them, the decision hash contains them.
public enum RefusalCode: UInt16, Sendable, CaseIterable, BitwiseCopyable, Codable {
  case none = 0

  // The intent cannot be read as a wish.
  case invalidIntent = 1
  case invalidTag = 2
  case duplicateTag = 3
  case unknownTarget = 4
  case invalidSide = 5
  case invalidType = 6
  case invalidQuantity = 7
  case invalidPrice = 8
  case invalidConfidence = 9
  case invalidEdge = 10
  case unsupported = 11
  case offCadence = 12
  case tooManyOrders = 13
  case warming = 14
  case decisionExpired = 15
  /// More entries on their way than `decision.max_inflight_entries`.
  case inflightLimit = 16
  /// The instance is on its way to a target position: cancel that first, or name another target.
  case targetWorking = 17
  /// A stop or take-profit on the wrong side or off the grid, or on an order that opens nothing.
  case invalidBracket = 18
  case invalidTimeInForce = 19

  // The host's own filters of entries: decision.filters.
  case lowConfidence = 20
  case lowEdge = 21
  /// A fresh prediction points against the order.
  case horizonDisagree = 22

  // The venue's filters.
  case invalidTick = 32
  case invalidLot = 33
  case sizeBelowMinimum = 34
  case minimumNotional = 35
  case quantityOverMaximum = 36

  // Hard risk.
  case killed = 64
  case halted = 65
  case dailyLossLimit = 66
  case drawdownLimit = 67
  case noQuote = 68
  case orderRateLimit = 69
  case orderNotionalLimit = 70
  case positionLimit = 71
  case symbolNotionalLimit = 72
  case grossExposureLimit = 73
  case leverageLimit = 74
  case insufficientFunds = 75
  case spotShort = 76
  case wouldOpen = 77
  /// An exit is working on this side: were this to fill first, the exit would open or flip. Cancel the exit first.
  case exitWorking = 78
  /// Another instance holds or works the other side of this instrument: neither could be proven to leave.
  case oppositeInstance = 79

  case staleFeed = 80
  case eventLag = 81
  case spreadLimit = 82
  case lossStreak = 83
  case tradesPerHour = 84
  /// An order of the instrument whose fate nobody knows.
  case unknownOrder = 85
  case supervisorLost = 86
  case supervisorDenied = 87
  case liquidationDistance = 88
  /// The rest of the venue's order budget is kept for reducing orders and cancels.
  case rateBudget = 89
  case priceCollar = 90
  /// It would trade against an own order.
  case selfCross = 91
  case instanceNotionalLimit = 92
  case instanceLossLimit = 93
  case instanceOrderRate = 94
  /// What is held is below the venue's filters: it cannot be sold.
  case dust = 95
  /// The journal cannot be written, or soon cannot: what happens could neither be proven nor recovered.
  case journalTrouble = 96
  /// A model that is configured is missing or cannot be used.
  case modelsMissing = 97
  // What the Supervisor has ordered, and why its answer about an order is none.
  case supervisorHalted = 98
  case supervisorPaused = 99
  /// No answer at all.
  case supervisorUnreachable = 100
  /// It did not take the question: a status of 400 to 499.
  case supervisorRejected = 101
  /// It failed on it: any other status but 200.
  case supervisorFailed = 102
  /// Its answer cannot be read.
  case supervisorMalformed = 103

  // The venue's own answer.
  case venueRejected = 128
  /// A post-only order that would have taken.
  case wouldTake = 129

  /// The name in reports, logs and JSON.
  public var name: String {
    switch self {
    case .none: "OK"
    case .invalidIntent: "INVALID_INTENT"
    case .invalidTag: "INVALID_TAG"
    case .duplicateTag: "DUPLICATE_TAG"
    case .unknownTarget: "UNKNOWN_TARGET"
    case .invalidSide: "INVALID_SIDE"
    case .invalidType: "INVALID_TYPE"
    case .invalidQuantity: "INVALID_QUANTITY"
    case .invalidPrice: "INVALID_PRICE"
    case .invalidConfidence: "INVALID_CONFIDENCE"
    case .invalidEdge: "INVALID_EDGE"
    case .unsupported: "UNSUPPORTED"
    case .offCadence: "OFF_CADENCE"
    case .tooManyOrders: "TOO_MANY_ORDERS"
    case .warming: "WARMING"
    case .decisionExpired: "DECISION_EXPIRED"
    case .inflightLimit: "INFLIGHT_LIMIT"
    case .targetWorking: "TARGET_WORKING"
    case .invalidBracket: "INVALID_BRACKET"
    case .invalidTimeInForce: "INVALID_TIME_IN_FORCE"
    case .lowConfidence: "LOW_CONFIDENCE"
    case .lowEdge: "LOW_EDGE"
    case .horizonDisagree: "HORIZON_DISAGREE"
    case .invalidTick: "INVALID_TICK"
    case .invalidLot: "INVALID_LOT"
    case .sizeBelowMinimum: "SIZE_BELOW_MIN"
    case .minimumNotional: "MIN_NOTIONAL"
    case .quantityOverMaximum: "QUANTITY_OVER_MAX"
    case .killed: "KILLED"
    case .halted: "HALTED"
    case .dailyLossLimit: "DAILY_LOSS_LIMIT"
    case .drawdownLimit: "DRAWDOWN_LIMIT"
    case .noQuote: "NO_QUOTE"
    case .orderRateLimit: "ORDER_RATE_LIMIT"
    case .orderNotionalLimit: "ORDER_NOTIONAL_LIMIT"
    case .positionLimit: "POSITION_LIMIT"
    case .symbolNotionalLimit: "SYMBOL_NOTIONAL_LIMIT"
    case .grossExposureLimit: "GROSS_EXPOSURE_LIMIT"
    case .leverageLimit: "LEVERAGE_LIMIT"
    case .insufficientFunds: "INSUFFICIENT_FUNDS"
    case .spotShort: "SPOT_SHORT"
    case .wouldOpen: "WOULD_OPEN"
    case .exitWorking: "EXIT_WORKING"
    case .oppositeInstance: "OPPOSITE_INSTANCE"
    case .staleFeed: "STALE_FEED"
    case .eventLag: "EVENT_LAG"
    case .spreadLimit: "SPREAD_LIMIT"
    case .lossStreak: "LOSS_STREAK"
    case .tradesPerHour: "TRADES_PER_HOUR"
    case .unknownOrder: "UNKNOWN_ORDER"
    case .supervisorLost: "SUPERVISOR_LOST"
    case .supervisorDenied: "SUPERVISOR_DENIED"
    case .liquidationDistance: "LIQUIDATION_DISTANCE"
    case .rateBudget: "RATE_BUDGET"
    case .priceCollar: "PRICE_COLLAR"
    case .selfCross: "SELF_CROSS"
    case .instanceNotionalLimit: "INSTANCE_NOTIONAL_LIMIT"
    case .instanceLossLimit: "INSTANCE_LOSS_LIMIT"
    case .instanceOrderRate: "INSTANCE_ORDER_RATE"
    case .dust: "DUST"
    case .journalTrouble: "JOURNAL_TROUBLE"
    case .modelsMissing: "MODELS_MISSING"
    case .supervisorHalted: "SUPERVISOR_HALTED"
    case .supervisorPaused: "SUPERVISOR_PAUSED"
    case .supervisorUnreachable: "SUPERVISOR_UNREACHABLE"
    case .supervisorRejected: "SUPERVISOR_REJECTED"
    case .supervisorFailed: "SUPERVISOR_FAILED"
    case .supervisorMalformed: "SUPERVISOR_MALFORMED"
    case .venueRejected: "VENUE_REJECTED"
    case .wouldTake: "WOULD_TAKE"
    }
  }
}
