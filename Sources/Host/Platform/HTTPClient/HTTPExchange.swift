import CLibCurl
import Glibc
import Kernel
import Synchronization

/// Requests of many over one thread and libcurl's kept connections. Whoever asks does not wait: the answer comes on that thread.
public final class HTTPExchange: Sendable {
  public typealias Completion = @Sendable (Result<HTTPResponse, HTTPError>) -> Void

  private struct Shared {
    var asked: [(request: HTTPRequest, completion: Completion)] = []
    var isEnding = false
  }

  /// libcurl's, used by the exchange's thread; `curl_multi_wakeup` is for all.
  private struct Multi: @unchecked Sendable { let pointer: UnsafeMutableRawPointer }

  private let multi: Multi
  private let headers: HTTPHeaders
  private let certificateAuthority: String?
  private let shared = Mutex(Shared())
  /// Asked, and not answered.
  private let open = Atomic<Int>(0)
  private let maximumOpen: Int
  private let isOver = Atomic<Bool>(false)
  private let ended: WakeSignal

  /// - Parameters:
  ///   - headers: of each request.
  ///   - certificateAuthority: a PEM file in the place of the system's; nil = those.
  ///   - maximumOpen: requests at a time; one more is refused.
  public init(headers: HTTPHeaders, certificateAuthority: String? = nil, maximumOpen: Int = 1024) throws(KernelError) {
    guard let multi = curl_multi_init() else { throw KernelError("start", "libcurl", code: ENOMEM) }
    self.multi = Multi(pointer: multi)
    self.headers = headers
    self.certificateAuthority = certificateAuthority
    self.maximumOpen = maximumOpen
    ended = try WakeSignal()
    // Questions about orders go side by side; a burst of them does not flood whoever answers.
    _ = qe_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 32)
    _ = qe_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 32)
    try BackgroundThread.start { [self] in work() }
  }

  deinit { _ = curl_multi_cleanup(multi.pointer) }

  /// - Parameter completion: called once, on the exchange's thread; it must not wait.
  /// - Returns: false where too many are open already, or the exchange has ended; nothing is called then.
  public func send(_ request: HTTPRequest, completion: @escaping Completion) -> Bool {
    guard open.add(1, ordering: .relaxed).newValue <= maximumOpen else {
      open.subtract(1, ordering: .relaxed)
      return false
    }
    let isTaken = shared.withLock { shared in
      guard !shared.isEnding else { return false }
      shared.asked.append((request, completion))
      return true
    }
    guard isTaken else {
      open.subtract(1, ordering: .relaxed)
      return false
    }
    curl_multi_wakeup(multi.pointer)
    return true
  }

  /// Ends the thread; what is open is answered as ended. Waits for it.
  public func stop() {
    shared.withLock { $0.isEnding = true }
    curl_multi_wakeup(multi.pointer)
    while !isOver.load(ordering: .acquiring) { ended.wait(milliseconds: 1000) }
  }

  private func work() {
    var transfers: [UnsafeMutableRawPointer: (transfer: Transfer, completion: Completion)] = [:]
    func finish(_ completion: Completion, _ result: Result<HTTPResponse, HTTPError>) {
      open.subtract(1, ordering: .relaxed)
      completion(result)
    }
    while true {
      let (asked, isEnding) = shared.withLock { shared in
        defer { shared.asked = [] }
        return (shared.asked, shared.isEnding)
      }
      for (request, completion) in asked {
        do throws(HTTPError) {
          let transfer = try Transfer(request, headers: headers, certificateAuthority: certificateAuthority)
          guard curl_multi_add_handle(multi.pointer, transfer.handle) == CURLM_OK else { throw HTTPError(.failed, "libcurl does not take it") }
          transfers[transfer.handle] = (transfer, completion)
        } catch { finish(completion, .failure(error)) }
      }
      if isEnding { break }
      var running: Int32 = 0
      _ = curl_multi_perform(multi.pointer, &running)
      var handle: UnsafeMutableRawPointer?
      var code = CURLE_OK
      while qe_curl_multi_done(multi.pointer, &handle, &code) == 1 {
        guard let done = handle, let (transfer, completion) = transfers.removeValue(forKey: done) else { continue }
        _ = curl_multi_remove_handle(multi.pointer, done)
        do throws(HTTPError) { finish(completion, .success(try transfer.result(of: code))) } catch { finish(completion, .failure(error)) }
      }
      _ = curl_multi_poll(multi.pointer, nil, 0, 60_000, nil)
    }
    for (handle, (_, completion)) in transfers {
      _ = curl_multi_remove_handle(multi.pointer, handle)
      finish(completion, .failure(HTTPError(.ended, "the host ends")))
    }
    isOver.store(true, ordering: .releasing)
    ended.raise()
  }
}
