import Engine
import Market
import PluginABI
import Risk

/// What came of an input, as it is performed; and what plugins answered.
extension JournalWriter {
  /// - Parameter sequence: of the input that it follows from.
  @inline(__always)
  public func action(_ action: UnsafePointer<Action>, sequence: UInt64, receiveNanoseconds: Int64) {
    let kind = RecordKind(of: action)
    append(kind, sequence: sequence, receiveNanoseconds: receiveNanoseconds, payloadSize: RecordLayout.size(of: kind)) { $0.put(action) }
  }

  /// When an order, a cancel, a replacement or a query was decided and handed to the venue, ns since the epoch by the wall clock.
  public func sent(
    _ action: UnsafePointer<Action>, decidedNanoseconds: Int64, sentNanoseconds: Int64, sequence: UInt64, receiveNanoseconds: Int64
  ) {
    let orderID: UInt64
    switch action.pointee {
    case .send(let order), .replace(_, _, let order): orderID = order.id
    case .cancel(_, let id): orderID = id
    case .query(let order): orderID = order.id
    default: return
    }
    let kind = RecordKind(of: action)
    append(.sent, sequence: sequence, receiveNanoseconds: receiveNanoseconds, payloadSize: RecordLayout.size(of: .sent)) {
      $0.put(orderID)
      $0.put(UInt32(kind.rawValue))
      $0.put(decidedNanoseconds)
      $0.put(sentNanoseconds)
    }
  }

  /// What a plugin keeps, in pieces that a block has room for.
  public func pluginState(_ bytes: [UInt8], instance: Int32, sequence: UInt64, receiveNanoseconds: Int64) {
    var start = 0
    repeat {
      let piece = bytes[start..<min(bytes.count, start + JournalPluginState.pieceBytes)]
      append(.pluginState, sequence: sequence, receiveNanoseconds: receiveNanoseconds, payloadSize: 12 + piece.count) {
        $0.put(instance)
        $0.put(UInt32(bytes.count))
        $0.put(UInt32(start))
        $0.put(piece)
      }
      start += piece.count
    } while start < bytes.count
  }

  public func answer(_ answer: PluginAnswer, _ intents: UnsafePointer<qe_intent>, sequence: UInt64, receiveNanoseconds: Int64) {
    append(.answer, sequence: sequence, receiveNanoseconds: receiveNanoseconds, payloadSize: RecordEncoder.size(of: answer)) {
      $0.put(answer, intents)
    }
  }
}

extension JournalWriter {
  /// - Parameter horizonSeconds: of the model, for those who read.
  public func prediction(_ answer: ModelAnswer, horizonSeconds: Int64, sequence: UInt64, receiveNanoseconds: Int64) {
    append(.prediction, sequence: sequence, receiveNanoseconds: receiveNanoseconds, payloadSize: RecordLayout.size(of: .prediction)) {
      $0.put(answer, horizonSeconds: horizonSeconds)
    }
  }
}

extension ModelAnswer {
  /// Nil for bytes that are no prediction.
  public init?(prediction payload: UnsafeRawBufferPointer) {
    var decoder = RecordDecoder(payload)
    let (model, instrument, status) = (decoder.take(Int32.self), decoder.take(Int32.self), decoder.take(Int32.self))
    _ = decoder.take(Int32.self)
    let (up, down, edge) = (decoder.take(UInt64.self), decoder.take(UInt64.self), decoder.take(UInt64.self))
    guard !decoder.isShort else { return nil }
    self.init(
      model: model, instrument: instrument, status: status, pUp: Double(bitPattern: up), pDown: Double(bitPattern: down),
      edge: Double(bitPattern: edge))
  }
}

extension RecordKind {
  @inline(__always)
  public init(of action: UnsafePointer<Action>) {
    switch action.pointee {
    case .send: self = .send
    case .cancel: self = .cancel
    case .replace: self = .replace
    case .ask: self = .ask
    case .query: self = .query
    case .decision: self = .decision
    case .refusal: self = .refusal
    case .fill: self = .fill
    case .roundTrip: self = .roundTrip
    case .funding: self = .fundingPaid
    case .riskState: self = .riskState
    case .instanceRiskState: self = .instanceRiskState
    case .instanceFailed: self = .instanceFailed
    }
  }
}

