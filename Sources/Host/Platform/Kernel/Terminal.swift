import CKernel

/// The terminal that people look at.
public enum Terminal {
  /// Its size in characters; nil when the descriptor is no terminal or does not tell.
  public static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
    var (columns, rows): (Int32, Int32) = (0, 0)
    guard qe_terminal_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 else { return nil }
    return (Int(columns), Int(rows))
  }
}
