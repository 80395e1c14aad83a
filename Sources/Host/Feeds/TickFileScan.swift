/// Reads a whole file to find its scales.
public enum TickFileScan {
  /// The decimals that all of the file's prices and quantities need.
  ///
  /// - Parameter options: as for the reading that follows; order in time is not looked at with `sortsByTime`.
  /// - Throws: what reading the file throws; `.badData` also for values that need more than 9 decimals or 64 bits.
  public static func scales(path: String, options: TickFileOptions = TickFileOptions()) throws(TickFileError) -> TickScales {
    try TickFileSummary.read(path: path, options: options).scales
  }
}