extension RecordEncoder {
  /// The payload of an action, as `RecordLayout` has it.
  public mutating func put(_ action: UnsafePointer<Action>) {
    switch action.pointee {
    case .send(let order): put(order, oldSlot: -1, oldID: 0)
    case .replace(let slot, let orderID, let order): put(order, oldSlot: slot, oldID: orderID)
    case .cancel(let slot, let orderID):
      put(orderID)
      put(slot)
    case .ask(let order): put(order.request, id: order.id, slot: order.slot)
    case .query(let order): put(order.request, id: order.id, slot: order.slot)
    case .decision(let decision):
      put(decision.instrumentSequence)
      put(decision.tag)
      put(decision.instance)
      put(decision.kind)
      put(decision.side)
      put(decision.timeInForce)
      put(decision.price)
      put(decision.quantity)
      put(decision.flags)
      put(UInt32(decision.code.rawValue))
      put(UInt32(decision.outcome.rawValue))
    case .refusal(let record):
      put(record.tag)
      put(record.instance)
      put(record.instrument)
      put(record.refusal)
    case .fill(let fill): put(fill)
    case .roundTrip(let trip): put(trip)
    case .funding(let record):
      put(record.instance)
      put(record.instrument)
      put(record.amount.raw)
    case .riskState(let refusal): put(refusal)
    case .instanceRiskState(let instance, let refusal):
      put(instance)
      put(refusal)
    case .instanceFailed(let instance, let failure):
      put(instance)
      put(failure: failure)
    }
  }

  private mutating func put(_ flag: Bool) { put(UInt32(flag ? 1 : 0)) }

  private mutating func put(_ order: ApprovedOrder, oldSlot: Int32, oldID: UInt64) {
    put(order.request, id: order.id, slot: order.slot)
    put(order.isReducing)
    put(oldSlot)
    put(order.pairedID)
    put(oldID)
  }

  private mutating func put(_ request: OrderRequest, id: UInt64, slot: Int32) {
    put(id)
    put(slot)
    put(request.instrument)
    put(request.instance)
    put(UInt32(request.side.rawValue))
    put(UInt32(request.type.rawValue))
    put(UInt32(request.timeInForce.rawValue))
    put(request.postOnly)
    put(request.reduceOnly)
    put(request.quantity.raw)
    put(request.price.raw)
    put(request.triggerPrice.raw)
  }

  private mutating func put(_ refusal: Refusal) {
    put(UInt32(refusal.code.rawValue))
    put(UInt32(refusal.unit.rawValue))
    put(refusal.value)
    put(refusal.limit)
  }

  private mutating func put(_ fill: FillRecord) {
    put(fill.orderID)
    put(fill.instance)
    put(fill.instrument)
    put(UInt32(fill.side.rawValue))
    put(fill.isMaker)
    put(UInt32(fill.feeAsset.rawValue))
    put(fill.isHostMade)
    put(fill.quantity.raw)
    put(fill.price.raw)
    put(fill.fee.raw)
    put(fill.feeAmount.raw)
    put(fill.decisionNanoseconds)
    put(fill.decisionBid.raw)
    put(fill.decisionAsk.raw)
    put(fill.position.raw)
    put(fill.realized.raw)
  }

  private mutating func put(_ trip: RoundTrip) {
    put(trip.instance)
    put(trip.instrument)
    put(UInt32(trip.side.rawValue))
    put(trip.entryNanoseconds)
    put(trip.exitNanoseconds)
    put(trip.entryQuantity)
    put(trip.entryNotional.raw)
    put(trip.exitNotional.raw)
    put(trip.fees.raw)
    put(trip.funding.raw)
    put(trip.pnl.raw)
  }

  public static func size(of answer: PluginAnswer) -> Int {
    RecordLayout.size(of: .answer) + Int(writtenCount(answer)) * MemoryLayout<qe_intent>.stride
  }

  /// So many intents as there is room for; one that claims more breaks the contract.
  private static func writtenCount(_ answer: PluginAnswer) -> UInt32 { min(answer.claimed, answer.capacity) }

  public mutating func put(_ answer: ModelAnswer, horizonSeconds: Int64) {
    put(answer.model)
    put(answer.instrument)
    put(answer.status)
    put(Int32(truncatingIfNeeded: horizonSeconds))
    put(answer.pUp.bitPattern)
    put(answer.pDown.bitPattern)
    put(answer.edge.bitPattern)
  }

  /// The payload of an answer.
  public mutating func put(_ answer: PluginAnswer, _ intents: UnsafePointer<qe_intent>) {
    let written = Self.writtenCount(answer)
    put(answer.call)
    put(answer.instance)
    put(answer.status)
    put(answer.claimed)
    put(written)
    put(failure: answer.failure)
    // Unsafe: intents are plain fields without padding, written by the plugin or blank; copied as they are.
    put(UnsafeRawBufferPointer(start: intents, count: Int(written) * MemoryLayout<qe_intent>.stride))
  }

  mutating func put(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    base.advanced(by: offset).copyMemory(from: start, byteCount: bytes.count)
    skip(bytes.count)
  }
}
