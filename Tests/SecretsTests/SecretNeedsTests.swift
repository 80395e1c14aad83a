import Foundation
import Secrets
import TestKit
import Testing

@Suite struct SecretNeedsTests {
  @Test func `A run needs exactly what it uses, name by name`() {
    for mode in SecretNeeds.Mode.allCases {
      for exchange in SecretNeeds.Exchange.allCases {
        for bits in 0..<16 {
          let (llm, supervisor, supervisorLLM, alerts) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0, bits & 8 != 0)
          let needs = SecretNeeds(
            mode: mode, exchange: exchange, llmEnabled: llm, supervisor: supervisor, supervisorLLM: supervisorLLM, alerts: alerts)
          var required: [String] = []
          if mode == .demo { required += ["BINANCE_DEMO_API_KEY", "BINANCE_DEMO_API_SECRET"] }
          if mode == .live { required += ["BINANCE_API_KEY", "BINANCE_API_SECRET"] }
          if llm { required.append("OPENAI_API_KEY") }
          if supervisorLLM { required.append("OPENAI_API_KEY_SUPERVISOR") }
          #expect(needs.required.map(\.rawValue) == required)
          #expect(needs.optional.map(\.rawValue) == (supervisor ? ["SUPERVISOR_API_TOKEN"] : []) + (alerts ? ["TELEGRAM_BOT_TOKEN"] : []))
        }
      }
    }
  }

  @Test func `The command that puts them into a container is one that a shell takes as it is meant`() {
    let needs = SecretNeeds(mode: .paper, exchange: .binanceSpot, llmEnabled: true, supervisor: true, supervisorLLM: true, alerts: true)
    #expect(needs.setupCommand(containerPath: "a/b-1.enc", isThere: false) == "quantumedge secrets init --file a/b-1.enc --llm --supervisor")
    #expect(
      needs.setupCommand(containerPath: "/my desk's/$s", isThere: true)
        == "quantumedge secrets init --file '/my desk'\\''s/$s' --llm --supervisor --force")
  }

  /// docs/SECRETS.md has a row for each use, with its names in order.
  @Test func `The documents show the same table`() throws {
    let page = try String(contentsOf: Workplace.packageFolder.appendingPathComponent("docs/SECRETS.md"), encoding: .utf8)
    var rows: [String] = []
    for mode in SecretNeeds.Mode.allCases {
      for exchange in SecretNeeds.Exchange.allCases {
        let names = SecretNeeds.keys(mode: mode, exchange: exchange).map { "`\($0)`" }
        rows.append(
          "| `app.mode: \(mode.rawValue)` on `\(exchange.rawValue)` | \(names.isEmpty ? "none" : names.joined(separator: ", ")) | \(names.isEmpty ? "" : "required") |"
        )
      }
    }
    for use in [SecretNeeds.llm, SecretNeeds.supervisorLLM, SecretNeeds.supervisor, SecretNeeds.alerts] {
      let names = use.names.map { "`\($0)`" }.joined(separator: ", ")
      rows.append("| \(use.user) | \(names) | \(use.isRequired ? "required" : "optional") |")
    }
    for row in rows { #expect(page.contains(row), "docs/SECRETS.md lacks: \(row)") }
    for name in SecretName.allCases { #expect(rows.contains { $0.contains("`\(name)`") }, "nothing uses \(name)") }
  }
}
