import ArgumentParser
import Daemon
import Journal
import Market
import Replay
import Session
import Settings

/// `quantumedge why`: one order or one decision, from the input to the venue's last word.
struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Why an order was sent or an intent refused: the input, the intent, each limit with its headroom, the verdict and the venue's words.")

  @Argument(help: ArgumentHelp("The host's number of an order, as in the journal and the logs.", valueName: "order"))
  var order: UInt64?

  @Option(name: .long, help: ArgumentHelp("Instead of an order: all that was decided at this input, refusals above all.", valueName: "number"))
  var input: UInt64?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder of a journal; default: of this mode and account's runs the newest that sent the order, for an input the last.", valueName: "folder")
  )
  var journal: String?

  @OptionGroup var host: HostOptions

  func validate() throws {
    if (order == nil) == (input == nil) { throw ValidationError("name an order, or an input with --input") }
  }

  func run() throws {
    let folder: String
    if let journal {
      folder = journal
    } else {
      let journals = JournalFolder("\(StateFolder.path(try host.settings.load(mode: host.mode)))/journal")
      if let order {
        folder = try Explanation.journal(of: order, in: journals)
      } else {
        guard let last = try journals.names().last else {
          throw SessionError(.missingInput, "\(journals.path): there is no journal; name one with --journal")
        }
        folder = journals.path(last)
      }
    }
    let explanation = try Explanation.read(folder: folder, order.map { .order($0) } ?? .input(input ?? 0))
    if host.output.json { try Console.result(explanation.json.description) }
    Console.line(explanation.lines.joined(separator: "\n"))
  }
}
