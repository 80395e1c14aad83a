/// Files that hold secrets by their names, whatever is in them.
enum SensitiveName {
  /// What such a file is; nil for any other name.
  static func meaning(_ path: FilePath) -> String? {
    let name = path.name.map(Byte.lower)
    // What shows how to write one holds none; its content is looked at all the same.
    for ending in ["example", "sample", "template", "dist", "tmpl", "md", "pub", "swift", "py", "sh"] where name.ends(with: "." + ending) {
      return nil
    }
    for row in rows where PathGlob.matches(row.pattern[...], name[...]) { return row.meaning }
    let folders = path.bytes.map(Byte.lower).split(separator: UInt8(ascii: "/")).dropLast()
    if let folder = folders.last {
      if folder.elementsEqual(".aws".utf8), name == Array("credentials".utf8) { return "AWS credentials" }
      if folder.elementsEqual(".docker".utf8), name == Array("config.json".utf8) { return "Docker's logins" }
      if folder.elementsEqual(".kube".utf8), name == Array("config".utf8) { return "a Kubernetes login" }
    }
    return nil
  }

  private static let rows: [(pattern: [UInt8], meaning: String)] = [
    ("secrets.enc", "an encrypted secrets file"), ("secrets.enc.*", "a copy of an encrypted secrets file"),
    ("*.secrets.enc", "an encrypted secrets file"),
    ("secrets.fernet", "an encrypted secrets file"), ("*secrets*.env", "a file of secrets"), ("secrets.local.*", "a file of secrets"),
    ("secrets.y*ml", "a file of secrets"), ("secrets.json", "a file of secrets"), ("secrets.toml", "a file of secrets"),
    (".env", "an environment file"), (".env.*", "an environment file"), ("*.env.local", "an environment file"),
    ("*.local.env", "an environment file"),
    ("*.key", "a private key"), ("*.pem", "keys or certificates"), ("*.ppk", "a PuTTY private key"), ("id_rsa", "an SSH private key"),
    ("id_dsa", "an SSH private key"), ("id_ecdsa", "an SSH private key"), ("id_ed25519", "an SSH private key"), ("id_*_sk", "an SSH private key"),
    ("*.p12", "a key store"), ("*.pfx", "a key store"), ("*.jks", "a key store"), ("*.keystore", "a key store"), ("*.kdbx", "a password store"),
    ("*.kdb", "a password store"), ("*.agekey", "an age identity"), ("*.asc.key", "a PGP key"), ("secring.gpg", "PGP private keys"),
    (".netrc", "logins for netrc"), ("_netrc", "logins for netrc"), (".pgpass", "PostgreSQL passwords"), (".my.cnf", "a MySQL login"),
    (".pypirc", "PyPI logins"), (".git-credentials", "git's logins"), (".htpasswd", "password hashes"), (".dockercfg", "Docker's logins"),
    ("credentials.json", "credentials"), ("client_secret*.json", "an OAuth client's secret"), ("service-account*.json", "a service account's key"),
    ("service_account*.json", "a service account's key"), ("*.ovpn", "a VPN login"), ("wallet.dat", "a wallet"), ("keystore.json", "a wallet"),
  ].map { (Array($0.0.utf8), $0.1) }
}

extension Array where Element == UInt8 {
  fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
