import FoundationEssentials
import HTTPClient
import Kernel
import Settings

extension Doctor {
  private static let timeoutMilliseconds = 3000
  /// Binance takes a request up to recvWindow late and one second early.
  private static let maximumOffsetMilliseconds: Int64 = 1000

  /// The venue where the mode needs it, and the Supervisor where it is asked.
  static func network(_ settings: Settings) -> [Finding] {
    var findings: [Finding] = []
    let isNeeded = settings.mode.tradesOnVenue
    if isNeeded || (settings.mode == .paper && !settings.takesMockFeed && !settings.takesRecordings) {
      findings += venue(settings, isNeeded: isNeeded)
    } else {
      findings.append(.pass("venue", "mode \(settings.mode.rawValue) asks none"))
    }
    if settings.hasSupervisor {
      findings.append(supervisor(settings))
    } else {
      findings.append(.pass("supervisor", "not used"))
    }
    return findings
  }

  private static func venue(_ settings: Settings, isNeeded: Bool) -> [Finding] {
    let isSpot = settings.exchange == .binanceSpot
    let key = settings.mode == .demo ? "binance_demo.base_url" : isSpot ? "binance.base_url" : "binance.usdm_base_url"
    let url = settings.value(of: key) + (isSpot ? "/api/v3/time" : "/fapi/v1/time")
    func bad(_ check: String, _ message: String, _ cure: String) -> Finding {
      isNeeded ? .fail(check, message, cure: cure) : .warn(check, message, cure: cure)
    }
    var offsets: [Int64] = []
    // The median of three: one slow answer says nothing about a clock.
    for _ in 0..<3 {
      let began = Clocks.realtimeNanoseconds()
      do throws(HTTPError) {
        let answer = try HTTPClient.get(url, timeoutMilliseconds: timeoutMilliseconds)
        guard answer.status == 200, let time = try? JSONDecoder().decode(ServerTime.self, from: Data(answer.body)) else {
          return [
            bad(
              "venue", "\(key): \(url) answers with status \(answer.status), and not with its time",
              "correct \(key), or look at the venue's own status page")
          ]
        }
        // Between the years 2001 and 2100: whatever else a number says, it is no time of today.
        guard (1_000_000_000_000...4_102_444_800_000).contains(time.serverTime) else {
          return [bad("venue", "\(key): \(url) says that it is \(time.serverTime) ms, which is no time", "correct \(key)")]
        }
        // The server looked at its clock between the request's leaving and the answer's coming; half way is the best guess.
        offsets.append((began + (answer.sentNanoseconds + answer.answeredNanoseconds) / 2) / 1_000_000 - time.serverTime)
      } catch {
        return [bad("venue", "\(key): \(url): \(error)", "look at the network, a proxy, or correct \(key)")]
      }
    }
    let offset = offsets.sorted()[1]
    let direction = offset > 0 ? "ahead of" : "behind"
    let clock =
      abs(offset) > maximumOffsetMilliseconds
      ? bad("clock", "this clock is \(abs(offset)) ms \(direction) the venue's", "synchronise it, as with chrony")
      : Finding.pass("clock", "this clock is \(abs(offset)) ms \(direction) the venue's")
    return [.pass("venue", "\(url) answers"), clock]
  }

  private struct ServerTime: Decodable {
    /// Milliseconds since the epoch.
    var serverTime: Int64
  }

  private static func supervisor(_ settings: Settings) -> Finding {
    let url = settings.supervisor.baseURL + "/api/v1/dashboard/health"
    do throws(HTTPError) {
      let status = try HTTPClient.get(
        url, timeoutMilliseconds: timeoutMilliseconds, certificateAuthority: settings.supervisor.certificateAuthorityFile.map(settings.resolved)
      ).status
      if status == 401 {
        return .warn(
          "supervisor", "\(url) answers, and wants its token, which is not tried from here",
          cure: "see that SUPERVISOR_API_TOKEN is the Supervisor's own")
      }
      return status == 200
        ? .pass("supervisor", "\(url) answers with status \(status)")
        : .fail("supervisor", "\(url) answers with status \(status)", cure: "is it a SupervisorAgent? correct supervisor.base_url")
    } catch {
      return .fail("supervisor", "\(url): \(error)", cure: "start the Supervisor, or correct supervisor.base_url")
    }
  }
}
