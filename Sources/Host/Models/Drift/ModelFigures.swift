/// How one model's live values compare with its training, and its forecasts with what came.
public struct ModelFigures: Sendable, Hashable {
  /// One feature.
  public struct Column: Sendable, Hashable {
    public var name: String
    /// Population stability index, 0 or more; nil where the baseline does not have the column, or while there are too few bars.
    public var psi: Double?
    /// What it is told above: the settings' index, or what training's own windows reached; nil where the baseline does not have the column.
    public var alertAbove: Double?

    public init(name: String, psi: Double? = nil, alertAbove: Double? = nil) {
      self.name = name
      self.psi = psi
      self.alertAbove = alertAbove
    }
  }

  /// Closed bars in the window.
  public var bars: Int
  /// Worst first, those without a figure last; empty without a baseline.
  public var columns: [Column]
  /// Of p_up; nil as for a column.
  public var scorePSI: Double?
  /// Nil until an outcome is known.
  public var calibration: LiveCalibration?
  /// What stands now, a line each, in the order of the schema, p_up last.
  public var alerts: [String]
}

/// Forecasts beside what came, over the last known outcomes.
public struct LiveCalibration: Sendable, Hashable {
  /// Forecasts of one tenth of 0...1; the last one has its upper bound too.
  public struct Bin: Sendable, Hashable {
    public var count: Int
    /// Nil when empty.
    public var meanPredicted: Double?
    public var shareUp: Double?
  }

  public var count: Int
  /// Mean squared distance of p_up and outcome, 0...1; whoever always says 0.5 has 0.25.
  public var brier: Double
  /// Mean of -ln(probability of what came), natural logarithm; whoever always says 0.5 has 0.693.
  public var logLoss: Double
  /// Distance of mean forecast and share that came true within a tenth, weighted by how many fell into it; 0...1.
  public var expectedCalibrationError: Double
  public var meanPredicted: Double
  public var shareUp: Double
  /// Ten.
  public var bins: [Bin]
}
