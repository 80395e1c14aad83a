import PluginKit

/// Trades where the models of several horizons agree: every primary horizon is fresh and on one side, the anchor does not
/// oppose, confidence and edge are enough, and the regime allows the side.
///
/// Decides when a second closes. Enters only when flat, one order at a time, with a bracket; so it never turns a position
/// round in one step. Leaves when the mean edge of the fresh predictions has turned, whatever else the rules of an entry
/// say, by a target of 0, because while a bracket protects a position other exits are refused. Without fresh predictions or
/// warm features it opens nothing.
struct HorizonEnsemble: StatefulStrategy {
  static let name = "HorizonEnsemble"
  static let summary = "Enters where the models of several horizons agree, with brackets; normal and scalp"
  /// Predictions so that they are lent with the bars, quotes for the sizes at the touch.
  static let events: Events = [.bars, .predictions, .quotes]
  static var parameters: [Parameter] { Rules.parameters }
  /// feat.v1
  static let featureSchemaHash: [UInt8]? = [
    0x64, 0x1A, 0x2B, 0xCA, 0x15, 0x7B, 0x17, 0x8F, 0xA0, 0x40, 0xA4, 0x0C, 0x34, 0x17, 0x2E, 0xD6,
    0x98, 0x53, 0xE3, 0xAE, 0x94, 0x7D, 0x49, 0x08, 0x81, 0x49, 0x3A, 0xD7, 0x09, 0x7E, 0x3F, 0x59,
  ]

  let rules: Rules
  /// Of the newest quote; 0 = unknown.
  var bidQuantity: Int64 = 0
  var askQuantity: Int64 = 0
  var isOpeningAllowed = true
  var lastTag: UInt64 = 0
  // Tags of what is on its way; 0 = none.
  var entryTag: UInt64 = 0
  var cancelTag: UInt64 = 0
  var targetTag: UInt64 = 0
  var entrySide = Side.buy
  /// Receive time at which the position was first seen; 0 = flat.
  var heldSince: Int64 = 0
  var day = Day()
  var entering = Pause()
  /// Of cancels and targets: a pause after an entry must not hold up an exit.
  var leaving = Pause()

  init(_ configuration: Configuration) throws { rules = try Rules(configuration) }

  @inline(__always) mutating func onQuote(_ quote: borrowing Quote, _ context: borrowing Context, _ intents: inout Intents) {
    bidQuantity = quote.hasQuantities ? quote.rawBidQuantity : 0
    askQuantity = quote.hasQuantities ? quote.rawAskQuantity : 0
  }

  mutating func onRiskState(_ state: borrowing RiskState, _ context: borrowing Context, _ intents: inout Intents) {
    isOpeningAllowed = state.openingAllowed
  }

  mutating func onBar(_ bar: borrowing Bar, _ context: borrowing Context, _ intents: inout Intents) {
    watch(context)
    // What is being left is left alone until that is over.
    guard targetTag == 0, cancelTag == 0 else { return }
    let position = held(context)
    if position != 0 {
      leaveIfDue(position, context, &intents)
    } else if entryTag != 0 {
      takeBackIfTurned(context, &intents)
    } else if rules.isOnCadence(bar), canEnter(context), let signal = rules.signal(context) {
      enter(signal, context, &intents)
    }
  }

  mutating func onOrderUpdate(_ update: borrowing OrderUpdate, _ context: borrowing Context, _ intents: inout Intents) {
    watch(context)
    // The host's own orders for us, of tag 0, show in the position alone.
    guard !update.isHostMade, update.isFinal else { return }
    let pause = rules.pauseNanoseconds
    switch update.tag {
    case entryTag:
      entryTag = 0
      switch update.state {
      case .refused: entering.refused(update.code, pause, context)
      case .cancelled, .expired: entering.begin(pause, context)
      default: entering.wentWell()
      }
    case targetTag, cancelTag:
      if update.tag == targetTag { targetTag = 0 } else { cancelTag = 0 }
      // Never ever less often: a way out is asked for again after each pause.
      if update.state != .filled, update.state != .done { leaving.begin(pause, context) }
    default: break
    }
  }

  // MARK: - The position

