internal import CZlib

/// Data that was compressed by deflate, by way of zlib.
enum Deflate {
  /// The bytes that deflated ones without a header stand for; nil where they are damaged, or are another number of bytes.
  static func inflated(_ packed: Bytes, count: Int) -> [UInt8]? {
    let bytes = unsafe packed.withBytes { source -> [UInt8]? in
      var isWhole = false
      let result = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, written in
        (written, isWhole) = unsafe inflate(source, into: UnsafeMutableRawBufferPointer(target))
      }
      return isWhole && result.count == count ? result : nil
    }
    return bytes
  }

  private static func inflate(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) -> (written: Int, isWhole: Bool) {
    var stream = unsafe z_stream()
    // Negative bits: no header.
    guard
      unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return (0, false) }
    defer { unsafe inflateEnd(&stream) }
    var (read, written) = (0, 0)
    // One more byte of room, so that data with more than was said is noticed.
    var spare: UInt8 = 0
    return unsafe withUnsafeMutablePointer(to: &spare) { spare in
      // Ends: each turn takes or gives a byte at least, or is the last.
      while true {
        let some = min(source.count - read, 1 << 30)
        let room = min(target.count - written, 1 << 30)
        // SAFETY: the bytes from `read` on and the room from `written` on are as many as is said.
        unsafe stream.next_in = source.baseAddress.map {
          unsafe UnsafeMutablePointer(mutating: ($0 + read).assumingMemoryBound(to: UInt8.self))
        }
        unsafe stream.avail_in = UInt32(some)
        unsafe stream.next_out =
          room == 0
          ? spare
          : target.baseAddress.map {
            unsafe ($0 + written).assumingMemoryBound(to: UInt8.self)
          }
        unsafe stream.avail_out = UInt32(max(1, room))
        let status = unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
        let (taken, given) = unsafe (
          some - Int(stream.avail_in), max(1, room) - Int(stream.avail_out)
        )
        read += taken
        guard room > 0 || given == 0 else { return (written, false) }
        written += given
        if status == Z_STREAM_END { return (written, read == source.count) }
        guard status == Z_OK, taken + given > 0 else { return (written, false) }
      }
    }
  }

  /// The CRC-32 of bytes, after others of which it is known.
  static func checksum(_ bytes: [UInt8], after first: Int = 0) -> Int {
    // SAFETY: as many bytes as the buffer holds.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      Int(unsafe crc32_z(UInt(first), buffer.baseAddress, buffer.count))
    }
  }
}
