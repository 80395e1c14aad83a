/// One thing that a plugin must do, as data.
public struct Case: Sendable {
  public enum Kind: String, Sendable { case strategy, model, both }

  /// How the child that runs it is set up.
  struct Setup: Sendable {
    /// Loads the allocation counter before everything else.
    var countsAllocations = false
    /// Times are taken: nothing else runs beside it.
    var isAlone = false
    /// Runs twice, in two processes that differ in all that a plugin may not look at; both must give one fingerprint.
    var isTwice = false
    /// The plugin's bytes are looked at before any of its code runs.
    var isBeforeLoading = false
    /// Says nothing of a plugin that hands its work to a runtime which was lent to it.
    var isWaivedForNativeRuntime = false
  }

  public let id: String
  public let proves: String
  public let kind: Kind
  /// From this strictness on a failure fails; below it warns.
  public let strictness: Int
  /// Without these it says nothing.
  public let prerequisites: [String]
  /// After this long the child is killed.
  public let seconds: Int
  /// What it does depends on the seed.
  public let isSeeded: Bool
  let setup: Setup
  /// What was seen, in a few words.
  let run: @Sendable (Trial) throws -> String

  init(
    _ id: String, _ proves: String, _ kind: Kind = .both, strictness: Int = 1, after prerequisites: [String] = ["runs"], seconds: Int = 20,
    isSeeded: Bool = false, setup: Setup = Setup(), run: @escaping @Sendable (Trial) throws -> String
  ) {
    self.id = id
    self.proves = proves
    self.kind = kind
    self.strictness = strictness
    self.prerequisites = prerequisites
    self.seconds = seconds
    self.isSeeded = isSeeded
    self.setup = setup
    self.run = run
  }
}
