import Glibc

/// What the threads of a training do next: read a symbol's files, or fit one of its models.
///
/// A dataset is read once, by whoever comes first, and dropped with its last model. While one is being read, whoever waits for it begins
/// with the next symbol; more than two datasets are never there.
final class TrainingQueue: @unchecked Sendable {
  // Unchecked: everything is used under the lock alone.

  enum Work {
    /// Hand the outcome to `put`.
    case read(subject: Int)
    /// Say `finish` behind it.
    case train(subject: Int, horizon: Int, Result<Dataset, ResearchError>)
  }

  private struct Shelf {
    var isBegun = false
    var made: Result<Dataset, ResearchError>?
    /// The next horizon that nobody has taken.
    var next = 0
    /// Models that are not finished.
    var open: Int
  }

  static let maximumDatasets = 2

  private let horizonCount: Int
  private var shelves: [Shelf]
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  init(subjectCount: Int, horizonCount: Int) {
    self.horizonCount = horizonCount
    shelves = [Shelf](repeating: Shelf(open: horizonCount), count: subjectCount)
    // Unsafe: both stay at one address, as the calls want it, and are owned here.
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
    changed = .allocate(capacity: 1)
    changed.initialize(to: pthread_cond_t())
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    changed.deallocate()
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  /// Waits where there will be work; nil where none is left.
  func take() -> Work? {
    locked {
      while true {
        if let work = workNow() { return work }
        if shelves.allSatisfy({ $0.next == horizonCount }) { return nil }
        pthread_cond_wait(changed, lock)
      }
    }
  }

  /// What there is to do at once; under the lock, or from one thread.
  func workNow() -> Work? {
    if let subject = shelves.firstIndex(where: { $0.made != nil && $0.next < horizonCount }), let made = shelves[subject].made {
      shelves[subject].next += 1
      return .train(subject: subject, horizon: shelves[subject].next - 1, made)
    }
    guard shelves.count(where: { $0.isBegun && $0.open > 0 }) < Self.maximumDatasets else { return nil }
    guard let subject = shelves.firstIndex(where: { !$0.isBegun }) else { return nil }
    shelves[subject].isBegun = true
    return .read(subject: subject)
  }

  func put(_ made: Result<Dataset, ResearchError>, subject: Int) {
    locked {
      shelves[subject].made = made
      pthread_cond_broadcast(changed)
    }
  }

  /// One of a subject's models is done, or has failed.
  func finish(subject: Int) {
    locked {
      shelves[subject].open -= 1
      if shelves[subject].open == 0 { shelves[subject].made = nil }
      pthread_cond_broadcast(changed)
    }
  }
}
