internal import KullbackSystem

/// The bytes of a text where they lie: for the time of the closure that was handed them.
@safe
struct TextBytes: RandomAccessCollection, @unchecked Sendable {
  @unsafe private let buffer: UnsafeRawBufferPointer

  init(_ buffer: UnsafeRawBufferPointer) {
    unsafe self.buffer = buffer
  }

  var startIndex: Int { 0 }

  var endIndex: Int {
    @inline(__always) get { unsafe buffer.count }
  }

  subscript(place: Int) -> UInt8 {
    @inline(__always) get {
      precondition(place >= 0 && place < endIndex, "no byte of the text")
      // SAFETY: the place lies in the text.
      return unsafe buffer.load(fromByteOffset: place, as: UInt8.self)
    }
  }

  /// Eight bytes from a place on, the first one lowest.
  @inline(__always)
  func word(at place: Int) -> UInt64 {
    precondition(place >= 0 && place <= endIndex - 8, "no eight bytes of the text")
    // SAFETY: all eight bytes lie in the text.
    return UInt64(
      littleEndian: unsafe buffer.loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }

  /// The first place in a range at which a byte stands.
  @inline(__always)
  func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
    precondition(range.lowerBound >= 0 && range.upperBound <= endIndex, "no range of the text")
    guard !range.isEmpty, let base = unsafe buffer.baseAddress else { return nil }
    // SAFETY: the range lies in the text.
    guard let found = unsafe memchr(base + range.lowerBound, Int32(byte), range.count) else {
      return nil
    }
    return unsafe UnsafeRawPointer(found) - base
  }

  /// Whether every byte of a range is one of ASCII.
  func isASCII(_ range: Range<Int>) -> Bool {
    var place = range.lowerBound
    while place + 64 <= range.upperBound {
      var all: UInt64 = 0
      for step in 0..<8 { all |= word(at: place + 8 * step) }
      guard all & 0x8080_8080_8080_8080 == 0 else { return false }
      place += 64
    }
    return self[place..<range.upperBound].allSatisfy { $0 < 0x80 }
  }

  /// A copy of some of the bytes.
  func copy(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= endIndex, "no range of the text")
    // SAFETY: the range lies in the text.
    return unsafe Array(UnsafeRawBufferPointer(rebasing: buffer[range]))
  }

  /// Some of the bytes as text.
  func string(_ range: Range<Int>) -> String {
    precondition(range.lowerBound >= 0 && range.upperBound <= endIndex, "no range of the text")
    // SAFETY: the range lies in the text.
    return unsafe String(decoding: UnsafeRawBufferPointer(rebasing: buffer[range]), as: UTF8.self)
  }
}

extension Bytes {
  /// Hands the bytes to a closure as a text, of which nothing is copied.
  func withText<Result>(
    _ body: (TextBytes) throws(FileError) -> Result
  ) throws(FileError) -> Result {
    // SAFETY: the text is used inside the closure alone.
    let result = unsafe withBytes { bytes in
      Swift.Result { () throws(FileError) in try body(unsafe TextBytes(bytes)) }
    }
    return try result.get()
  }
}
