import Feeds
import Market
import Session

extension Backtest {
  /// Ticks per batch: small enough to stay in the second-level cache.
  private static let batchSize = 4096

  /// First and last time of the data, epoch ms; by the receive clock where a recording has one.
  struct Span {
    var first: Int64 = 0
    var last: Int64 = 0
    var inputs = BacktestInputs()
  }

  /// Takes the whole input through the loop.
  func replay(
    _ input: BacktestInput, through loop: inout TradingLoop, _ recorder: BacktestRecorder, _ session: TradingSession, progress: (Double) -> Void
  ) throws -> Span {
    switch input {
    case .ticks(let reader): try replay(reader, through: &loop, recorder, session, progress: progress)
    case .recording(let reader): try replay(reader, through: &loop, recorder, session, progress: progress)
    }
  }

  private func replay(
    _ reader: TickFileReader, through loop: inout TradingLoop, _ recorder: BacktestRecorder, _ session: TradingSession, progress: (Double) -> Void
  ) throws -> Span {
    let batch = UnsafeMutableBufferPointer<Tick>.allocate(capacity: Self.batchSize)
    // Unsafe: one reused batch, owned here; only the first `count` ticks that the reader wrote are read.
    defer { batch.deallocate() }
    var span = Span()
    var batches = 0
    let reports = recorder.hasReport
    while true {
      let count = try reader.next(into: batch)
      if count == 0 { break }
      if recorder.tickIndex == 0 { span.first = batch[0].exchangeMilliseconds }
      for index in 0..<count {
        let tick = batch[index]
        let milliseconds = loop.isDelayed ? engineTime(loop, span) : tick.exchangeMilliseconds
        if milliseconds > recorder.wakeMilliseconds { recorder.advance(to: milliseconds, loop.engine) }
        recorder.timeMilliseconds = milliseconds
        loop.trade(tick, instrument: 0, receiveNanoseconds: tick.exchangeMilliseconds &* 1_000_000)
        if reports { mark(loop, recorder) }
        recorder.tickIndex &+= 1
      }
      span.last = batch[count - 1].exchangeMilliseconds
      try stopOnFailure(recorder, session)
      batches += 1
      if batches & 63 == 0 { progress(Double(reader.fileBytesRead) / Double(max(1, reader.fileBytes))) }
    }
    loop.finish()
    try stopOnFailure(recorder, session)
    span.inputs.trades = recorder.tickIndex
    return span
  }

  private func replay(
    _ reader: RecordingReader, through loop: inout TradingLoop, _ recorder: BacktestRecorder, _ session: TradingSession, progress: (Double) -> Void
  ) throws -> Span {
    var span = Span()
    let reports = recorder.hasReport
    while let event = try reader.next() {
      let milliseconds = event.receiveNanoseconds / 1_000_000
      if recorder.tickIndex == 0 { span.first = milliseconds }
      span.last = milliseconds
      span.inputs.count(event.payload)
      let time = loop.isDelayed ? engineTime(loop, span) : milliseconds
      if time > recorder.wakeMilliseconds { recorder.advance(to: time, loop.engine) }
      recorder.timeMilliseconds = time
      loop.event(event, instrument: 0)
      if reports { mark(loop, recorder) }
      recorder.tickIndex &+= 1
      if recorder.failure != nil { try stopOnFailure(recorder, session) }
      if recorder.tickIndex & 0x3FFFF == 0 { progress(Double(reader.fileBytesRead) / Double(max(1, reader.fileBytes))) }
    }
    loop.finish()
    try stopOnFailure(recorder, session)
    span.inputs.recording = reader.counts
    return span
  }

  /// Where the engine stands, which over a delay line is behind what was read; before its first input, where the data begins.
  private func engineTime(_ loop: borrowing TradingLoop, _ span: Span) -> Int64 {
    loop.receiveNanoseconds > 0 ? loop.receiveNanoseconds / 1_000_000 : span.first
  }

  /// The account as the engine sees it now, which over a delay line is behind what was read.
  private func mark(_ loop: borrowing TradingLoop, _ recorder: BacktestRecorder) {
    let price = loop.engine.lastPrice(instrument: 0)
    // Before the first trade there is no price to draw.
    guard price > .zero else { return }
    recorder.timeMilliseconds = loop.receiveNanoseconds / 1_000_000
    recorder.mark(equity: loop.engine.equity, price: price)
    if recorder.wantsLimits { recorder.mark(limits: loop.engine.limitUses()) }
  }

  private func stopOnFailure(_ recorder: BacktestRecorder, _ session: TradingSession) throws(SessionError) {
    guard let failure = recorder.failure else { return }
    throw SessionError(
      .failed, "\(session.instances[failure.instance].id): \(failure.1.text) at tick \(failure.tickIndex); the run is stopped, no report is written")
  }
}
