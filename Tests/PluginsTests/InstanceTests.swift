import Engine
import Foundation
import Market
import PluginABI
import Plugins
import TestKit
import Testing

@Suite struct InstanceTests {
  let library: PluginLibrary
  init() throws { library = try Libraries.load("Misbehaving") }

  @Test(arguments: [
    ("null_instance", "create_failed:NULL instance"), ("create_error", "create_failed:the fixture refuses on two lines"),
    ("create_silent", "create_failed:status 1"), ("create_garbage_status", "create_failed:status -2136627803"),
    ("create_unterminated", "create_failed:xxx"), ("error_with_instance", "create_failed:status 1"),
    ("initialise_error", "create_failed:initialise"), ("activate_error", "create_failed:activate"),
    ("no_such_fault", "create_failed:there is no such fault"),
  ])
  func aFaultUpToActivationIsCreateFailedWithItsReason(name: String, expected: String) throws {
    let library = library
    do {
      _ = try Libraries.instance(library, ["fault": name])
      Issue.record("it was created")
    } catch let error as PluginError {
      #expect(error.description.hasPrefix(expected), "\(error)")
      #expect(!error.description.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "one line that no terminal obeys")
      #expect(error.description.utf8.count < 1000)
      #expect(error.kind.exitCode == 65)
    }
  }

  @Test func aModelIsNoStrategy() throws {
    let model = try Libraries.load("MisbehavingModel")
    let error = try fault { _ = try Libraries.instance(model) }
    #expect(error.code == .compatMismatch("kind(model)"))
    #expect(error.kind.exitCode == 65)
  }

  @Test func eventsThatTheRunCannotDeliverAreRefusedByName() throws {
    let folder = try TemporaryFolder()
    let depth = try PluginLibrary.load(try Libraries.descriptor(fault: "events_depth", in: folder))
    #expect(try fault { _ = try Libraries.instance(depth) }.code == .compatMismatch("events(depth)"))
    let features = try PluginLibrary.load(try Libraries.descriptor(fault: "features", in: folder))
    #expect(try fault { _ = try Libraries.instance(features) }.code == .schemaMismatch)
  }

  @Test func theBindingRunsThePlugin() throws {
    let instance = try Libraries.instance(library, ["fault": "negative", "size": "0.25"])
    let binding = instance.binding
    #expect(binding.wants(QE_EVENT_TRADE))
    #expect(!binding.wants(QE_EVENT_QUOTE))
    let intents = run(binding, capacity: 4)
    #expect(intents.status == QE_OK)
    #expect(intents.count == 1)
    #expect(intents.first.quantity == -250)  // scale 3: the parameter crossed as a raw integer
    #expect(intents.first.side == QE_SIDE_BUY)
    instance.close()
    instance.close()
  }

  @Test func faultsWhileItRunsReachTheEngineAsTheyAre() throws {
    for (fault, status, count) in [
      ("none", QE_OK, UInt32(0)), ("process_error", QE_ERROR, 0), ("error_with_intents", QE_ERROR, 1), ("garbage_status", 0x7FFF_FFFF, 0),
      ("count_over_capacity", QE_OK, 5), ("count_without_intents", QE_OK, 4), ("flood", QE_OK, 4), ("random", QE_OK, 1), ("overflow", QE_OK, 1),
    ] {
      let instance = try Libraries.instance(library, ["fault": fault])
      let result = run(instance.binding, capacity: 4)
      #expect(result.status == status, "\(fault)")
      #expect(result.count == count, "\(fault)")
      instance.close()
    }
  }

  @Test func twoInstancesOfOneImageShareNothing() throws {
    let first = try Libraries.instance(library, ["fault": "zero"])
    let second = try Libraries.instance(library, ["fault": "zero"])
    for _ in 0..<3 { _ = run(first.binding, capacity: 1) }
    #expect(run(first.binding, capacity: 1).first.tag == 4)
    #expect(run(second.binding, capacity: 1).first.tag == 1)
  }

  @Test func stateGoesRoundByteForByte() throws {
    let first = try Libraries.instance(library, ["fault": "zero"])
    for _ in 0..<258 { _ = run(first.binding, capacity: 1) }
    let state = try #require(try first.saveState())
    #expect(state == [2, 1, 0, 0, 0, 0, 0, 0])
    let second = try Libraries.instance(library)
    try second.restoreState(state)
    #expect(try second.saveState() == state)
    #expect(run(second.binding, capacity: 1).status == QE_OK)
    #expect(try second.saveState() == [3, 1, 0, 0, 0, 0, 0, 0])
  }

  @Test func aRefusedStateLeavesTheInstanceAsItWas() throws {
    let instance = try Libraries.instance(library)
    for _ in 0..<5 { _ = run(instance.binding, capacity: 1) }
    let before = try instance.saveState()
    for wrong in [[], [1, 2, 3], [UInt8](repeating: 7, count: 9)] {
      #expect(try fault { try instance.restoreState(wrong) }.code == .stateInvalid)
      #expect(try instance.saveState() == before)
    }
  }

  @Test(arguments: ["state_save_error", "state_writes_more", "state_huge"])
  func aStateThatLiesIsRefused(name: String) throws {
    let instance = try Libraries.instance(library, ["fault": name])
    #expect(try fault { _ = try instance.saveState() }.code == .stateInvalid)
  }

  @Test func aRestoreIntoAnInstanceThatCannotBeActiveAgainIsAnError() throws {
    let instance = try Libraries.instance(library, ["fault": "deactivate_error"])
    #expect(try fault { try instance.restoreState([0, 0, 0, 0, 0, 0, 0, 0]) }.code == .stateInvalid)
  }

  @Test func aPluginWithoutTheExtensionHasNoState() throws {
    let folder = try TemporaryFolder()
    let instance = try Libraries.instance(try PluginLibrary.load(try Libraries.descriptor(fault: "none", in: folder)))
    #expect(try instance.saveState() == nil)
    #expect(try fault { try instance.restoreState([1]) }.code == .stateInvalid)
  }

  private func run(_ binding: StrategyBinding, capacity: UInt32) -> (status: qe_status, count: UInt32, first: qe_intent) {
    var context = qe_context()
    context.struct_size = UInt32(MemoryLayout<qe_context>.size)
    var event = qe_event()
    event.struct_size = UInt32(MemoryLayout<qe_event>.size)
    event.kind = QE_EVENT_TRADE
    event.as.trade = qe_trade(price: 500, quantity: 1, taker_side: QE_SIDE_BUY, reserved: 0)
    var intents = [qe_intent](repeating: qe_intent(), count: Int(capacity) + 1)
    var count: UInt32 = 0
    let status = binding.process(binding.instance, &context, &event, &intents, capacity, &count)
    return (status, count, intents[0])
  }
}
