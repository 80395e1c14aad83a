// The author needs the header's prototype for `@c @implementation`, so the whole ABI comes along.
@_exported import PluginABI

/// What this copy of the kit is: `quantumedge plugin new` stamps it into the packages it writes.
public enum PluginKit {
  /// Of the kit's Swift API; its major number is the ABI's.
  public static let version = "1.0.0"
  /// The ABI versions that a plugin built with this kit serves, for people.
  public static let supportedRange = "1.0 to 1.x"
}
