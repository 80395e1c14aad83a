import Glibc
import PluginABI

/// The host as an instance sees it; counts what is asked of it.
final class HostTable {
  let pointer: UnsafeMutablePointer<qe_host>
  private let calls: UnsafeMutablePointer<Int>
  var callCount: Int { calls.pointee }

  init() {
    // Unsafe: owned here and freed in deinit; the instance does not outlive it.
    calls = .allocate(capacity: 1)
    calls.initialize(to: 0)
    pointer = .allocate(capacity: 1)
    pointer.initialize(
      to: qe_host(
        struct_size: UInt32(MemoryLayout<qe_host>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, reserved: 0, host_data: calls,
        get_extension: { host, _ in
          host.pointee.host_data?.assumingMemoryBound(to: Int.self).pointee += 1
          return nil
        }))
  }

  deinit {
    pointer.deallocate()
    calls.deallocate()
  }
}

/// One instance of the plugin, called as the contract says; a status that speaks of failure is a finding.
final class Instance {
  let plugin: Plugin
  let setting: InstanceSetting
  let host: HostTable
  let memory: UnsafeMutableRawPointer
  private var isActive = false
  private var isThere = true

  static let textCapacity = 512

  /// - Throws: `Refused` when the plugin refuses with a text, else fails.
  init(_ plugin: Plugin, _ setting: InstanceSetting) throws {
    let host = HostTable()
    self.plugin = plugin
    self.setting = setting
    self.host = host
    var text = [CChar](repeating: 0x5A, count: Self.textCapacity)
    text[0] = 0
    var created: UnsafeMutableRawPointer?
    let status = setting.withConfig { plugin.create(host.pointer, $0, &created, &text, text.count) }
    guard status == QE_OK else {
      guard let end = text.firstIndex(of: 0) else { throw Finding.fails("create returned \(status) and a text without its end") }
      let words = String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard created == nil else { throw Finding.fails("create returned \(status) and touched *instance") }
      if plugin.servesAnySchema, setting.files.isEmpty { throw Finding.skips("this adapter needs a model: give its manifest (\(words))") }
      throw Refused(status: status, text: words)
    }
    guard let created else { throw Finding.fails("create returned QE_OK and no instance") }
    memory = created
  }

  func initialise() throws(Finding) { try step("initialise", plugin.initialise) }
  func reset() throws(Finding) { try step("reset", plugin.reset) }

  func activate() throws(Finding) {
    try step("activate", plugin.activate)
    isActive = true
  }

  func deactivate() throws(Finding) {
    isActive = false
    try step("deactivate", plugin.deactivate)
  }

  private func step(_ name: String, _ function: Plugin.Step) throws(Finding) {
    let status = function(memory)
    guard status == QE_OK else { throw .fails("\(name) returned \(status)") }
  }

  func destroy() {
    precondition(isThere, "an instance is destroyed once")
    isThere = false
    plugin.destroy(memory)
  }

  /// To the end of its life, from wherever it is.
  func end() throws(Finding) {
    if isActive { try deactivate() }
    destroy()
  }

  // MARK: State

  /// nil for a plugin without the extension.
  func save() throws(Finding) -> [UInt8]? {
    guard let state = plugin.state else { return nil }
    let size = state.pointee.size(memory)
    guard size <= 64 << 20 else { throw .fails("state size() is \(size); 64 MiB is the most") }
    // A byte more than it may use, which must stay as it is.
    var bytes = [UInt8](repeating: 0xA5, count: Int(size) + 1)
    var written: UInt64 = .max
    let status = bytes.withUnsafeMutableBufferPointer { state.pointee.save(memory, $0.baseAddress!, size, &written) }
    guard status == QE_OK else { throw .fails("state save returned \(status)") }
    guard written == size else { throw .fails("state save wrote \(written) bytes, size() said \(size)") }
    guard bytes.removeLast() == 0xA5 else { throw .fails("state save wrote past its capacity") }
    return bytes
  }

  func restore(_ bytes: [UInt8]) -> qe_status? {
    guard let state = plugin.state else { return nil }
    return bytes.withUnsafeBufferPointer { state.pointee.restore(memory, $0.baseAddress, UInt64($0.count)) }
  }
}

/// The plugin did not want to be created.
struct Refused: Error, CustomStringConvertible {
  let status: qe_status
  let text: String
  var description: String { "create returned \(status)\(text.isEmpty ? " without a word" : ": \(text.prefix(200))")" }
}
