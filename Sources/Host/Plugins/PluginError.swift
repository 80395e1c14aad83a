import Kernel
import Market

/// Why a plugin is not used. The message begins with the code's fixed name.
public struct PluginError: Fault, Equatable {
  public enum Code: Sendable, Equatable {
    case manifestMissing
    case manifestInvalid(String)
    case symbolOrHorizonMismatch
    case compatMismatch(String)
    case fileMissing
    case shaMismatch
    case abiUnsupported(String)
    case entryMissing
    case descriptorInvalid(String)
    case createFailed(String)
    case parameterInvalid(String)
    case stateInvalid
    case signatureInvalid(String)
    case swiftRuntimeMismatch
    case dependencyNotAllowed(String)
    /// A model's own file: `file_missing` of its manifest's `files.model`.
    case modelMissing
    case adapterMissing
    /// Features other than those that a model was trained for.
    case schemaMismatch
    /// A model that answers, with what is no forecast.
    case predictionInvalid(String)
    case registryMissing
    case registryInvalid(String)
    /// The store or its folder cannot be used.
    case storeFailed(String)
    /// Nothing fits what was asked for.
    case notFound

    public var name: String {
      switch self {
      case .manifestMissing: "manifest_missing"
      case .manifestInvalid(let what): "manifest_invalid:\(what)"
      case .symbolOrHorizonMismatch: "symbol_or_horizon_mismatch"
      case .compatMismatch(let what): "compat_mismatch:\(what)"
      case .fileMissing: "file_missing"
      case .shaMismatch: "sha_mismatch"
      case .abiUnsupported(let range): "abi_unsupported:\(range)"
      case .entryMissing: "entry_missing"
      case .descriptorInvalid(let what): "descriptor_invalid:\(what)"
      case .createFailed(let text): "create_failed:\(text)"
      case .parameterInvalid(let what): "parameter_invalid:\(what)"
      case .stateInvalid: "state_invalid"
      case .signatureInvalid(let what): "signature_invalid:\(what)"
      case .swiftRuntimeMismatch: "swift_runtime_mismatch"
      case .dependencyNotAllowed(let name): "dependency_not_allowed:\(name)"
      case .modelMissing: "model_missing"
      case .adapterMissing: "adapter_missing"
      case .schemaMismatch: "schema_mismatch"
      case .predictionInvalid(let what): "prediction_invalid:\(what)"
      case .registryMissing: "registry_missing"
      case .registryInvalid(let what): "registry_invalid:\(what)"
      case .storeFailed(let what): "store_failed:\(what)"
      case .notFound: "strategy_missing"
      }
    }
  }

  public let code: Code
  /// The file or the instance that it is about.
  public let subject: String
  /// What to do, or what was expected and found.
  public let advice: String

  public init(_ code: Code, _ subject: String, _ advice: String) {
    self.code = code
    self.subject = subject
    self.advice = advice
  }

  public var kind: FaultKind {
    switch code {
    case .manifestMissing, .fileMissing, .modelMissing, .adapterMissing, .registryMissing, .notFound: .missingInput
    case .storeFailed: .unavailable
    default: .badData
    }
  }

  /// One line without control characters (a terminal obeys some), whatever a plugin wrote into its own text.
  public var description: String {
    String(
      "\(code.name): \(subject): \(advice)".map {
        $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0
      })
  }

  static func reading(_ path: String, _ error: KernelError) -> PluginError {
    error.isMissing
      ? PluginError(.fileMissing, path, "there is no such file") : PluginError(.compatMismatch("cannot be read"), path, error.description)
  }
}
