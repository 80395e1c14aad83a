import JSONTree

extension Policy {
  /// Of a file or an answer. Members that are unknown are passed over, as the contract allows.
  ///
  /// - Throws: every member that is missing or not what it must be.
  public init(reading node: JSONNode) throws(PolicyFaults) {
    var members = try Members(node)
    let version = members.text("version", default: nil)
    if version.isEmpty { members.fail("version", "is an empty text") }
    let second = members.whole("ts", 0...Self.maximumSecond)
    let holdsSeconds = members.whole("ttl_sec", 1...Self.maximumSeconds)
    let allowsTrading = members.flag("allow_trading")
    let mode = Mode(rawValue: members.word("mode", of: Mode.allCases.map(\.rawValue))) ?? .riskOff
    let sizeMultiplier = members.figure("size_multiplier", default: 1)
    let cooldownSeconds = members.whole("cooldown_sec", 0...Self.maximumSeconds, default: 0)
    let maximumSpreadBps = members.optionalFigure("spread_max_bps")
    let maximumDailyLoss = members.optionalFigure("max_daily_loss")
    let reason = members.text("reason", default: "OK")
    try members.check()
    self.init(
      version: version, second: second, holdsSeconds: holdsSeconds, allowsTrading: allowsTrading, mode: mode, sizeMultiplier: sizeMultiplier,
      cooldownSeconds: cooldownSeconds, maximumSpreadBps: maximumSpreadBps, maximumDailyLoss: maximumDailyLoss,
      reason: reason.allSatisfy(\.isWhitespace) ? "OK" : reason)
  }

  /// `policy.v1`, every member.
  public var json: JSONNode {
    .object([
      "version": .text(version), "ts": .integer(second), "ttl_sec": .integer(holdsSeconds), "allow_trading": .boolean(allowsTrading),
      "mode": .text(mode.rawValue), "size_multiplier": .real(sizeMultiplier), "cooldown_sec": .integer(cooldownSeconds),
      "spread_max_bps": maximumSpreadBps.map(JSONNode.real) ?? .null, "max_daily_loss": maximumDailyLoss.map(JSONNode.real) ?? .null,
      "reason": .text(reason),
    ])
  }
}
