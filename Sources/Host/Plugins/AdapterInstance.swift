import Cryptography
import Engine
import Market
import PluginABI

/// One created, initialised and active model in this process: an adapter with its model's bytes.
///
/// Owns the plugin's instance: the binding is valid until `close`, which `deinit` does too.
public final class AdapterInstance {
  public let id: String
  public let binding: ModelBinding
  /// Effective values, in the order of the adapter's table.
  public let parameterTexts: [(name: String, value: String)]
  public var digest: Digest { library.digest }
  public var facts: PluginFacts { library.facts }
  private let library: PluginLibrary
  private let steps: InstanceSteps
  private let host: UnsafeMutablePointer<qe_host>
  private let model: UnsafeMutableRawBufferPointer
  private var isOpen = true

  /// - Parameters:
  ///   - parameters: by name; missing ones take the adapter's default.
  ///   - model: the model file's bytes; copied for the instance's life. nil = the adapter needs none.
  ///   - runtimes: lent beside it; their bytes outlive the process's last instance.
  package init(
    library: PluginLibrary, instrument: Instrument, horizonSeconds: Int64, parameters: [String: String], model bytes: [UInt8]?,
    runtimes: [LentFile], id: String
  ) throws(PluginError) {
    guard library.isModel, let table = library.descriptor.pointee.model else {
      throw PluginError(.compatMismatch("kind(strategy)"), library.path, "a model is wanted here")
    }
    let values = try ParameterValues(parameters, table: library.parameters, spec: instrument.spec, subject: id)
    // Unsafe: the contract lends the bytes until destroy; freed in close, or here when creation fails.
    let model = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes?.count ?? 0, 1), alignment: 16)
    if let bytes { model.copyBytes(from: bytes) }
    let host = InstanceSteps.allocateHost()
    let steps = InstanceSteps(table.pointee)
    let lent = bytes.map { [LentFile(name: "model", bytes: UnsafeRawBufferPointer(rebasing: model[..<$0.count]))] } ?? []
    self.id = id
    self.library = library
    self.steps = steps
    self.host = host
    self.model = model
    parameterTexts = values.values.map { ($0.row.name, $0.text) }
    let instance: UnsafeMutableRawPointer
    do throws(PluginError) {
      let configuration = InstanceConfiguration(id, instrument, horizonSeconds, values, files: lent + runtimes)
      // Typed throws do not pass through the closure that lends the configuration.
      instance = try configuration.withConfig { config in steps.begin(host, config, subject: id) }.get()
    } catch {
      host.deallocate()
      model.deallocate()
      throw error
    }
    binding = ModelBinding(instance: instance, predict: table.pointee.predict)
  }

  deinit { close() }

  /// One row of features, in their schema's order.
  ///
  /// - Throws: `prediction_invalid:<what>` also for a model that refuses the row.
  public func predict(_ row: [Double]) throws(PluginError) -> Forecast {
    guard isOpen else { throw PluginError(.predictionInvalid("closed"), id, "the instance was ended; make another") }
    var prediction = qe_prediction()
    // What is not filled in is seen.
    (prediction.p_up, prediction.p_down, prediction.edge) = (.nan, .nan, .nan)
    let status = row.withUnsafeBufferPointer { row -> qe_status in
      guard let base = row.baseAddress else { return QE_INVALID }
      return binding.predict(binding.instance, base, UInt32(row.count), &prediction)
    }
    guard status == QE_OK else {
      throw PluginError(.predictionInvalid("status \(status)"), id, "the model did not answer a row of \(row.count) features")
    }
    return try Forecast(prediction, id)
  }

  /// As if no row had ever come.
  public func reset() throws(PluginError) {
    let status = steps.reset(binding.instance)
    guard status == QE_OK else { throw PluginError(.createFailed("reset returned \(status)"), id, "the plugin could not be set back") }
  }

  /// Ends the instance; the image stays.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    steps.end(binding.instance)
    host.deallocate()
    model.deallocate()
  }
}
