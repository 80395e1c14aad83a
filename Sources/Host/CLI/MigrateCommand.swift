import ArgumentParser
import Kernel
import Market
import Secrets
import Session

/// `quantumedge migrate OLD_ROOT`: what the Python system has, moved over; the old folder is only read.
struct MigrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Move settings, secrets, models, registry and ticks of the Python system over, into another root than its own.",
    discussion: "Every file that is made or replaced stands in config/migration.json, and --undo takes it back. "
      + "storage/models, runtime/models and data/ticks are copied; nothing that is there already is replaced by one of theirs.")

  @Argument(help: ArgumentHelp("The root folder of the old system; with --undo none.", valueName: "old_root"))
  var oldRoot: String?

  @Option(name: .long, help: ArgumentHelp("The new root; default: $QE_ROOT, else the current folder.", valueName: "folder"))
  var root: String?

  @Flag(name: .long, help: "Say what would be done, and do nothing.")
  var dryRun = false

  @Flag(name: .long, help: "Take the last migration back, but for files that were changed since.")
  var undo = false

  @Option(name: .customLong("passphrase-fd"), help: ArgumentHelp("Read the passphrase of the old secrets from this file descriptor.", valueName: "n"))
  var passphraseDescriptor: Int32?

  @Flag(name: .long, help: "Leave the old container of secrets where it is: no passphrase is needed.")
  var withoutSecrets = false

  @Flag(name: .long, help: "Leave tick files where they are, for those who name the folder with --data.")
  var withoutTicks = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if undo == (oldRoot != nil) { throw ValidationError(undo ? "--undo takes no folder" : "name the old root folder, or give --undo") }
    try SecretFileOptions.check(passphraseDescriptor, "--passphrase-fd")
  }

  func run() throws {
    let given = HostEnvironment.variables["QE_ROOT"].flatMap { $0.isEmpty ? nil : $0 }
    var migration = Migration(root: root ?? given ?? ".", isDry: dryRun, leavesSecrets: withoutSecrets, leavesTicks: withoutTicks)
    do {
      if let oldRoot {
        HostEnvironment.hideMemory()
        try migration.run(from: oldRoot, passphrase: PassphraseSource(descriptor: passphraseDescriptor, environment: HostEnvironment.secrets))
      } else {
        try migration.undo()
      }
    } catch {
      for line in migration.done { Console.line(line) }
      if oldRoot != nil, !migration.done.isEmpty { Console.line("it broke off here; take it back with: quantumedge migrate --undo") }
      // Of a folder that may not be written, or a full disk: nothing of ours is broken.
      if let error = error as? KernelError { throw SessionError(error.isMissing ? .missingInput : .unavailable, "\(error)") }
      throw error
    }
    for line in migration.done { Console.line((dryRun ? "would have " : "") + line) }
    for fault in migration.faults { Console.warning("to be mended: \(fault)") }
    for line in migration.left { Console.line("\(undo ? "not taken back" : "not moved"): \(line)") }
    if output.json {
      try Console.result(
        JSONValue.object([
          ("dry_run", .boolean(dryRun)), ("done", .array(migration.done.map { .text($0) })), ("not_moved", .array(migration.left.map { .text($0) })),
          ("faults", .array(migration.faults.map { .text($0) })),
          (
            "copies",
            .array(
              migration.copies.map { copy in
                .object([("from", .text(copy.source)), ("to", .text("\(migration.root)/\(copy.path)")), ("bytes", .integer(Int(copy.bytes)))])
              })
          ),
        ]).description)
    }
    if undo, !migration.left.isEmpty { throw ExitCode(FaultKind.failed.exitCode) }
  }
}
