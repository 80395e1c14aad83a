import Features
import Foundation
import Market
import Models
import Research
import TestKit
import Testing
import XGBoostLibrary

/// Models of markets whose truth is known.
@Suite struct TrainerTests {
  private let library: XGBoost

  init() throws { library = try XGBoost.load() }

  private func train(
    _ ticks: [Tick], horizon: Int, schema: FeatureSchema = .v1, change: (inout TrainingOptions) -> Void = { _ in }
  ) throws(ResearchError) -> TrainedModel {
    var options = TrainingOptions()
    change(&options)
    return try Trainer(library, options).train(
      MadeMarket.dataset(ticks, schema: schema), symbol: "MADEUSDT", market: .usdm, horizonSeconds: horizon, trials: 1)
  }

  @Test(arguments: FeatureSchema.all.map(\.name)) func `an hour with a signal in it gives a correlation clearly above 0`(name: String) throws {
    let schema = try #require(FeatureSchema.named(name))
    let model = try train(MadeMarket(lean: 1).ticks(seconds: 3600, seed: 7), horizon: 1, schema: schema) { $0.folds = 3 }
    let interval = try #require(model.evaluation.interval)
    print("\(name): MCC \(model.evaluation.matthews), 95 % interval \(interval.low)...\(interval.high)")
    #expect(interval.low > 0.15)
    #expect(model.evaluation.logLoss < model.evaluation.baseLogLoss)
    #expect(model.finding.hasPrefix("The model foresees something"))
    #expect(model.gains[0].name.hasPrefix("imb"), "the signal is in who took: \(model.gains.prefix(5))")
    #expect(String(decoding: model.model, as: UTF8.self).contains("\"feature_names\":[\"ret_1s\""))
    #expect(model.folds.count == 3 && model.folds.allSatisfy { ($0.evaluation?.interval?.low ?? -1) > 0 })
  }

  @Test func `of twenty random walks at most one is taken for a market that can be foreseen`() throws {
    var outside: [UInt64] = []
    for seed in 1...20 as ClosedRange<UInt64> {
      let model = try train(MadeMarket().ticks(seconds: 1800, seed: seed), horizon: 5, schema: seed % 2 == 0 ? .v1 : .v2)
      guard let interval = model.evaluation.interval else {
        #expect(model.evaluation.matthews == 0)
        continue
      }
      if interval.low > 0 || interval.high < 0 { outside.append(seed) } else { #expect(model.finding.hasPrefix("No evidence of predictive value")) }
    }
    #expect(outside.count <= 1, "seeds \(outside)")
  }

  @Test func `equal data and seeds give equal bytes, other seeds others`() throws {
    let ticks = MadeMarket(lean: 1).ticks(seconds: 1500, seed: 21)
    let one = try train(ticks, horizon: 1)
    let again = try train(ticks, horizon: 1)
    let other = try train(ticks, horizon: 1) { $0.seed = 43 }
    #expect(one.model == again.model)
    #expect(one.model != other.model)
    #expect(one.evaluation == again.evaluation)
  }

  @Test func `models trained side by side are those trained alone`() async throws {
    let ticks = MadeMarket(lean: 1).ticks(seconds: 1500, seed: 22)
    let alone = try [1, 5].map { try train(ticks, horizon: $0).model }
    let together = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      for (index, horizon) in [1, 5].enumerated() { group.addTask { (index, try train(ticks, horizon: horizon).model) } }
      return try await group.reduce(into: [[UInt8]](repeating: [], count: 2)) { $0[$1.0] = $1.1 }
    }
    #expect(alone == together)
  }

  @Test func `a saved model says the same again`() throws {
    let ticks = MadeMarket(lean: 1).ticks(seconds: 1500, seed: 23)
    let model = try train(ticks, horizon: 1)
    let again = try #require(try Trainer(library, model.options).evaluate(model: model.model, on: MadeMarket.dataset(ticks), horizonSeconds: 1))
    #expect(again == model.evaluation)
  }

