/// The part of an instance whose type does not depend on the plugin's, at the start of its memory.
@usableFromInline struct InstanceHead {
  @usableFromInline typealias Process = (
    UnsafeMutableRawPointer, UnsafePointer<qe_context>, UnsafePointer<qe_event>, UnsafeMutablePointer<qe_intent>?, UInt32,
    UnsafeMutablePointer<UInt32>
  ) -> qe_status
  @usableFromInline typealias Predict = (
    UnsafeMutableRawPointer, UnsafePointer<Double>, UInt32, UnsafeMutablePointer<qe_prediction>
  ) -> qe_status
  @usableFromInline typealias PredictBatch = (
    UnsafeMutableRawPointer, UnsafePointer<Double>, UInt32, UInt32, UnsafeMutablePointer<qe_prediction>
  ) -> qe_status

  /// What the engine calls. Those of the other kind refuse.
  @usableFromInline struct Calls {
    @usableFromInline var process: Process = { _, _, _, _, _, _ in QE_ERROR }
    @usableFromInline var predict: Predict = { _, _, _, _ in QE_ERROR }
    @usableFromInline var predictBatch: PredictBatch = { _, _, _, _, _ in QE_ERROR }

    @usableFromInline static func strategy(_ process: @escaping Process) -> Calls {
      var calls = Calls()
      calls.process = process
      return calls
    }

    @usableFromInline static func model(_ predict: @escaping Predict, _ predictBatch: @escaping PredictBatch) -> Calls {
      var calls = Calls()
      calls.predict = predict
      calls.predictBatch = predictBatch
      return calls
    }
  }

  @usableFromInline let calls: Calls
  @usableFromInline let scales: Scales
  @usableFromInline let configuration: Configuration

  @inlinable init(_ calls: Calls, _ configuration: Configuration) {
    self.calls = calls
    scales = configuration.scales
    self.configuration = configuration
  }
}

/// An instance in memory of its own: what the host holds as an opaque pointer.
@usableFromInline struct Instance<Body: ~Copyable>: ~Copyable {
  @usableFromInline let head: InstanceHead
  @usableFromInline var body: Body

  @inlinable init(_ head: InstanceHead, _ body: consuming Body) {
    self.head = head
    self.body = body
  }
}
