import Cryptography
import Session
import Settings

extension ModelSource {
  /// The models of a run, and of whoever looks at what a run would do: what is in quarantine is not among them.
  ///
  /// - Parameter folder: of published models, in the place of the settings' source; nil = the settings'.
  public static func quarantining(_ settings: Settings, executableFolder: String, folder: String? = nil) -> ModelSource {
    ModelSource(settings, executableFolder: executableFolder, folder: folder, quarantined: Quarantine.objections(settings))
  }
}

extension Quarantine {
  /// Why a file, by its digest, is not to be used in the settings' mode; nil = it may.
  public static func objections(_ settings: Settings) -> @Sendable (Digest) -> String? {
    let quarantine = Quarantine(folder: StateFolder.path(settings))
    return { digest in
      guard let entries = try? quarantine.read() else { return "the list of what is in quarantine cannot be read" }
      return entries.first { $0.digest == digest.hex }.map {
        "it is in quarantine since \($0.at): \($0.reason); release it with: \(releaseCommand(digest.hex, settings))"
      }
    }
  }

  /// Of something that is current now: the hosts that will not run it, and how they would. What is published is for the hosts of all modes.
  public static func warnings(_ digest: Digest, _ settings: Settings) -> [String] {
    Mode.allCases.compactMap { mode in
      var settings = settings
      settings.mode = mode
      let quarantine = Quarantine(folder: StateFolder.path(settings))
      do throws(SessionError) {
        return try quarantine.read().first { $0.digest == digest.hex }.map {
          "\($0.instance) is in quarantine in mode \(mode.rawValue) since \($0.at): \($0.reason); hosts of that mode do not run it before: "
            + releaseCommand(digest.hex, settings)
        }
      } catch { return "mode \(mode.rawValue): \(error)" }
    }
  }

  static func releaseCommand(_ digest: String, _ settings: Settings) -> String {
    "quantumedge plugin quarantine release \(digest.prefix(12)) --mode \(settings.mode.rawValue)"
  }
}
