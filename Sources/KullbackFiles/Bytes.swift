internal import KullbackMatrix
internal import KullbackSystem

/// What messages call an input: its path, or for "-" standard input.
package func inputName(_ path: String) -> String { path == "-" ? "standard input" : path }

/// The bytes of an input, or a window on them: mapped where that is possible, else read.
struct Bytes: Sendable {
  private enum Source {
    case mapped(MappedFile)
    case inMemory([UInt8])
  }

  /// Sees the first bytes of what is read, and may refuse them.
  typealias Look = ([UInt8]) throws(FileError) -> Void

  /// How many bytes a `Look` sees at most.
  static let firstBytes = 1 << 16

  private let source: Source
  private let range: Range<Int>
  /// How many of the first bytes a `Look` has seen.
  let seen: Int

  private init(_ source: Source, _ range: Range<Int>, seen: Int = 0) {
    self.source = source
    self.range = range
    self.seen = seen
  }

  /// Bytes that are there.
  init(_ bytes: [UInt8]) {
    self.init(.inMemory(bytes), 0..<bytes.count)
  }

  /// The bytes of a file, a pipe or, for "-", standard input; of what gzip compressed, those that it holds.
  ///
  /// - Parameter look: sees the first bytes before the others are read.
  init(path: String, look: Look? = nil) throws(FileError) {
    guard path != "-" else {
      // A file that was redirected is mapped like any other, when it is to be read from its start.
      let isAtStart = lseek(STDIN_FILENO, 0, SEEK_CUR) == 0
      self = try Bytes.all(of: STDIN_FILENO, path: inputName(path), maps: isAtStart, look: look)
      return
    }
    // Opened once: a pipe that is closed and opened again has lost its writer.
    // SAFETY: `path` is a valid C string for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError.cannotRead(path: path, reason: systemReason(errno))
    }
    defer { close(descriptor) }
    self = try Bytes.all(of: descriptor, path: path, maps: true, look: look)
  }

  private static func all(
    of descriptor: Int32, path: String, maps: Bool, look: Look?
  ) throws(FileError) -> Bytes {
    // What is compressed is looked at when it is not any more.
    var (seen, isCompressed) = (0, false)
    func lookAtStart(_ start: [UInt8]) throws(FileError) {
      isCompressed = Gzip.isBegun(by: start)
      guard !isCompressed, let look else { return }
      try look(start)
      seen = start.count
    }
    let source: Source
    let count: Int
    if maps, let file = try mapped(descriptor, path: path) {
      (source, count) = (.mapped(file), file.byteCount)
      let all = Bytes(source, 0..<count)
      try lookAtStart(all.prefix(look == nil ? 16 : firstBytes))
    } else {
      let bytes = try readAll(descriptor, path: path) { start throws(FileError) in
        try lookAtStart(start)
      }
      (source, count) = (.inMemory(bytes), bytes.count)
    }
    let all = Bytes(source, 0..<count, seen: seen)
    // A pipe may have given a few bytes at first.
    guard isCompressed || Gzip.isBegun(by: all.prefix(16)) else { return all }
    seen = 0
    let bytes = try Gzip.inflated(
      all, path: path, limit: (AvailableMemory.bytes ?? Int.max) / 4
    ) { start throws(FileError) in
      guard let look else { return }
      try look(start)
      seen = start.count
    }
    return Bytes(.inMemory(bytes), 0..<bytes.count, seen: seen)
  }

  /// The file that is open, mapped; nil for a pipe or a device.
  private static func mapped(_ descriptor: Int32, path: String) throws(FileError) -> MappedFile? {
    do {
      return try MappedFile(descriptor: descriptor)
    } catch {
      guard !error.isNotRegular else { return nil }
      if error.code == ENOMEM {
        throw .noMemory(
          path: path, needed: Int(lseek(descriptor, 0, SEEK_END)),
          available: AvailableMemory.bytes ?? 0)
      }
      throw FileError.cannotRead(path: path, reason: error.reason)
    }
  }

  var count: Int { range.count }

  /// Whether the bytes are those of a mapped file.
  var isMapped: Bool {
    if case .mapped = source { true } else { false }
  }

  /// A part of the bytes, which shares the mapping or the memory; nil where it does not lie inside them.
  func window(from offset: Int, count: Int) -> Bytes? {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
      return nil
    }
    let start = range.lowerBound + offset
    return Bytes(source, start..<start + count)
  }

  /// Hands the bytes to a closure.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch source {
    case .mapped(let file):
      // SAFETY: the mapping lives over the call, and the range lies inside it.
      return withExtendedLifetime(file) {
        unsafe body(
          UnsafeRawBufferPointer(start: file.base + range.lowerBound, count: range.count))
      }
    case .inMemory(let bytes):
      // SAFETY: the range lies inside the bytes.
      return unsafe bytes.withUnsafeBytes { all in
        unsafe body(UnsafeRawBufferPointer(rebasing: all[range]))
      }
    }
  }

  /// A copy of some of the bytes.
  func prefix(_ length: Int) -> [UInt8] {
    // SAFETY: copied inside the closure.
    unsafe withBytes { bytes in unsafe Array(bytes.prefix(length)) }
  }

  /// A copy of some of the bytes from an offset on.
  func slice(from offset: Int, count: Int) -> [UInt8] {
    // SAFETY: copied inside the closure.
    unsafe withBytes { bytes in unsafe Array(bytes.dropFirst(offset).prefix(count)) }
  }

  /// The matrix whose elements, in this machine's order, lie in the bytes from an offset on: shares a mapping, and has a
  /// copy of what was read.
  ///
  /// - Precondition: the bytes are enough.
  func matrix(_ kind: ElementKind, rows: Int, columns: Int, from offset: Int = 0) -> AnyMatrix {
    precondition(
      window(from: offset, count: rows * columns * kind.byteCount) != nil, "too few bytes")
    switch source {
    case .mapped(let file):
      return AnyMatrix(
        mapping: file, byteOffset: range.lowerBound + offset, kind: kind, rows: rows,
        columns: columns)
    case .inMemory(let bytes):
      return ReadBytes(bytes[range]).matrix(kind, rows: rows, columns: columns, from: offset)
    }
  }
}
