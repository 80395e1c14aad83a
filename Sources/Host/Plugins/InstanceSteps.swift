import PluginABI

/// The way of an instance from nothing to active, which strategies and models share.
struct InstanceSteps {
  typealias Create =
    @convention(c) (
      UnsafePointer<qe_host>, UnsafePointer<qe_config>, UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<CChar>, Int
    ) -> qe_status
  typealias Step = @convention(c) (UnsafeMutableRawPointer) -> qe_status
  typealias End = @convention(c) (UnsafeMutableRawPointer) -> Void

  let create: Create
  let initialise: Step
  let activate: Step
  let deactivate: Step
  let reset: Step
  let destroy: End

  init(_ table: qe_strategy) {
    (create, initialise, activate) = (table.create, table.initialise, table.activate)
    (deactivate, reset, destroy) = (table.deactivate, table.reset, table.destroy)
  }

  init(_ table: qe_model) {
    (create, initialise, activate) = (table.create, table.initialise, table.activate)
    (deactivate, reset, destroy) = (table.deactivate, table.reset, table.destroy)
  }

  /// What an instance is lent for its life; the caller frees it after `end`.
  static func allocateHost() -> UnsafeMutablePointer<qe_host> {
    // Unsafe: the host's table outlives the instance, so it is no value on the stack.
    let host = UnsafeMutablePointer<qe_host>.allocate(capacity: 1)
    host.initialize(
      to: qe_host(
        struct_size: UInt32(MemoryLayout<qe_host>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, reserved: 0, host_data: nil,
        get_extension: { _, _ in nil }))
    return host
  }

  /// create, initialise, activate.
  func begin(
    _ host: UnsafePointer<qe_host>, _ config: UnsafePointer<qe_config>, subject: String
  ) -> Result<UnsafeMutableRawPointer, PluginError> {
    var instance: UnsafeMutableRawPointer?
    var text = [CChar](repeating: 0, count: 512)
    let status = create(host, config, &instance, &text, text.count)
    guard status == QE_OK else {
      let reason = PluginText.bounded(text)
      return .failure(PluginError(.createFailed(reason.isEmpty ? "status \(status)" : reason), subject, "the plugin refused to be created"))
    }
    guard let instance else {
      return .failure(PluginError(.createFailed("NULL instance"), subject, "the plugin said OK and gave nothing; report it to its author"))
    }
    var step = initialise(instance)
    guard step == QE_OK else {
      destroy(instance)
      return .failure(PluginError(.createFailed("initialise returned \(step)"), subject, "the plugin could not be initialised"))
    }
    step = activate(instance)
    guard step == QE_OK else {
      destroy(instance)
      return .failure(PluginError(.createFailed("activate returned \(step)"), subject, "the plugin could not be activated"))
    }
    return .success(instance)
  }

  func end(_ instance: UnsafeMutableRawPointer) {
    _ = deactivate(instance)
    destroy(instance)
  }
}
