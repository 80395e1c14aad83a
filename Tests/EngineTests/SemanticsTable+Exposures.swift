import Engine
import Market
import PluginABI
import Risk
import TestKit

extension SemanticsTable {
  // MARK: Exposures

  private static func exposure(_ name: String, _ code: RefusalCode, _ units: Int64, _ change: @escaping (inout Setup, Money) -> Void) -> Row {
    Row(name) { level in
      Setup {
        let limit = around(units, level)
        change(&$0, limit)
        if level == .over { $0.openingAnswer = .money(code, Int128(units) * unit, limit: limit.raw) }
      }
    }
  }

  static var exposures: [Row] {
    [
      exposure("order notional", .orderNotionalLimit, 1800) {
        $0.limits.maximumOrderNotional = $1
        $0.opening = .market(7, .buy, 30)
      },
      exposure("symbol exposure", .symbolNotionalLimit, 1800) { $0.limits.maximumSymbolNotional = $1 },
      exposure("per-symbol override", .symbolNotionalLimit, 1800) { $0.symbolNotional = [$1] },
      exposure("per-instance notional", .instanceNotionalLimit, 1800) { $0.limits.instance.maximumNotional = $1 },
      exposure("gross exposure", .grossExposureLimit, 2400) { setup, limit in
        setup.instruments = [Samples.perpetual(), Samples.perpetual(symbol: "ETHUSDT")]
        setup.instances = [0, 1]
        setup.limits.maximumGrossExposure = limit
        setup.prepare = { $0.hold(10, instance: 1) }
      },
      Row("leverage") { level in
        Setup {
          // Exposure 1800 on an equity of 1000.
          $0.cash = Money(units: 1000)
          let multiple: Int64 = level == .inside ? 1_800_001 : level == .at ? 1_800_000 : 1_799_999
          $0.limits.maximumLeverage = multiple
          if level == .over { $0.openingAnswer = .money(.leverageLimit, 1800 * unit, limit: Int128(multiple) * unit / 1000) }
        }
      },
      Row("liquidation distance") { level in
        Setup {
          // Exposure 1800, of which 40 bps are the maintenance margin: (187.2 - 7.2) / 1800 = 0.1.
          $0.instruments = [Samples.perpetual(leverage: 125)]
          $0.cash = Money(raw: 1872 * unit / 10)
          let least: Int64 = level == .inside ? 99_999 : level == .at ? 100_000 : 100_001
          $0.limits.minimumLiquidationDistance = least
          if level == .over { $0.openingAnswer = .refused(.liquidationDistance, .fraction, value: 100_000, limit: 100_001) }
        }
      },
      Row("funds, margin") { level in
        Setup {
          // 1800 at leverage 5.
          $0.cash = around(360, level)
          if level == .over { $0.openingAnswer = .money(.insufficientFunds, 360 * unit, limit: 360 * unit - 1) }
        }
      },
      Row("funds, spot") { level in
        Setup {
          // 1200 are spent on what is held; an exit's funds are the coins.
          $0.instruments = [Samples.spot()]
          $0.cash = around(1800, level)
          if level == .over { $0.openingAnswer = .money(.insufficientFunds, 600 * unit, limit: 600 * unit - 1) }
          let coins: Int64 = level == .inside ? 19 : level == .at ? 20 : 21
          $0.reducing = .market(7, .sell, coins)
          if level == .over { $0.reducingAnswer = .quantity(.spotShort, 21, limit: 20) }
        }
      },
    ]
  }
}
