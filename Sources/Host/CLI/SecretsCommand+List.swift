import ArgumentParser
import Secrets
import Session

/// `quantumedge secrets list`.
struct ListSecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The names that the container holds, and how it is encrypted. Never a value.")

  @OptionGroup var options: SecretFileOptions

  func run() throws {
    let (file, container, _) = try options.open(options.path(), HostEnvironment.secrets)
    let names = container.contents.names
    if options.json {
      let result = JSONValue.object([
        ("path", .text(file.path)),
        ("names", .array(names.map { .object([("name", .text($0)), ("used", .boolean(SecretName(rawValue: $0) != nil))]) })),
        ("container", file.format.json),
      ])
      return try Console.result(result.description)
    }
    Console.line("\(file.path): \(file.format.words)")
    for name in names { Console.line("  \(name)") }
    let unused = names.filter { SecretName(rawValue: $0) == nil }
    if !unused.isEmpty { Console.line("kept, and used by nothing here: \(unused.joined(separator: ", "))") }
  }
}
