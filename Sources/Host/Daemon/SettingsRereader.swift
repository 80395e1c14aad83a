import Kernel
import Settings
import Synchronization

/// Reads the settings again, off the engine's thread: files may lie on a disk that does not answer, or be pipes.
final class SettingsRereader: Sendable {
  /// Who asked; nil = SIGHUP.
  typealias Request = UInt64
  struct Answer: Sendable {
    var request: Request?
    var settings: Result<Settings, SettingsError>
  }

  private let read: @Sendable () throws(SettingsError) -> SettingsReading
  private let tellEngine: @Sendable () -> Void
  private let answers = Mutex<[Answer]>([])
  private let isWaiting = Atomic<Bool>(false)
  private let isReading = Atomic<Bool>(false)

  init(read: @escaping @Sendable () throws(SettingsError) -> SettingsReading, tellEngine: @escaping @Sendable () -> Void) {
    self.read = read
    self.tellEngine = tellEngine
  }

  /// False when a reading is under way, or no thread can be started.
  func start(for request: Request?) -> Bool {
    guard !isReading.exchange(true, ordering: .acquiring) else { return false }
    let work: @Sendable () -> Void = { [self] in
      let result: Result<Settings, SettingsError>
      do throws(SettingsError) { result = .success(try read().settings) } catch { result = .failure(error) }
      answers.withLock { $0.append(Answer(request: request, settings: result)) }
      isReading.store(false, ordering: .releasing)
      isWaiting.store(true, ordering: .releasing)
      tellEngine()
    }
    do { try BackgroundThread.start(work) } catch {
      isReading.store(false, ordering: .releasing)
      return false
    }
    return true
  }

  /// The oldest answer; one atomic load when there is none.
  func take() -> Answer? {
    guard isWaiting.load(ordering: .relaxed), isWaiting.exchange(false, ordering: .acquiring) else { return nil }
    return answers.withLock { answers in
      guard !answers.isEmpty else { return nil }
      // Two may have come before the first look.
      if answers.count > 1 { isWaiting.store(true, ordering: .releasing) }
      return answers.removeFirst()
    }
  }
}
