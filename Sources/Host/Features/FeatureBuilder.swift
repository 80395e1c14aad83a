/// One instrument's rolling windows, from closed bars to rows of one schema.
///
/// Called once per closed second, by one owner; allocates nothing after `init`.
public protocol FeatureBuilder: AnyObject {
  /// Takes the next closed bar; the bars of a series follow one another second by second.
  ///
  /// - Parameter row: room for as many doubles as the schema has columns.
  /// - Returns: true when the row is complete. False while the windows fill, or when a feature has no value that must
  ///   have one; what the row then holds is undefined.
  func close(_ bar: FeatureBar, into row: UnsafeMutablePointer<Double>) -> Bool

  /// As if no bar had come: before the first bar after a gap.
  func reset()

  /// All that rows to come depend on, for a host that goes on from it. One that was given to `restore` gives the same rows, to the last bit.
  var memory: [Double] { get }

  /// - Returns: false where it is no memory of such a builder; nothing has changed then.
  func restore(_ memory: [Double]) -> Bool
}
