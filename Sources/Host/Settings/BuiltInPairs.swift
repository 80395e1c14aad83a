/// config/pairs.yaml as it ships, so that the host runs without any file; a test holds the two equal.
enum BuiltInPairs {
  static let text = #"""
    # The instruments that the host knows. Sizes are decimal texts and are read exactly; the number of decimals of a price is
    # that of its tick, of a quantity that of its step. An instrument that is not here runs in backtests only, with the
    # decimals of its data and a warning.
    #
    #   base, quote    assets; profit is counted in quote
    #   contract       linear (default), or inverse: known, read, and refused for trading
    #   tick, step     grid of prices (quote per base) and of quantities (base); orders off the tick are refused, quantities
    #                  are floored to the step
    #   min_quantity   smallest order (default: one step)
    #   max_quantity   largest order and largest position (default 1000000000)
    #   max_price      prices over it are refused as bad data (default 1000000000)
    #   min_notional   smallest price x quantity of an order, in quote (default 0)
    #   maintenance_margin_bps  margin below which the venue liquidates a usdm position, of its notional (default 40; small coins
    #                  have more)
    #   leverage       1 on spot; on usdm the margin that funds are checked with is notional / leverage (default 1)
    #
    # The sizes below were the venue's when this file was written; compare them with its exchangeInfo before real money.

    # Part of every instrument's full name, venue.market.SYMBOL.
    venue: binance

    # What a bare symbol such as BTCUSDT means: spot (no short positions, no leverage) or usdm (USD-margined perpetuals).
    default_market: usdm

    instruments:
      binance.spot.BTCUSDT: {base: BTC, quote: USDT, tick: 0.01, step: 0.00001, min_notional: 5}
      binance.spot.ETHUSDT: {base: ETH, quote: USDT, tick: 0.01, step: 0.0001, min_notional: 5}
      binance.spot.SOLUSDT: {base: SOL, quote: USDT, tick: 0.01, step: 0.001, min_notional: 5}
      binance.spot.BNBUSDT: {base: BNB, quote: USDT, tick: 0.01, step: 0.001, min_notional: 5}
      binance.spot.XRPUSDT: {base: XRP, quote: USDT, tick: 0.0001, step: 0.1, min_notional: 5}
      binance.usdm.BTCUSDT: {base: BTC, quote: USDT, tick: 0.1, step: 0.001, min_notional: 5, leverage: 5}
      binance.usdm.ETHUSDT: {base: ETH, quote: USDT, tick: 0.01, step: 0.001, min_notional: 5, leverage: 5}
      binance.usdm.SOLUSDT: {base: SOL, quote: USDT, tick: 0.01, step: 0.01, min_notional: 5, leverage: 5}
      binance.usdm.BNBUSDT: {base: BNB, quote: USDT, tick: 0.01, step: 0.01, min_notional: 5, leverage: 5}
      binance.usdm.XRPUSDT: {base: XRP, quote: USDT, tick: 0.0001, step: 0.1, min_notional: 5, leverage: 5}
      # An inverse contract: its ticks can be read, trading it is refused by name (INSTRUMENT_UNSUPPORTED).
      binance.coinm.BTCUSD_PERP: {base: BTC, quote: USD, contract: inverse, tick: 0.1, step: 1}

    """#
}
