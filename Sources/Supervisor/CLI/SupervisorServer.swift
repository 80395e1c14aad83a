import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Kernel
import Logging
import Market
import NIOCore
import NIOSSL
import SupervisorAgent

/// The agent behind HTTP: reads a request whole, within its bounds, and lets in who has the token.
struct SupervisorServer {
  /// A request's connection, for the audit and against guessing.
  struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: String

    init(source: ApplicationRequestContextSource) {
      coreContext = .init(source: source)
      peer = source.channel.remoteAddress?.ipAddress ?? ""
    }
  }

  private let agent: Agent
  private let gatekeeper: Gatekeeper
  private let listening: Listening
  private let origins: Set<String>
  private let log: Logger

  init(_ agent: Agent, _ gatekeeper: Gatekeeper, _ listening: Listening, origins: [String], log: Logger) {
    self.agent = agent
    self.gatekeeper = gatekeeper
    self.listening = listening
    self.origins = Set(origins)
    self.log = log
  }

  func run() async throws {
    let http = HTTPServerBuilder.http1(
      configuration: .init(
        idleTimeout: .seconds(Int64(listening.idleSeconds)),
        httpDecoderConfiguration: .init(maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 64)))
    var server = http
    if let certificateFile = listening.certificateFile, let keyFile = listening.keyFile {
      do {
        let chain = try NIOSSLCertificate.fromPEMFile(certificateFile).map(NIOSSLCertificateSource.certificate)
        var configuration = TLSConfiguration.makeServerConfiguration(
          certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        server = try .tls(http, tlsConfiguration: configuration)
      } catch { throw certificateFault(error) }
    }
    let scheme = listening.certificateFile == nil ? "http" : "https"
    let log = log
    // The library's own words are about connections; what matters is said here.
    var quiet = Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
    quiet.logLevel = .critical
    let host = listening.host
    let application = Application(
      responder: CallbackResponder { request, context in await respond(to: request, context) }, server: server,
      configuration: .init(
        address: .hostname(host, port: listening.port), serverName: nil, backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(listening.maximumConnections)),
      onServerRunning: { channel in log.notice("listens on \(scheme)://\(host):\(channel.localAddress?.port ?? 0)") }, logger: quiet)
    do { try await application.runService() } catch let error as IOError {
      throw AgentError(.unavailable, "\(host):\(listening.port): \(error); take another heartbeat_port, or end what listens there")
    } catch let error as NIOSSLError {
      // Whether the key is the certificate's shows here.
      throw certificateFault(error)
    }
  }

  private func certificateFault(_ error: any Error) -> AgentError {
    AgentError(
      .configuration,
      "tls: \(listening.certificateFile ?? "") and \(listening.keyFile ?? "") are not a certificate and its own key, both PEM: \(error); name others, "
        + "or null for plain HTTP")
  }

  private func respond(to request: Request, _ context: Context) async -> Response {
    let origin = request.headers[.origin]
    let isOurs = origin.map(origins.contains) ?? false
    if request.method == .options {
      return response(APIAnswer.refusal(204, ""), origin: isOurs ? origin : nil, isEmpty: true)
    }
    var asked = APIRequest(
      method: request.method.rawValue, path: request.uri.path, query: request.uri.query, peer: context.peer)
    // Where a browser says from which page it asks, that page is ours or one that is named.
    if let origin, !isOurs, !isSame(origin, request) { return response(.refusal(403, "origin_not_allowed"), origin: nil) }
    if !Agent.isOpen(asked) {
      let word = request.headers[.apiToken] ?? request.headers[.authorization].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
      switch gatekeeper.decide(word, peer: context.peer, at: Clocks.realtimeNanoseconds() / 1_000_000) {
      case .admitted: break
      case .refused:
        agent.noteRefusedToken(peer: context.peer)
        return response(.refusal(401, "unauthorized"), origin: origin, closes: true)
      case .shutOut: return response(.refusal(429, "too_many_attempts"), origin: origin, closes: true)
      }
    }
    if let length = request.headers[.contentLength] {
      guard let length = Int(length), length >= 0 else { return response(.refusal(400, "bad_length"), origin: origin, closes: true) }
      guard length <= listening.maximumBodyBytes else { return response(.refusal(413, "payload_too_large"), origin: origin, closes: true) }
    }
    switch await body(of: request) {
    case .some(.success(let bytes)): asked.body = bytes
    case .some(.failure): return response(.refusal(413, "payload_too_large"), origin: origin, closes: true)
    case nil: return response(.refusal(408, "request_timeout"), origin: origin, closes: true)
    }
    return response(agent.answer(asked), origin: isOurs ? origin : nil)
  }

  private struct TooLarge: Error {}

  /// Nil where it does not come in time.
  private func body(of request: Request) async -> Result<[UInt8], TooLarge>? {
    let (limit, seconds) = (listening.maximumBodyBytes, listening.requestSeconds)
    return await withTaskGroup(of: Result<[UInt8], TooLarge>?.self) { group in
      group.addTask {
        do {
          let buffer = try await request.body.collect(upTo: limit)
          return .success(Array(buffer.readableBytesView))
        } catch is NIOTooManyBytesError { return .failure(TooLarge()) } catch { return nil }
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(seconds))
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  /// A page of this server.
  private func isSame(_ origin: String, _ request: Request) -> Bool {
    guard let authority = request.head.authority else { return false }
    return origin == "http://\(authority)" || origin == "https://\(authority)"
  }

  private func response(_ answer: APIAnswer, origin: String?, closes: Bool = false, isEmpty: Bool = false) -> Response {
    var headers = HTTPFields()
    if !isEmpty { headers[.contentType] = answer.contentType }
    headers[.contentTypeOptions] = "nosniff"
    headers[.cacheControl] = "no-store"
    headers[.contentSecurityPolicy] = answer.policy ?? "default-src 'none'; frame-ancestors 'none'"
    if let origin, origins.contains(origin) {
      headers[.accessControlAllowOrigin] = origin
      headers[.accessControlAllowHeaders] = "Content-Type,X-API-TOKEN"
      headers[.accessControlAllowMethods] = "GET,POST,OPTIONS"
      headers[.vary] = "Origin"
    }
    if closes { headers[.connection] = "close" }
    if let allow = answer.allow { headers[.allow] = allow }
    return Response(status: .init(code: answer.status), headers: headers, body: isEmpty ? .init() : .init(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}

extension HTTPField.Name {
  fileprivate static let apiToken = Self("X-API-TOKEN")!
  fileprivate static let contentTypeOptions = Self("X-Content-Type-Options")!
}
