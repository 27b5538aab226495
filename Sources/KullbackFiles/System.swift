internal import KullbackSystem

/// The system's words for an error number.
func systemReason(_ code: Int32) -> String {
  // SAFETY: strerror returns a valid C string.
  unsafe String(cString: strerror(code))
}

/// All bytes that a descriptor has to give, up to a limit: by default a quarter of the memory that there is,
/// since what is made of the bytes takes a multiple.
///
/// - Parameter look: sees the first bytes as soon as they are there, and may refuse them.
func readAll(
  _ descriptor: Int32, path: String, limit: Int? = nil, look: Bytes.Look? = nil
) throws(FileError) -> [UInt8] {
  let available = limit ?? AvailableMemory.bytes ?? Int.max
  let limit = limit ?? available / 4
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: Bytes.firstBytes)
  while true {
    // SAFETY: at most as many bytes as the chunk holds.
    let count = unsafe read(descriptor, &chunk, chunk.count)
    if count == 0 { return bytes }
    guard count > 0 else {
      if errno == EINTR { continue }
      throw .failed(path: path, reason: systemReason(errno))
    }
    guard bytes.count + count <= limit else {
      throw .tooLong(path: path, read: bytes.count + count, available: available)
    }
    if bytes.isEmpty, let look { try look(Array(chunk[..<count])) }
    bytes += chunk[..<count]
  }
}

/// Writes all bytes to a descriptor.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileError) {
  var done = 0
  while done < bytes.count {
    // SAFETY: the bytes from `done` on.
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
    }
    guard count >= 0 else {
      if errno == EINTR { continue }
      throw .failed(path: path, reason: systemReason(errno))
    }
    done += count
  }
}
