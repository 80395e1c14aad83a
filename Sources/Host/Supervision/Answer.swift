import FoundationEssentials
import HTTPClient
import Risk

/// What came back of a question about an order.
enum OrderAnswer: Equatable {
  case allowed
  /// Its own code, and why.
  case denied(code: String, reason: String)
  /// No answer that counts; the code says in which way.
  case none(RefusalCode, why: String)

  init(_ result: Result<HTTPResponse, HTTPError>) {
    struct Body: Decodable {
      var allowed: Bool
      var code: String?
      var reason: String?
    }
    switch result {
    case .failure(let error): self = .none(HTTPOutcome.code(of: error), why: error.description)
    case .success(let response):
      if let (code, why) = HTTPOutcome.fault(of: response) {
        self = .none(code, why: why)
      } else if let body = try? JSONDecoder().decode(Body.self, from: Data(response.body)) {
        self = body.allowed ? .allowed : .denied(code: Shown.line(body.code ?? ""), reason: Shown.line(body.reason ?? ""))
      } else {
        self = .none(.supervisorMalformed, why: "its answer is no JSON object with allowed as true or false")
      }
    }
  }
}

/// What came back of a heartbeat.
enum HeartbeatAnswer: Equatable {
  /// An order to close everything, until the host has said that it did.
  struct Flatten: Equatable, Decodable {
    var id: String
    var reason: String?
  }

  case word(SupervisorWord, why: String, flatten: Flatten? = nil)
  case none(why: String)

  init(_ result: Result<HTTPResponse, HTTPError>) {
    struct Body: Decodable {
      struct Risk: Decodable {
        var halted: Bool
        var halt_reason: String?
        var llm_paused: Bool?
        var paused: Bool?
        var pause_reason: String?
      }
      var risk: Risk
      var flatten: Flatten?
    }
    switch result {
    case .failure(let error): self = .none(why: error.description)
    case .success(let response):
      if let (_, why) = HTTPOutcome.fault(of: response) {
        self = .none(why: why)
      } else if let body = try? JSONDecoder().decode(Body.self, from: Data(response.body)) {
        let risk = body.risk
        let flatten = body.flatten.flatMap { (1...64).contains($0.id.utf8.count) && Shown.line($0.id) == $0.id ? $0 : nil }
        self =
          risk.halted
          ? .word(.halted, why: Shown.line(risk.halt_reason ?? "no reason given"), flatten: flatten)
          : risk.llm_paused == true || risk.paused == true
            ? .word(.paused, why: Shown.line(risk.pause_reason ?? "no reason given"), flatten: flatten)
            : .word(.allows, why: "", flatten: flatten)
      } else {
        self = .none(why: "its answer has no risk.halted as true or false")
      }
    }
  }
}

private enum HTTPOutcome {
  /// Only where nothing answers it is unreachable; what answers nonsense is there.
  static func code(of error: HTTPError) -> RefusalCode {
    error.kind == .malformed || error.kind == .tooLarge ? .supervisorMalformed : .supervisorUnreachable
  }

  static func fault(of response: HTTPResponse) -> (RefusalCode, String)? {
    switch response.status {
    case 200: nil
    case 401: (.supervisorRejected, "status 401: it does not take this host's token")
    case 400..<500: (.supervisorRejected, "status \(response.status)")
    default: (.supervisorFailed, "status \(response.status)")
    }
  }
}

/// Words of another program, for one line of a log or a terminal.
enum Shown {
  static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }))
  }
}
