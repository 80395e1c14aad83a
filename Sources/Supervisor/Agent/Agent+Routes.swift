import JSONTree

extension Agent {
  typealias Handler = @Sendable (Agent, APIRequest) -> APIAnswer

  struct Route: Sendable {
    var method: String
    var path: String
    var summary: String
    /// What may stand behind a question mark; without any, that makes another path, as for the reference.
    var parameters: [OpenAPI.Member] = []
    /// Whether a query that it does not know is passed over, as the reference does for this path.
    var hasParameters = false
    var body: OpenAPI.Body?
    var contentType = "application/json"
    var handler: Handler

    static func get(
      _ path: String, _ summary: String, parameters: [OpenAPI.Member] = [], takesQuery: Bool = false, type: String = "application/json",
      _ handler: @escaping Handler
    ) -> Route {
      Route(
        method: "GET", path: path, summary: summary, parameters: parameters, hasParameters: takesQuery || !parameters.isEmpty, contentType: type,
        handler: handler)
    }

    static func post(_ path: String, _ summary: String, _ body: OpenAPI.Body, _ handler: @escaping Handler) -> Route {
      Route(method: "POST", path: path, summary: summary, body: body, handler: handler)
    }
  }

  /// One table: what is not in it is not there, and the interface's description is made of it.
  static let routes: [Route] = [
    .post("/api/v1/heartbeat", "A host's report", .heartbeat) { $0.heartbeat($1) },
    .post("/api/v1/risk/evaluate", "A verdict about an order", .order) { $0.evaluate($1) },
    .post("/api/v1/risk/report", "An order has ended", .ending) { $0.report($1) },
    .get("/api/v1/status", "Where things stand") { agent, _ in agent.status() },
    .get("/api/v1/hosts", "Each host, and each mode with its risk") { agent, _ in agent.hosts() },
    .get("/api/v1/bot/status", "The host that it has started") { agent, _ in agent.botStatus() },
    .get("/api/v1/policy/current", "The policy in force") { agent, _ in agent.currentPolicy() },
    .get("/api/v1/policy/debug", "What it was made of") { agent, _ in agent.policyDebug() },
    .get("/api/v1/supervisor/snapshot", "The last summary of the market and of behaviour") { agent, _ in agent.snapshot() },
    .get("/api/v1/dashboard/overview", "Figures of all hosts", takesQuery: true) { agent, _ in agent.overview() },
    .get("/api/v1/dashboard/health", "What is missing or late", takesQuery: true) { agent, _ in agent.health() },
    .get(
      "/api/v1/dashboard/events", "The newest events, newest first",
      parameters: [
        OpenAPI.Member("limit", .count, "How many; 200 without it."), OpenAPI.Member("types", .line, "Of these alone, with commas."),
        OpenAPI.Member("correlation_id", .line, "Of one order or request alone."),
      ]
    ) { $0.listEvents($1) },
    .post("/api/v1/telemetry/ingest", "An event of a host's", .telemetry) { $0.ingest($1) },
    .get("/api/v1/telemetry/summary", "What the events come to", takesQuery: true) { agent, _ in agent.telemetrySummary() },
    .get("/api/v1/telemetry/events", "The newest, oldest first", parameters: [OpenAPI.Member("limit", .count, "How many; 200 without it.")]) {
      $0.telemetryEvents($1)
    },
    .get("/api/v1/telemetry/alerts", "What somebody should look at", takesQuery: true) { agent, _ in agent.alerts() },
    .get("/api/v1/tsdb/status", "Whether there is a database of series") { agent, _ in agent.seriesStatus() },
    .post("/api/v1/operator/halt", "Nothing opens until it is cleared", .order(besides: [])) { $0.halt($1) },
    .post(
      "/api/v1/operator/clear", "Ends a halt",
      .order(besides: [OpenAPI.Member("rebase", .flag, "The day begins anew at the present equity.")])
    ) { $0.clear($1) },
    .post("/api/v1/operator/pause", "Nothing opens until it is resumed", .order(besides: [])) { $0.pause($1) },
    .post("/api/v1/operator/resume", "Ends a pause", .order(besides: [])) { $0.resume($1) },
    .post(
      "/api/v1/operator/flatten", "Hosts close all that they hold", .order(besides: [OpenAPI.Member("host_id", .text(limit: 128), "Of it alone.")])
    ) { $0.flatten($1) },
    .post(
      "/api/v1/operator/forget", "A host that will not come back",
      .order(besides: [OpenAPI.Member("host_id", .text(limit: 128), isRequired: true, "Which one.")])
    ) { $0.forget($1) },
    .get("/api/v1/openapi.json", "This description") { _, _ in description },
    .get("/", "A page with the state", type: "text/html") { _, _ in StatusPage.answer },
    .get("/metrics", "For Prometheus", type: "text/plain") { agent, _ in agent.metrics() },
  ]

  private static let description = APIAnswer(OpenAPI.document(routes))

  private static let byPath = Dictionary(grouping: routes, by: \.path)

  /// Answers anything; never throws and never waits for anybody.
  public func answer(_ request: APIRequest) -> APIAnswer {
    guard let routes = Self.byPath[request.path], request.query == nil || routes.contains(where: \.hasParameters) else {
      return .refusal(404, "not_found")
    }
    guard let route = routes.first(where: { $0.method == request.method }) else {
      let methods = routes.map(\.method)
      var answer = APIAnswer.refusal(405, "method_not_allowed", details: "Use \(methods.joined(separator: " or ")).")
      answer.allow = methods.joined(separator: ", ")
      return answer
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
