import ArgumentParser
import Plugins

/// `quantumedge worker`: started by a host that runs a plugin in a process of its own, never by people.
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "worker", abstract: "One plugin in a sandbox.", shouldDisplay: false)

  func run() throws { WorkerMain.run() }
}
