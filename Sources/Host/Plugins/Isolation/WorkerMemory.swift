import Kernel
import PluginABI

/// The memory that host and worker share: two bounded rings, one each way, with a word each to wait for.
///
/// Request number n lies in slot n of its ring until answer n has come; there is one at a time, so neither ring is ever full.
/// The worker's plugin can write anywhere in here. The host keeps nothing in it: every number that it reads is copied once and
/// held to its bound.
struct WorkerMemory {
  enum Request: UInt32 {
    case create = 1
    case process = 2
    case save = 3
    case restore = 4
    case end = 5
  }

  static let slots = 4
  static let slotSize = 64 << 10
  /// For what is longer: configuration, facts, chunks of state.
  static let areaSize = 1 << 20
  static let size = areaOffset + areaSize

  private static let wordsOffset = 2 * SharedWord.size
  private static let requestOffset = 4096
  private static let answerOffset = requestOffset + slots * slotSize
  private static let areaOffset = answerOffset + slots * slotSize

  let base: UnsafeMutableRawPointer
  let request: SharedWord
  let answer: SharedWord

  init(_ base: UnsafeMutableRawPointer) {
    // Unsafe: fixed places inside `size` mapped bytes.
    self.base = base
    request = SharedWord(at: base)
    answer = SharedWord(at: base + SharedWord.size)
  }

  var words: UnsafeMutableRawPointer { base + Self.wordsOffset }
  func requestSlot(_ number: UInt32) -> UnsafeMutableRawPointer { base + Self.requestOffset + Int(number) % Self.slots * Self.slotSize }
  func answerSlot(_ number: UInt32) -> UnsafeMutableRawPointer { base + Self.answerOffset + Int(number) % Self.slots * Self.slotSize }
  var area: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base + Self.areaOffset, count: Self.areaSize) }

  /// Numbers go round without the two that mean something else.
  static func next(_ number: UInt32) -> UInt32 {
    let next = number &+ 1
    return next == Sandbox.ended || next == 0 ? 1 : next
  }

  /// A copy of the area's first bytes.
  func areaBytes(_ count: Int) -> [UInt8] { Array(area.prefix(min(count, Self.areaSize))) }

  func writeArea(_ bytes: some Collection<UInt8>) { area.copyBytes(from: bytes) }
}

/// The head of a request's slot and of an answer's.
struct WorkerHead {
  /// Of a request: its kind. Of an answer: the status of the call.
  var code: Int32
  /// Intents, or bytes in the area.
  var count: UInt32
  /// Of all: a state's bytes.
  var total: UInt64

  static let size = 64
}

/// One event with all that is lent, laid out flat in a request's slot.
enum WorkerCall {
  private static let contextOffset = WorkerHead.size
  private static let eventOffset = contextOffset + 512
  private static let levelsOffset = 1024
  private static let featuresOffset = levelsOffset + 2 * levelLimit * MemoryLayout<qe_level>.stride
  private static let predictionsOffset = featuresOffset + featureLimit * MemoryLayout<Double>.stride

  static let levelLimit = 128
  static let featureLimit = 1024
  static let predictionLimit = 64

  /// Copies everything over, with what the pointers point to. No allocation.
  static func write(_ slot: UnsafeMutableRawPointer, _ context: UnsafePointer<qe_context>, _ event: UnsafePointer<qe_event>, capacity: UInt32) {
    // Unsafe: every offset below lies inside the slot, for counts that are held to their limits here.
    slot.storeBytes(of: WorkerHead(code: Int32(WorkerMemory.Request.process.rawValue), count: capacity, total: 0), as: WorkerHead.self)
    slot.advanced(by: contextOffset).copyMemory(from: context, byteCount: MemoryLayout<qe_context>.size)
    slot.advanced(by: eventOffset).copyMemory(from: event, byteCount: MemoryLayout<qe_event>.size)
    if event.pointee.kind == QE_EVENT_DEPTH {
      let depth = event.pointee.as.depth
      copy(depth.bids, Int(depth.bid_count), levelLimit, to: slot + levelsOffset)
      copy(depth.asks, Int(depth.ask_count), levelLimit, to: slot + levelsOffset + levelLimit * MemoryLayout<qe_level>.stride)
    }
    copy(context.pointee.features, Int(context.pointee.feature_count), featureLimit, to: slot + featuresOffset)
    copy(context.pointee.predictions, Int(context.pointee.prediction_count), predictionLimit, to: slot + predictionsOffset)
  }

  private static func copy<Element>(_ source: UnsafePointer<Element>?, _ count: Int, _ limit: Int, to place: UnsafeMutableRawPointer) {
    guard let source, count > 0 else { return }
    place.copyMemory(from: source, byteCount: min(count, limit) * MemoryLayout<Element>.stride)
  }

  /// In the worker: the context and the event, with pointers into the slot again.
  static func read(_ slot: UnsafeMutableRawPointer) -> (context: UnsafeMutablePointer<qe_context>, event: UnsafeMutablePointer<qe_event>) {
    let context = (slot + contextOffset).assumingMemoryBound(to: qe_context.self)
    let event = (slot + eventOffset).assumingMemoryBound(to: qe_event.self)
    if event.pointee.kind == QE_EVENT_DEPTH {
      let levels = (slot + levelsOffset).assumingMemoryBound(to: qe_level.self)
      event.pointee.as.depth.bids = event.pointee.as.depth.bids == nil ? nil : UnsafePointer(levels)
      event.pointee.as.depth.asks = event.pointee.as.depth.asks == nil ? nil : UnsafePointer(levels + levelLimit)
      event.pointee.as.depth.bid_count = min(event.pointee.as.depth.bid_count, UInt32(levelLimit))
      event.pointee.as.depth.ask_count = min(event.pointee.as.depth.ask_count, UInt32(levelLimit))
    }
    if context.pointee.features != nil {
      context.pointee.features = UnsafePointer((slot + featuresOffset).assumingMemoryBound(to: Double.self))
      context.pointee.feature_count = min(context.pointee.feature_count, UInt32(featureLimit))
    }
    if context.pointee.predictions != nil {
      context.pointee.predictions = UnsafePointer((slot + predictionsOffset).assumingMemoryBound(to: qe_prediction.self))
      context.pointee.prediction_count = min(context.pointee.prediction_count, UInt32(predictionLimit))
    }
    return (context, event)
  }
}
