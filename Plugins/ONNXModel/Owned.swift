/// Something that the runtime made and that is let go of with this value.
struct Owned: ~Copyable {
  let handle: ORT.Handle
  private let ort: ORT
  private let release: ORT.Call

  init(_ handle: ORT.Handle, of ort: ORT, releasedBy release: ORT.Call) {
    self.handle = handle
    self.ort = ort
    self.release = release
  }

  deinit { ort.release(handle, release) }
}
