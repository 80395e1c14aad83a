import PluginKit

/// What a session is made of.
extension ORT {
  func environment(level: Int32) throws -> Handle {
    let create: @convention(c) (Int32, UnsafePointer<CChar>, Out) -> Status = try function(.createEnvironment)
    var made: Handle?
    try check(create(level, "quantumedge", &made), "starting")
    return try whole(made, "starting")
  }

  /// With one thread, the caller's: a row is too small to be shared, and the host has its own.
  func session(_ environment: Handle, _ model: UnsafeRawBufferPointer) throws -> Handle {
    let options = Owned(try make(.createSessionOptions, "making options"), of: self, releasedBy: .releaseSessionOptions)
    for call in [Call.setIntraOpThreadCount, .setInterOpThreadCount] {
      let set: @convention(c) (Handle, Int32) -> Status = try function(call)
      try check(set(options.handle, 1), "setting the number of threads")
    }
    let create: @convention(c) (Handle, UnsafeRawPointer?, Int, Handle, Out) -> Status = try function(.createSessionFromArray)
    var made: Handle?
    try check(create(environment, model.baseAddress, model.count, options.handle, &made), "loading the model")
    return try whole(made, "loading the model")
  }

  /// The description of plain memory.
  func memory() throws -> Handle {
    let create: @convention(c) (Int32, Int32, Out) -> Status = try function(.createCPUMemory)
    var made: Handle?
    try check(create(0, 0, &made), "describing memory")
    return try whole(made, "describing memory")
  }

  /// A tensor over the row's own memory, which must outlive it.
  func tensor(_ row: borrowing Row, _ memory: Handle) throws -> Handle {
    let create: @convention(c) (Handle, UnsafeMutableRawPointer, Int, UnsafePointer<Int64>, Int, Int32, Out) -> Status =
      try function(.createTensorWithData)
    var made: Handle?
    try check(create(memory, row.bytes, row.count * row.element.bytes, row.shape, 2, row.element.rawValue, &made), "making the row")
    return try whole(made, "making the row")
  }
}
