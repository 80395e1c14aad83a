import CLibFFI
import PluginKit

/// A call made ready once: the function, its described form, and the memory of its arguments and answer. Calling allocates nothing.
struct PreparedCall: ~Copyable {
  private let function: UnsafeMutableRawPointer
  // What libffi reads on each call: it keeps addresses, so all of it stays where it is.
  private let interface: UnsafeMutablePointer<ffi_cif>
  private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
  private let values: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  /// Constants, and the addresses of the two vectors. The machines that we have put low bytes first, so a word serves 32 bits too.
  private let words: UnsafeMutablePointer<Int64>
  private let featureCount: UnsafeMutablePointer<Int64>
  /// Doubles or floats: the model gets a copy, in which it may write.
  private let features: UnsafeMutableRawPointer
  private let takesFloats: Bool
  /// Where the answer is found: returned, or written through the second pointer.
  private let answer: UnsafeMutableRawPointer
  private let result: UnsafeMutableRawPointer
  private let answersFloats: Bool

  /// More than any model of two outcomes writes where the signature does not say how much it is.
  private static let answerLimit = 64

  /// - Throws: `Refusal` when libffi does not take the form on this machine.
  init(_ function: UnsafeMutableRawPointer, _ signature: Signature) throws {
    self.function = function
    let count = signature.arguments.count
    takesFloats = signature.featureType == .f32
    answersFloats = (signature.answer ?? signature.answerRoom?.type) == .f32
    // Unsafe: all of it is owned here until deinit. Zeros are numbers, so nothing is read that was not written.
    interface = .allocate(capacity: 1)
    interface.initialize(to: ffi_cif())
    types = .allocate(capacity: count)
    values = .allocate(capacity: count)
    words = .allocate(capacity: count)
    words.initialize(repeating: 0, count: count)
    featureCount = .allocate(capacity: 1)
    featureCount.initialize(to: 0)
    features = Self.zeros(signature.featureCount ?? Signature.featureLimit)
    // libffi writes a whole word.
    result = Self.zeros(2)
    answer = signature.answer == nil ? Self.zeros(max(signature.answerRoom?.count ?? 0, Self.answerLimit)) : result
    var single = 0
    for (index, argument) in signature.arguments.enumerated() {
      (types + index).initialize(to: Self.type(argument))
      var place = UnsafeMutableRawPointer(words + index)
      switch argument {
      case .features: words[index] = Int64(Int(bitPattern: features))
      case .answer: words[index] = Int64(Int(bitPattern: answer))
      case .constant(_, let value): words[index] = value
      case .featureCount: place = UnsafeMutableRawPointer(featureCount)
      case .feature:
        place = features + single * (takesFloats ? 4 : 8)
        single += 1
      }
      (values + index).initialize(to: place)
    }
    guard ffi_prep_cif(interface, FFI_DEFAULT_ABI, UInt32(count), Self.type(signature.answer), types) == FFI_OK else {
      throw Refusal("libffi does not take this signature on this machine")
    }
  }

  deinit {
    interface.deallocate()
    types.deallocate()
    values.deallocate()
    words.deallocate()
    featureCount.deallocate()
    features.deallocate()
    if answer != result { answer.deallocate() }
    result.deallocate()
  }

  private static func zeros(_ doubles: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: doubles * 8, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: doubles * 8)
    return memory
  }

  private static func type(_ real: Signature.Real?) -> UnsafeMutablePointer<ffi_type>? {
    switch real {
    case .f64: qe_ffi_f64()
    case .f32: qe_ffi_f32()
    case nil: qe_ffi_void()
    }
  }

  private static func type(_ argument: Signature.Argument) -> UnsafeMutablePointer<ffi_type>? {
    switch argument {
    case .features, .answer: qe_ffi_pointer()
    case .feature(let real): type(real)
    case .featureCount(let whole), .constant(let whole, _):
      switch whole {
      case .i32: qe_ffi_i32()
      case .u32: qe_ffi_u32()
      case .i64: qe_ffi_i64()
      case .u64: qe_ffi_u64()
      }
    }
  }

  /// By its bits: arithmetic on such a value is what is slow.
  @inline(__always) private static func normal(_ value: Double) -> Double { value.bitPattern & 0x7FF0_0000_0000_0000 == 0 ? 0 : value }

  /// The first two numbers of the answer; NaN for what the function did not write.
  ///
  /// - Precondition: as many features as the signature says, at most `Signature.featureLimit`.
  func callAsFunction(_ row: Span<Double>) -> (Double, Double) {
    featureCount.pointee = Int64(row.count)
    // Values too small to be normal numbers are nothing to a model and slow it many times over: they go in as 0.
    if takesFloats {
      let target = features.assumingMemoryBound(to: Float.self)
      for index in 0..<row.count {
        let value = Float(Self.normal(row[index]))
        target[index] = value.bitPattern & 0x7F80_0000 == 0 ? 0 : value
      }
    } else {
      let target = features.assumingMemoryBound(to: Double.self)
      for index in 0..<row.count {
        target[index] = Self.normal(row[index])
      }
    }
    // Unsafe: `zeros` gave it at least two words.
    if answersFloats {
      let numbers = answer.assumingMemoryBound(to: Float.self)
      (numbers[0], numbers[1]) = (.nan, .nan)
      qe_ffi_call(interface, function, result, values)
      return (Double(numbers[0]), Double(numbers[1]))
    }
    let numbers = answer.assumingMemoryBound(to: Double.self)
    (numbers[0], numbers[1]) = (.nan, .nan)
    qe_ffi_call(interface, function, result, values)
    return (numbers[0], numbers[1])
  }
}
