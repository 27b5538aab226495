internal import CZlib

/// Files that are compressed with gzip, which are read as what they hold.
///
/// Source: RFC 1952, *GZIP file format specification version 4.3*.
enum Gzip {
  /// Whether first bytes are those of gzip: its magic, deflate, and no flag that is reserved.
  static func isBegun(by start: [UInt8]) -> Bool {
    start.count > 3 && start.starts(with: [0x1F, 0x8B, 8]) && start[3] & 0xE0 == 0
  }

  /// A name without the ending that gzip adds.
  static func nameInside(_ path: String) -> String {
    path.lowercased().hasSuffix(".gz") ? String(path.dropLast(3)) : path
  }

  /// What the bytes hold: one stream, or several one behind the other.
  ///
  /// - Parameters:
  ///   - limit: how many bytes it may be.
  ///   - look: sees the first bytes as soon as they are there, and may refuse them.
  /// - Throws: `FileError.malformed` with the byte of the compressed file, `.tooLong` beyond the limit, and what `look`
  ///   throws.
  static func inflated(
    _ bytes: Bytes, path: String, limit: Int, look: Bytes.Look? = nil
  ) throws(FileError) -> [UInt8] {
    // SAFETY: the bytes are read inside the closure.
    let result = unsafe bytes.withBytes { source in
      Result { () throws(FileError) in
        try unsafe inflated(source, path: path, limit: limit, look: look)
      }
    }
    return try result.get()
  }

  private static func inflated(
    _ source: UnsafeRawBufferPointer, path: String, limit: Int, look: Bytes.Look?
  ) throws(FileError) -> [UInt8] {
    var stream = unsafe z_stream()
    // 15 bits of window, and 16 more for gzip.
    // SAFETY: zlib fills in the stream that it is given.
    let start = unsafe inflateInit2_(
      &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard start == Z_OK else {
      throw .noMemory(path: path, needed: 1 << 16, available: AvailableMemory.bytes ?? 0)
    }
    // SAFETY: the stream was initialised.
    defer { unsafe inflateEnd(&stream) }
    var (taken, content) = (0, [UInt8]())
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    // Ends: each turn takes bytes, gives bytes, or throws.
    while true {
      let room = min(source.count - taken, 1 << 30)
      let (status, used, given) = unsafe chunk.withUnsafeMutableBufferPointer { target in
        // SAFETY: zlib reads `room` bytes of the source, none of which it changes, and writes what the chunk holds.
        unsafe stream.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.advanced(by: taken).assumingMemoryBound(to: UInt8.self))
        unsafe stream.avail_in = UInt32(room)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        let status = unsafe inflate(&stream, Z_NO_FLUSH)
        return unsafe (
          status, room - Int(stream.avail_in), target.count - Int(stream.avail_out)
        )
      }
      taken += used
      let isFirst = content.isEmpty && given > 0
      guard content.count + given <= limit else {
        throw .tooLong(
          path: path, read: content.count + given, available: AvailableMemory.bytes ?? limit)
      }
      content += chunk[..<given]
      if isFirst, let look { try look(Array(content.prefix(Bytes.firstBytes))) }
      switch status {
      case Z_STREAM_END:
        guard taken < source.count else { return content }
        let rest = unsafe source[taken...]
        // Tapes and disks fill the last block with zeros.
        if unsafe rest.allSatisfy({ $0 == 0 }) { return content }
        guard unsafe rest.starts(with: [0x1F, 0x8B]) else {
          let count = source.count - taken
          throw malformed(path, taken, "\(counted(count, "byte")) behind what gzip compressed")
        }
        // SAFETY: the stream was initialised.
        _ = unsafe inflateReset(&stream)
      case Z_OK where used > 0 || given > 0: continue
      case Z_OK, Z_BUF_ERROR: throw malformed(path, taken, "the gzip stream is cut off")
      case Z_MEM_ERROR:
        throw .noMemory(path: path, needed: 1 << 16, available: AvailableMemory.bytes ?? 0)
      default:
        // SAFETY: zlib's words, where it has some, are a C string of its own.
        let words = unsafe stream.msg.map { unsafe String(cString: $0) } ?? "not what gzip writes"
        throw malformed(path, taken, "the gzip stream is damaged: \(words)")
      }
    }
  }

  private static func malformed(_ path: String, _ place: Int, _ reason: String) -> FileError {
    .malformed(path: path, place: "byte \(place)", reason: reason)
  }
}
