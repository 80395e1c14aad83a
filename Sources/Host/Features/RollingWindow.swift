/// The last values of one quantity, the newest first.
///
/// A sum over a window is made anew from it at each bar: at most 60 additions, and no error that grows with the days, as
/// a running sum has it.
struct RollingWindow: ~Copyable {
  /// A power of two, above the 61 closes that 60 returns need.
  static var capacity: Int { 64 }

  private let values: UnsafeMutablePointer<Double>
  private var newest = 0

  init() {
    values = .allocate(capacity: Self.capacity * 2)
    // Unsafe: storage of its own, so that a push neither checks uniqueness nor allocates; freed in deinit. Each value stands
    // twice, `capacity` apart, so that every window is contiguous.
    values.initialize(repeating: 0, count: Self.capacity * 2)
  }

  deinit { values.deallocate() }

  @inline(__always)
  mutating func push(_ value: Double) {
    newest = (newest &- 1) & (Self.capacity &- 1)
    values[newest] = value
    values[newest &+ Self.capacity] = value
  }

  /// The newest first.
  var remembered: [Double] { (0..<Self.capacity).map { self[$0] } }

  mutating func restore(_ remembered: ArraySlice<Double>) { for value in remembered.reversed() { push(value) } }

  /// - Parameter age: 0 = the newest; below `capacity`.
  @inline(__always)
  subscript(age: Int) -> Double {
    assert(age >= 0 && age < Self.capacity)
    return values[newest &+ age]
  }

  /// Sample standard deviation (n - 1) of the newest `count` values.
  @inline(__always)
  func deviation(_ count: Int, mean: Double) -> Double {
    var squares = 0.0
    for age in 0..<count {
      let distance = self[age] - mean
      squares += distance * distance
    }
    return (squares / Double(count - 1)).squareRoot()
  }
}
