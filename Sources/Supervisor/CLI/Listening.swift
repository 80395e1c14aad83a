import Market
import Settings
import SupervisorAgent

/// Where and how it listens.
struct Listening {
  var host: String
  var port: Int
  var certificateFile: String?
  var keyFile: String?
  var maximumBodyBytes: Int
  var maximumConnections: Int
  var requestSeconds: Int
  var idleSeconds: Int

  init(_ settings: CompanionValues, _ place: ConfigurationPlace) throws {
    host = settings.text("api_host") ?? ""
    port = settings.integer("heartbeat_port")
    certificateFile = settings.text("tls.certificate_file").map(place.resolved)
    keyFile = settings.text("tls.key_file").map(place.resolved)
    maximumBodyBytes = settings.integer("limits.max_body_kb") << 10
    maximumConnections = settings.integer("limits.max_connections")
    requestSeconds = settings.integer("limits.request_timeout_s")
    idleSeconds = settings.integer("limits.idle_timeout_s")
    guard (certificateFile == nil) == (keyFile == nil) else {
      throw AgentError(.configuration, "tls.certificate_file and tls.key_file: both or neither")
    }
  }

  /// Of this machine alone.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." } }

  func check(hasToken: Bool) throws {
    guard isLoopback || hasToken && certificateFile != nil else {
      throw AgentError(
        .configuration,
        "api_host: \(host) is not of this machine alone: that takes a token and tls.certificate_file with tls.key_file; or write 127.0.0.1")
    }
  }
}
