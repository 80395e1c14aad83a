extension PluginFile {
  /// Libraries of the Swift toolchain that it needs; the host itself has most of them.
  var runtimeLibraries: [String] { [] }
}
