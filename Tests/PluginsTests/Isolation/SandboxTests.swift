import Engine
import Foundation
import Kernel
import Market
import PluginABI
import Plugins
import TestKit
import Testing

/// What a plugin in a worker may not do, from where it tries, and what is said about it.
@Suite(.serialized) struct SandboxTests {
  static let options = WorkerOptions(executable: Workplace.buildFolder.appendingPathComponent("quantumedge").path, deadlineMicroseconds: 500_000)

  static func start(_ library: String, _ parameters: [String: String] = [:], options: WorkerOptions = options) throws -> IsolatedStrategy {
    try IsolatedStrategy(
      file: try PluginFile.read(Workplace.plugin(library).path), instrument: Samples.perpetual(), horizonSeconds: 0, parameters: parameters,
      id: "\(library)@BTCUSDT/0", deliverableEvents: Libraries.deliverable, options: options)
  }

  @Test func `A plugin is told which horizons are lent, rising, in process and in a worker alike, or that nobody says`() throws {
    let file = try PluginFile.read(Workplace.plugin("Faulty").path)
    for (horizons, words) in [([30, 1, 5], "predictions of 1 5 30"), ([], "the host does not say")] as [([Int64], String)] {
      let inProcess = try fault {
        _ = try StrategyInstance(
          library: PluginLibrary.load(file), instrument: Samples.perpetual(), horizonSeconds: 0, parameters: ["fault": "horizons"],
          id: "Faulty@BTCUSDT/0", deliverableEvents: Libraries.deliverable, predictionHorizonsSeconds: horizons)
      }
      #expect(inProcess.code == .createFailed(words), "\(inProcess)")
      let check = StrategyCheck.isolated(options: Self.options, deliverableEvents: Libraries.deliverable, predictionHorizonsSeconds: horizons)
      let isolated = try fault { _ = try check.facts(file, Samples.perpetual(), 0, ["fault": "horizons"]) }
      #expect(isolated.code == .createFailed(words), "\(isolated)")
    }
  }

  /// One trade, asked through the worker.
  static func ask(_ strategy: IsolatedStrategy, room: UnsafeMutablePointer<qe_intent>, price: Int64 = 600_000, sequence: UInt64 = 1) -> WorkerAnswer {
    var context = qe_context()
    context.struct_size = UInt32(MemoryLayout<qe_context>.size)
    context.sequence = sequence
    context.receive_ns = Int64(sequence) * 1_000_000
    var event = qe_event()
    event.struct_size = UInt32(MemoryLayout<qe_event>.size)
    event.kind = QE_EVENT_TRADE
    event.as.trade = qe_trade(price: price, quantity: 1, taker_side: QE_SIDE_BUY, reserved: 0)
    strategy.post(context: &context, event: &event, capacity: 16)
    return strategy.wait(into: room)
  }

  private static let attempts: [(attempt: String, breach: WorkerEnd.Breach)] = [
    ("open", .file), ("read_environ", .file), ("getenv", .environment), ("connect", .network), ("fork", .process), ("exec", .process),
    ("thread", .process), ("kill", .process), ("clock", .clock), ("rdtsc", .clock), ("clock_call", .clock), ("signal", .process),
    ("write_code", .other),
  ]

  @Test func `Each attempt on an event is stopped and named`() throws {
    let room = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    defer { room.deallocate() }
    for (attempt, breach) in Self.attempts {
      let strategy = try Self.start("Escape", ["attempt": attempt])
      defer { strategy.close() }
      #if !arch(x86_64)
        if breach == .clock { continue }
      #endif
      guard case .failed(.ended(.breach(let found, _))) = Self.ask(strategy, room: room) else {
        Issue.record("\(attempt): \(Self.ask(strategy, room: room))")
        continue
      }
      #expect(found == breach, "\(attempt)")
    }
  }

