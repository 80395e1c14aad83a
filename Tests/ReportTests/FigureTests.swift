import Foundation
import Market
import Testing

@testable import Report

@Suite struct FigureTests {
  @Test(arguments: [
    ("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567.8901", "−1,234,567.8901"), ("-0.5", "−0.5"), ("100000", "100,000"),
  ])
  func `thousands are grouped and minus is minus`(text: String, shown: String) { #expect(FigureText.grouped(text) == shown) }

  @Test func `small amounts get the decimals that show them`() {
    #expect(FigureText.decimals(showing: 412.2) == 2)
    #expect(FigureText.decimals(showing: 0.0601) == 4)
    #expect(FigureText.decimals(showing: 0) == 2)
    #expect(FigureText.decimals(showing: 1e-12) == 8)
    #expect(FigureText.percent(-0.0004122) == "−0.041 %")
    #expect(FigureText.percent(.nan) == "–")
    #expect(FigureText.signedMoney(Money(raw: 1_500_000_000_000_000_000), decimals: 2) == "+1.50")
  }

  @Test(arguments: [(0, "0 ms"), (12_340, "12.3 s"), (250_000, "4 min 10 s"), (4_980_000, "1 h 23 min"), (273_600_000, "3 d 4 h")])
  func `durations have two parts at most`(milliseconds: Int, shown: String) {
    #expect(FigureText.duration(milliseconds: Int64(milliseconds)) == shown)
  }

  @Test func `moments are those of Foundation's calendar`() {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS"
    for milliseconds: Int64 in [0, -1, 951_782_400_000, 951_868_799_999, 1_704_067_200_007, 1_709_164_800_000, 4_107_542_399_000] {
      let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
      #expect(UTCTime(milliseconds).precise == formatter.string(from: date))
    }
    #expect(UTCTime.milliseconds(year: 2023, month: 13) == 1_704_067_200_000)
  }

  @Test(arguments: [(0.0, 1.0), (999_587.0, 1_000_000.0), (-412.2, 0.0), (60_000.0, 60_000.0), (0.00001, 0.00002), (-5.0, 1e9)])
  func `value ticks are round, inside the range and told apart`(low: Double, high: Double) {
    let axis = ValueAxis(from: low, to: high, tickCount: 5)
    #expect(axis.ticks.count >= 2)
    #expect(axis.ticks.count <= 11)
    #expect(axis.minimum <= low)
    #expect(axis.maximum >= high)
    #expect(axis.ticks.allSatisfy { (-0.001...1.001).contains(axis.position($0)) })
    #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count)
    for tick in axis.ticks {
      let scaled = tick * pow(10, Double(axis.decimals))
      #expect(abs(scaled - scaled.rounded()) < 1e-4)
    }
  }

  @Test(arguments: [1, 50, 3_000, 59_300, 600_000, 20_000_000, 90_000_000, 700_000_000, 8_000_000_000, 400_000_000_000] as [Int64])
  func `time ticks are few, rising and told apart`(length: Int64) {
    let start: Int64 = 1_704_067_211_123
    let axis = TimeAxis(first: start, last: start + length)
    if length >= 50 { #expect(axis.ticks.count >= 2) }
    #expect(axis.ticks.count <= 12)
    #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0.milliseconds < $1.milliseconds && $0.label != $1.label })
    #expect(axis.ticks.allSatisfy { (0...1).contains(axis.position($0.milliseconds)) })
  }
}
