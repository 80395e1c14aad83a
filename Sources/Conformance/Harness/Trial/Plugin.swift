import PluginABI
import Plugins

/// A loaded plugin: its descriptor, and the functions that both kinds have.
struct Plugin {
  let library: PluginLibrary
  /// Lent to each instance.
  let files: LentFiles
  let descriptor: UnsafePointer<qe_descriptor>
  var isModel: Bool { library.isModel }
  var facts: PluginFacts { library.facts }

  typealias Create =
    @convention(c) (
      UnsafePointer<qe_host>, UnsafePointer<qe_config>, UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<CChar>, Int
    ) -> qe_status
  typealias Step = @convention(c) (UnsafeMutableRawPointer) -> qe_status
  typealias Destroy = @convention(c) (UnsafeMutableRawPointer) -> Void

  let create: Create
  let initialise: Step
  let activate: Step
  let deactivate: Step
  let reset: Step
  let destroy: Destroy

  /// - Throws: skips for a plugin of neither kind, which the loader does not let through.
  init(_ library: PluginLibrary, _ files: LentFiles) throws(Finding) {
    self.library = library
    self.files = files
    descriptor = library.descriptor
    if let table = descriptor.pointee.strategy, !library.isModel {
      (create, initialise, activate) = (table.pointee.create, table.pointee.initialise, table.pointee.activate)
      (deactivate, reset, destroy) = (table.pointee.deactivate, table.pointee.reset, table.pointee.destroy)
    } else if let table = descriptor.pointee.model {
      (create, initialise, activate) = (table.pointee.create, table.pointee.initialise, table.pointee.activate)
      (deactivate, reset, destroy) = (table.pointee.deactivate, table.pointee.reset, table.pointee.destroy)
    } else {
      throw .fails("it has no function table")
    }
  }

  var state: UnsafePointer<qe_state_extension>? { library.extension(QE_EXTENSION_STATE, as: qe_state_extension.self) }
  var batch: UnsafePointer<qe_predict_batch_extension>? { library.extension(QE_EXTENSION_PREDICT_BATCH, as: qe_predict_batch_extension.self) }

  /// It says that a lent runtime does its work, and one is lent: its calls are not its own alone.
  var worksByRuntime: Bool {
    files.hasRuntime && library.extension(QE_EXTENSION_NATIVE_RUNTIME, as: qe_native_runtime_extension.self) != nil
  }

  /// An adapter: any schema, since its model's manifest says which.
  var servesAnySchema: Bool { isModel && withUnsafeBytes(of: descriptor.pointee.feature_schema_hash) { $0.allSatisfy { $0 == 0 } } }

  /// - Throws: skips when the plugin is of the other kind.
  func require(_ kind: Case.Kind) throws(Finding) {
    if kind == .strategy, isModel { throw .skips("for strategies") }
    if kind == .model, !isModel { throw .skips("for models") }
  }
}
