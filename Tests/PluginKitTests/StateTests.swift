import PluginABI
import Testing

@Suite struct StateTests {
  /// In the middle of a life with orders.
  static func lived(_ name: String, _ prices: ArraySlice<Int64>) throws -> PluginInstance {
    let values: [String: [String: Double]] = [
      "BreakoutC": ["window": 20, "hold": 1],
      "OrderFlow": ["half_life_ms": 20, "min_trades": 5, "enter_percent": 25, "entry_life_ms": 50, "pause_ms": 3],
    ]
    let instance = try PluginInstance(try PluginLibrary(name), values[name] ?? ["fast": 5, "slow": 20])
    _ = try ContractTests.run(instance, prices)
    return instance
  }

  @Test(arguments: ContractTests.stateful)
  func `a restored instance saves the same bytes and goes on in the same way`(_ name: String) throws {
    var generator = Generator.seeded()
    let prices = generator.prices(4000)
    for cut in [0, 1, 7, 19, 20, 1500] {
      let old = try StateTests.lived(name, prices[..<cut])
      let bytes = try old.save()
      let new = try StateTests.lived(name, prices[..<0])
      #expect(try new.restore(bytes) == QE_OK)
      #expect(try new.save() == bytes)
      new.context = old.context
      new.resting = old.resting
      let goesOn = try ContractTests.run(old, prices[cut...])
      #expect(try ContractTests.run(new, prices[cut...]) == goesOn)
      #expect(goesOn.count > 5)
      #expect(try new.save() == old.save())
    }
  }

  @Test(arguments: ContractTests.stateful)
  func `cut, altered, lengthened and random bytes are refused and change nothing`(_ name: String) throws {
    var generator = Generator.seeded()
    let prices = generator.prices(400)
    let instance = try StateTests.lived(name, prices[..<300])
    let bytes = try instance.save()
    let other = try StateTests.lived(name, prices[..<350])
    let before = try other.save()
    #expect(before != bytes)
    for count in 0..<bytes.count { #expect(try other.restore(Array(bytes[..<count])) == QE_INVALID) }
    for index in bytes.indices {
      for bit in 0..<8 {
        var altered = bytes
        altered[index] ^= 1 << UInt8(bit)
        #expect(try other.restore(altered) == QE_INVALID, "byte \(index), bit \(bit)")
      }
    }
    #expect(try other.restore(bytes + [0]) == QE_INVALID)
    for _ in 0..<200 {
      let random = (0..<Int.random(in: 0...400, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(try other.restore(random) == QE_INVALID)
    }
    let state = try other.library.requiredState()
    #expect(state.restore(other.memory, nil, 0) == QE_INVALID)
    #expect(try other.save() == before)
    #expect(try other.restore(bytes) == QE_OK)
    #expect(try other.save() == bytes)
  }

  @Test(arguments: ContractTests.stateful)
  func `a buffer that is too small is said to be, and stays as it is`(_ name: String) throws {
    var generator = Generator.seeded()
    let instance = try StateTests.lived(name, generator.prices(100)[...])
    let state = try instance.library.requiredState()
    let size = state.size(instance.memory)
    var bytes = [UInt8](repeating: 0xAA, count: Int(size) + 8)
    var written: UInt64 = 0
    #expect(state.save(instance.memory, &bytes, size - 1, &written) == QE_TOO_SMALL)
    #expect(bytes.allSatisfy { $0 == 0xAA })
    #expect(state.save(instance.memory, &bytes, size + 8, &written) == QE_OK)
    #expect(written == size && bytes[Int(size)...].allSatisfy { $0 == 0xAA })
  }

  @Test(arguments: ContractTests.stateful)
  func `a state of other parameters is refused`(_ name: String) throws {
    var generator = Generator.seeded()
    let bytes = try StateTests.lived(name, generator.prices(100)[...]).save()
    let other = try PluginInstance(try PluginLibrary(name))
    #expect(try other.restore(bytes) == QE_INVALID)
  }
}
