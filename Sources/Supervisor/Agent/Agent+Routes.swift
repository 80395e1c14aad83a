import JSONTree

extension Agent {
  typealias Handler = @Sendable (Agent, APIRequest) -> APIAnswer

  struct Route: Sendable {
    var method: String
    var path: String
    /// What stands behind a question mark is for it; else it makes another path, as for the reference.
    var hasParameters = false
    var handler: Handler
  }

  /// One table: what is not in it is not there.
  static let routes: [Route] = [
    Route(method: "POST", path: "/api/v1/heartbeat") { $0.heartbeat($1) },
    Route(method: "POST", path: "/api/v1/risk/evaluate") { $0.evaluate($1) },
    Route(method: "POST", path: "/api/v1/risk/report") { $0.report($1) },
    Route(method: "GET", path: "/api/v1/status") { agent, _ in agent.status() },
    Route(method: "GET", path: "/api/v1/hosts") { agent, _ in agent.hosts() },
    Route(method: "GET", path: "/api/v1/dashboard/overview", hasParameters: true) { agent, _ in agent.overview() },
    Route(method: "GET", path: "/api/v1/dashboard/health", hasParameters: true) { agent, _ in agent.health() },
    Route(method: "GET", path: "/api/v1/dashboard/events", hasParameters: true) { $0.listEvents($1) },
    Route(method: "POST", path: "/api/v1/operator/halt") { $0.halt($1) },
    Route(method: "POST", path: "/api/v1/operator/clear") { $0.clear($1) },
    Route(method: "POST", path: "/api/v1/operator/pause") { $0.pause($1) },
    Route(method: "POST", path: "/api/v1/operator/resume") { $0.resume($1) },
    Route(method: "POST", path: "/api/v1/operator/flatten") { $0.flatten($1) },
    Route(method: "POST", path: "/api/v1/operator/forget") { $0.forget($1) },
    Route(method: "GET", path: "/") { _, _ in StatusPage.answer },
    Route(method: "GET", path: "/metrics") { agent, _ in agent.metrics() },
  ]

  private static let byPath = Dictionary(grouping: routes, by: \.path)

  /// Answers anything; never throws and never waits for anybody.
  public func answer(_ request: APIRequest) -> APIAnswer {
    guard let routes = Self.byPath[request.path], request.query == nil || routes.contains(where: \.hasParameters) else {
      return .refusal(404, "not_found")
    }
    guard let route = routes.first(where: { $0.method == request.method }) else {
      return .refusal(405, "method_not_allowed", details: "Use \(routes.map(\.method).joined(separator: " or ")).")
    }
    return route.handler(self, request)
  }

  /// Whether anybody may have it: the page has no data in it.
  public static func isOpen(_ request: APIRequest) -> Bool { request.method == "GET" && request.path == "/" && request.query == nil }

  /// A body's members; nothing at all is an empty object.
  func members(_ request: APIRequest) -> [String: JSONNode]? {
    if request.body.isEmpty { return [:] }
    return try? JSONReader.read(request.body).object
  }
}
