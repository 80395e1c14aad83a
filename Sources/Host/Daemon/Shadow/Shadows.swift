import Market

/// The shadows of a host, and which of them get an instrument's data.
struct Shadows {
  struct Place {
    var run: ShadowRun
    let horizonSeconds: Int64
    /// Of its engine, whichever version runs.
    let callMark: CallMark
    /// A new version is being started.
    var isStarting = false
    /// Its worker has ended, and was seen to.
    var isClosed = false
  }

  private(set) var places: [Place]
  /// By instrument; those that run.
  private var running: [[ShadowRun]]

  init(_ places: [Place] = [], instrumentCount: Int = 0) {
    self.places = places
    running = Array(repeating: [], count: instrumentCount)
    for place in places { running[place.run.instrument].append(place.run) }
  }

  var isEmpty: Bool { places.isEmpty }
  /// None runs any more, but there were some.
  var allAreOut: Bool { !places.isEmpty && places.allSatisfy { $0.run.isOut && !$0.isStarting } }

  /// Those that get the instrument's data.
  subscript(instrument: Int) -> [ShadowRun] { running[instrument] }

  mutating func change(_ index: Int, _ body: (inout Place) -> Void) { body(&places[index]) }

  /// Another run stands in the place.
  mutating func replace(_ index: Int, with run: ShadowRun) -> ShadowRun {
    let old = places[index].run
    places[index].run = run
    places[index].isClosed = false
    running[old.instrument].removeAll { $0 === old }
    running[run.instrument].append(run)
    return old
  }

  /// It gets no more data.
  mutating func end(_ index: Int, _ why: String) {
    let run = places[index].run
    run.end(why)
    running[run.instrument].removeAll { $0 === run }
  }

  func forEach(_ body: (ShadowRun) -> Void) { for runs in running { for run in runs { body(run) } } }

  /// The host ends: they get nothing more, and stay as they are.
  mutating func stop() { running = running.map { _ in [] } }
}
