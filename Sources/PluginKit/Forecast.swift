/// What a model says of one feature vector.
public struct Forecast: Sendable {
  /// 0...1.
  public var pUp: Double
  /// 0...1.
  public var pDown: Double
  /// pUp - 0.5 unless the model defines its own.
  public var edge: Double

  @inlinable public init(pUp: Double, pDown: Double, edge: Double) {
    self.pUp = pUp
    self.pDown = pDown
    self.edge = edge
  }

  /// Of two outcomes.
  @inlinable public init(pUp: Double) { self.init(pUp: pUp, pDown: 1 - pUp, edge: pUp - 0.5) }

  /// Probabilities within 0...1 and a finite edge; anything else is answered to the host as an error.
  @inlinable var isSound: Bool { pUp >= 0 && pUp <= 1 && pDown >= 0 && pDown <= 1 && edge.isFinite }
}

/// The answers of a batch, written in the order of its rows straight into the host's array.
public struct Forecasts: ~Copyable {
  @usableFromInline let lent: UnsafeMutablePointer<qe_prediction>
  /// Rows to answer.
  public let rows: Int
  @usableFromInline var count = 0
  @usableFromInline var failed = false

  @inlinable init(_ lent: UnsafeMutablePointer<qe_prediction>, rows: Int) {
    self.lent = lent
    self.rows = rows
  }

  /// The next row's answer. One that is not sound, or one row too many, makes the whole batch an error.
  @inlinable public mutating func append(_ forecast: Forecast) {
    guard count < rows, forecast.isSound else {
      failed = true
      return
    }
    lent[count].p_up = forecast.pUp
    lent[count].p_down = forecast.pDown
    lent[count].edge = forecast.edge
    count += 1
  }

  @inlinable var status: qe_status { failed || count != rows ? QE_ERROR : QE_OK }
}
