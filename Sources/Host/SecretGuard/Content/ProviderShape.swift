/// A key that tells by its shape who gave it out: a prefix in its own case, then so many characters of an alphabet.
struct ProviderShape: Sendable {
  enum Alphabet: Sendable {
    case alphanumeric
    /// Letters, digits, `-`, `_`.
    case urlSafe
    /// The same, and `.`.
    case dotted
    case hex
    case capitals
    case base64
  }

  let rule: Rule
  let prefix: String
  let alphabet: Alphabet
  /// Of what follows the prefix.
  let lengths: ClosedRange<Int>

  private init(_ rule: Rule, _ prefix: String, _ alphabet: Alphabet, _ lengths: ClosedRange<Int>) {
    (self.rule, self.prefix, self.alphabet, self.lengths) = (rule, prefix, alphabet, lengths)
  }

  private static func exactly(_ rule: Rule, _ prefixes: [String], _ alphabet: Alphabet, _ length: Int) -> [ProviderShape] {
    prefixes.map { ProviderShape(rule, $0, alphabet, length...length) }
  }

  private static func atLeast(_ rule: Rule, _ prefixes: [String], _ alphabet: Alphabet, _ length: Int, most: Int = 400) -> [ProviderShape] {
    prefixes.map { ProviderShape(rule, $0, alphabet, length...most) }
  }

  func allows(_ byte: UInt8) -> Bool {
    switch alphabet {
    case .alphanumeric: Byte.isAlphanumeric(byte)
    case .urlSafe: Byte.isAlphanumeric(byte) || byte == 0x2D || byte == 0x5F
    case .dotted: Byte.isName(byte)
    case .hex: Byte.isDigit(byte) || byte &- 0x61 < 6
    case .capitals: Byte.isUpper(byte) || Byte.isDigit(byte)
    case .base64: Byte.isBase64(byte)
    }
  }

  /// The table. Of prefixes that begin alike the longer one stands first.
  static let all: [ProviderShape] =
    atLeast(Rule("anthropic-key", "an Anthropic API key"), ["sk-ant-"], .urlSafe, 24)
    + atLeast(Rule("openai-key", "an OpenAI API key"), ["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-", "sess-"], .urlSafe, 24)
    + atLeast(Rule("openrouter-key", "an OpenRouter API key"), ["sk-or-v1-"], .hex, 32)
    + atLeast(Rule("secret-key", "an API key of OpenAI or of who copies its shape"), ["sk-"], .alphanumeric, 20)
    + atLeast(Rule("github-token", "a GitHub token"), ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], .alphanumeric, 36)
    + atLeast(Rule("github-token", "a GitHub token"), ["github_pat_"], .urlSafe, 40)
    + atLeast(
      Rule("gitlab-token", "a GitLab token"), ["glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glsoat-", "glcbt-", "glagent-"], .dotted, 20)
    + exactly(Rule("aws-access-key", "an AWS access key id"), ["AKIA", "ASIA", "ABIA", "ACCA"], .capitals, 16)
    + exactly(Rule("google-key", "a Google API key"), ["AIza"], .urlSafe, 35)
    + atLeast(Rule("google-key", "a Google API key"), ["GOCSPX-"], .urlSafe, 28)
    + atLeast(Rule("google-key", "a Google API key"), ["ya29."], .urlSafe, 30)
    + atLeast(Rule("slack-token", "a Slack token"), ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxe.xoxp-", "xapp-"], .urlSafe, 20)
    + atLeast(Rule("stripe-key", "a Stripe key"), ["sk_live_", "rk_live_", "sk_test_", "rk_test_"], .alphanumeric, 20)
    + atLeast(Rule("stripe-key", "a Stripe key"), ["whsec_"], .base64, 24)
    + exactly(Rule("npm-token", "an npm token"), ["npm_"], .alphanumeric, 36)
    + atLeast(Rule("pypi-token", "a PyPI token"), ["pypi-"], .urlSafe, 60)
    + exactly(Rule("sendgrid-key", "a SendGrid key"), ["SG."], .dotted, 66)
    + atLeast(Rule("fernet-token", "a Fernet token: what a key of the old container encrypts"), ["gAAAAA"], .urlSafe, 90, most: 1 << 20)
    // Ours in base64, from its first byte on.
    + atLeast(.secretContainer, ["UUVTRUNSRVQBAQ"], .base64, 60, most: 1 << 20)
    + atLeast(Rule("huggingface-token", "a Hugging Face token"), ["hf_"], .alphanumeric, 30)
    + exactly(Rule("digitalocean-token", "a DigitalOcean token"), ["dop_v1_", "doo_v1_", "dor_v1_"], .hex, 64)
    + atLeast(Rule("shopify-token", "a Shopify token"), ["shpat_", "shpss_", "shpca_", "shppa_"], .hex, 32)
    + exactly(Rule("twilio-key", "a Twilio key"), ["SK"], .hex, 32)
    + exactly(Rule("mailgun-key", "a Mailgun key"), ["key-"], .hex, 32)
    + atLeast(Rule("vault-token", "a Vault token"), ["hvs.", "hvb."], .urlSafe, 24)
    + atLeast(Rule("grafana-token", "a Grafana token"), ["glsa_", "glc_"], .urlSafe, 32)
    + atLeast(Rule("ai-key", "an API key of an AI provider"), ["gsk_", "xai-", "nvapi-", "pplx-", "r8_"], .urlSafe, 36)
    + atLeast(Rule("postman-key", "a Postman key"), ["PMAK-"], .urlSafe, 50)
    + atLeast(Rule("sentry-token", "a Sentry token"), ["sntrys_", "sntryu_"], .base64, 40)
    + atLeast(Rule("tailscale-key", "a Tailscale key"), ["tskey-"], .urlSafe, 24)
    + atLeast(Rule("linear-key", "a Linear key"), ["lin_api_"], .alphanumeric, 32)
    + atLeast(Rule("doppler-token", "a Doppler token"), ["dp.pt.", "dp.st."], .dotted, 36)
    + atLeast(Rule("databricks-token", "a Databricks token"), ["dapi"], .hex, 32)
    + exactly(Rule("age-key", "an age identity"), ["AGE-SECRET-KEY-1"], .capitals, 58)
}
