import CLibCurl
import Glibc

/// Headers of all requests of one exchange. Their values are in no String, and are overwritten at the end.
public final class HTTPHeaders: @unchecked Sendable {
  // Unchecked: made whole before any thread has it, and only read then.
  let list: UnsafeMutablePointer<curl_slist>?

  /// JSON goes both ways.
  ///
  /// - Parameters:
  ///   - name: of a header whose value is lent; nil = there is none.
  ///   - value: without line ends.
  public init(name: String? = nil, value: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)) {
    var list = curl_slist_append(nil, "Content-Type: application/json")
    // An answer to "may I go on?" would be one round more.
    list = curl_slist_append(list, "Expect:")
    if let name {
      let front = Array("\(name): ".utf8)
      // Unsafe: one line and its end, overwritten before it is freed; libcurl takes a copy.
      let line = UnsafeMutableRawBufferPointer.allocate(byteCount: front.count + value.count + 1, alignment: 1)
      line.copyBytes(from: front)
      UnsafeMutableRawBufferPointer(rebasing: line[front.count...]).copyBytes(from: value)
      line[line.count - 1] = 0
      list = curl_slist_append(list, line.bindMemory(to: CChar.self).baseAddress)
      explicit_bzero(line.baseAddress!, line.count)
      line.deallocate()
    }
    self.list = list
  }

  deinit {
    var next = list
    while let entry = next {
      explicit_bzero(entry.pointee.data, strlen(entry.pointee.data))
      next = entry.pointee.next
    }
    curl_slist_free_all(list)
  }
}
