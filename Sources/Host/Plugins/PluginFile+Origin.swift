import Glibc
import Kernel

/// What a plugin was built with and needs, from its bytes: before any of its code runs.
extension PluginFile {
  /// Libraries that the loader would look for.
  public var neededLibraries: [String] { facts.needed }
  /// The Swift toolchain that built it; nil for one that is not Swift, or does not say.
  public var swiftToolchain: String? { isSwift ? facts.toolchain : nil }
  var isSwift: Bool { facts.isSwift }

  private var facts: ElfFacts { ElfFacts(bytes) }

  /// Libraries of the toolchain's runtime that are not mapped here yet, by their whole paths; the plugin's own search path is
  /// never asked.
  var runtimeLibraries: [String] {
    facts.needed.filter { !HostToolchain.isMapped($0) }.compactMap(HostToolchain.runtimeLibrary)
  }

  /// Only what the host has already, or its toolchain's runtime brings.
  ///
  /// - Throws: `dependency_not_allowed:<soname>`, or `compat_mismatch:dynamic section` where that cannot be told; nothing was loaded.
  public func checkDependencies() throws(PluginError) {
    let facts = facts
    if let reason = facts.obscurity {
      throw PluginError(
        .compatMismatch("dynamic section"), path, "what it needs cannot be told for certain: \(reason); link it as the templates of plugin new do")
    }
    if let detour = facts.detours.first {
      throw PluginError(.dependencyNotAllowed(detour), path, "a plugin must not make the loader take in other files; link it without that")
    }
    for name in facts.needed where !HostToolchain.isMapped(name) && HostToolchain.runtimeLibrary(name) == nil {
      throw PluginError(
        .dependencyNotAllowed(name), path, "the host has not loaded that library, and what is not hashed does not run; link it statically")
    }
  }

  /// Swift has no stable ABI here: one process has one toolchain.
  ///
  /// - Throws: `swift_runtime_mismatch`.
  func checkToolchain() throws(PluginError) {
    guard isSwift else { return }
    guard let host = HostToolchain.name else { return }
    guard swiftToolchain == host else {
      throw PluginError(
        .swiftRuntimeMismatch, path,
        "it was built with \(swiftToolchain ?? "an unknown Swift toolchain"), this host with \(host); rebuild it, or run it with plugins.isolation: process"
      )
    }
  }
}

/// This process's own Swift.
enum HostToolchain {
  /// Of this executable; nil where it does not say.
  static let name: String? = {
    guard let bytes = try? Files.read("/proc/self/exe", limit: PluginFile.sizeLimit) else { return nil }
    return ElfFacts(bytes).toolchain
  }()

  /// Whether a library of that name is in this process. Nothing is loaded.
  static func isMapped(_ name: String) -> Bool {
    guard let handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD) else { return false }
    dlclose(handle)
    return true
  }

  /// Where the runtime's library of that name stands, beside the libswiftCore that runs here; nil for all others.
  static func runtimeLibrary(_ name: String) -> String? {
    guard name.hasPrefix("libswift") || name.hasPrefix("lib_Foundation") || name.hasPrefix("libFoundation"), !name.contains("/"), let folder else {
      return nil
    }
    let path = "\(folder)/\(name)"
    return Files.exists(path) ? path : nil
  }

  private static let folder = Files.libraryFolder(ofSymbol: "swift_retain")
}
