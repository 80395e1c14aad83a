import Testing

/// An account kept from a report's fills alone, in exact decimals.
struct Books {
  private(set) var cash: Decimal18
  private(set) var position = Decimal18(units: 0)
  private(set) var fees = Decimal18(units: 0)

  /// Every row must agree with itself and with the rows before it.
  init(initialCash: Decimal18, fills: [[String: Substring]]) throws {
    cash = initialCash
    for fill in fills {
      func value(_ name: String) throws -> Decimal18 { try Decimal18(try #require(fill[name], "column \(name)")) }
      let quantity = try value("qty")
      let notional = try value("notional")
      try #require(try value("price") * quantity == notional, "\(fill)")
      let isBuy = fill["side"] == "buy"
      try #require(isBuy || fill["side"] == "sell", "\(fill)")
      let fee = try value("fee")
      cash = (isBuy ? cash - notional : cash + notional) - fee
      position = isBuy ? position + quantity : position - quantity
      fees = fees + fee
      try #require(try value("position") == position, "\(fill)")
    }
  }

  /// What the run says it has must be what its fills leave, to the last unit.
  func check(_ outcome: Outcome, mark: Decimal18, at location: SourceLocation = #_sourceLocation) throws {
    let equity = cash + position * mark
    #expect(try outcome.decimal("final_equity") == equity, sourceLocation: location)
    #expect(try outcome.decimal("final_pnl") == equity - outcome.decimal("initial_equity"), sourceLocation: location)
    #expect(try outcome.decimal("position") == position, sourceLocation: location)
    #expect(try outcome.decimal("fees") == fees, sourceLocation: location)
  }
}
