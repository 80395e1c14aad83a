import Engine
import PluginABI

/// A model that a test writes as a closure, seen by the engine as any model: through a C function pointer.
public final class ScriptedModel {
  public typealias Script = ([Double]) -> (pUp: Double, pDown: Double, edge: Double)

  public var script: Script
  /// What `predict` returns.
  public var status: qe_status = QE_OK
  /// Written over the row that was lent, and over the whole answer, before the script is asked.
  public var scribbles = false
  /// It returns its status and leaves the answer as it was lent.
  public var writesNothing = false
  /// What its binding says of it.
  public var isOneSided = false
  public private(set) var rows: [[Double]] = []

  public init(script: @escaping Script) { self.script = script }

  /// Says always the same.
  public convenience init(pUp: Double) { self.init { _ in (pUp, 1 - pUp, pUp - 0.5) } }

  /// Valid while this object lives.
  public var binding: ModelBinding {
    var binding = ModelBinding(instance: Unmanaged.passUnretained(self).toOpaque()) { instance, features, count, out in
      Unmanaged<ScriptedModel>.fromOpaque(instance).takeUnretainedValue().predict(features, Int(count), out)
    }
    binding.isOneSided = isOneSided
    return binding
  }

  private func predict(_ features: UnsafePointer<Double>, _ count: Int, _ out: UnsafeMutablePointer<qe_prediction>) -> qe_status {
    rows.append(Array(UnsafeBufferPointer(start: features, count: count)))
    if writesNothing { return status }
    if scribbles {
      // Unsafe: what a hostile model does to memory that is lent to it.
      UnsafeMutablePointer(mutating: features).update(repeating: -1, count: count)
      out.pointee = qe_prediction(horizon_s: -7, p_up: 9, p_down: 9, edge: 9, age_ns: -9, state: 77, reserved: 9)
    }
    let said = script(rows[rows.count - 1])
    out.pointee.p_up = said.pUp
    out.pointee.p_down = said.pDown
    out.pointee.edge = said.edge
    return status
  }
}
