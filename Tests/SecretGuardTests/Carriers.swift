import Foundation

/// A way to write a value into a file.
struct Carrier: Sendable {
  var name: String
  /// The name of the file.
  var file: String
  /// The text, given a name for the value and the value; a carrier without use for the name is for keys that tell themselves.
  var write: @Sendable (_ name: String, _ value: String) -> String

  private init(_ name: String, _ file: String, _ write: @escaping @Sendable (String, String) -> String) {
    (self.name, self.file, self.write) = (name, file, write)
  }

  private static func halves(_ value: String) -> (String, String) {
    (String(value.prefix(value.count / 2)), String(value.dropFirst(value.count / 2)))
  }

  /// With a name that says what the value is.
  static let named: [Carrier] = [
    Carrier("environment file", "prod.env") { "MODE=paper\n\($0)=\($1)\n" },
    Carrier("quoted environment file", "ci.env") { "\($0)=\"\($1)\"\n" },
    Carrier("shell export", "start.sh") { "#!/bin/sh\nexport \($0)='\($1)'\nexec ./run\n" },
    Carrier("shell export without quotes", "run.sh") { "set -e\nexport \($0)=\($1)\n" },
    Carrier("YAML", "settings.yaml") { "app:\n  mode: paper\n  \($0): \($1)\n  next: 1\n" },
    Carrier("quoted YAML", "settings.yml") { "venue:\n  - \($0): '\($1)'  # the desk's\n" },
    Carrier("JSON", "settings.json") { "{\"mode\": \"paper\", \"\($0)\": \"\($1)\", \"n\": 1}\n" },
    Carrier("JSON without spaces", "small.json") { "{\"a\":[1,2,{\"\($0)\":\"\($1)\"}]}" },
    Carrier("JSON in a string", "Body.swift") { "let body = \"{\\\"\($0)\\\": \\\"\($1)\\\"}\"\n" },
    Carrier("TOML", "settings.toml") { "[venue]\n\($0) = \"\($1)\"\n" },
    Carrier("INI", "venue.ini") { "[venue]\n\($0) = \($1)\n; end\n" },
    Carrier("properties", "venue.properties") { "venue.\($0)=\($1)\n" },
    Carrier("Terraform", "main.tfvars") { "\($0)   = \"\($1)\"\n" },
    Carrier("Dockerfile", "Dockerfile") { "FROM debian\nENV \($0) \($1)\nRUN true\n" },
    Carrier("compose file", "compose.yaml") { "services:\n  bot:\n    environment:\n      - \($0)=\($1)\n" },
    Carrier("Kubernetes environment", "pod.yaml") { "env:\n  - name: \($0)\n    value: \"\($1)\"\n" },
    Carrier("name and value in JSON", "task.json") { "[{\"name\": \"\($0)\", \"value\": \"\($1)\"}]" },
    Carrier("XML attribute", "app.config.xml") { "<add key=\"\($0)\" value=\"\($1)\"/>\n" },
    Carrier("XML element", "venue.xml") { "<venue><\($0)>\($1)</\($0)></venue>\n" },
    Carrier("property list", "Info.plist") { "<dict>\n  <key>\($0)</key>\n  <string>\($1)</string>\n</dict>\n" },
    Carrier("Swift", "Venue.swift") { "struct Venue {\n  static let \(camel($0)) = \"\($1)\"\n}\n" },
    Carrier("Swift with a type", "Typed.swift") { "let \(camel($0)): String = \"\($1)\"\n" },
    Carrier("Python", "venue.py") { "\($0) = '\($1)'  # noqa\n" },
    Carrier("Python keyword", "call.py") { "client = Client(symbol='BTCUSDT', \($0.lowercased())=\"\($1)\")\n" },
    Carrier("Python default", "load.py") { "value = os.environ.get(\"\($0)\", \"\($1)\")\n" },
    Carrier("Python bytes from hex or text", "make.py") { "\($0) = b\"\($1)\"\n" },
    Carrier("JavaScript", "venue.js") { "const \(camel($0)) = `\($1)`;\n" },
    Carrier("JavaScript object", "options.ts") { "export const options = { mode: 'live', \(camel($0)): '\($1)' };\n" },
    Carrier("Go", "venue.go") { "\t\(camel($0)) := \"\($1)\"\n" },
    Carrier("Rust", "venue.rs") { "const \($0.uppercased()): &str = \"\($1)\";\n" },
    Carrier("C", "venue.c") { "static const char \($0)[] = \"\($1)\";\n" },
    Carrier("C macro", "venue.h") { "#define \($0.uppercased()) \"\($1)\"\n" },
    Carrier("Java call", "Venue.java") { "    System.setProperty(\"\($0)\", \"\($1)\");\n" },
    Carrier("Ruby", "venue.rb") { "{ :\($0.lowercased()) => '\($1)' }\n" },
    Carrier("PHP", "venue.php") { "$config['\($0)'] = '\($1)';\n" },
    Carrier("CRLF", "windows.ini") { "[venue]\r\n\($0)=\($1)\r\nnext=1\r\n" },
    Carrier("header", "call.sh") { "curl -H \"X-\($0.replacingOccurrences(of: "_", with: "-")): \($1)\" https://api.test/v1\n" },
    Carrier("option", "deploy.sh") { "./bot --\($0.lowercased().replacingOccurrences(of: "_", with: "-"))=\($1) --dry-run\n" },
    Carrier("comment", "Note.swift") { "// old: \($0) = \"\($1)\"\n" },
    Carrier("Markdown", "README.md") { "Set it:\n\n    export \($0)=\"\($1)\"\n" },
    Carrier("long line", "bundle.min.js") {
      String(repeating: "function a(b){return b+1};", count: 800) + "\(camel($0))=\"\($1)\";" + String(repeating: "c();", count: 400)
    },
    Carrier("strings joined by +", "Split.swift") { "let \(camel($0)) = \"\(halves($1).0)\"\n  + \"\(halves($1).1)\"\n" },
    Carrier("strings side by side", "split.py") { "\($0) = (\n    \"\(halves($1).0)\"\n    \"\(halves($1).1)\"\n)\n" },
    Carrier("C strings side by side", "split.c") { "const char *\($0) = \"\(halves($1).0)\" \"\(halves($1).1)\";\n" },
    Carrier("strings joined by a dot", "split.php") { "$\($0) = '\(halves($1).0)' . '\(halves($1).1)';\n" },
    Carrier("backslash", "split.sh") { "export \($0)=\(halves($1).0)\\\n\(halves($1).1)\n" },
    Carrier("backslash in quotes", "quoted.sh") { "export \($0)=\"\(halves($1).0)\\\n\(halves($1).1)\"\n" },
    Carrier("folded YAML", "folded.yaml") { "venue:\n  \($0): >-\n    \(halves($1).0)\n    \(halves($1).1)\n  next: 1\n" },
    Carrier("literal YAML", "literal.yaml") { "venue:\n  \($0): |\n    \($1)\n  next: 1\n" },
    Carrier("value on the next line", "Next.swift") { "let \(camel($0)) =\n  \"\($1)\"\n" },
    Carrier("base64", "secret.yaml") { "kind: Secret\ndata:\n  \($0): \(Data($1.utf8).base64EncodedString())\n" },
  ]

