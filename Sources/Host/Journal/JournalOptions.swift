/// What a journal survives, and what it costs.
public enum JournalSync: String, Sendable, Hashable, CaseIterable {
  /// On the disk every `intervalMilliseconds`: a power cut loses what came since; a killed host loses nothing.
  case batch
  /// An order is sent once its record is on the disk: a power cut loses no order. The send waits for the disk, in a run by the wall clock not
  /// the thread that decided it.
  case always
  /// When the system wants: a killed host loses nothing, a power cut may lose it all.
  case none
}

public struct JournalOptions: Sendable, Hashable {
  public var sync = JournalSync.batch
  /// Of `batch`; 1...60000.
  public var intervalMilliseconds: Int64 = 100
  /// A multiple of a block, at least two.
  public var segmentBytes = 64 << 20

  public init(sync: JournalSync = .batch, intervalMilliseconds: Int64 = 100, segmentBytes: Int = 64 << 20) {
    self.sync = sync
    self.intervalMilliseconds = intervalMilliseconds
    self.segmentBytes = segmentBytes
  }
}
