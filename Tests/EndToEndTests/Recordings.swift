import Foundation
import TestKit

/// A raw recording that a test makes itself: a walk of trades with quotes and depth around it, on futures.
struct Recordings {
  private(set) var lines: [String] = []
  private(set) var times: [Int64] = []
  private(set) var trades = 0
  private(set) var quotes = 0
  private(set) var depth = 0

  /// - Parameter tradesOnly: as venues send them to those who ask for nothing else.
  init(_ count: Int, chance: inout Chance, tradesOnly: Bool = false) {
    var price: Int64 = 600_000
    var drift: Int64 = 0
    var milliseconds: Int64 = 1_723_161_256_000
    var id: Int64 = 1000
    var last = price
    func text(_ tenths: Int64) -> String { "\(tenths / 10).\(tenths % 10)0" }
    func add(_ line: String) {
      lines.append(line)
      times.append(milliseconds * 1_000_000 + 15_000_000)
    }
    for index in 0..<count {
      if index % 64 == 0 { drift = Int64.random(in: -6...6, using: &chance) }
      price = max(10_000, price + drift + Int64.random(in: -30...30, using: &chance))
      milliseconds += Int64.random(in: 0...40, using: &chance)
      if !tradesOnly {
        let previous = id
        id += Int64.random(in: 1...9, using: &chance)
        add(
          #"{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":\#(milliseconds),"T":\#(milliseconds - 1),"s":"BTCUSDT","U":\#(previous + 1),"u":\#(id),"pu":\#(previous),"b":[["\#(text(last - 1))","0.000"],["\#(text(price - 1))","2.000"]],"a":[["\#(text(last + 1))","0.000"],["\#(text(price + 1))","3.000"]]}}"#
        )
        last = price
        depth += 1
        add(
          #"{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":\#(id),"s":"BTCUSDT","b":"\#(text(price - 1))","B":"2.000","a":"\#(text(price + 1))","A":"3.000","T":\#(milliseconds),"E":\#(milliseconds)}}"#
        )
        quotes += 1
      }
      add(
        #"{"stream":"btcusdt@trade","data":{"e":"trade","E":\#(milliseconds),"T":\#(milliseconds),"s":"BTCUSDT","t":\#(index),"p":"\#(text(price))","q":"0.\#(String(1001 + Int64.random(in: 0..<999, using: &chance)).dropFirst())","X":"MARKET","m":\#(chance.chance(50))}}"#
      )
      trades += 1
    }
  }

  /// The book's snapshot ahead of the first line.
  static let snapshot =
    #"{"recv_ns":1723161256000000000,"after_ws_lines":0,"body":{"lastUpdateId":1000,"bids":[["1.00","1.000"]],"asks":[["999999.00","1.000"]]}}"#

  var text: String { lines.joined(separator: "\n") + "\n" }

  /// Writes `name.ws.jsonl` and its receive times.
  func write(_ folder: TemporaryFolder, _ name: String) throws -> String {
    try folder.write(times.map { "\($0)\n" }.joined(), to: "\(name).recv_ns.txt")
    return try folder.write(text, to: "\(name).ws.jsonl")
  }
}
