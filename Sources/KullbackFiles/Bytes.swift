internal import KullbackMatrix
internal import KullbackSystem

/// What messages call an input: its path, or for "-" standard input.
package func inputName(_ path: String) -> String { path == "-" ? "standard input" : path }

/// All bytes of an input: mapped where that is possible, else read.
enum Bytes {
  case mapped(MappedFile)
  case inMemory([UInt8])

  /// Sees the first bytes of what is read, and may refuse them.
  typealias Look = ([UInt8]) throws(FileError) -> Void

  /// The bytes of a file, a pipe or, for "-", standard input.
  ///
  /// - Parameter look: sees the first bytes before the others are read.
  init(path: String, look: Look? = nil) throws(FileError) {
    guard path != "-" else {
      // A file that was redirected is mapped like any other, when it is to be read from its start.
      let isAtStart = lseek(STDIN_FILENO, 0, SEEK_CUR) == 0
      self = try Bytes(
        descriptor: STDIN_FILENO, path: inputName(path), maps: isAtStart, look: look)
      return
    }
    // Opened once: a pipe that is closed and opened again has lost its writer.
    // SAFETY: `path` is a valid C string for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileError.cannotRead(path: path, reason: systemReason(errno))
    }
    defer { close(descriptor) }
    self = try Bytes(descriptor: descriptor, path: path, maps: true, look: look)
  }

  private init(
    descriptor: Int32, path: String, maps: Bool, look: Look?
  ) throws(FileError) {
    guard maps else {
      self = .inMemory(try readAll(descriptor, path: path, look: look))
      return
    }
    do {
      self = .mapped(try MappedFile(descriptor: descriptor))
    } catch {
      guard error.isNotRegular else {
        if error.code == ENOMEM {
          throw .noMemory(
            path: path, needed: Int(lseek(descriptor, 0, SEEK_END)),
            available: AvailableMemory.bytes ?? 0)
        }
        throw FileError.cannotRead(path: path, reason: error.reason)
      }
      self = .inMemory(try readAll(descriptor, path: path, look: look))
    }
  }

  var count: Int {
    switch self {
    case .mapped(let file): file.byteCount
    case .inMemory(let bytes): bytes.count
    }
  }

  /// Hands the bytes to a closure.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch self {
    case .mapped(let file):
      // SAFETY: the mapping lives over the call.
      return withExtendedLifetime(file) {
        unsafe body(UnsafeRawBufferPointer(start: file.base, count: file.byteCount))
      }
    case .inMemory(let bytes): return unsafe bytes.withUnsafeBytes { unsafe body($0) }
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
}

/// Bytes that were read, kept for a matrix that lies in them.
final class ReadBytes: Sendable {
  let matrix: Matrix<Float16>

  /// Copies the bytes into a matrix's memory, which does not move.
  init(_ bytes: [UInt8]) {
    let pairs = (bytes.count + 1) / 2
    unsafe matrix = Matrix<Float16>(rows: 1, columns: pairs) { buffer in
      // SAFETY: the buffer has room for the bytes; an odd last byte is followed by one of padding.
      unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
    }
  }
}
