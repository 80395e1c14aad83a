import Kernel
import Session

/// All connections of the control socket, as its thread sees them.
struct ControlClients {
  private struct Client {
    let connection: LocalConnection
    let peer: LocalConnection.Peer
    var input: [UInt8] = []
    /// How much of `input` is known to have no line end.
    var searched = 0
    var output: [UInt8] = []
    var sent = 0
    /// The command that the engine has to answer, and until when; nothing else is read meanwhile.
    var pending: (id: UInt64, command: ControlCommand, deadline: Int64)?
    var lastActivity: Int64
    /// No more will come; what has come is still done.
    var hasEnded = false
    /// Nobody reads answers any more.
    var isDeaf = false
    /// To be closed once its output is out.
    var isLeaving = false

    var isWriting: Bool { sent < output.count }
  }

  private var listener: LocalListener
  private let mailbox: ControlMailbox
  private let bounds: ControlServer.Bounds
  private let wakeEngine: @Sendable () -> Void
  private let note: @Sendable (String) -> Void
  private let ownUser = ProcessFigures.user
  private var clients: [Client] = []
  private var poll = Poll()
  /// The last status with its time, until a command changes something.
  private var latest: (status: RunStatus, nanoseconds: Int64)?

  private static let readBytes = 16 * 1024

  init(
    listener: LocalListener, mailbox: ControlMailbox, bounds: ControlServer.Bounds, wakeEngine: @escaping @Sendable () -> Void,
    note: @escaping @Sendable (String) -> Void
  ) {
    self.listener = listener
    self.mailbox = mailbox
    self.bounds = bounds
    self.wakeEngine = wakeEngine
    self.note = note
  }

  /// Waits for something to do, at most a quarter of a second, and does it.
  mutating func serve() {
    if listener.isUnlinked { listenAgain() }
    poll.removeAll()
    poll.add(listener)
    poll.add(mailbox.answered)
    var polled: [Int] = []
    // A client whose answer is awaited is left alone: were it gone, it would show as ready all the time.
    for index in clients.indices where clients[index].pending == nil {
      polled.append(index)
      poll.add(clients[index].connection, forReading: !clients[index].isWriting && !clients[index].hasEnded, forWriting: clients[index].isWriting)
    }
    poll.wait(milliseconds: 250)
    let now = Clocks.monotonicNanoseconds()
    for answer in mailbox.takeAnswers() { deliver(answer.answer, to: answer.id, now) }
    for (position, index) in polled.enumerated() where poll.isReady(position + 2) {
      if clients[index].isWriting {
        write(index, now)
        next(index, now)
      } else {
        read(index, now)
      }
    }
    for index in clients.indices { expire(index, now) }
    clients.removeAll { $0.isLeaving && !$0.isWriting && $0.pending == nil }
    if poll.isReady(0) { accept(now) }
  }

  // MARK: Coming and going

  /// Whoever cleans up folders takes the socket for rubbish, and the host's operator its halt.
  private mutating func listenAgain() {
    guard let made = try? listener.again() else { return }
    listener = made
    note("\(ControlServer.socketName) was removed by somebody; it is made again")
  }

  private mutating func accept(_ now: Int64) {
    var count = 0
    while let connection = listener.accept() {
      count += 1
      guard let peer = connection.peer() else { continue }
      guard peer.user == ownUser || peer.user == 0 else {
        note("user \(peer.user) (process \(peer.process)) was refused: this host belongs to user \(ownUser)")
        let answer = ControlAnswer(content: .failed("this host belongs to user \(ownUser), and you are user \(peer.user)"))
        _ = connection.write(Self.line(answer.json(to: nil)), from: 0)
        continue
      }
      if clients.count >= bounds.connections, !makeRoom() { continue }
      clients.append(Client(connection: connection, peer: peer, lastActivity: now))
    }
    // One waits and cannot be let in: the process has no descriptor left. Asking at once again would keep a core busy.
    if count == 0 { Clocks.sleep(nanoseconds: 20_000_000) }
  }

  /// Lets go of the one that was silent longest; false when all of them wait for the engine.
  private mutating func makeRoom() -> Bool {
    let idle = clients.indices.filter { clients[$0].pending == nil }
    guard let oldest = idle.min(by: { clients[$0].lastActivity < clients[$1].lastActivity }) else { return false }
    clients.remove(at: oldest)
    return true
  }

