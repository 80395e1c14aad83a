/// Which column of a tick file carries what, read from its header once.
final class TickColumns {
  enum Role: UInt8, CaseIterable {
    case ignored
    case timestamp
    case price
    case quantity
    case side

    /// Header names, lower case; the first is what we write.
    var aliases: [String] {
      switch self {
      case .ignored: []
      case .timestamp: ["timestamp", "timestamp_ms", "ts", "ts_ms"]
      case .price: ["price", "close"]
      case .quantity: ["qty", "size", "quantity", "volume"]
      case .side: ["side", "taker_side"]
      }
    }
  }

  struct Invalid: Error { var reason: String }

  /// One role per column of the file; a pointer, because the parser reads it for every field.
  let roles: UnsafeMutablePointer<Role>
  let count: Int
  /// 0-based columns.
  private(set) var timestamp = 0
  private(set) var price = 0
  private(set) var quantity = 0
  private(set) var side = 0
  /// As the header spells them, for messages.
  let names: [String]

  /// - Parameter header: the first line without its line end and byte order mark.
  init(header: UnsafeBufferPointer<UInt8>) throws(Invalid) {
    let capacity = header.reduce(1) { $0 + ($1 == 0x2C ? 1 : 0) }
    let fields = UnsafeMutablePointer<UnsafeBufferPointer<UInt8>>.allocate(capacity: capacity)
    defer { fields.deallocate() }
    if let byte = header.first(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
      throw Invalid(reason: "the header is no text (\(byte == 0 ? "NUL byte" : "control byte \(byte)"))")
    }
    guard let count = TickFieldSplitter.split(header, into: fields, capacity: capacity) else {
      throw Invalid(reason: "a quote in the header does not close")
    }
    let names = (0..<count).map { String(decoding: fields[$0], as: UTF8.self) }
    var columns: [Role: Int] = [:]
    var roleOfColumn = [Role](repeating: .ignored, count: count)
    for (column, name) in names.enumerated() {
      let lowered = name.lowercased()
      guard let role = Role.allCases.first(where: { $0.aliases.contains(lowered) }) else { continue }
      if let first = columns[role] {
        let what = names[first].lowercased() == lowered ? "column '\(name)' appears twice" : "columns '\(names[first])' and '\(name)' mean the same"
        throw Invalid(reason: what)
      }
      columns[role] = column
      roleOfColumn[column] = role
    }
    for role in Role.allCases where role != .ignored && columns[role] == nil {
      let found = TickFieldSplitter.excerpt(header)
      throw Invalid(reason: "no column \(role.aliases.joined(separator: "|")) in the header \(found)")
    }
    self.names = names
    self.count = count
    roles = .allocate(capacity: count)
    roles.initialize(from: roleOfColumn, count: count)
    timestamp = columns[.timestamp] ?? 0
    price = columns[.price] ?? 0
    quantity = columns[.quantity] ?? 0
    side = columns[.side] ?? 0
  }

  deinit { roles.deallocate() }
}