  @Test func `training ends when the validation rows gain no more`() throws {
    let model = try train(MadeMarket().ticks(seconds: 2000, seed: 24), horizon: 1) { $0.patience = 10 }
    #expect(model.curve.validation.count == model.curve.bestRounds + 10)
    #expect(model.curve.validation.min() == model.curve.validation[model.curve.bestRounds - 1])
    let text = String(decoding: model.model, as: UTF8.self)
    #expect(text.contains("\"num_trees\":\"\(model.curve.bestRounds)\""))
  }

  @Test func `too little, one class and no library are refused by name`() throws {
    let few = MadeMarket().ticks(seconds: 300, seed: 25)
    func code(_ body: () throws(ResearchError) -> TrainedModel) -> (ResearchError.Code, String)? {
      do throws(ResearchError) {
        _ = try body()
        return nil
      } catch { return (error.code, error.description) }
    }
    let short = code { () throws(ResearchError) in try train(few, horizon: 1) }
    #expect(short?.0 == .rowsTooFew)
    #expect(short?.1.hasPrefix("rows_too_few: 238 rows with a label, --min-rows is 1000") == true, "\(short?.1 ?? "")")
    let flat = (0..<300).map { MadeMarket().tick(second: $0, price: 100) }
    let same = code { () throws(ResearchError) in try train(flat, horizon: 1) { $0.minimumRows = 100 } }
    #expect(same?.0 == .oneClass, "\(same?.1 ?? "")")
    let wide = code { () throws(ResearchError) in try train(few, horizon: 120) { $0.minimumRows = 100 } }
    #expect(wide?.0 == .rowsTooFew && wide?.1.contains("no row is left") == true, "\(wide?.1 ?? "")")
    #expect(throws: XGBoostError.self) { try XGBoost.load("libxgboost-that-is-not-there.so.0") }
    do throws(XGBoostError) { _ = try XGBoost.load("libxgboost-that-is-not-there.so.0") } catch {
      let fault = ResearchError(error)
      #expect(fault.code == .libraryMissing && fault.kind.exitCode == 69)
      #expect(fault.description.contains("apt-get install libxgboost-dev") && !fault.description.contains("\n"))
    }
    // A library that is no libxgboost is said to be none.
    do throws(XGBoostError) { _ = try XGBoost.load("libm.so.6") } catch {
      #expect(error.code == .unavailable && error.description.contains("XGBoostVersion"))
    }
  }

  @Test func `however few rows there are, there is a model or a name for why not`() throws {
    let ticks = MadeMarket().ticks(seconds: 140, seed: 27)
    var trained = 0
    for seconds in stride(from: 60, through: 140, by: 4) {
      let part = ticks.filter { $0.exchangeMilliseconds < ticks[0].exchangeMilliseconds + Int64(seconds) * 1000 }
      for horizon in [1, 7, 60] {
        do throws(ResearchError) {
          let model = try train(part, horizon: horizon) {
            $0.minimumRows = 1
            $0.folds = 50
            $0.rounds = 3
          }
          trained += 1
          #expect(model.folds.count == 50 && model.evaluation.interval == nil)
          #expect(model.finding.hasPrefix("No evidence"))
        } catch {
          #expect(error.code == .rowsTooFew || error.code == .oneClass, "\(error)")
        }
      }
    }
    #expect(trained > 10)
  }

  @Test func `a rare rise is called by its share, and only bought`() throws {
    let ticks = MadeMarket(lean: 1).ticks(seconds: 3600, seed: 26)
    let model = try train(ticks, horizon: 1) { $0.label = .costAware(bps: 3) }
    #expect(model.evaluation.positiveShare < 0.3)
    #expect(abs(model.evaluation.cut - model.evaluation.positiveShare) < 0.1)
    #expect((model.evaluation.interval?.low ?? 0) > 0)
  }
}