  private mutating func expire(_ index: Int, _ now: Int64) {
    if let pending = clients[index].pending {
      guard now >= pending.deadline else { return }
      clients[index].pending = nil
      let wasWithdrawn = mailbox.withdraw(pending.id)
      reply(
        index, pending.command.name,
        .failed(
          "the engine did not answer in time; "
            + (wasWithdrawn ? "nothing was done" : "the command may still be done: look with: quantumedge status")), now)
      next(index, now)
    } else if now - clients[index].lastActivity >= bounds.idleNanoseconds {
      clients[index].output = []
      clients[index].sent = 0
      clients[index].isLeaving = true
    }
  }

  // MARK: Lines in

  private mutating func read(_ index: Int, _ now: Int64) {
    switch clients[index].connection.read(into: &clients[index].input, limit: Self.readBytes) {
    case .bytes: clients[index].lastActivity = now
    case .none: return
    case .ended: clients[index].hasEnded = true
    }
    next(index, now)
  }

  /// Does the next whole line, if the last one is answered.
  private mutating func next(_ index: Int, _ now: Int64) {
    while clients[index].pending == nil, !clients[index].isWriting, !clients[index].isLeaving {
      guard let end = clients[index].input[clients[index].searched...].firstIndex(of: 0x0A) else { break }
      let line = clients[index].input[..<end]
      perform(index, line, now)
      clients[index].input.removeSubrange(...end)
      clients[index].searched = 0
    }
    if clients[index].pending != nil || clients[index].isWriting { return }
    clients[index].searched = clients[index].input.count
    if clients[index].input.count > bounds.lineBytes {
      clients[index].input = []
      clients[index].searched = 0
      reply(index, nil, .failed("a line has at most \(bounds.lineBytes) bytes"), now)
      clients[index].isLeaving = true
    } else if clients[index].hasEnded {
      clients[index].isLeaving = true
    }
  }

  private mutating func perform(_ index: Int, _ line: ArraySlice<UInt8>, _ now: Int64) {
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { return }
    guard line.count <= bounds.lineBytes else { return reply(index, nil, .failed("a line has at most \(bounds.lineBytes) bytes"), now) }
    let command: ControlCommand
    do throws(ControlFailure) { command = try ControlCommand(line: line) } catch { return reply(index, nil, .wrong(error.text), now) }
    if command == .status, let latest, now - latest.nanoseconds < bounds.statusNanoseconds {
      return reply(index, command.name, .status(latest.status), now)
    }
    guard let id = mailbox.post(command, from: clients[index].peer) else {
      return reply(index, command.name, .failed("too many commands wait for the engine; nothing was done"), now)
    }
    clients[index].pending = (id, command, now + (command.isSlow ? bounds.slowAnswerNanoseconds : bounds.answerNanoseconds))
    wakeEngine()
  }

  // MARK: Lines out

  private mutating func deliver(_ answer: ControlAnswer, to id: UInt64, _ now: Int64) {
    if case .status(let status) = answer.content { latest = (status, now) } else { latest = nil }
    // One that was given up has nobody to hear it.
    guard let index = clients.firstIndex(where: { $0.pending?.id == id }), let command = clients[index].pending?.command else { return }
    clients[index].pending = nil
    reply(index, command.name, answer.content, now)
    next(index, now)
  }

  private mutating func reply(_ index: Int, _ command: String?, _ content: ControlAnswer.Content, _ now: Int64) {
    if clients[index].isDeaf { return }
    clients[index].output += Self.line(ControlAnswer(content: content).json(to: command))
    write(index, now)
  }

  private mutating func write(_ index: Int, _ now: Int64) {
    while clients[index].isWriting {
      switch clients[index].connection.write(clients[index].output, from: clients[index].sent) {
      case .bytes(let count):
        clients[index].sent += count
        clients[index].lastActivity = now
      case .none: return
      case .ended:
        clients[index].isDeaf = true
        clients[index].sent = clients[index].output.count
      }
    }
    clients[index].output.removeAll(keepingCapacity: false)
    clients[index].sent = 0
  }

  private static func line(_ json: JSONValue) -> [UInt8] { Array((json.description + "\n").utf8) }
}
