/// What went wrong with a file, and where.
public enum FileError: Error, Sendable, Equatable {
  /// The input does not exist, or may not be read.
  case cannotRead(path: String, reason: String)
  /// The input is not what it has to be. `place` is a byte, or a row and column.
  case malformed(path: String, place: String, reason: String)
  /// What is read does not fit into the memory that there is; both in bytes.
  case noMemory(path: String, needed: Int, available: Int)
  /// What comes from a pipe or a device has no end in sight, and would take more memory than there is; how many
  /// bytes were read, and how many there are.
  case tooLong(path: String, read: Int, available: Int)
  /// The output cannot be created.
  case cannotCreate(path: String, reason: String)
  /// Reading or writing failed in the middle: the disk is full, the pipe is closed.
  case failed(path: String, reason: String)
}

extension FileError: CustomStringConvertible {
  /// As in "a.npy: byte 10: the header is not a Python dictionary".
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason), .cannotCreate(let path, let reason),
      .failed(let path, let reason):
      "\(path): \(reason)"
    case .noMemory(let path, let needed, let available):
      "\(path): it takes \(mebibytes(needed)) of memory, and there are \(mebibytes(available))"
    case .tooLong(let path, let read, let available):
      "\(path): after \(mebibytes(read)) there is no end, and the whole takes more than the"
        + " \(mebibytes(available)) of memory that there are"
    case .malformed(let path, let place, let reason):
      place.isEmpty ? "\(path): \(reason)" : "\(path): \(place): \(reason)"
    }
  }
}

private func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
