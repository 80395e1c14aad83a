import Foundation
import TestKit

/// Random values of every kind that the guard knows. No key stands in this file: each is made when the test runs.
struct KeyKind: Sendable {
  var name: String
  /// Whether it is found wherever it stands, without a name beside it.
  var tellsItself: Bool
  var make: @Sendable (inout Chance) -> String

  static let digits = "0123456789"
  static let lower = "abcdefghijklmnopqrstuvwxyz"
  static let upper = lower.uppercased()
  static let alphanumeric = upper + lower + digits
  static let urlSafe = alphanumeric + "-_"
  static let base64 = alphanumeric + "+/"
  static let hex = digits + "abcdef"

  static func text(_ alphabet: String, _ count: Int, _ chance: inout Chance) -> String {
    let characters = Array(alphabet)
    return String((0..<count).map { _ in characters[Int.random(in: 0..<characters.count, using: &chance)] })
  }

  private static func shape(_ name: String, _ prefix: String, _ alphabet: String, _ count: Int) -> KeyKind {
    KeyKind(name: name, tellsItself: true) { prefix + text(alphabet, count, &$0) }
  }

  private static func plain(_ name: String, _ alphabet: String, _ count: Int) -> KeyKind {
    KeyKind(name: name, tellsItself: false) { text(alphabet, count, &$0) }
  }

  static func bytes(_ count: Int, _ chance: inout Chance) -> Data { Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }) }

  static func urlSafeBase64(_ data: Data) -> String {
    data.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
  }

  static let all: [KeyKind] = [
    plain("Binance key", alphanumeric, 64),
    plain("BingX key", alphanumeric, 86),
    shape("OpenAI key", "sk-", alphanumeric, 48),
    shape("OpenAI project key", "sk-proj-", urlSafe, 156),
    shape("Anthropic key", "sk-ant-api03-", urlSafe, 95),
    shape("GitHub token", "ghp_", alphanumeric, 36),
    shape("GitHub OAuth token", "gho_", alphanumeric, 36),
    shape("GitHub server token", "ghs_", alphanumeric, 36),
    KeyKind(name: "GitHub fine-grained token", tellsItself: true) { "github_pat_" + text(alphanumeric, 22, &$0) + "_" + text(alphanumeric, 59, &$0) },
    shape("GitLab token", "glpat-", urlSafe, 20),
    shape("AWS key id", "AKIA", upper + "234567", 16),
    shape("AWS session key id", "ASIA", upper + "234567", 16),
    plain("AWS secret", base64, 40),
    shape("Google key", "AIza", urlSafe, 35),
    KeyKind(name: "Slack token", tellsItself: true) {
      "xoxb-" + text(digits, 12, &$0) + "-" + text(digits, 12, &$0) + "-" + text(alphanumeric, 24, &$0)
    },
    KeyKind(name: "Telegram token", tellsItself: true) {
      "\(Int.random(in: 100_000_000...9_999_999_999, using: &$0)):AA" + text(urlSafe, 33, &$0)
    },
    shape("Stripe key", "sk_live_", alphanumeric, 24),
    shape("npm token", "npm_", alphanumeric, 36),
    shape("PyPI token", "pypi-AgEIcHlwaS5vcmc", urlSafe, 150),
    KeyKind(name: "SendGrid key", tellsItself: true) { "SG." + text(urlSafe, 22, &$0) + "." + text(urlSafe, 43, &$0) },
    KeyKind(name: "JSON Web Token", tellsItself: true) { chance in
      let parts = [
        "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
        "{\"sub\":\"\(text(alphanumeric, 12, &chance))\",\"exp\":\(Int.random(in: 1_000...2_000_000_000, using: &chance))}",
      ]
      let encoded = parts.map { urlSafeBase64(Data($0.utf8)).replacingOccurrences(of: "=", with: "") }
      return encoded.joined(separator: ".") + "." + text(urlSafe, 43, &chance)
    },
    KeyKind(name: "Fernet token", tellsItself: true) { chance in
      let time = UInt32.random(in: 1_600_000_000...1_900_000_000, using: &chance)
      let head = Data([0x80, 0, 0, 0, 0] + withUnsafeBytes(of: time.bigEndian) { Array($0) })
      return urlSafeBase64(head + bytes(16 * Int.random(in: 4...12, using: &chance), &chance))
    },
    KeyKind(name: "Slack webhook", tellsItself: true) {
      "https://hooks.slack" + ".com/services/T" + text(upper + digits, 8, &$0) + "/B" + text(upper + digits, 8, &$0) + "/"
        + text(alphanumeric, 24, &$0)
    },
    KeyKind(name: "Discord webhook", tellsItself: true) {
      "https://discord.com/api/webhooks/" + text(digits, 18, &$0) + "/" + text(urlSafe, 68, &$0)
    },
    shape("Hugging Face token", "hf_", alphanumeric, 34),
    KeyKind(name: "URL with a password", tellsItself: true) {
      "postgres://" + "trader:" + text(alphanumeric, 8, &$0) + text(digits, 1, &$0) + text(alphanumeric, 8, &$0) + "@db.internal:5432/ticks"
    },
    plain("hex of 16 bytes", hex, 32),
    plain("hex of 32 bytes", hex, 64),
    KeyKind(name: "base64 of 32 bytes", tellsItself: false) { bytes(32, &$0).base64EncodedString() },
    KeyKind(name: "base64url of 32 bytes", tellsItself: false) { urlSafeBase64(bytes(32, &$0)) },
    plain("lower-case key", lower + digits, 32),
    plain("mixed key", alphanumeric, 24),
  ]

  /// A PKCS#8 block with a random body.
  static func privateKeyBlock(_ label: String, _ chance: inout Chance) -> String {
    let lines = (0..<Int.random(in: 2...26, using: &chance)).map { _ in text(base64, 64, &chance) }
    return (["-----BEGIN \(label)-----"] + lines + [text(base64, 40, &chance), "-----END \(label)-----", ""]).joined(separator: "\n")
  }
}
