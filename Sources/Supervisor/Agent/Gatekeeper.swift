import Cryptography
import Market
import Synchronization

/// Who may ask: whoever has the token. Somebody who guesses is not answered for the rest of a minute.
public final class Gatekeeper: Sendable {
  public enum Decision: Sendable, Equatable {
    case admitted
    case refused
    /// Too many wrong ones from there.
    case shutOut
  }

  private struct Attempts {
    /// Since 1970.
    var minute: Int64 = 0
    var byPeer: [String: Int] = [:]
  }

  /// Of the token: comparing digests takes as long wherever two words differ.
  private let digest: Digest?
  private let maximumBadPerMinute: Int
  private let attempts = Mutex(Attempts())

  /// - Parameter token: empty = nobody needs one.
  public init(token: SecureBytes, maximumBadPerMinute: Int) {
    digest = token.withBytes { $0.isEmpty ? nil : SHA256Hasher.digest(of: $0) }
    self.maximumBadPerMinute = maximumBadPerMinute
  }

  /// - Parameters:
  ///   - word: of the header; nil = there is none.
  ///   - now: ms since 1970.
  public func decide(_ word: String?, peer: String, at now: Int64) -> Decision {
    guard let digest else { return .admitted }
    let isRight = word.map { Self.isEqual(SHA256Hasher.digest(of: Array($0.utf8)), digest) } ?? false
    return attempts.withLock { attempts in
      if attempts.minute != now / 60_000 { attempts = Attempts(minute: now / 60_000) }
      let bad = attempts.byPeer[peer] ?? 0
      // Also with the right one: else the answer would tell which one it is.
      if bad >= maximumBadPerMinute { return .shutOut }
      if isRight { return .admitted }
      // What asks from ever new addresses does not fill the memory.
      if attempts.byPeer.count < 10_000 || bad > 0 { attempts.byPeer[peer] = bad + 1 }
      return .refused
    }
  }

  private static func isEqual(_ a: Digest, _ b: Digest) -> Bool { zip(a.bytes, b.bytes).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 }
}
