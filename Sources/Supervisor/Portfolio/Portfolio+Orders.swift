import Market

extension Portfolio {
  /// The verdict about an order, in the order of the reference's table. An opening order that is allowed is reserved from now on; the same
  /// name asked again is the same order.
  public mutating func evaluate(_ question: Question, at now: Int64) -> Verdict {
    let isReducing = isReducing(question)
    func verdict(_ isAllowed: Bool, _ code: Verdict.Code, _ reason: String) -> Verdict {
      Verdict(isAllowed: isAllowed, code: code, reason: reason, isReducing: isReducing)
    }
    if let halt = state.halt {
      return isReducing
        ? verdict(true, .halted, "Auto-halt active; only risk-reducing orders allowed.") : verdict(false, .halted, halt.reason)
    }
    if state.isPausedByAdvice {
      return isReducing
        ? verdict(true, .advisedPause, "LLM pause active; only risk-reducing orders allowed.") : verdict(false, .advisedPause, "LLM pause active.")
    }
    if let pause = state.pause {
      return isReducing ? verdict(true, .paused, "Paused; only risk-reducing orders allowed.") : verdict(false, .paused, "Paused: \(pause)")
    }
    if let leverage = question.leverageMillionths, leverage <= 0 { return verdict(false, .orderInvalid, "Leverage must be positive.") }
    guard let worth = question.worth else { return verdict(false, .orderInvalid, "Notional or price must be provided.") }
    // A negative worth, by its price, would be room for others.
    guard worth.raw >= 0, question.notional?.raw ?? 0 >= 0 else { return verdict(false, .orderInvalid, "Notional must be non-negative.") }
    // The reference's bot asked about nothing, and then sent something.
    guard question.quantity.raw > 0 else { return verdict(false, .orderInvalid, "Quantity must be positive.") }
    if isReducing { return verdict(true, .allowed, "Order allowed.") }
    guard worth.raw > 0 else { return verdict(false, .orderInvalid, "Notional must be positive.") }
    if let (code, reason) = refusal(of: question, worth: worth, at: now) { return verdict(false, code, reason) }
    reserve(worth, for: question, at: now)
    return verdict(true, .allowed, "Order allowed.")
  }

  /// It says so, and nothing that is known says otherwise.
  private func isReducing(_ question: Question) -> Bool {
    guard question.claimsReducing, question.quantity.raw > 0 else { return false }
    guard let position = question.positionBefore ?? state.hosts[question.host]?.position(question.symbol) else { return true }
    return position.raw != 0 && (position.raw > 0) != question.isBuy && question.quantity.raw.magnitude <= position.raw.magnitude
  }

  private func refusal(of question: Question, worth: Money, at now: Int64) -> (Verdict.Code, String)? {
    if let silence = silence(of: question, at: now) { return silence }
    let symbolLimit = tightened(limits.maximumSymbolNotional)
    let own = (question.host, question.clientOrderID)
    let symbolTaken = taken(question.symbol, besides: own)
    if symbolTaken.adding(worth) > symbolLimit {
      let open = worth > symbolLimit || symbolTaken.raw == 0 ? "" : " with \(symbolTaken.short) open or reserved"
      return (.symbolNotional, "Order notional \(worth.short)\(open) exceeds per-symbol limit \(symbolLimit.short).")
    }
    let leverage = question.leverageMillionths ?? 1_000_000
    let leverageLimit = limits.maximumLeverageMillionths * state.riskThousandths / 1000
    if leverage > leverageLimit {
      return (.leverage, "Order leverage \(Self.hundredths(leverage)) exceeds limit \(Self.hundredths(leverageLimit)).")
    }
    let totalTaken = taken(nil, besides: own)
    if let limit = limits.maximumTotalNotional.map(tightened), totalTaken.adding(worth) > limit {
      return (.totalNotional, "Order notional \(worth.short) with \(totalTaken.short) open or reserved exceeds the total limit \(limit.short).")
    }
    if let millionths = limits.maximumAccountLeverageMillionths {
      let limit = tightened(max(.zero, equity).scaled(by: millionths, over: 1_000_000))
      if totalTaken.adding(worth) > limit {
        let multiple = "\(Self.hundredths(millionths)) times the equity of \(equity.short)"
        return (.accountLeverage, "Order notional \(worth.short) with \(totalTaken.short) open or reserved exceeds \(multiple).")
      }
    }
    return nil
  }

  /// Why nothing is known of what the host, or another one, has open.
  private func silence(of question: Question, at now: Int64) -> (Verdict.Code, String)? {
    if !awaited.isEmpty, now < awaitedUntil {
      return (.resynchronizing, "The Supervisor has just started; \(awaited.count) known host(s) have not reported yet.")
    }
    if limits.refusesStaleHosts {
      guard let host = state.hosts[question.host] else { return (.heartbeatMissing, "No heartbeat of this host has come.") }
      if isStale(question.host, at: now) {
        let age = now - host.reportedAt
        return (.heartbeatStale, "The last heartbeat of this host is \(age < 0 ? "from before the clock was set back" : "\(age / 1000) s old").")
      }
    }
    let reserved = state.reservations[question.host] ?? [:]
    if reserved.count >= Self.maximumReservations, question.clientOrderID.map({ reserved[$0] == nil }) ?? true {
      return (.heartbeatStale, "\(Self.maximumReservations) allowed orders of this host are in no heartbeat of it.")
    }
    return nil
  }

  private func tightened(_ limit: Money) -> Money { state.riskThousandths == 1000 ? limit : limit.scaled(by: state.riskThousandths, over: 1000) }

  private static func hundredths(_ millionths: Int64) -> String { DecimalText.format(millionths / 10_000, scale: 2) }

  private mutating func reserve(_ worth: Money, for question: Question, at now: Int64) {
    let name: String
    if let given = question.clientOrderID {
      name = given
    } else {
      state.unnamed += 1
      // No name of a host's begins with a blank: whoever reads them sees to it.
      name = " \(state.unnamed)"
    }
    state.reservations[question.host, default: [:]][name] = PortfolioState.Reservation(
      symbol: question.symbol, notional: worth, orderSequence: question.orderSequence, reservedAt: now)
  }
}
