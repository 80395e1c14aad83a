/// What the host itself wants of an entry, beside hard risk: `decision.filters`. Exits never meet them.
public struct DecisionFilters: Sendable, Hashable {
  /// Of the intent's own confidence, where it states one; 0...1, nil = off.
  public var minimumConfidence: Double?
  /// Of the fresh predictions' mean edge in the order's direction; (p_up - p_down) / 2, 0...0.5, nil = off. For instances that read predictions
  /// alone, and where a model stands.
  public var minimumEdge: Double?
  /// No fresh prediction may point against the order. For instances that read predictions alone.
  public var horizonAgreement = false

  public init(minimumConfidence: Double? = nil, minimumEdge: Double? = nil, horizonAgreement: Bool = false) {
    self.minimumConfidence = minimumConfidence
    self.minimumEdge = minimumEdge
    self.horizonAgreement = horizonAgreement
  }
}
