import Cryptography
import Foundation
import Plugins
import TestKit
import Testing

@Suite struct LoadingTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["EMACross", "BreakoutC", "EMACrossC", "Misbehaving", "MisbehavingModel", "MisbehavingDescriptor"])
  func everyGoodLibraryLoadsUnderItsOwnDigest(name: String) throws {
    let library = try PluginLibrary.load(Workplace.plugin(name).path)
    #expect(library.name == name)
    #expect(library.digest == SHA256Hasher.digest(of: Array(try Libraries.bytes(name))))
    #expect(library.isModel == (name == "MisbehavingModel"))
  }

  @Test(arguments: [
    ("MisbehavingWrongABI", "abi_unsupported:7.0...7.3"), ("MisbehavingNullEntry", "abi_unsupported:"),
    ("MisbehavingShortDescriptor", "descriptor_invalid:struct_size"), ("MisbehavingNullTable", "descriptor_invalid:strategy"),
    ("AllocationCounter", "entry_missing"),
  ])
  func aFaultAtLoadHasItsName(name: String, expected: String) throws {
    let error = try fault { _ = try PluginLibrary.load(Workplace.plugin(name).path) }
    #expect(error.description.hasPrefix(expected), "\(error)")
    #expect(error.kind.exitCode == 65)
  }

  @Test(arguments: [
    ("major", "abi_unsupported:"), ("kind", "descriptor_invalid:kind"), ("name_null", "descriptor_invalid:name"),
    ("name_path", "descriptor_invalid:name"), ("name_empty", "descriptor_invalid:name"), ("name_endless", "descriptor_invalid:name"),
    ("version_null", "descriptor_invalid:version"), ("events_unknown", "descriptor_invalid:events"), ("events_zero_bit", "descriptor_invalid:events"),
    ("timer_zero", "descriptor_invalid:timer"), ("timer_negative", "descriptor_invalid:timer"), ("parameters_null", "descriptor_invalid:parameters"),
    ("parameters_many", "descriptor_invalid:parameters"), ("parameter_name_null", "descriptor_invalid:parameters"),
    ("parameter_name_bad", "descriptor_invalid:parameters"), ("parameter_twice", "descriptor_invalid:parameters"),
    ("parameter_type", "descriptor_invalid:parameters"), ("parameter_nan_default", "descriptor_invalid:parameters"),
    ("parameter_infinite_maximum", "descriptor_invalid:parameters"), ("parameter_default_outside", "descriptor_invalid:parameters"),
    ("parameter_bounds_reversed", "descriptor_invalid:parameters"), ("table_short", "descriptor_invalid:strategy"),
    ("process_null", "descriptor_invalid:strategy"), ("destroy_null", "descriptor_invalid:strategy"),
  ])
  func aWrongDescriptorIsRefusedByTheFieldThatIsWrong(name: String, expected: String) throws {
    let path = try Libraries.descriptor(fault: name, in: folder)
    let error = try fault { _ = try PluginLibrary.load(path) }
    #expect(error.description.hasPrefix(expected), "\(error)")
  }

  @Test func aMissingFileIsFileMissing() throws {
    let error = try fault { _ = try PluginLibrary.load(folder.path("libNone.so")) }
    #expect(error.code == .fileMissing)
    #expect(error.kind.exitCode == 66)
  }

  @Test(arguments: ["", "hello", "\u{7F}ELF", String(repeating: "x", count: 5000)])
  func whatIsNoLibraryIsSaidInWords(text: String) throws {
    let path = try folder.write(text, to: "libText.so")
    let error = try fault { _ = try PluginLibrary.load(path) }
    #expect(error.description.hasPrefix("compat_mismatch:"), "\(error)")
    #expect(error.description.contains("ELF"), "\(error)")
    #expect(error.kind.exitCode == 65)
  }

  @Test func anExecutableAndAnotherMachinesLibraryAreRefused() throws {
    var data = try Libraries.bytes("Misbehaving")
    data[18] = 0xF3
    data[19] = 0
    let other = try fault { _ = try PluginLibrary.load(try Libraries.write(data, "libOther.so", in: folder)) }
    #expect(other.description.contains("machine"), "\(other)")
    data = try Libraries.bytes("Misbehaving")
    data[4] = 1
    let narrow = try fault { _ = try PluginLibrary.load(try Libraries.write(data, "libNarrow.so", in: folder)) }
    #expect(narrow.description.contains("64-bit"), "\(narrow)")
  }

  @Test func aLibraryCutAnywhereIsRefusedAndNeverKillsTheProcess() throws {
    var chance = Chance.seeded("cut libraries")
    let data = try Libraries.bytes("Misbehaving")
    for length in [1, 63, 64, 100, 4096, data.count / 2, data.count - 1] + (0..<20).map({ _ in Int.random(in: 64..<data.count, using: &chance) }) {
      let path = try Libraries.write(data.prefix(length), "libCut.so", in: folder)
      let error = try fault { _ = try PluginLibrary.load(path) }
      #expect(error.description.hasPrefix("compat_mismatch:"), "\(length) bytes: \(error)")
    }
  }

  @Test func aCutLibraryWithoutASectionTableIsRefusedTooBeforeItIsMapped() throws {
    // A stripped file may have no section table; then only its segments tell that it was cut.
    var data = try Libraries.bytes("Misbehaving")
    for index in 40..<48 { data[index] = 0 }
    for index in 58..<64 { data[index] = 0 }
    let path = try Libraries.write(data.prefix(5000), "libCut.so", in: folder)
    let error = try fault { _ = try PluginLibrary.load(path) }
    #expect(error.description.hasPrefix("compat_mismatch:"), "\(error)")
    #expect(error.description.contains("cut"), "\(error)")
  }

  @Test func oneFlippedByteIsAShaMismatchAndNothingIsLoaded() throws {
    var chance = Chance.seeded("flipped byte")
    let good = try Libraries.bytes("EMACrossC")
    let promised = SHA256Hasher.digest(of: Array(good))
    for _ in 0..<20 {
      var data = good
      data[Int.random(in: 0..<data.count, using: &chance)] ^= UInt8(1 << Int.random(in: 0..<8, using: &chance))
      let path = try Libraries.write(data, "libFlipped.so", in: folder)
      let error = try fault { _ = try PluginLibrary.load(path, expected: promised) }
      #expect(error.code == .shaMismatch)
      #expect(error.kind.exitCode == 65)
    }
    let maps = try Proc.maps()
    #expect(!maps.contains { $0.contains("libFlipped") })
  }

  @Test func theSameBytesAreOneImageWhateverTheirPath() throws {
    let data = try Libraries.bytes("EMACrossC")
    let first = try PluginLibrary.load(try Libraries.write(data, "libOne.so", in: folder))
    let second = try PluginLibrary.load(try Libraries.write(data, "libTwo.so", in: folder))
    #expect(first.isSameImage(as: second))
    #expect(first.fileName == "libOne.so")
    #expect(second.fileName == "libTwo.so")
  }

  @Test func whatWasHashedRunsThoughTheFileIsReplacedOrOverwritten() throws {
    let path = try Libraries.overwritten("Misbehaving", "Breaks the contract", with: "Replaced afterwards", in: folder)
    let library = try PluginLibrary.load(path)
    // In place, as cp does it: a library mapped from this path would crash on its next call.
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(repeating: 0xCC, count: 4096))
    try handle.close()
    let instance = try Libraries.instance(library, ["fault": "none"])
    #expect(instance.parameterTexts.first?.value == "none")
    instance.close()
    // The path now stands for other bytes, and they are judged anew.
    let error = try fault { _ = try PluginLibrary.load(path) }
    #expect(error.description.hasPrefix("compat_mismatch:"))
  }

  @Test func twoBuildsOfOnePluginLiveSideBySide() throws {
    let first = try Libraries.load("Misbehaving")
    let second = try PluginLibrary.load(try Libraries.overwritten("Misbehaving", "Breaks the contract", with: "Second of two build", in: folder))
    #expect(!first.isSameImage(as: second))
    #expect(first.name == second.name)
    #expect(first.digest != second.digest)
    let a = try Libraries.instance(first)
    let b = try Libraries.instance(second)
    // Another image: other code addresses.
    #expect(unsafeBitCast(a.binding.process, to: UInt.self) != unsafeBitCast(b.binding.process, to: UInt.self))
    a.close()
    b.close()
    // A Swift plugin too, which shares the host's runtime.
    let swift = try Libraries.load("EMACross")
    var data = try Libraries.bytes("EMACross")
    data.append(0)
    let again = try PluginLibrary.load(try Libraries.write(data, "libEMACross.so", in: folder))
    #expect(!swift.isSameImage(as: again))
    try Libraries.instance(again).close()
    try Libraries.instance(swift).close()
  }

  @Test func manyLoadsAtOnceGiveOneImage() async throws {
    let path = try Libraries.overwritten("Misbehaving", "Breaks the contract", with: "Loaded by many task", in: folder)
    let images = try await withThrowingTaskGroup(of: PluginLibrary.self) { group in
      for _ in 0..<16 { group.addTask { try PluginLibrary.load(path) } }
      return try await group.reduce(into: [PluginLibrary]()) { $0.append($1) }
    }
    #expect(images.allSatisfy { $0.isSameImage(as: images[0]) })
  }
}
