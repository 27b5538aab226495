internal import CZlib

/// Making PNG files.
public enum PNG {
  /// The bytes of a PNG file of a picture, losslessly compressed.
  ///
  /// Source: *Portable Network Graphics (PNG) Specification*, 2nd ed., W3C 2003.
  public static func encoded(_ picture: IndexedPicture) -> [UInt8] {
    var lines: [UInt8] = []
    lines.reserveCapacity((picture.width + 1) * picture.height)
    for row in 0..<picture.height {
      // Every line begins with the number of its filter: 0, none, is best for a palette's numbers.
      lines.append(0)
      lines += picture.pixels[row * picture.width..<(row + 1) * picture.width]
    }
    // 8 bits a pixel, in a palette (3), deflate (0), adaptive filters (0), no interlacing (0).
    let header = bigEndian(picture.width) + bigEndian(picture.height) + [8, 3, 0, 0, 0]
    return [0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("PLTE", picture.palette) + chunk("IDAT", deflated(lines)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(checksum(body)))
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt {
    // SAFETY: as many bytes as the buffer holds.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      UInt(unsafe crc32_z(0, buffer.baseAddress, buffer.count))
    }
  }

  /// The bytes in zlib's format.
  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    let bound = Int(compressBound(uLong(bytes.count)))
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      var size = uLong(bound)
      // SAFETY: the buffer has the room that zlib says it may need; the bytes are as many as there are.
      let status = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe compress2(
          buffer.baseAddress, &size, source.baseAddress, uLong(source.count), Z_BEST_COMPRESSION)
      }
      // There is room: what is left is that there is no memory, which is fatal anywhere in Swift.
      precondition(status == Z_OK, "zlib fails with \(status)")
      count = Int(size)
    }
  }
}
