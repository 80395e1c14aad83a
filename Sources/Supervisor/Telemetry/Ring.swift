/// The newest so many, in the order in which they came; room for them is taken only as they come.
public struct Ring<Element: Sendable>: Sendable {
  public let capacity: Int
  private var elements: [Element] = []
  /// Of the oldest, once it is full.
  private var first = 0

  /// - Parameter capacity: at least 1.
  public init(capacity: Int) { self.capacity = max(1, capacity) }

  public var count: Int { elements.count }

  public mutating func append(_ element: Element) {
    guard elements.count == capacity else { return elements.append(element) }
    elements[first] = element
    first = first + 1 == capacity ? 0 : first + 1
  }

  /// - Parameter age: 0 for the newest, below `count`.
  public subscript(age age: Int) -> Element {
    let index = first - 1 - age
    return elements[index < 0 ? index + elements.count : index]
  }

  /// Oldest first; none for a limit of 0 or below.
  public func newest(_ limit: Int) -> [Element] { (0..<min(max(0, limit), count)).reversed().map { self[age: $0] } }
}
