import Engine
import Market
import PluginABI
import Risk

/// Commands as a journal writes them.
public enum CommandCode: UInt8, Sendable {
  case halt = 1
  case resume = 2
  case flatten = 3
  case resetPeak = 4
  case supervisor = 5
  case kill = 6
  case quarantine = 7
  case failed = 8
  case shutDown = 9
  case journal = 10
  case models = 11

  struct Parts {
    var code: CommandCode
    var instrument: Int32 = -1
    var instance: Int32 = -1
    var flag = false
    /// Of the Supervisor.
    var word = SupervisorWord.allows
    var failure: PluginFailure?
  }

  static func parts(of command: Event.Command) -> Parts {
    switch command {
    case .halt: Parts(code: .halt)
    case .resume: Parts(code: .resume)
    case .flatten(let instrument): Parts(code: .flatten, instrument: instrument)
    case .resetPeak: Parts(code: .resetPeak)
    case .supervisor(let word): Parts(code: .supervisor, flag: word != .allows, word: word)
    case .journal(let hasTrouble): Parts(code: .journal, flag: hasTrouble)
    case .models(let instrument, let isMissing): Parts(code: .models, instrument: instrument, flag: isMissing)
    case .kill: Parts(code: .kill)
    case .shutDown(let flattens): Parts(code: .shutDown, flag: flattens)
    case .quarantine(let instance): Parts(code: .quarantine, instance: instance)
    case .failed(let instance, let failure): Parts(code: .failed, instance: instance, failure: failure)
    }
  }

  static func command(_ parts: Parts) -> Event.Command? {
    switch parts.code {
    case .halt: .halt
    case .resume: .resume
    case .flatten: .flatten(instrument: parts.instrument)
    case .resetPeak: .resetPeak
    case .supervisor: .supervisor(parts.word)
    case .journal: .journal(hasTrouble: parts.flag)
    case .models: .models(instrument: parts.instrument, isMissing: parts.flag)
    case .kill: .kill
    case .shutDown: .shutDown(flattens: parts.flag)
    case .quarantine: .quarantine(instance: parts.instance)
    case .failed: parts.failure.map { .failed(instance: parts.instance, $0) }
    }
  }
}

/// Why a plugin is out: a kind, a word and a figure, sixteen bytes.
extension RecordEncoder {
  mutating func put(failure: PluginFailure?) {
    func put(_ kind: UInt32, _ detail: UInt32, _ figure: Int64, _ encoder: inout RecordEncoder) {
      encoder.put(kind)
      encoder.put(detail)
      encoder.put(figure)
    }
    switch failure {
    case nil: put(0, 0, 0, &self)
    case .status(let status): put(1, UInt32(bitPattern: status), 0, &self)
    case .overflow(let claimed, let capacity): put(2, claimed, Int64(capacity), &self)
    case .flood(let limit): put(3, 0, Int64(limit), &self)
    case .timedOut(let deadline): put(4, 0, deadline, &self)
    case .ended(.signal(let signal)): put(5, UInt32(bitPattern: signal), 0, &self)
    case .ended(.exited(let status)): put(6, UInt32(bitPattern: status), 0, &self)
    case .ended(.breach(let breach, let call)): put(7, UInt32(breach.rawValue), Int64(call), &self)
    case .ended(.garbled): put(8, 0, 0, &self)
    }
  }
}

extension RecordDecoder {
  public mutating func takeFailure() -> PluginFailure? {
    let (kind, detail, figure) = (take(UInt32.self), take(UInt32.self), take(Int64.self))
    switch kind {
    case 1: return .status(Int32(bitPattern: detail))
    case 2: return .overflow(claimed: detail, capacity: UInt32(truncatingIfNeeded: figure))
    case 3: return .flood(limit: Int(figure))
    case 4: return .timedOut(deadlineMicroseconds: figure)
    case 5: return .ended(.signal(Int32(bitPattern: detail)))
    case 6: return .ended(.exited(status: Int32(bitPattern: detail)))
    case 7:
      return .ended(.breach(WorkerEnd.Breach(rawValue: UInt8(truncatingIfNeeded: detail)) ?? .other, systemCall: Int32(truncatingIfNeeded: figure)))
    case 8: return .ended(.garbled)
    default: return nil
    }
  }
}

/// Limits as a journal writes them: each a flag and a wide number, in the order below.
enum LimitsCode {
  private typealias Field = (get: (RiskLimits) -> Int128?, set: (inout RiskLimits, Int128?) -> Void)

  private static func whole(_ path: WritableKeyPath<RiskLimits, Int64?>) -> Field {
    ({ $0[keyPath: path].map { Int128($0) } }, { $0[keyPath: path] = $1.map { Int64(truncatingIfNeeded: $0) } })
  }
  private static func money(_ path: WritableKeyPath<RiskLimits, Money?>) -> Field {
    ({ $0[keyPath: path]?.raw }, { $0[keyPath: path] = $1.map { Money(raw: $0) } })
  }
  private static func rate(_ path: WritableKeyPath<RiskLimits, BasisPoints?>) -> Field {
    ({ ($0[keyPath: path]?.raw).map { Int128($0) } }, { $0[keyPath: path] = $1.map { BasisPoints(raw: Int64(truncatingIfNeeded: $0)) } })
  }

  private static var fields: [Field] {
    [
      money(\.maximumOrderNotional), money(\.maximumSymbolNotional), money(\.maximumGrossExposure), whole(\.maximumLeverage),
      whole(\.minimumLiquidationDistance), whole(\.maximumOrdersPerSecond), whole(\.venueMessagesPerTenSeconds), whole(\.maximumTradesPerHour),
      whole(\.lossStreakTrades), ({ Int128($0.coolingOffSeconds) }, { $0.coolingOffSeconds = Int64(truncatingIfNeeded: $1 ?? 0) }),
      rate(\.maximumSpread), whole(\.maximumEventLagMilliseconds), rate(\.priceCollar), rate(\.emergencyCollar), money(\.maximumDailyLoss),
      whole(\.maximumDailyLossFraction), money(\.maximumDrawdown), whole(\.maximumDrawdownFraction), money(\.instance.maximumNotional),
      money(\.instance.maximumDailyLoss), whole(\.instance.maximumOrdersPerMinute),
      ({ $0.resumeOnNewDay ? 1 : 0 }, { $0.resumeOnNewDay = $1 == 1 }),
    ]
  }

  static var size: Int { fields.count * 24 }

  static func put(_ limits: RiskLimits, _ encoder: inout RecordEncoder) {
    for field in fields { put(field.get(limits), &encoder) }
  }

  static func put(_ value: Int128?, _ encoder: inout RecordEncoder) {
    encoder.put(UInt64(value == nil ? 0 : 1))
    encoder.put(value ?? 0)
  }

  static func take(_ decoder: inout RecordDecoder) -> RiskLimits {
    var limits = RiskLimits()
    for field in fields { field.set(&limits, takeValue(&decoder)) }
    return limits
  }

  static func takeValue(_ decoder: inout RecordDecoder) -> Int128? {
    let isThere = decoder.take(UInt64.self) != 0
    let value = decoder.takeWide()
    return isThere ? value : nil
  }
}
