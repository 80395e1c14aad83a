import Glibc
import Kernel
import PluginABI

/// A worker: one plugin in a box, asked by its host through shared memory. One thread, for its whole life.
public enum WorkerMain {
  /// Exit codes of a worker that does not come to its plugin.
  enum Exit: Int32 {
    case noHost = 64
    case noBox = 71
  }

  /// Started by the host with its descriptors; never returns.
  public static func run() -> Never {
    let shared: SharedMemory
    do {
      shared = try SharedMemory(descriptor: Sandbox.memoryDescriptor, size: WorkerMemory.size)
      try Sandbox.holdLifeline()
    } catch { exit(Exit.noHost.rawValue) }
    let memory = WorkerMemory(shared.base)
    var reader = WireReader(memory.areaBytes(WorkerMemory.areaSize))
    guard let start = try? WorkerStart(&reader) else { exit(Exit.noHost.rawValue) }
    do throws(KernelError) {
      if !start.cpus.isEmpty { try ChildProcess.pin(to: start.cpus) }
      // While files can still be opened; what is not there is named by the loader later.
      for library in start.runtimeLibraries { dlopen(library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE) }
      warmUp()
      let parts = try Sandbox.enter(answer: memory.answer, words: memory.words, memoryBytes: start.memoryBytes)
      serve(memory, start, parts)
    } catch { exit(Exit.noBox.rawValue) }
  }

  private static func serve(_ memory: WorkerMemory, _ start: WorkerStart, _ parts: Sandbox.Parts) -> Never {
    var writer = WireWriter()
    var plugin: WorkerPlugin?
    do throws(PluginError) {
      let image = try PluginImage(loading: Sandbox.libraryPath, of: start.name)
      do throws(KernelError) { try Sandbox.close() } catch { exit(Exit.noBox.rawValue) }
      writer.write(parts.rawValue)
      image.facts.write(to: &writer)
      plugin = WorkerPlugin(image, memory, subject: start.name)
      reply(memory, 1, QE_OK, writer.bytes)
    } catch {
      error.write(to: &writer)
      reply(memory, 1, QE_ERROR, writer.bytes)
      exit(0)
    }
    let spins = Int(start.spinIterations)
    var number: UInt32 = 1
    while true {
      var raised = memory.request.spin(while: number, times: spins)
      while raised == number {
        memory.request.sleep(while: number, nanoseconds: nil)
        raised = memory.request.value
      }
      number = raised
      plugin?.answer(number)
    }
  }

  /// Puts bytes into the area and raises the answer.
  static func reply(_ memory: WorkerMemory, _ number: UInt32, _ status: qe_status, _ bytes: [UInt8], total: Int = 0) {
    memory.writeArea(bytes.prefix(WorkerMemory.areaSize))
    // Unsafe: the head of a slot of the shared memory.
    memory.answerSlot(number).storeBytes(
      of: WorkerHead(code: status, count: UInt32(min(bytes.count, WorkerMemory.areaSize)), total: UInt64(total)), as: WorkerHead.self)
    memory.answer.raise(number)
  }

  /// What Swift and the C library read from environment, files or clock once is read now.
  private static func warmUp() {
    var texts = ["a": 1.5]
    texts["b"] = Double("2.25")
    _ = "\(texts) \(Int.max)".split(separator: " ").map(String.init).sorted()
    _ = Array(repeating: texts, count: 3).flatMap(\.keys)
  }
}
