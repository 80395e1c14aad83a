import Market

/// The order book's side of a recording.
extension RecordingReader {
  /// The depth update in the decoder.
  ///
  /// - Parameter again: has the line decoded once more, after the snapshot that it needs.
  func depth(again: () -> Void) throws(TickFileError) -> MarketEvent? {
    let ids = decoder.updateIDs
    try checkMarket(ids)
    if let snapshots, !synchroniser.isValid, try snapshots.peek(), snapshots.isWithoutPlace, ids.last >= snapshots.decoder.updateIDs.last {
      again()
      return takeSnapshot(snapshots)
    }
    let verdict = synchroniser.update(first: ids.first, last: ids.last, previous: ids.previous)
    switch verdict {
    case .apply:
      counts.depthUpdates += 1
      return given(
        DepthUpdate(bids: decoder.bids, asks: decoder.asks, isSnapshot: false), exchangeNanoseconds: decoder.exchangeNanoseconds, id: ids.last)
    case .discard:
      counts.discardedDepthUpdates += 1
      return nil
    case .wait:
      waiting.add(decoder)
      return nil
    case .gap:
      waiting.add(decoder)
      return voidBook(decoder.exchangeNanoseconds)
    }
  }

  /// The first depth update shows the market; later it has to stay that.
  private func checkMarket(_ ids: BinanceDecoder.UpdateIDs) throws(TickFileError) {
    let rules: DepthSynchroniser.Rules = ids.previous == nil ? .spot : .futures
    if !isMarketKnown {
      synchroniser.rules = rules
      isMarketKnown = true
    }
    guard synchroniser.rules != rules else { return }
    let found = rules == .spot ? "without pu, as the spot market sends it" : "with pu, as futures markets send it"
    throw TickFileError(
      .badData, path: path, line: counts.lines,
      reason: "a depth update \(found), and this is read as \(market.map(\.rawValue) ?? "the other"); name the market, as in binance.usdm.BTCUSDT")
  }

  /// A snapshot whose place is before the line in work.
  func dueSnapshot() throws(TickFileError) -> MarketEvent? {
    // By the venue's times there is none before the first of them.
    guard let snapshots, receiveNanoseconds >= 0 else { return nil }
    while try snapshots.peek() {
      let head = snapshots.decoder
      if let lines = head.snapshotAfterLines {
        // The line in work is counted already.
        guard counts.lines > lines else { return nil }
      } else if let time = head.snapshotReceiveNanoseconds {
        guard receiveNanoseconds >= time else { return nil }
      } else {
        return nil
      }
      if let event = takeSnapshot(snapshots) { return event }
    }
    return nil
  }

  private func takeSnapshot(_ snapshots: SnapshotFile) -> MarketEvent? {
    snapshots.take()
    return beginBook(from: snapshots.decoder)
  }

  /// Gives a snapshot, after which the updates that waited for it come; nil if the book does not need it.
  func beginBook(from decoder: BinanceDecoder) -> MarketEvent? {
    guard synchroniser.snapshot(lastUpdateID: decoder.updateIDs.last) else {
      counts.unusedSnapshots += 1
      return nil
    }
    counts.snapshots += 1
    isReplaying = true
    return given(
      DepthUpdate(bids: decoder.bids, asks: decoder.asks, isSnapshot: true), exchangeNanoseconds: decoder.exchangeNanoseconds,
      id: decoder.updateIDs.last)
  }

  /// The next update that waited and is needed.
  func replayWaiting() -> MarketEvent? {
    while let update = waiting.take() {
      switch synchroniser.update(first: update.ids.first, last: update.ids.last, previous: update.ids.previous) {
      case .apply:
        counts.depthUpdates += 1
        return given(waiting.depth(update), exchangeNanoseconds: update.exchangeNanoseconds, id: update.ids.last)
      case .discard: counts.discardedDepthUpdates += 1
      case .gap, .wait:
        // It and those behind it may join the next snapshot.
        waiting.untake()
        isReplaying = false
        return voidBook(update.exchangeNanoseconds)
      }
    }
    isReplaying = false
    return nil
  }

  /// An empty book: what was known is not to be traded on.
  private func voidBook(_ exchangeNanoseconds: Int64) -> MarketEvent {
    counts.bookGaps += 1
    let none = UnsafeBufferPointer<BookLevel>(start: nil, count: 0)
    return given(DepthUpdate(bids: none, asks: none, isSnapshot: true), exchangeNanoseconds: exchangeNanoseconds, id: 0)
  }

  private func given(_ update: DepthUpdate, exchangeNanoseconds: Int64, id: Int64) -> MarketEvent {
    updateID = id
    deriveQuote(update, exchangeNanoseconds)
    return MarketEvent(exchangeNanoseconds: exchangeNanoseconds, receiveNanoseconds: receiveNanoseconds, payload: .depth(update))
  }

  /// The top of the book as a quote, if it is a new one.
  private func deriveQuote(_ update: DepthUpdate, _ exchangeNanoseconds: Int64) {
    guard book != nil else { return }
    book?.apply(update)
    guard let bid = book?.bestBid, let ask = book?.bestAsk, bid.price < ask.price else { return }
    let quote = Quote(bidPrice: bid.price, bidQuantity: bid.quantity, askPrice: ask.price, askQuantity: ask.quantity)
    guard quote != lastDerived else { return }
    lastDerived = quote
    pendingQuote = MarketEvent(exchangeNanoseconds: exchangeNanoseconds, receiveNanoseconds: receiveNanoseconds, payload: .quote(quote))
  }
}

extension SnapshotFile {
  /// Nothing says when the head came: it is given when the updates reach it.
  var isWithoutPlace: Bool { decoder.snapshotAfterLines == nil && decoder.snapshotReceiveNanoseconds == nil }
}
