import Glibc
import PluginABI

/// The plugin inside the worker: does what the host asks, one request after the other.
final class WorkerPlugin {
  private let image: PluginImage
  private let memory: WorkerMemory
  private let subject: String
  private let host: UnsafeMutablePointer<qe_host>
  private var table: UnsafePointer<qe_strategy>?
  private var instance: UnsafeMutableRawPointer?
  /// The room that is lent for intents: the plugin's own process, and so its own to spoil.
  private let room: UnsafeMutablePointer<qe_intent>
  private static let roomSize = 256
  /// A state on its way out, and one on its way in.
  private var saved: [UInt8] = []
  private var received: [UInt8] = []

  init(_ image: PluginImage, _ memory: WorkerMemory, subject: String) {
    self.image = image
    self.memory = memory
    self.subject = subject
    // Unsafe: kept for the life of the worker.
    host = UnsafeMutablePointer<qe_host>.allocate(capacity: 1)
    host.initialize(
      to: qe_host(
        struct_size: UInt32(MemoryLayout<qe_host>.size), abi_major: QE_ABI_MAJOR, abi_minor: QE_ABI_MINOR, reserved: 0, host_data: nil,
        get_extension: { _, _ in nil }))
    room = UnsafeMutablePointer<qe_intent>.allocate(capacity: Self.roomSize)
    clear(Self.roomSize)
  }

  func answer(_ number: UInt32) {
    let slot = memory.requestSlot(number)
    let head = slot.load(as: WorkerHead.self)
    // Pieces of one state follow each other: anything else between them means that it was given up.
    if head.code != Int32(WorkerMemory.Request.restore.rawValue), !received.isEmpty { received = [] }
    switch WorkerMemory.Request(rawValue: UInt32(bitPattern: head.code)) {
    case .process: process(number, slot, capacity: head.count)
    case .create: create(number, Int(head.count))
    case .save: save(number, offset: Int(clamping: head.total))
    case .restore: restore(number, Int(head.count), total: Int(clamping: head.total))
    case .end: end(number)
    case nil: WorkerMain.reply(memory, number, QE_INVALID, [])
    }
  }

  private func process(_ number: UInt32, _ slot: UnsafeMutableRawPointer, capacity: UInt32) {
    let answer = memory.answerSlot(number)
    var head = WorkerHead(code: QE_ERROR, count: 0, total: 0)
    if let table, let instance {
      let (context, event) = WorkerCall.read(slot)
      head.code = table.pointee.process(instance, context, event, room, min(capacity, UInt32(Self.roomSize)), &head.count)
      let count = Int(min(head.count, capacity, UInt32(Self.roomSize)))
      if count > 0 {
        // Unsafe: the slot has room for every intent that the host allows.
        (answer + WorkerHead.size).copyMemory(from: room, byteCount: count * MemoryLayout<qe_intent>.stride)
        clear(count)
      }
    }
    answer.storeBytes(of: head, as: WorkerHead.self)
    memory.answer.raise(number)
  }

  private func create(_ number: UInt32, _ count: Int) {
    var writer = WireWriter()
    do throws(PluginError) {
      var reader = WireReader(memory.areaBytes(count))
      guard var config = try? WorkerConfiguration.read(&reader), let strategy = image.descriptor.pointee.strategy else {
        throw PluginError(.compatMismatch("configuration"), subject, "the worker cannot read it")
      }
      instance = try StrategyInstance.create(strategy, host, &config, subject: subject).get()
      table = strategy
    } catch {
      error.write(to: &writer)
      return WorkerMain.reply(memory, number, QE_ERROR, writer.bytes)
    }
    WorkerMain.reply(memory, number, QE_OK, [])
  }

  /// A piece of the state from `offset` on; the first one takes it from the plugin.
  private func save(_ number: UInt32, offset: Int) {
    guard let table = image.extension(QE_EXTENSION_STATE, as: qe_state_extension.self), let instance else {
      return WorkerMain.reply(memory, number, QE_INVALID, [])
    }
    if offset == 0 {
      let size = table.pointee.size(instance)
      guard size <= UInt64(StrategyInstance.stateLimit) else { return WorkerMain.reply(memory, number, QE_TOO_SMALL, [], total: Int(clamping: size)) }
      saved = [UInt8](repeating: 0, count: Int(size))
      var written: UInt64 = 0
      let status = saved.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { table.pointee.save(instance, $0, size, &written) } ?? QE_OK
      }
      guard status == QE_OK, written <= size else {
        saved = []
        return WorkerMain.reply(memory, number, QE_ERROR, [], total: Int(clamping: written))
      }
      saved.removeLast(Int(size - written))
    }
    let piece = Array(saved.dropFirst(offset).prefix(WorkerMemory.areaSize))
    WorkerMain.reply(memory, number, QE_OK, piece, total: saved.count)
    if offset + piece.count >= saved.count { saved = [] }
  }

  /// Takes a piece of a state; with the last one the plugin has it.
  private func restore(_ number: UInt32, _ count: Int, total: Int) {
    received += memory.areaBytes(count)
    if received.count < total { return WorkerMain.reply(memory, number, QE_OK, []) }
    defer { received = [] }
    guard let extension_ = image.extension(QE_EXTENSION_STATE, as: qe_state_extension.self), let table, let instance else {
      return WorkerMain.reply(memory, number, QE_INVALID, [])
    }
    var status = table.pointee.deactivate(instance)
    if status == QE_OK {
      let restored = received.withUnsafeBufferPointer { extension_.pointee.restore(instance, $0.baseAddress, UInt64($0.count)) }
      status = table.pointee.activate(instance)
      if status == QE_OK { status = restored }
    }
    WorkerMain.reply(memory, number, status, [])
  }

  private func end(_ number: UInt32) {
    if let table, let instance {
      _ = table.pointee.deactivate(instance)
      table.pointee.destroy(instance)
    }
    WorkerMain.reply(memory, number, QE_OK, [])
    exit(0)
  }

  private func clear(_ count: Int) {
    var blank = qe_intent()
    blank.struct_size = UInt32(MemoryLayout<qe_intent>.size)
    room.update(repeating: blank, count: count)
  }
}
