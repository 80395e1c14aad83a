import Kernel
import PluginABI
import Plugins

/// What a case has to work with, in the child.
final class Trial {
  let test: Case
  let options: Options
  /// Of the answers; compared between processes where a case runs twice.
  var fingerprint: UInt64 = 0

  init(_ test: Case, _ options: Options) {
    self.test = test
    self.options = options
  }

  /// Where the parent lends the plugin's bytes, and takes the record.
  static let pluginPath = "/proc/self/fd/4"
  static let recordDescriptor: Int32 = 3

  func leave(_ record: ChildRecord) -> Bool { MemoryFile.replace(Self.recordDescriptor, with: record.bytes) }

  func random(_ stream: UInt64 = 0) -> Random { Random(seed: options.seed &* 0x2545_F491_4F6C_DD1D &+ stream) }

  /// A number of events that fits the thoroughness asked for.
  func size(_ full: Int, quick: Int) -> Int { options.isQuick ? quick : full }

  func file() throws -> PluginFile { try PluginFile.read(Self.pluginPath) }

  private var loaded: Plugin?
  private var lent: LentFiles?

  /// What the manifest lends, read and held to its digests.
  func files() throws -> LentFiles {
    if let lent { return lent }
    let files = try LentFiles(options.files)
    lent = files
    return files
  }

  /// The plugin, loaded and its descriptor read, by the host's own loader.
  func plugin() throws -> Plugin {
    if let loaded { return loaded }
    let plugin = try Plugin(PluginLibrary.load(try file()), files())
    loaded = plugin
    if test.setup.isWaivedForNativeRuntime, plugin.worksByRuntime { throw Finding.skips("native_runtime") }
    return plugin
  }

  /// A new instance with the given parameters; ACTIVE.
  func active(_ setting: InstanceSetting? = nil) throws -> Instance {
    let plugin = try plugin()
    let instance = try Instance(plugin, try setting ?? InstanceSetting(plugin, options))
    try instance.initialise()
    try instance.activate()
    return instance
  }

  func player(_ instance: Instance, memory: LentMemory? = nil, seed stream: UInt64 = 0) throws -> Player {
    var random = random(stream)
    let seed = random.next()
    return try Player(
      instance, memory: memory ?? LentMemory(.plain), market: SampleMarket(instance.setting.instrument, seed: seed), seed: seed,
      featureCount: options.featureCount)
  }

  /// Plays the sample market to a new instance; what it answered.
  func answers(_ events: Int, _ setting: InstanceSetting? = nil, seed stream: UInt64 = 0) throws -> Player {
    let instance = try active(setting)
    var player = try player(instance, seed: stream)
    try player.play(events)
    try instance.end()
    return player
  }

  /// Ends the process with a failure of this case when the memory is touched.
  func watch(_ memory: UnsafeRawBufferPointer, failing text: String) throws {
    let bytes = ChildRecord(outcome: .fail, detail: text).bytes
    let record = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    // Unsafe: kept for the rest of the process, as the watch asks.
    record.copyBytes(from: bytes)
    try CallWatch.watch(memory, descriptor: Self.recordDescriptor, record: UnsafeRawBufferPointer(record))
  }
}
