import Models
import Plugins

/// Any bytes are a model's manifest, or a refusal of one line that names the file. A manifest is written as one that reads as the same.
@c public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  // Unsafe: libFuzzer lends `size` bytes for the call; they are copied.
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  do throws(PluginError) { check(try ModelManifest(bytes, path)) } catch { check(error) }
  return 0
}

private let path = "fuzz.json"

private func check(_ manifest: ModelManifest) {
  precondition((1...86_400).contains(manifest.horizonSeconds) && !manifest.symbol.isEmpty)
  precondition(manifest.thresholds.values.allSatisfy(\.isFinite))
  for file in [manifest.model] + (manifest.adapter.map { [$0] } ?? []) + manifest.runtimes {
    precondition(!file.path.hasPrefix("/") && !file.path.split(separator: "/").contains(".."), "a file outside of the manifest's folder")
  }
  if let (first, last) = manifest.trainingData.startMilliseconds.flatMap({ first in manifest.trainingData.endMilliseconds.map { (first, $0) } }) {
    precondition(first <= last)
    precondition(manifest.trainingData.overlaps(first...last) == true)
  }
  do throws(PluginError) {
    let again = try ModelManifest(manifest.encoded, path)
    precondition(
      again.symbol == manifest.symbol && again.market == manifest.market && again.horizonSeconds == manifest.horizonSeconds
        && again.modelType == manifest.modelType && again.createdAt == manifest.createdAt && again.featuresVersion == manifest.featuresVersion
        && again.model == manifest.model && again.adapter == manifest.adapter && again.runtimes == manifest.runtimes
        && again.modelFormat == manifest.modelFormat && again.modelAPI == manifest.modelAPI && again.parameters == manifest.parameters
        && again.thresholds == manifest.thresholds && again.baseline == manifest.baseline && again.signature == manifest.signature
        && again.trainingData.startMilliseconds == manifest.trainingData.startMilliseconds
        && again.trainingData.endMilliseconds == manifest.trainingData.endMilliseconds, "what is written reads as something else")
  } catch { preconditionFailure("what is written is refused: \(error)") }
}

private func check(_ error: PluginError) {
  let text = error.description
  precondition(text.contains(path) && !text.contains { $0.isNewline }, "a refusal that is not one line with the file's name")
}
