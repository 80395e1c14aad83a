import Glibc
import Kernel

/// The child's side: runs one case and leaves a record. Executables that start children hand their words to this first.
public enum CaseChild {
  /// Runs the case and ends the process, if the words of the command line ask for one; else returns.
  public static func runIfAsked(_ words: [String]) {
    guard words.first == ChildOrder.word else { return }
    guard let order = ChildOrder(words), let test = Catalogue.find(order.caseID) else { _exit(64) }
    do throws(KernelError) {
      try Subprocess.settle(
        parent: order.parent, memoryBytes: memoryBytes, fileBytes: order.options.files.isEmpty ? 64 << 20 : UInt64(LentFiles.sizeLimit))
    } catch { _exit(71) }
    let trial = Trial(test, order.options)
    let record: ChildRecord
    do {
      let detail = try test.run(trial)
      record = ChildRecord(outcome: .pass, fingerprint: trial.fingerprint, detail: detail)
    } catch let finding as Finding {
      record = ChildRecord(outcome: finding.outcome, detail: finding.text)
    } catch {
      record = ChildRecord(outcome: .fail, detail: "\(error)")
    }
    // No destructor and no at-exit handler of the plugin: the case is over.
    _exit(trial.leave(record) ? 0 : 74)
  }

  /// A plugin that wants more is told so by its own malloc.
  private static let memoryBytes: UInt64 = 4 << 30
}