  @Test(arguments: ["create", "state"]) func `So it is from other functions`(at: String) throws {
    for (attempt, breach) in Self.attempts {
      do {
        let strategy = try Self.start("Escape", ["attempt": attempt, "at": at])
        defer { strategy.close() }
        #expect(at == "state", "\(attempt) got through create")
        _ = try strategy.saveState()
        Issue.record("\(attempt) got through")
      } catch let error as PluginError { #expect(error.description.contains("tried to \(breach.text)"), "\(attempt): \(error)") }
    }
  }

  @Test func `A constructor is in the box already`() throws {
    let error = try fault { _ = try Self.start("EscapeConstructor") }
    #expect(error.description.contains("tried to open or change a file"), "\(error)")
  }

  @Test func `A state goes out and in again, on one worker and as often as wanted`() throws {
    let room = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    defer { room.deallocate() }
    let strategy = try Self.start("EMACross")
    defer { strategy.close() }
    var states: [[UInt8]] = []
    for sequence in 1...3 {
      #expect(Self.ask(strategy, room: room, price: 600_000 + Int64(sequence), sequence: UInt64(sequence)) == .intents(status: QE_OK, count: 0))
      states.append(try #require(try strategy.saveState()))
    }
    #expect(Set(states).count == 3)
    for state in states + states.reversed() {
      try strategy.restoreState(state)
      #expect(try strategy.saveState() == state)
    }
    #expect(try fault { try strategy.restoreState(Array(states[0].dropLast())) }.code == .stateInvalid)
    #expect(try strategy.saveState() == states[0], "refused bytes change nothing")
  }

  @Test func `What does not try anything runs, and may ask for memory`() throws {
    let room = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    defer { room.deallocate() }
    let strategy = try Self.start("Escape")
    defer { strategy.close() }
    for sequence in 1...2000 { #expect(Self.ask(strategy, room: room, sequence: UInt64(sequence)) == .intents(status: QE_OK, count: 0)) }
    #expect(try strategy.saveState() == [])
    #expect(strategy.sandbox.contains(.landlock), "this kernel has Landlock or the test must say so")
  }

  @Test func `Deaths of every kind are told apart, and nothing of a hundred workers is left`() throws {
    let room = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    defer { room.deallocate() }
    func holdings() throws -> [Int] {
      let maps = try Proc.maps().count { $0.contains("quantumedge-worker") }
      let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
      let own = names.count {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.contains("quantumedge-worker") == true
      }
      return [maps, own]
    }
    let before = try holdings()
    let expected: [(fault: String, end: PluginFailure)] = [
      ("crash", .ended(.signal(11))), ("abort", .ended(.signal(6))), ("trap", .ended(.signal(4))), ("exit", .ended(.exited(status: 7))),
      ("hang", .timedOut(deadlineMicroseconds: 30_000)),
    ]
    var options = Self.options
    var processes: [Int32] = []
    for round in 0..<20 {
      for (fault, end) in expected {
        options.deadlineMicroseconds = fault == "hang" ? 30_000 : 5_000_000
        let strategy = try Self.start("Saboteur", ["fault": fault, "within": "1", "size": "0"], options: options)
        processes.append(strategy.processID)
        #expect(Self.ask(strategy, room: room) == .failed(end), "\(fault), round \(round)")
        #expect(Self.ask(strategy, room: room) == .failed(end), "nothing is asked of it any more")
        strategy.close()
      }
    }
    #expect(try holdings() == before)
    #expect(processes.allSatisfy { kill($0, 0) != 0 }, "reaped")
  }

  @Test func `A kill from outside is told from a time-out, while it is waited for and when nobody waits`() throws {
    let room = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    defer { room.deallocate() }
    var options = Self.options
    options.deadlineMicroseconds = 1_000_000
    let idle = try Self.start("Saboteur", ["fault": "none"], options: options)
    #expect(idle.endIfAny == nil)
    kill(idle.processID, SIGKILL)
    while idle.endIfAny == nil {}
    #expect(idle.endIfAny == .signal(9))
    idle.close()
    let busy = try Self.start("Saboteur", ["fault": "hang", "within": "1"], options: options)
    let process = busy.processID
    Thread.detachNewThread { kill(process, SIGKILL) }
    #expect(Self.ask(busy, room: room) == .failed(.ended(.signal(9))))
    busy.close()
  }

  @Test func `A worker gives the same intents as the plugin in place`() throws {
    let room = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    defer { room.deallocate() }
    let strategy = try Self.start("EMACross", ["fast": "3", "slow": "10", "quantity": "0.01"])
    defer { strategy.close() }
    let direct = try Libraries.instance(try Libraries.load("EMACross"), ["fast": "3", "slow": "10", "quantity": "0.01"])
    let own = UnsafeMutablePointer<qe_intent>.allocate(capacity: 16)
    defer { own.deallocate() }
    var chance = Chance.seeded("isolated intents")
    var price: Int64 = 600_000
    var sent = 0
    for sequence in 1...5000 {
      price += Int64(chance.next() % 201) - 100
      for index in 0..<16 { own[index] = qe_intent.blank() }
      var context = qe_context()
      context.struct_size = UInt32(MemoryLayout<qe_context>.size)
      context.sequence = UInt64(sequence)
      context.receive_ns = Int64(sequence) * 1_000_000
      var event = qe_event()
      event.struct_size = UInt32(MemoryLayout<qe_event>.size)
      event.kind = QE_EVENT_TRADE
      event.as.trade = qe_trade(price: price, quantity: 1, taker_side: QE_SIDE_BUY, reserved: 0)
      var count: UInt32 = 0
      let status = direct.binding.process(direct.binding.instance, &context, &event, own, 16, &count)
      #expect(Self.ask(strategy, room: room, price: price, sequence: UInt64(sequence)) == .intents(status: status, count: count))
      let size = Int(count) * MemoryLayout<qe_intent>.stride
      #expect(UnsafeRawBufferPointer(start: room, count: size).elementsEqual(UnsafeRawBufferPointer(start: own, count: size)))
      sent += Int(count)
    }
    #expect(sent > 0)
    #expect(try strategy.saveState() == direct.saveState(), "and keeps the same state")
  }
}
