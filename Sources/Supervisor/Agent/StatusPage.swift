import Cryptography
import FoundationEssentials
import Markup

/// `GET /`: a page without data. Its script asks for that with the token that a person types in, and puts it in as text, never as markup.
enum StatusPage {
  static let answer = APIAnswer(contentType: "text/html; charset=utf-8", text: page.text, policy: policy)

  private static let script = """
    "use strict";
    const token = document.getElementById("token");
    const table = document.getElementById("rows");
    token.value = sessionStorage.getItem("token") || "";
    function row(cells) {
      const line = document.createElement("tr");
      for (const cell of cells) { const box = document.createElement("td"); box.textContent = cell === null || cell === undefined ? "" : String(cell); line.append(box); }
      table.append(line);
    }
    async function show() {
      sessionStorage.setItem("token", token.value);
      const state = document.getElementById("state");
      try {
        const answer = await fetch("/api/v1/hosts", { headers: { "X-API-TOKEN": token.value } });
        if (!answer.ok) { state.textContent = answer.status === 401 ? "The token is wrong." : "Status " + answer.status; return; }
        const all = await answer.json();
        table.replaceChildren();
        for (const mode of all.modes) { row([mode.mode, "all hosts", mode.risk.halted ? "HALTED: " + mode.risk.halt_reason : mode.risk.paused ? "PAUSED: " + mode.risk.pause_reason : "open", "", mode.equity, mode.pnl_today, mode.exposure]); }
        for (const host of all.hosts) { row([host.mode, host.host_id, host.blocked || "", host.stale ? "stale, " + host.heartbeat_age_s + " s" : host.heartbeat_age_s + " s", host.equity, host.pnl, host.open_notional]); }
        state.textContent = "As of " + new Date().toISOString();
      } catch (error) { state.textContent = "The Supervisor does not answer."; }
    }
    document.getElementById("form").addEventListener("submit", (event) => { event.preventDefault(); show(); });
    show(); setInterval(show, 5000);
    """

  private static let style = """
    body { font: 15px system-ui, sans-serif; margin: 2rem; color: #1d2330; background: #fff } table { border-collapse: collapse; margin-top: 1rem }
    th, td { padding: .35rem .9rem; border-bottom: 1px solid #d9dde5; text-align: left; font-variant-numeric: tabular-nums }
    @media (prefers-color-scheme: dark) { body { color: #e6e9ef; background: #14171d } th, td { border-color: #333a47 } }
    """

  private static let page: Markup = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"/><title>QuantumEdge Supervisor</title><style>\(.verbatim(style))</style></head><body>
    <h1>QuantumEdge Supervisor</h1>
    <form id="form"><label>Token <input id="token" type="password" autocomplete="off"/></label> <button>Show</button></form>
    <p id="state" role="status"></p>
    <table><thead><tr><th>Mode</th><th>Host</th><th>State</th><th>Heartbeat</th><th>Equity</th><th>Today</th><th>Exposure</th></tr></thead><tbody id="rows"></tbody></table>
    <script>\(.verbatim(script))</script></body></html>
    """

  /// Only this script and this style, only from here.
  private static var policy: String {
    "default-src 'none'; connect-src 'self'; script-src '\(hash(script))'; style-src '\(hash(style))'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
  }

  private static func hash(_ text: String) -> String { "sha256-" + Data(SHA256Hasher.digest(of: Array(text.utf8)).bytes).base64EncodedString() }
}
