import Kernel
import Market
import Session
import Settings

/// `runtime/state/<mode>/<venue>/<account>/`: what one mode on one account remembers. Modes never share it.
public struct StateFolder: ~Copyable {
  public let path: String
  /// Held for the life of the host: one host per mode and account.
  private let lock: FileLock
  /// And on the folder itself: who removes the lock's file lets nobody in.
  private let folderLock: FileLock

  /// The modes without a venue of their own trade on one practice account.
  public static let practiceAccount = "paper"

  public static func path(_ settings: Settings) -> String {
    "\(settings.runtimeFolder)/state/\(settings.mode.rawValue)/\(settings.pairs.venue)/\(practiceAccount)"
  }

  /// Where a host with these settings listens for its operator.
  public static func controlSocketPath(_ settings: Settings) -> String { "\(path(settings))/\(ControlServer.socketName)" }

  /// Those that are there, of any mode, venue and account.
  static func all(below runtimeFolder: String) -> [(mode: Mode, path: String)] {
    Mode.allCases.flatMap { mode in
      let venues = "\(runtimeFolder)/state/\(mode.rawValue)"
      return ((try? Files.names(in: venues)) ?? []).sorted().flatMap { venue in
        ((try? Files.names(in: "\(venues)/\(venue)")) ?? []).sorted().map { (mode: mode, path: "\(venues)/\(venue)/\($0)") }
      }
    }
  }

  /// Makes the folder where it is missing and takes its lock.
  ///
  /// - Throws: a fault of kind `.unavailable` when another host runs on it.
  public init(_ settings: Settings) throws {
    let (path, mode) = (Self.path(settings), settings.mode.rawValue)
    do { try Files.createFolders(path) } catch { throw SessionError(.unavailable, "\(error)") }
    func held(_ acquire: () throws(KernelError) -> FileLock?) throws(SessionError) -> FileLock {
      let free: FileLock?
      do { free = try acquire() } catch { throw SessionError(.unavailable, "\(error); the host must be able to write its state folder") }
      guard let lock = free else {
        throw SessionError(.unavailable, "\(path): another host runs in \(mode) mode on this account; stop it first")
      }
      return lock
    }
    let lock = try held { () throws(KernelError) in try FileLock.tryAcquire("\(path)/lock") }
    let folderLock = try held { () throws(KernelError) in try FileLock.tryAcquire(folder: path) }
    self.path = path
    self.lock = lock
    self.folderLock = folderLock
  }

  public var killLatchPath: String { "\(path)/kill.json" }
}