  /// Out, whoever closed it: not in again at once.
  private mutating func watch(_ context: borrowing Context) {
    day.note(context)
    let isHeld = held(context) != 0
    if isHeld, heldSince == 0 {
      heldSince = max(1, context.receiveNanoseconds)
      day.countTrade()
    } else if !isHeld, heldSince != 0 {
      heldSince = 0
      entering.begin(rules.pauseNanoseconds, context)
    }
  }

  /// The position; 0 also for dust, which no order could leave and which must not keep it from trading.
  private func held(_ context: borrowing Context) -> Int64 {
    let position = context.rawPosition
    if position.magnitude < rules.minimumQuantity.magnitude { return 0 }
    let notional = context.position.magnitude * context.scales.price(context.rawLastPrice)
    return context.rawLastPrice > 0 && notional < rules.minimumNotional ? 0 : position
  }

  /// Leaving needs no permission, no agreement and no confidence.
  private mutating func leaveIfDue(_ position: Int64, _ context: borrowing Context, _ intents: inout Intents) {
    guard leaving.isOver(context), hasTurned(from: position > 0 ? .buy : .sell, context) || isOverdue(context) else { return }
    if intents.target(position: 0, tag: lastTag &+ 1) { targetTag = nextTag() }
  }

  private func hasTurned(from side: Side, _ context: borrowing Context) -> Bool {
    let against = Outlook(context).edge(side.opposite)
    return against > 0 && against >= rules.exitEdge
  }

  /// The bracket has a time stop of the host's, which comes first; this is for a position whose bracket is gone.
  private func isOverdue(_ context: borrowing Context) -> Bool {
    rules.longestHoldSeconds > 0 && context.receiveNanoseconds &- heldSince > (rules.longestHoldSeconds + 1) * 1_000_000_000
  }

  /// A resting entry whose reason is gone.
  private mutating func takeBackIfTurned(_ context: borrowing Context, _ intents: inout Intents) {
    guard rules.scalp?.prefersLimit == true, leaving.isOver(context), hasTurned(from: entrySide, context) else { return }
    if intents.cancel(entryTag, tag: lastTag &+ 1) { cancelTag = nextTag() }
  }

  // MARK: - Entries

  private func canEnter(_ context: borrowing Context) -> Bool {
    guard isOpeningAllowed, entering.isOver(context), !context.isStale, !context.isWarming else { return false }
    // Of an earlier life of this instance, or of the host's for it.
    guard context.rawWorkingBuy == 0, context.rawWorkingSell == 0, context.rawPendingBuy == 0, context.rawPendingSell == 0 else { return false }
    guard let scalp = rules.scalp else { return true }
    return day.trades < scalp.maximumDailyTrades && !day.hasLost(scalp.maximumDailyLoss) && isTight(scalp, context) && isDeep(scalp, context)
  }

  /// A quote that is missing or crossed fails.
  private func isTight(_ scalp: ScalpRules, _ context: borrowing Context) -> Bool {
    let bid = Double(context.rawBidPrice)
    let ask = Double(context.rawAskPrice)
    return bid > 0 && ask >= bid && (ask - bid) * 20_000 <= scalp.maximumSpreadBps * (ask + bid)
  }

  /// Sizes that are not known fail.
  private func isDeep(_ scalp: ScalpRules, _ context: borrowing Context) -> Bool {
    if scalp.minimumDepth == 0 { return true }
    guard bidQuantity > 0, askQuantity > 0 else { return false }
    let scales = context.scales
    let bids = scales.price(context.rawBidPrice) * scales.quantity(bidQuantity)
    let asks = scales.price(context.rawAskPrice) * scales.quantity(askQuantity)
    return bids + asks >= scalp.minimumDepth
  }

  private mutating func enter(_ signal: Signal, _ context: borrowing Context, _ intents: inout Intents) {
    guard !(rules.isSpot && signal.side == .sell), let order = rules.order(signal, context) else { return }
    if intents.submit(order, tag: lastTag &+ 1) {
      entryTag = nextTag()
      entrySide = signal.side
    }
  }

  private mutating func nextTag() -> UInt64 {
    lastTag &+= 1
    return lastTag
  }
}

@c @implementation public func quantumedge_plugin_entry(
  _ major: UInt32, _ minor: UInt32, _ error: UnsafeMutablePointer<CChar>, _ capacity: Int
) -> UnsafePointer<qe_descriptor>? { export(HorizonEnsemble.self, major, minor, error, capacity) }
