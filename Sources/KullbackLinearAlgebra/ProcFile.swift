internal import KullbackSystem

/// The text of one of the kernel's small files, whose size is not known before it is read; nil when
/// it cannot be read.
func readText(_ path: String) -> String? {
  // SAFETY: the path is passed as a C string for the call alone.
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var text: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65_536)
  while true {
    // SAFETY: the buffer is as long as the count passed.
    let count = unsafe piece.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    guard count > 0 else { return count == 0 ? String(decoding: text, as: UTF8.self) : nil }
    text += piece[..<count]
  }
}
