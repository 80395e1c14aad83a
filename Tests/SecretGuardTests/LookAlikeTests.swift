import Foundation
import TestKit
import Testing

@testable import SecretGuard

/// What looks like a secret and is none is left alone.
@Suite struct LookAlikeTests {
  /// A way to write something harmless, each time with other random parts.
  struct LookAlike: Sendable {
    var name: String
    var file: String
    var write: @Sendable (inout Chance) -> String

    init(_ name: String, _ file: String, _ write: @escaping @Sendable (inout Chance) -> String) {
      (self.name, self.file, self.write) = (name, file, write)
    }
  }

  private static func hex(_ count: Int, _ chance: inout Chance) -> String { KeyKind.text(KeyKind.hex, count, &chance) }
  private static func base64(_ count: Int, _ chance: inout Chance) -> String { KeyKind.bytes(count, &chance).base64EncodedString() }
  private static func uuid(_ chance: inout Chance) -> String {
    [8, 4, 4, 4, 12].map { hex($0, &chance) }.joined(separator: "-")
  }

  static let all: [LookAlike] = [
    .init("sha256 of a token's file", "files.txt") { "\(hex(64, &$0))  token.swift\n" },
    .init("sha256 beside a key word", "manifest.json") { "{\"token_sha256\": \"\(hex(64, &$0))\", \"secret\": {\"digest\": \"\(hex(64, &$0))\"}}" },
    .init("sha1 beside a key word", "a.md") { "The token parser changed in commit \(hex(40, &$0)).\n" },
    .init("md5", "a.yaml") { "token_file:\n  md5: \(hex(32, &$0))\n" },
    .init("a digest in a test", "A.swift") { "#expect(secretFile.sha256 == \"\(hex(64, &$0))\")\n" },
    .init("a password's hash field", "a.yaml") { "password_hash: \(hex(64, &$0))\n" },
    .init("UUID", "a.json") { "{\"token\": \"\(uuid(&$0))\", \"session_token\": \"\(uuid(&$0).uppercased())\"}" },
    .init("package-lock.json", "package-lock.json") {
      "\"node_modules/js-tokens\": {\"version\": \"4.0.0\", \"resolved\": \"https://registry.test/js-tokens-4.0.0.tgz\", \"integrity\": \"sha512-\(base64(64, &$0))\"}"
    },
    .init("integrity anywhere", "index.html") { "<script src=\"token.js\" integrity=\"sha384-\(base64(48, &$0))\"></script>" },
    .init("Package.resolved", "Package.resolved") {
      "{\"identity\": \"swift-secrets\", \"state\": {\"revision\": \"\(hex(40, &$0))\", \"version\": \"1.0.0\"}}"
    },
    .init("Cargo.lock", "Cargo.lock") { "[[package]]\nname = \"secrecy\"\nchecksum = \"\(hex(64, &$0))\"\n" },
    .init("poetry.lock", "poetry.lock") { "files = [{file = \"tokenize_rt-5.2.0-py2.py3-none-any.whl\", hash = \"sha256:\(hex(64, &$0))\"}]\n" },
    .init("yarn.lock", "yarn.lock") {
      "  resolved \"https://registry.test/js-tokens-4.0.0.tgz#\(hex(40, &$0))\"\n  integrity sha512-\(base64(64, &$0))\n"
    },
    .init("go.sum", "go.sum") { "github.com/golang-jwt/token v4.5.0 h1:\(base64(32, &$0))\n" },
    .init("go.sum's row elsewhere", "a.md") { "github.com/golang-jwt/token v4.5.0 h1:\(base64(32, &$0))\n" },
    .init("vectors as numbers", "Test.swift") { chance in
      "let secretKey: [UInt8] = [" + (0..<32).map { _ in "0x" + hex(2, &chance) }.joined(separator: ", ") + "]\n"
    },
    .init("vectors in C", "test.c") { chance in
      "static const uint8_t private_key[32] = {" + (0..<32).map { _ in "0x" + hex(2, &chance) }.joined(separator: ",") + "};\n"
    },
    .init("a public key's vector", "Test.swift") { "let publicKey = bytes(\"\(hex(64, &$0))\")\nlet key = bytes(\"\(hex(64, &$0))\")\n" },
    .init("trusted keys", "settings.yaml") { "plugins:\n  trusted_keys: [\(hex(64, &$0))]\n  public_key: \(hex(64, &$0))\n" },
    .init("git objects", "log.txt") { "commit \(hex(40, &$0))\ntree \(hex(40, &$0))\n    Rotate the token\n" },
    .init("an image", "a.css") { ".token { background: url(data:image/png;base64,\(base64(600, &$0))) }\n" },
    .init("an image alone", "a.html") { "<img alt=\"password\" src=\"data:image/png;base64,\(base64(400, &$0))\">" },
    .init("an image's lines", "a.svg") { chance in "<text>secret</text>\n" + (0..<8).map { _ in base64(57, &chance) + "\n" }.joined() },
    .init("minified code", "a.min.js") { chance in
      "!function(){var t=e.token,n=r(t.secret),i=t.password||\"\";return a.setToken(t),e.apiKey=n.apiKey,\(KeyKind.text(KeyKind.lower, 2, &chance))}();"
    },
    .init("numbers", "a.py") { "token = \(KeyKind.text(KeyKind.digits, 24, &$0))\nsecret_seed = 0x\(hex(8, &$0))\n" },
    .init("an SSH public key", "authorized_keys") { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\(base64(32, &$0)) secret@host\n" },
    .init("an SSH public key as a value", "a.yaml") { "ssh_key: \"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ\(base64(200, &$0)) me@host\"\n" },
    .init("a public key block", "a.txt") { chance in
      "-----BEGIN PUBLIC KEY-----\n" + (0..<4).map { _ in base64(48, &chance) + "\n" }.joined() + "-----END PUBLIC KEY-----\n"
    },
    .init("a certificate in JSON", "a.json") { chance in
      "{\"token_certificate\": \"-----BEGIN CERTIFICATE-----\\n" + (0..<6).map { _ in base64(48, &chance) + "\\n" }.joined()
        + "-----END CERTIFICATE-----\"}"
    },
    .init("an empty key block", "a.md") { _ in
      "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"
    },
    .init("a label in code", "a.py") { _ in
      "if text.startswith('-----BEGIN RSA PRIVATE KEY-----'):\n    kind = Kind.privateKey\n    loader = PrivateKeyLoader(text)\n"
    },
    // In two pieces: this file is read by the guard too, and here it is no label.
    .init("a label of an enumeration", "a.swift") { _ in "enum Field: String {\n  case pass" + "word = \"three plain words\"\n}\n" },
    .init("an ETag", "a.http") { "ETag: \"\(hex(32, &$0))\"\nX-Token-Count: 4\n" },
  ]

  /// One line each, as people and programs write them.
  static let lines: [(file: String, text: String)] = [
    ("a.swift", "let token = parser.next()"), ("a.swift", "  private let secret: Secret"), ("a.swift", "var password: String { get }"),
    ("a.swift", "case apiKey = \"api_key\""), ("a.swift", "case tokenExpired = \"TOKEN_EXPIRED_2\""),
    ("a.swift", "let apiKey = environment[\"BINANCE_API_KEY\"]"),
    ("a.swift", "request.setValue(\"Bearer \\(token)\", forHTTPHeaderField: \"Authorization\")"),
    ("a.swift", "let secretName = \"BINANCE_API_SECRET\""),
    ("a.swift", "static let tokenPattern = \"sk-[A-Za-z0-9]{20,}\""), ("a.swift", "self.secret = secret ?? Secret(bytes: buffer)"),
    ("a.swift", "let passwordField = Field(\"password\", .required)"), ("a.swift", "guard token == otherToken2 else { return }"),
    ("a.py", "password = getpass.getpass(\"Enter the passphrase: \")"), ("a.py", "api_key = os.environ[\"BINANCE_API_KEY\"]"),
    ("a.py", "token = request.headers.get('X-API-TOKEN', '')"), ("a.py", "secret_key = config.venue.secret_key_v2"),
    ("a.py", "headers = {\"Authorization\": f\"Bearer {token}\"}"), ("a.py", "eos_token = \"<|endoftext|>\""), ("a.py", "max_tokens = 4096"),
    ("a.js", "const token = await getToken(user1.id2);"), ("a.js", "const password = document.getElementById('password1').value;"),
    ("a.go", "apiKey := os.Getenv(\"API_KEY_V2\")"), ("a.rs", "let secret_key = SecretKey::from_bytes(&bytes32)?;"),
    ("a.c", "char token[MAX_TOKEN_64];"),
    ("a.c", "const char *password = argv[1];"), ("a.java", "String apiKey = properties.getProperty(\"binance.api.key2\");"),
    (".env.example", "BINANCE_API_KEY="), (".env.example", "BINANCE_API_KEY=your_key_here"), (".env.example", "BINANCE_API_SECRET=<your secret>"),
    (".env.example", "OPENAI_API_KEY=sk-..."), (".env.example", "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    (".env.example", "DB_PASSWORD=changeme"),
    (".env.example", "TELEGRAM_BOT_TOKEN=123456789:AAxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), (".env", "API_KEY=${BINANCE_API_KEY}"),
    (".env", "TOKEN=$OTHER_TOKEN_2"),
    ("a.yaml", "api_key: ${{ secrets.BINANCE_API_KEY }}"), ("a.yaml", "password: !vault secret/data/bot1#password"),
    ("a.yaml", "api_key_env: OPENAI_API_KEY_SUPERVISOR"),
    ("a.yaml", "token: \"{{ token_v2 }}\""), ("a.yaml", "secretKeyRef: {name: bot-secrets-2, key: api-key-1}"),
    ("a.yaml", "secret_name: bot-secrets-v2"),
    ("a.yaml", "key: linux-build-${{ hashFiles('Package.resolved') }}"), ("a.yaml", "token_url: https://auth.example.test/oauth2/v1/token"),
    ("a.yaml", "passphrase_fd: 3"), ("a.yaml", "require_secrets: true"), ("a.yaml", "secrets: container, then environment"),
    ("a.toml", "password_file = \"/run/secrets/db-password-1\""), ("a.ini", "secret_path = ./config/secrets.enc"),
    ("a.json", "{\"token_type\": \"bearer\", \"expires_in\": 3600}"), ("a.json", "{\"password\": \"********\"}"),
    ("a.json", "{\"apiKey\": null, \"secret\": \"\"}"),
    ("a.json", "{\"password\": \"xxxxxxxxxxxx\"}"), ("a.json", "{\"secret\": \"REDACTED\"}"),
    ("a.md", "`BINANCE_API_KEY=...` and `BINANCE_API_SECRET=...`"),
    ("a.md", "The secret's version is 2024-01-02T03:04:05Z, the token lives for 3600 s."), ("a.md", "postgres://user:password@localhost:5432/db"),
    ("a.md", "https://user:<token>@host/path"), ("a.md", "git clone https://${TOKEN}@github.com/o/r.git"), ("a.md", "mailto://someone@example.com"),
    ("a.md", "AWS's own: AKIAIOSFODNN7EXAMPLE and aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("a.css", ".sk-fading-circle-wrapper { } .sk-cube-grid-wrapper-element-number { }"), ("a.html", "<label for=\"password2\">Password</label>"),
    ("a.html", "<input type=\"password\" name=\"password\" placeholder=\"Your password\">"), ("a.sh", "read -rs PASSWORD; export PASSWORD"),
    ("a.sh", "TOKEN=$(cat /run/secrets/token1)"), ("a.sh", "curl -H \"Authorization: Bearer $TOKEN\" https://api.test"),
    ("a.sh", "PWD=/home/user1/work2"),
    ("a.sql", "ALTER USER bot PASSWORD :'password';"), ("a.xml", "<password>${db.password}</password>"), ("a.xml", "<apiKey></apiKey>"),
    ("a.swift", "let secretKeySize = crypto_sign_ed25519_SECRETKEYBYTES"), ("a.h", "#define PRIVATE_KEY_BYTES 32"),
    ("a.h", "int PKCS12_key_gen_uni_ex(unsigned char *pass, int passlen);"),
    ("a.yaml", "master_key_id: arn:aws:kms:eu-west-1:111122223333:key/1234abcd"),
    (".env.example", "SCALPER_SECRETS_PASSPHRASE="), (".env", "OPENAI_API_KEY=$OPENAI_KEY"),
    (".env.example", "SCALPER_SECRETS_PASSPHRASE=your-passphrase-here"), (".env.example", "SUPERVISOR_API_TOKEN=changeme-123"),
    ("a.yaml", "SCALPER_SECRETS_PASSPHRASE: ${{ secrets.PASSPHRASE }}"), ("a.yaml", "# SCALPER_SECRETS_PASSPHRASE: what opens the container"),
    ("a.yaml", "environment: [SCALPER_SECRETS_PASSPHRASE, OPENAI_API_KEY]"), ("a.yaml", "OPENAI_API_KEY: required"),
    ("a.sh", "export SCALPER_SECRETS_PASSPHRASE=\"$(pass show bot)\""), ("a.sh", ": \"${SCALPER_SECRETS_PASSPHRASE:?set it first}\""),
    ("a.sh", "docker run -e \"SCALPER_SECRETS_PASSPHRASE=$PASS2\" bot"), ("a.md", "`SCALPER_SECRETS_PASSPHRASE=… quantumedge run`"),
    ("a.service", "Environment=\"SCALPER_SECRETS_PASSPHRASE=<your passphrase>\""), ("a.swift", "let row = \"SCALPER_SECRETS_PASSPHRASE=\" + phrase"),
    ("a.py", "row = f\"SCALPER_SECRETS_PASSPHRASE={phrase2}\""), ("a.py", "env[\"SCALPER_SECRETS_PASSPHRASE\"] = read(\"bot2/passphrase\")"),
    ("a.md", "SCALPER_SECRETS_PASSPHRASE: what opens the container"), ("a.swift", "\"SCALPER_SECRETS_PASSPHRASE: the passphrase is empty\""),
    ("a.swift", "case .passphraseWrong: \"none of these three words opens it\""),
    ("a.swift", "let password = \"Enter the password again\""), ("a.json", "{\"password\": \"Confirm new password\"}"),
    ("a.json", "{\"password\": \"auth.form.label2\"}"), ("a.html", "<label for=\"password\">Pick three plain words</label>"),
    ("a.swift", "static let passphrase = \"SCALPER_SECRETS_PASSPHRASE\""), ("a.py", "password = \"secret/data/bot1\""),
    ("a.swift", "let password = \"db_credentials\""), ("a.py", "passphrase = \"old passphrase\""),
    ("a.swift", "/// sk-, ghp_, AKIA and -----BEGIN PRIVATE KEY----- tell by themselves."), ("a.txt", "riskManager-taskRunner-diskCache2-deskApp"),
  ]

  @Test func `nothing that only looks like a secret is found`() {
    var chance = Chance.seeded("look-alikes")
    var (shown, mistaken) = (0, 0)
    for look in Self.all {
      for _ in 0..<300 {
        let text = look.write(&chance)
        shown += 1
        for leak in PlantedLeakTests.leaks(text, file: look.file).prefix(1) {
          mistaken += 1
          Issue.record("\(look.name): \(leak.rule.id): \(String(decoding: leak.value, as: UTF8.self)) in \(text)")
        }
      }
    }
    for line in Self.lines {
      shown += 1
      for leak in PlantedLeakTests.leaks("first\n\(line.text)\nlast\n", file: line.file).prefix(1) {
        mistaken += 1
        Issue.record("\(line.file): \(leak.rule.id): \(String(decoding: leak.value, as: UTF8.self)) in \(line.text)")
      }
    }
    print("look-alikes: \(shown) shown, \(mistaken) false findings")
    #expect(mistaken == 0)
    #expect(shown == 300 * Self.all.count + Self.lines.count)
  }
}
