import Engine
import Market
import PluginABI

/// A strategy that a test writes as a closure, seen by the engine as any plugin: through C function pointers.
///
/// It also is the checking mock of the order life cycle: it records every update and notes each breach.
public final class ScriptedStrategy {
  public typealias Script = (qe_context, qe_event) -> [qe_intent]

  public var script: Script
  /// What `process` returns.
  public var status: qe_status = QE_OK
  /// Done to the first element of the room in each call, without claiming it.
  public var scribble: ((inout qe_intent) -> Void)?
  /// Writes kind, tag, side, type and quantity over what is there, as a C plugin does; else whole elements.
  public var writesFieldsOnly = false
  /// Claimed instead of the true number of intents.
  public var claimedCount: UInt32?
  public private(set) var events: [UInt32] = []
  public private(set) var updates: [qe_order_update] = []
  public private(set) var riskStates: [qe_risk_state] = []
  public private(set) var lastContext = qe_context()
  /// Tags wished for and not yet in a final state.
  public private(set) var open: Set<UInt64> = []
  /// Ids of the host's own orders (tag 0: bracket legs, ways out) that were told of and are not yet in a final state.
  public private(set) var openHostOrders: Set<UInt64> = []
  private var endedHostOrders: Set<UInt64> = []
  public private(set) var breaches: [String] = []
  private let subscriptions: UInt64
  private let timerPeriodMilliseconds: Int64

  public init(events: [UInt32] = [QE_EVENT_TRADE], timerPeriodMilliseconds: Int64 = 0, script: @escaping Script) {
    self.script = script
    self.timerPeriodMilliseconds = timerPeriodMilliseconds
    subscriptions = events.reduce(0) { $0 | 1 << UInt64($1) }
  }

  /// Valid while this object lives.
  public var binding: StrategyBinding {
    StrategyBinding(
      instance: Unmanaged.passUnretained(self).toOpaque(),
      process: { instance, context, event, intents, capacity, count in
        Unmanaged<ScriptedStrategy>.fromOpaque(instance).takeUnretainedValue()
          .process(context.pointee, event.pointee, intents, capacity, count)
      }, events: subscriptions, timerPeriodMilliseconds: timerPeriodMilliseconds)
  }

  private func process(
    _ context: qe_context, _ event: qe_event, _ intents: UnsafeMutablePointer<qe_intent>?, _ capacity: UInt32, _ count: UnsafeMutablePointer<UInt32>
  ) -> qe_status {
    lastContext = context
    events.append(event.kind)
    if event.kind == QE_EVENT_ORDER_UPDATE { note(event.as.order_update) }
    if event.kind == QE_EVENT_RISK_STATE { riskStates.append(event.as.risk_state) }
    if let intents, capacity > 0 { scribble?(&intents[0]) }
    let wishes = script(context, event).prefix(Int(capacity))
    for (index, wish) in wishes.enumerated() {
      if writesFieldsOnly {
        intents![index].kind = wish.kind
        intents![index].tag = wish.tag
        intents![index].side = wish.side
        intents![index].type = wish.type
        intents![index].quantity = wish.quantity
      } else {
        intents![index] = wish
      }
      // A tag that is open already is refused as a duplicate, and that refusal does not end the first one's life.
      if status == QE_OK, claimedCount == nil, wish.tag != 0 { open.insert(wish.tag) }
    }
    count.pointee = claimedCount ?? UInt32(wishes.count)
    return status
  }

  private func note(_ update: qe_order_update) {
    updates.append(update)
    let isFinal = update.state >= QE_ORDER_REFUSED
    let isDuplicate = update.state == QE_ORDER_REFUSED && update.code == 3
    if update.tag != 0, !isDuplicate, !open.contains(update.tag) { breaches.append("update of tag \(update.tag) after its final one") }
    if isFinal, !isDuplicate { open.remove(update.tag) }
    if update.tag == 0 { noteHostOrder(update.host_order_id, isFinal: isFinal) }
  }

  /// The host's own orders have no tag: their lives are followed by the id.
  private func noteHostOrder(_ id: UInt64, isFinal: Bool) {
    if id == 0 { breaches.append("an update with neither a tag nor an order id") }
    if endedHostOrders.contains(id) { breaches.append("update of host order \(id) after its final one") }
    if isFinal {
      openHostOrders.remove(id)
      endedHostOrders.insert(id)
    } else {
      openHostOrders.insert(id)
    }
  }
}

extension qe_intent {
  public static func blank() -> qe_intent {
    var intent = qe_intent()
    intent.struct_size = UInt32(MemoryLayout<qe_intent>.size)
    intent.confidence = .nan
    intent.edge = .nan
    return intent
  }

  public static func market(_ tag: UInt64, _ side: Side, _ quantity: Int64, reduceOnly: Bool = false) -> qe_intent {
    var intent = blank()
    intent.kind = QE_INTENT_SUBMIT
    intent.tag = tag
    intent.side = UInt32(side.rawValue)
    intent.type = QE_TYPE_MARKET
    intent.quantity = quantity
    intent.flags = reduceOnly ? QE_INTENT_REDUCE_ONLY : 0
    return intent
  }

  public static func limit(_ tag: UInt64, _ side: Side, _ quantity: Int64, at price: Int64) -> qe_intent {
    var intent = market(tag, side, quantity)
    intent.type = QE_TYPE_LIMIT
    intent.price = price
    return intent
  }

  public static func replace(_ tag: UInt64, target: UInt64, _ side: Side, _ quantity: Int64, at price: Int64) -> qe_intent {
    var intent = limit(tag, side, quantity, at: price)
    intent.kind = QE_INTENT_REPLACE
    intent.target_tag = target
    return intent
  }

  public static func cancel(_ tag: UInt64, target: UInt64) -> qe_intent {
    var intent = blank()
    intent.kind = QE_INTENT_CANCEL
    intent.tag = tag
    intent.target_tag = target
    return intent
  }
}
