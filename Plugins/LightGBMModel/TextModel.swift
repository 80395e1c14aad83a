import PluginKit

/// The head of a LightGBM text model, as far as it tells whether its answer is a probability.
struct TextModel {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The head stands in front of the trees; names of features can make it long.
  private static let headLimit = 1 << 20
  private static let objectives: Set<String> = ["binary", "cross_entropy", "xentropy"]

  /// - Throws: `Refusal` for what is no text model, or one whose answer is no probability of one outcome.
  func check() throws {
    // It goes to the library as a C string: a zero byte would silently cut it.
    guard bytes.starts(with: Array("tree".utf8)), !bytes.contains(0) else {
      throw Refusal("files.model is no LightGBM text model: write it with Booster.save_model")
    }
    var objective = ""
    for line in bytes.prefix(Self.headLimit).split(separator: 0x0A) {
      let line = String(decoding: line, as: UTF8.self)
      if line.hasPrefix("Tree=") { break }
      if line.hasPrefix("objective=") { objective = String(line.dropFirst("objective=".count)) }
    }
    let name = objective.split(separator: " ").first.map(String.init) ?? "none"
    guard Self.objectives.contains(name) else {
      throw Refusal("the model's objective is \(name), whose answer is no probability: train with binary or cross_entropy")
    }
  }
}
