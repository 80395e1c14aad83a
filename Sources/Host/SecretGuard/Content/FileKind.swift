/// How values stand in a file, by its name.
enum FileKind: Sendable {
  /// Values need no quotes, and the whole rest of the line is one.
  case environment
  /// Values need no quotes: YAML, TOML, INI, shell.
  case configuration
  /// Values stand between tags or in quotes.
  case markup
  /// For people.
  case prose
  /// What stands without quotes is an expression.
  case code
  /// Written by a package manager: full of digests beside names of any kind.
  case lock

  init(_ name: [UInt8]) {
    let text = String(decoding: name.map(Byte.lower), as: UTF8.self)
    if Self.locks.contains(text) {
      self = .lock
      return
    }
    if text.hasPrefix(".env") || text.hasSuffix(".env") || text.hasPrefix("env.") || text == ".npmrc" || text == ".pypirc" || text == ".netrc" {
      self = .environment
      return
    }
    if text.hasPrefix("dockerfile") || text == "credentials" || text == "config" {
      self = .configuration
      return
    }
    let parts = text.split(separator: ".")
    // `settings.yaml.example` is YAML.
    let kinds = parts.dropFirst().reversed().prefix(2).compactMap { Self.endings[String($0)] }
    self = kinds.first ?? (parts.count < 2 ? .configuration : .code)
  }

  private static let endings: [String: FileKind] = {
    let lists: [(FileKind, String)] = [
      (.environment, "env envrc properties"),
      (.configuration, "yaml yml toml ini cfg conf config cnf tfvars tf sh bash zsh fish ksh ps1 bat cmd service rc secret secrets hcl gradle"),
      (.markup, "xml html htm plist xaml csproj props resx svg storyboard json jsonc json5 ipynb har"),
      (.prose, "txt md markdown rst adoc tex csv tsv log org"),
      (.code, "c h cc cpp hpp cs go java js jsx kt lua m mm mjs php pl py r rb rs scala swift ts tsx vb vue sql dart ex exs erl hs clj"),
    ]
    return Dictionary(uniqueKeysWithValues: lists.flatMap { kind, names in names.split(separator: " ").map { (String($0), kind) } })
  }()

  private static let locks: Set<String> = [
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "cargo.lock", "poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock",
    "package.resolved", "composer.lock", "gemfile.lock", "go.sum", "podfile.lock", "flake.lock", "mix.lock", "pubspec.lock", "packages.lock.json",
    "gradle.lockfile", "bun.lock", "deno.lock", "cartfile.resolved",
  ]
}
