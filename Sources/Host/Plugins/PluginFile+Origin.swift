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

  /// Libraries of the toolchain's runtime that are not mapped here yet, and those of the system that plugins may need, by their
  /// whole paths; the plugin's own search path is never asked. The system's stand here mapped or not: a worker has its own memory.
  var runtimeLibraries: [String] {
    facts.needed.compactMap { SystemLibrary.path($0) ?? (HostToolchain.isMapped($0) ? nil : HostToolchain.runtimeLibrary($0)) }
  }

  /// What it needs and neither the host, its toolchain nor the system's short list brings. Nothing is loaded.
  public var missingLibraries: [String] {
    facts.needed.filter { !HostToolchain.isMapped($0) && HostToolchain.runtimeLibrary($0) == nil && SystemLibrary.path($0) == nil }
  }

  /// Maps what it may need, so that the loader finds it in this process and looks nowhere.
  ///
  /// - Precondition: `checkDependencies` has passed.
  public func mapLibraries() { for library in runtimeLibraries { dlopen(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) } }

  /// For a library of `files.runtime[]`, which an adapter opens itself: the rule for plugins holds for it too, and what it may need
  /// is mapped for it.
  ///
  /// - Throws: as `checkDependencies`; no code of it has run.
  public func prepareRuntime() throws(PluginError) {
    try checkDependencies()
    mapLibraries()
  }

  /// Only what the host has already, or its toolchain's runtime or the system's short list brings.
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
    if let name = missingLibraries.first {
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

/// The few libraries of the system that a plugin or a model's runtime may need although the host does not: the host itself maps
/// them, from where the system keeps its own.
enum SystemLibrary {
  /// libffi for CompiledModel; OpenMP and glibc's former parts for LightGBM and ONNX Runtime as their makers build them. C++'s own
  /// runtime is not here: Swift's has brought it.
  private static let names: Set<String> = ["libffi.so.8", "libffi.so.7", "libgomp.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1"]

  /// Beside the libc that runs here; distributions that keep two folders keep the rest below /usr.
  private static let folders: [String] = Files.libraryFolder(ofSymbol: "gnu_get_libc_version").map { [$0, "/usr\($0)"] } ?? []

  /// nil for a name that is not on the list, or a file that others than root could have written.
  static func path(_ name: String) -> String? {
    guard names.contains(name) else { return nil }
    for folder in folders {
      guard let path = Files.realPath("\(folder)/\(name)"), isRootOwned(path, S_IFREG), let slash = path.lastIndex(of: "/") else { continue }
      if isRootOwned(String(path[..<slash]), S_IFDIR) { return path }
    }
    return nil
  }

  private static func isRootOwned(_ path: String, _ kind: mode_t) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == kind && status.st_uid == 0 && status.st_mode & 0o022 == 0
  }
}