  /// Without one.
  static let bare: [Carrier] = [
    Carrier("prose", "notes.md") { "Use \($1) for now.\n" },
    Carrier("list", "Keys.swift") { "let list = [\n  \"\($1)\",\n]\n" },
    Carrier("table", "keys.csv") { "id,what\n1,\($1)\n2,none\n" },
    Carrier("log", "run.log") { "12:00:01 INFO login with \($1)\n" },
    Carrier("call", "login.js") { "login('\($1)');\n" },
    Carrier("base64 without a name", "blob.txt") { "blob \(Data($1.utf8).base64EncodedString())\n" },
    Carrier("after an escape", "escape.json") { "{\"text\": \"first\\n\($1)\\n\"}\n" },
  ]

  static func camel(_ name: String) -> String {
    let parts = name.lowercased().split(separator: "_")
    return parts.first.map(String.init).map { $0 + parts.dropFirst().map(\.capitalized).joined() } ?? name
  }

  /// Names of values that are secret.
  static let names = [
    "BINANCE_API_KEY", "BINANCE_API_SECRET", "OPENAI_API_KEY_SUPERVISOR", "api_key", "API_SECRET", "access_token", "client_secret",
    "SUPERVISOR_API_TOKEN",
    "auth_token", "private_key", "SECRET", "TELEGRAM_BOT_TOKEN", "bingx_secret_key", "signing_key",
  ]
}
